"""Where output goes: its colours, its width, and its readers that stop reading."""

from __future__ import annotations

import errno
import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schema_lint.reporting.terminal import Style

WIDTH = 100
"""Cells, where no terminal tells."""


def style_of(choice: str) -> Style:
    """How to draw on standard output."""
    from schema_lint.reporting.terminal import Style, wants_colour

    encoding = (getattr(sys.stdout, "encoding", None) or "ascii").lower().replace("-", "").replace("_", "")
    colour = wants_colour(os.environ, is_terminal=to_terminal(), choice=choice)
    return Style(colour=colour, ascii=not encoding.startswith("utf"))


def to_terminal() -> bool:
    """Whether people read standard output as it is written."""
    return sys.stdout is not None and sys.stdout.isatty()


def terminal_width() -> int:
    """Cells of standard output; `COLUMNS` beats the terminal."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns[:6]) > 0:
        return int(columns[:6])
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or WIDTH
    except (OSError, ValueError, AttributeError):
        return WIDTH


def write(text: str) -> None:
    """Write to standard output. If nobody reads it any more, that is no failure: the exit status still tells.

    Raises:
        OSError: if it cannot be written, as on a full disk.
    """
    if sys.stdout is None:
        return
    try:
        buffer = getattr(sys.stdout, "buffer", None)
        if buffer is None:
            sys.stdout.write(text)
        else:
            sys.stdout.flush()
            buffer.write(text.encode("utf-8", "backslashreplace"))
        sys.stdout.flush()
    except BrokenPipeError:
        from schema_lint.cli.failures import silence_stdout

        silence_stdout()


def json_text(document: Any) -> str:
    """A document as indented JSON, with nothing in it that a terminal would obey."""
    from schema_lint.reporting.json import text_of

    return text_of(document)


def check_file(path: str) -> None:
    """See that a report can be written there, before a long run ends with that it cannot.

    Raises:
        Failure: with what is in the way.
    """
    from schema_lint.cli.failures import Failure

    if _is_device(path):
        return
    if os.path.isdir(path):
        raise Failure(f"cannot write {path}: it is a folder", hint=f"name a file in it: {os.path.join(path, 'report')}")
    if os.path.exists(path):
        if not os.access(path, os.W_OK):
            raise Failure(f"cannot write {path}: it may not be written")
        return
    folder = os.path.dirname(os.path.realpath(path))
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    if not os.path.isdir(folder):
        raise Failure(f"cannot write {path}: {folder} is no folder")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"cannot write {path}: nothing may be made in {folder}")


def write_file(path: str, text: str) -> None:
    """Write a report to a file, whole or not at all; the folders that lead to it are made.

    Raises:
        Failure: if it cannot be written.
    """
    content = text.encode("utf-8", "backslashreplace")
    try:
        if _is_device(path):
            _write_to(path, content)
        else:
            replace_file(os.path.realpath(path), content)
    except OSError as error:
        from schema_lint.cli.failures import Failure

        raise Failure(f"cannot write {path}: {error.strerror}") from None


def replace_file(path: str, content: bytes) -> None:
    """Put a file in another's place, with its mode, or where there is none; whoever reads sees the one or the other.

    Raises:
        OSError: if it cannot be written.
    """
    folder, name = os.path.split(path)
    os.makedirs(folder, exist_ok=True)
    partial = os.path.join(folder, f".{name[:100]}.{os.getpid()}.partial")
    try:
        try:
            _write_to(partial, content)
            if os.path.exists(path):
                os.chmod(partial, os.stat(path).st_mode & 0o7777)
            os.replace(partial, path)
        finally:
            if os.path.lexists(partial):
                os.unlink(partial)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EPERM, errno.EBUSY) or not os.path.isfile(path):
            raise
        # A file that is mounted by itself, or stands in a folder of somebody else's, can only be written in place.
        _write_to(path, content)


def _write_to(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def _is_device(path: str) -> bool:
    """Whether it is a pipe, a terminal or the like, which is written as it stands."""
    return path.startswith("/dev/") or (os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path))
