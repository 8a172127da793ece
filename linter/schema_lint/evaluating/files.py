"""Files of the project under check, below one root."""

from __future__ import annotations

import codecs
import errno
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence

from schema_lint.config.globs import path_matches

MAX_FILE_SIZE = 2 * 1024 * 1024
"""Bytes; no hand-written module comes near."""

PRUNED = frozenset(
    {
        ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox",
        ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv", ".vscode",
        "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules", "site-packages", "venv",
    }
)  # fmt: skip
"""Directories that hold no source of the project, by name."""

_CODING = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_NOT_FOR_SOURCE = frozenset({"idna", "punycode", "undefined", "mbcs", "oem"})


class ReadError(Exception):
    """A file that could not be read.

    `kind` is `missing`, `permission`, `too-large`, `encoding`, `syntax` or `too-deep`; `line` and `column` are
    1-based, 0 where there is none.
    """

    def __init__(self, kind: str, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.line = line
        self.column = column


def _is_python(name: str) -> bool:
    return name.endswith(".py")


class SourceTree:
    """Files on disk below `root`. Paths are relative to it, with `/`; `""` is the root itself.

    Symbolic links that lead out of the root are treated as absent.
    """

    def __init__(self, root: str, *, max_file_size: int = MAX_FILE_SIZE) -> None:
        self.root = os.path.abspath(root)
        self.max_file_size = max_file_size
        self.errors: list[tuple[str, ReadError]] = []
        """Directories that could not be listed."""
        self._real_root = os.path.realpath(self.root)
        self._listings: dict[str, dict[str, bool]] = {}
        self._directories: dict[str, bool] = {}
        self._trusted: list[str] = []

    def is_environment(self, path: str) -> bool:
        """Whether it is a virtual environment. Links that lead out of the root are followed below one."""
        if not os.path.isfile(os.path.join(self._full(path), "pyvenv.cfg")):
            return False
        if path not in self._trusted:
            self._trusted.append(path)
            self._directories.clear()
            self._listings = {known: names for known, names in self._listings.items() if names}
        return True

    def read(self, path: str) -> bytes:
        """The file's content.

        Raises:
            ReadError: `missing`, `permission` or `too-large`.
        """
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
        while more := os.read(descriptor, 65_536):
            content += more
            if len(content) > self.max_file_size:
                raise ReadError("too-large", f"has more than {self.max_file_size} bytes")
        return content

    def is_file(self, path: str) -> bool:
        """Whether it is a file that may be read."""
        directory, _, name = path.rpartition("/")
        return self._listing(directory).get(name) is False

    def is_dir(self, path: str) -> bool:
        """Whether it is a directory that may be read."""
        if not path:
            return True
        directory, _, name = path.rpartition("/")
        return self._listing(directory).get(name) is True

    def exists(self, path: str) -> bool:
        """Whether it is a file or directory that may be read."""
        return self.is_file(path) or self.is_dir(path)

    def listdir(self, path: str) -> list[str]:
        """Names of the directory's entries, sorted; none if it cannot be listed."""
        return sorted(self._listing(path))

    def python_files(self, under: Sequence[str] = ("",), exclude: Sequence[str] = ()) -> list[str]:
        """Every `.py` file below the given files and directories, sorted, each once.

        Links are not followed: what they lead to inside the root is found by its own name. `exclude` holds glob
        patterns of paths or of names. A file that is named itself is taken whatever its suffix.

        Raises:
            ReadError: `missing`, where one of `under` does not exist.
        """
        found: set[str] = set()
        for start in under:
            start = start.strip("/") if start not in (".", "./") else ""
            if self.is_file(start):
                found.add(start)
            elif self.is_dir(start):
                found.update(self._walk(start, exclude))
            else:
                raise ReadError("missing", f"{start} does not exist")
        return sorted(found)

    def files_named(self, wanted: Callable[[str], object], under: Sequence[str] = ("",)) -> list[str]:
        """Every file below the given directories whose name `wanted` says yes to, sorted."""
        found: set[str] = set()
        for start in under:
            found.update(self._walk(start, (), wanted))
        return sorted(found)

    def _walk(self, start: str, exclude: Sequence[str], wanted: Callable[[str], object] = _is_python) -> Iterator[str]:
        pending = [start]
        while pending:
            directory = pending.pop()
            prefix = f"{directory}/" if directory else ""
            try:
                with os.scandir(self._full(directory)) as entries:
                    for entry in entries:
                        name, path = entry.name, prefix + entry.name
                        if wanted(name) and not entry.is_dir(follow_symlinks=False):
                            if entry.is_file(follow_symlinks=False) and not _excluded(path, exclude):
                                yield path
                        elif (
                            name not in PRUNED
                            and entry.is_dir(follow_symlinks=False)
                            and not _excluded(path, exclude)
                            and not os.path.exists(os.path.join(entry.path, "pyvenv.cfg"))
                        ):
                            pending.append(path)
            except OSError as error:
                self.errors.append((directory, ReadError("permission", f"cannot be listed: {error.strerror}")))

    def _listing(self, directory: str) -> dict[str, bool]:
        listing = self._listings.get(directory)
        if listing is None:
            listing = self._listings[directory] = {}
            if self._inside(directory):
                self._fill(directory, listing)
        return listing

    def _fill(self, directory: str, listing: dict[str, bool]) -> None:
        prefix = f"{directory}/" if directory else ""
        try:
            with os.scandir(self._full(directory)) as entries:
                for entry in entries:
                    if entry.is_symlink() and not self._inside(prefix + entry.name):
                        continue
                    if entry.is_dir():
                        listing[entry.name] = True
                    elif entry.is_file():
                        listing[entry.name] = False
        except (OSError, ValueError):
            return

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


def _excluded(path: str, patterns: Sequence[str]) -> bool:
    return any(path_matches(path, pattern) for pattern in patterns)


def decode(content: bytes) -> str:
    """Source text: PEP 263 declaration or byte order mark, else UTF-8; line ends become `\\n`.

    Raises:
        ReadError: `encoding`.
    """
    if content.startswith(codecs.BOM_UTF8):
        content = content[3:]
        encoding = "utf-8"
    else:
        encoding = _declared_encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ReadError("encoding", f"is not valid {encoding}", line, 1) from None
    except (LookupError, UnicodeError, ValueError):
        raise ReadError("encoding", f"declares the encoding {encoding!r}, which is not known", 1, 1) from None
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def _declared_encoding(content: bytes) -> str:
    head = content[:400]
    if b"coding" not in head:
        return "utf-8"
    for line in head.splitlines()[:2]:
        if match := _CODING.match(line):
            name = match.group(1).decode("ascii", "replace").lower()
            return "\0" if name in _NOT_FOR_SOURCE else name
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return "utf-8"
