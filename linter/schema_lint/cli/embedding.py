"""A drawing inside a Markdown file, between two comments, and whether it is out of date."""

from __future__ import annotations

import os
import re

import msgspec

from schema_lint.cli import output
from schema_lint.cli.failures import Failure, say

START = "<!-- schema-lint erd start -->"
END = "<!-- schema-lint erd end -->"

_MARK = re.compile(r"[ \t]*<!--[ \t]*schema-lint erd (start|end)[ \t]*-->[ \t]*")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_SHOWN = 40
"""Lines of a difference that are printed."""


class Embedded(msgspec.Struct, frozen=True, kw_only=True):
    """A file with a place for the drawing."""

    path: str
    before: str
    """Its text up to the end of the line that starts the place."""

    old: str
    after: str
    newline: str


def read(path: str) -> Embedded:
    """The file, parted at its comments.

    Raises:
        Failure: if it cannot be read or written, is not UTF-8, or has not exactly one place for a drawing.
    """
    output.check_file(path)
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8")
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Failure(f"{path} is not UTF-8") from None
    lines = re.split(r"(?<=\n)", text)
    marks = _marks(lines)
    if [kind for kind, _ in marks] != ["start", "end"]:
        what = "no place" if not marks else "no single place"
        raise Failure(
            f"{path} has {what} for the drawing",
            hint=f"put these two lines where it belongs, once, each on a line of its own:\n{START}\n{END}",
        )
    start, end = marks[0][1], marks[1][1]
    return Embedded(
        path=path,
        before="".join(lines[: start + 1]),
        old="".join(lines[start + 1 : end]),
        after="".join(lines[end:]),
        newline="\r\n" if lines[start].endswith("\r\n") else "\n",
    )


def _marks(lines: list[str]) -> list[tuple[str, int]]:
    """The comments and their lines. One in a block of code is an example."""
    found = []
    fence = ""
    for number, line in enumerate(lines):
        opened = _FENCE.match(line)
        mark = _MARK.fullmatch(line.rstrip("\r\n"))
        if fence:
            if opened and opened[1].startswith(fence) and not line.strip(" \t\r\n`~"):
                fence = ""
        elif opened:
            fence = opened[1]
        elif mark:
            found.append((mark[1], number))
    return found


def update(embedded: Embedded, drawing: str, *, check: bool) -> int:
    """Put the drawing there, or only tell whether it is there; the exit status."""
    block = f"```mermaid\n{drawing.rstrip()}\n```\n".replace("\n", embedded.newline)
    if block == embedded.old:
        return 0
    if check:
        return _tell(embedded.path, embedded.old, block)
    content = f"{embedded.before}{block}{embedded.after}".encode("utf-8", "backslashreplace")
    try:
        output.replace_file(os.path.realpath(embedded.path), content)
    except OSError as error:
        raise Failure(f"cannot write {embedded.path}: {error.strerror}") from None
    return 0


def replace(path: str, drawing: str, *, check: bool) -> int:
    """Write the drawing to a file of its own, or only tell whether it is there; the exit status."""
    if not check:
        output.write_file(path, drawing)
        return 0
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            old = file.read()
    except FileNotFoundError:
        old = ""
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from None
    return 0 if old == drawing else _tell(path, old, drawing)


def _tell(path: str, old: str, new: str) -> int:
    from difflib import unified_diff

    lines = list(unified_diff(old.splitlines(), new.splitlines(), path, "as the models are", lineterm="", n=1))
    more = f"… and {len(lines) - _SHOWN:,} more lines" if lines[_SHOWN:] else ""
    say(f"{path}: the drawing is out of date", *(line[:200] for line in lines[:_SHOWN]), more,
        "hint: the same command without --check writes it")  # fmt: skip
    return 1
