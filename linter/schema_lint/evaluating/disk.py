"""The project's files as they lie on disk."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence

from schema_lint.evaluating.files import MAX_FILE_SIZE, PRUNED, ReadError, SourceTree, excluded

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


class DiskTree(SourceTree):
    """Files on disk. A directory is listed once."""

    def __init__(self, root: str, *, max_file_size: int = MAX_FILE_SIZE) -> None:
        super().__init__(root, max_file_size=max_file_size)
        self._real_root = os.path.realpath(self.root)
        self._listings: dict[str, dict[str, bool]] = {}
        self._directories: dict[str, bool] = {}
        self._trusted: list[str] = []

    def is_environment(self, path: str) -> bool:
        if not os.path.isfile(os.path.join(self._full(path), "pyvenv.cfg")):
            return False
        if path not in self._trusted:
            self._trusted.append(path)
            self._directories.clear()
            self._listings = {known: names for known, names in self._listings.items() if names}
        return True

    def read(self, path: str) -> bytes:
        descriptor = self._open(path)
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise ReadError("permission", "is not a regular file")
            if status.st_size > self.max_file_size:
                raise ReadError("too-large", f"has {status.st_size} bytes, more than {self.max_file_size}")
            return self._drain(descriptor, status.st_size)
        except OSError as error:
            raise ReadError("permission", f"cannot be read: {error.strerror}") from None
        finally:
            os.close(descriptor)

    def _open(self, path: str) -> int:
        full = self._full(path)
        try:
            if self._directory_inside(path.rpartition("/")[0]):
                if not _NO_FOLLOW and not self._inside(path):
                    raise PermissionError(errno.EACCES, "is a link that leads out of the project")
                try:
                    return os.open(full, _FLAGS | _NO_FOLLOW)
                except OSError as error:
                    if error.errno not in (errno.ELOOP, errno.EMLINK) or not self._inside(path):
                        raise
                return os.open(full, _FLAGS)
        except (FileNotFoundError, NotADirectoryError):
            raise ReadError("missing", "does not exist") from None
        except (OSError, ValueError) as error:
            raise ReadError("permission", f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
        raise ReadError("permission", "is behind a link that leads out of the project")

    def _drain(self, descriptor: int, size: int) -> bytes:
        content = os.read(descriptor, size + 1)
        # More than it said: it is being written to, or of a kind that does not tell.
        while len(content) > size and (more := os.read(descriptor, 65_536)):
            content += more
            if len(content) > self.max_file_size:
                raise ReadError("too-large", f"has more than {self.max_file_size} bytes")
        return content

    def is_tracked(self, path: str) -> bool | None:
        # By its index (gitformat-index(5)), whose paths are compressed in version 4. Asking git would cost a process.
        index = self.content(".git/index")
        if index is None or index[:4] != b"DIRC" or index[7:8] not in (b"\x02", b"\x03"):
            return None
        name = os.fsencode(path)
        at = index.find(name + b"\0")
        while at >= 0:
            # The path's length stands before it, so that another path's end is not taken for it.
            for before in (at - 2, at - 4):
                if int.from_bytes(index[before : before + 2], "big") & 0xFFF == min(len(name), 0xFFF):
                    return True
            at = index.find(name + b"\0", at + 1)
        return False

    def walk(self, start: str, exclude: Sequence[str], wanted: Callable[[str], object]) -> Iterator[str]:
        pending = [start]
        while pending:
            directory = pending.pop()
            prefix = f"{directory}/" if directory else ""
            try:
                with self._scan(directory) as entries:
                    for entry in entries:
                        name, path = entry.name, prefix + entry.name
                        if wanted(name) and not entry.is_dir(follow_symlinks=False):
                            if entry.is_file(follow_symlinks=False) and not excluded(path, exclude):
                                yield path
                        elif (
                            name not in PRUNED
                            and entry.is_dir(follow_symlinks=False)
                            and not excluded(path, exclude)
                            and not self._holds_environment(path)
                        ):
                            pending.append(path)
            except OSError as error:
                self.errors.append((directory, ReadError("permission", f"cannot be listed: {error.strerror}")))

    def listing(self, directory: str) -> dict[str, bool]:
        listing = self._listings.get(directory)
        if listing is None:
            listing = self._listings[directory] = {}
            if self._inside(directory):
                self._fill(directory, listing)
        return listing

    def _fill(self, directory: str, listing: dict[str, bool]) -> None:
        prefix = f"{directory}/" if directory else ""
        try:
            with self._scan(directory) as entries:
                for entry in entries:
                    if entry.is_symlink() and not self._inside(prefix + entry.name):
                        continue
                    if entry.is_dir():
                        listing[entry.name] = True
                    elif entry.is_file():
                        listing[entry.name] = False
        except (OSError, ValueError):
            return

    def _scan(self, directory: str) -> os._ScandirIterator[str]:
        return os.scandir(self._full(directory))

    def _holds_environment(self, directory: str) -> bool:
        return os.path.exists(os.path.join(self._full(directory), "pyvenv.cfg"))

    def _full(self, path: str) -> str:
        return os.path.join(self.root, path) if path else self.root

    def _directory_inside(self, directory: str) -> bool:
        inside = self._directories.get(directory)
        if inside is None:
            inside = self._directories[directory] = self._inside(directory)
        return inside

    def _inside(self, path: str) -> bool:
        if any(path == trusted or path.startswith(f"{trusted}/") for trusted in self._trusted):
            return True
        try:
            real = os.path.realpath(self._full(path))
        except (OSError, ValueError):
            return False
        return real == self._real_root or real.startswith(self._real_root.rstrip(os.sep) + os.sep)
