"""Where output goes: its colours, its width, and its readers that stop reading."""

from __future__ import annotations

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


def write_file(path: str, text: str) -> None:
    """Write a report to a file.

    Raises:
        Failure: if it cannot be written.
    """
    try:
        with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        from schema_lint.cli.failures import Failure

        raise Failure(f"cannot write {path}: {error.strerror}") from None
