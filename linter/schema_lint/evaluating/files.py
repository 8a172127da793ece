"""Files of the project under check, below one root."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from schema_lint.config.globs import path_matches

if TYPE_CHECKING:
    from schema_lint.evaluating.looking import Look
    from schema_lint.evaluating.recording import RecordingTree

MAX_FILE_SIZE = 16 * 1024 * 1024
"""Bytes. No hand-written module comes near, but tables of data do, which are only searched for what could matter."""

PRUNED = frozenset(
    {
        ".bzr", ".direnv", ".eggs", ".git", ".git-rewrite", ".hg", ".ipynb_checkpoints", ".mypy_cache", ".nox",
        ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".schema_lint_cache", ".svn", ".tox", ".venv",
        ".vscode", "__pycache__", "__pypackages__", "_build", "buck-out", "build", "dist", "node_modules",
        "site-packages", "venv",
    }
)  # fmt: skip
"""Directories that hold no source of the project, by name."""

_CODING = rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)"
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
    """Files below `root`, wherever they are kept. Paths are relative to it, with `/`; `""` is the root itself.

    Symbolic links that lead out of the root are treated as absent.
    """

    def __init__(self, root: str, *, max_file_size: int = MAX_FILE_SIZE) -> None:
        self.root = os.path.abspath(root)
        self.max_file_size = max_file_size
        self.errors: list[tuple[str, ReadError]] = []
        """Directories that could not be listed."""

    @property
    def recorder(self) -> RecordingTree | None:
        """Where it is noted what is asked, if it is."""
        return None

    @property
    def identity(self) -> bytes:
        """What tells it from other states of the same files; empty for the disk, whose state what is asked tells."""
        return b""

    def read(self, path: str) -> bytes:
        """The file's content.

        Raises:
            ReadError: `missing`, `permission` or `too-large`.
        """
        raise NotImplementedError

    def content(self, path: str) -> bytes | None:
        """The file's content; `None` if it cannot be read."""
        try:
            return self.read(path)
        except ReadError:
            return None

    def look(self, path: str, look: Look, *parameters: bytes) -> Any:
        """The answer of a look at the file: what else it says does not count.

        Raises:
            ReadError: as `read`.
        """
        return look.answer(path, self.read(path), *parameters)

    def text(self, path: str) -> str | None:
        """The file's text, as `decode` reads it; `None` if it cannot be read."""
        content = self.content(path)
        return decoded(content) if content is not None else None

    def is_environment(self, path: str) -> bool:
        """Whether it is a virtual environment. Links that lead out of the root are followed below one."""
        raise NotImplementedError

    def is_tracked(self, path: str) -> bool | None:
        """Whether git tracks the file; `None` where that is not known."""
        raise NotImplementedError

    def listing(self, directory: str) -> Mapping[str, bool]:
        """What may be read of a directory: whether it is itself a directory, by name. Empty if it cannot be listed."""
        raise NotImplementedError

    def walk(self, start: str, exclude: Sequence[str], wanted: Callable[[str], object]) -> Iterator[str]:
        """Every file below a directory whose name `wanted` says yes to; links are not followed."""
        raise NotImplementedError

    def is_file(self, path: str) -> bool:
        """Whether it is a file that may be read."""
        directory, _, name = path.rpartition("/")
        return self.listing(directory).get(name) is False

    def is_dir(self, path: str) -> bool:
        """Whether it is a directory that may be read."""
        if not path:
            return True
        directory, _, name = path.rpartition("/")
        return self.listing(directory).get(name) is True

    def exists(self, path: str) -> bool:
        """Whether it is a file or directory that may be read."""
        return self.is_file(path) or self.is_dir(path)

    def listdir(self, path: str) -> list[str]:
        """Names of the directory's entries, sorted; none if it cannot be listed."""
        return sorted(self.listing(path))

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
                found.update(self.walk(start, exclude, _is_python))
            else:
                raise ReadError("missing", f"{start} does not exist")
        return sorted(found)

    def files_named(self, wanted: Callable[[str], object], under: Sequence[str] = ("",)) -> list[str]:
        """Every file below the given directories whose name `wanted` says yes to, sorted."""
        found: set[str] = set()
        for start in under:
            found.update(self.walk(start, (), wanted))
        return sorted(found)


def excluded(path: str, patterns: Sequence[str]) -> bool:
    """Whether one of the glob patterns fits the path."""
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


def decoded(content: bytes) -> str | None:
    """Source text, as `decode` reads it; `None` if it cannot be read."""
    try:
        return decode(content)
    except ReadError:
        return None


def _declared_encoding(content: bytes) -> str:
    head = content[:400]
    if b"coding" not in head:
        return "utf-8"
    for line in head.splitlines()[:2]:
        if match := re.match(_CODING, line):
            name = match.group(1).decode("ascii", "replace").lower()
            return "\0" if name in _NOT_FOR_SOURCE else name
        if line.strip() and not line.lstrip().startswith(b"#"):
            break
    return "utf-8"
