"""A cluster of our own: its directory, a Unix socket only, and gone when we are.

A shell of a few lines stands between: it ends the server and removes the directory as soon as the pipe from us closes,
which it does however we end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from typing import IO

from schema_lint.scratch.account import Account, server_account
from schema_lint.scratch.errors import ScratchError
from schema_lint.scratch.programs import Programs, reachable

SUPERUSER = "postgres"
_KEEPER = """
trap '' INT TERM HUP
directory=$1
shift
"$@" </dev/null &
exec 2>/dev/null
cat >/dev/null
kill -QUIT $! 2>/dev/null
wait
rm -rf "$directory"
"""
_INITIALISE = (
    "--username=postgres", "--auth=trust", "--no-sync", "--no-locale", "--encoding=UTF8", "--wal-segsize=1",
)  # fmt: skip
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "min_wal_size": "2MB",
    "timezone": "UTC",
}


class Cluster:
    """A running server of our own."""

    def __init__(self, programs: Programs, settings: dict[str, str] | None = None) -> None:
        """Start it; returns when it answers.

        Raises:
            ScratchError: with what the server said, if it ends at once.
        """
        kept = _kept(programs)
        wanted = {**_SETTINGS, **(settings or {})}
        try:
            self._start(programs, wanted, kept)
        except ScratchError:
            if kept is None or not os.path.isdir(kept):
                raise
            # What was kept may have been damaged.
            shutil.rmtree(kept, ignore_errors=True)
            self._start(programs, wanted, None)

    def _start(self, programs: Programs, settings: dict[str, str], kept: str | None) -> None:
        account = server_account()
        self.directory = account.temporary_directory()
        try:
            self.keeper = _serve(programs, account, self.directory, settings, kept)
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        assert self.keeper.stderr is not None
        self._reader = _Reader(self.keeper.stderr)
        if not self._reader.ready():
            self.stop()
            raise ScratchError(f"PostgreSQL did not start: {_last_line(''.join(self._reader.said))}")

    def conninfo(self, database: str = "postgres") -> str:
        """How libpq finds a database of it, as the superuser."""
        return f"postgresql://{SUPERUSER}@/{database}?host={self.directory}"

    def stop(self) -> None:
        """End the server and remove its directory; returns when both are done."""
        assert self.keeper.stdin is not None
        self.keeper.stdin.close()
        self.keeper.wait()
        self._reader.join()


class _Reader(threading.Thread):
    """Reads what a server says as long as it runs, for a full pipe would stop it."""

    def __init__(self, stream: IO[str]) -> None:
        super().__init__(daemon=True)
        self.said: deque[str] = deque(maxlen=20)
        self._stream = stream
        self._told = threading.Event()
        self._ready = False
        self.start()

    def run(self) -> None:
        """Read to the end."""
        with self._stream:
            for line in self._stream:
                self.said.append(line)
                if "ready to accept connections" in line:
                    self._ready = True
                    self._told.set()
        self._told.set()

    def ready(self) -> bool:
        """Wait for the server to be ready, or to end."""
        self._told.wait()
        return self._ready


def _serve(
    programs: Programs, account: Account, directory: str, settings: dict[str, str], kept: str | None
) -> subprocess.Popen[str]:
    folder = reachable(programs, account, directory)
    data = os.path.join(directory, "data")
    if kept is None or not os.path.isdir(kept):
        _initialise(account, folder, directory, data)
        if kept is not None:
            _keep(data, kept)
    else:
        shutil.copytree(kept, data, copy_function=shutil.copyfile)
        os.chmod(data, 0o700)
        account.own_all(data)
    options = {**settings, "unix_socket_directories": directory}
    command = [os.path.join(folder, "postgres"), "-D", data]
    command += (word for name, value in options.items() for word in ("-c", f"{name}={value}"))
    return _run(account, ["/bin/sh", "-c", _KEEPER, "keeper", directory, *command], directory, subprocess.PIPE)


def _initialise(account: Account, folder: str, directory: str, data: str) -> None:
    initdb = _run(account, [os.path.join(folder, "initdb"), "-D", data, *_INITIALISE], directory, subprocess.DEVNULL)
    _, said = initdb.communicate()
    if initdb.returncode != 0:
        raise ScratchError(f"initdb of PostgreSQL failed: {_last_line(said)}", hint="is the disk full?")


def _kept(programs: Programs) -> str | None:
    """Where a data directory as `initdb` leaves it is kept, since making it takes most of a start.

    `None` if there is no place that is ours alone.
    """
    from hashlib import blake2b

    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = os.path.join(caches, "schema-lint")
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        status = os.stat(folder)
    except OSError:
        return None
    if not os.path.isabs(folder) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        return None
    identity = blake2b("|".join((programs.identity, *_INITIALISE)).encode(), digest_size=6).hexdigest()
    return os.path.join(folder, f"postgresql-{'.'.join(map(str, programs.version))}-{identity}")


def _keep(fresh: str, kept: str) -> None:
    """Keep a copy; where two do at once, the first stays."""
    try:
        made = tempfile.mkdtemp(prefix="making-", dir=os.path.dirname(kept))
    except OSError:
        return
    try:
        shutil.copytree(fresh, os.path.join(made, "data"), copy_function=shutil.copyfile)
        os.rename(os.path.join(made, "data"), kept)
    except OSError:
        pass
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _run(account: Account, command: list[str], directory: str, stdin: int) -> subprocess.Popen[str]:
    """Start a program as that account, with nothing of our environment that could lead it elsewhere."""
    return subprocess.Popen(
        command,
        cwd=directory,
        env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
        user=account.user,
        group=account.group,
        extra_groups=[] if account.user is not None else None,
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
