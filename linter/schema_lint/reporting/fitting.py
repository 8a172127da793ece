"""Reference code made to fit a pane: comments wrapped anew, long calls opened up one argument to a line."""

from __future__ import annotations

from collections.abc import Sequence

from schema_lint.reporting.terminal import cut, width, wrapped

_OPENING = {"(": ")", "[": "]", "{": "}"}
_DEPTH = 3


def fitting(lines: Sequence[str], cells: int) -> list[str]:
    """The lines in at most so many cells; what cannot be broken is cut."""
    fit: list[str] = []
    comment: list[str] = []
    for line in [*lines, ""]:
        if line.lstrip().startswith("#"):
            comment.append(line)
            continue
        fit += _rewrapped(comment, cells)
        comment = []
        fit += [cut(part, cells) for part in _opened(line, cells, _DEPTH)]
    return fit[:-1]


def _rewrapped(comment: Sequence[str], cells: int) -> list[str]:
    if all(width(line) <= cells for line in comment):
        return list(comment)
    margin = comment[0][: len(comment[0]) - len(comment[0].lstrip())] + "# "
    text = " ".join(line.lstrip().lstrip("#").strip() for line in comment)
    return [margin + line for line in wrapped(text, max(16, cells - len(margin)))]


def _opened(line: str, cells: int, depth: int) -> list[str]:
    """As a formatter breaks a line: after the bracket that closes at its end, and after each comma inside."""
    if width(line) <= cells or not depth:
        return [line]
    split = _arguments(line)
    if split is None:
        return [line]
    head, arguments, tail = split
    margin = " " * (len(line) - len(line.lstrip()) + 4)
    inner = [part for argument in arguments for part in _opened(f"{margin}{argument},", cells, depth - 1)]
    return [head, *inner, margin[4:] + tail]


def _arguments(line: str) -> tuple[str, list[str], str] | None:
    """The text to the outermost bracket that closes at the line's end, what stands between its commas, the rest."""
    stack: list[int] = []
    commas: list[tuple[int, int]] = []
    outer: tuple[int, int] | None = None
    position = 0
    while position < len(line):
        character = line[position]
        if character in "\"'":
            position = _string_end(line, position)
        elif character == "#":
            return None
        elif character in _OPENING:
            stack.append(position)
        elif character in ")]}":
            if not stack:
                return None
            start = stack.pop()
            outer = (start, position) if not stack else outer
        elif character == "," and stack:
            commas.append((len(stack), position))
        position += 1
    if stack or outer is None or line[outer[1] + 1 :].strip() not in ("", ",", ":"):
        return None
    start, end = outer
    cuts = [position for level, position in commas if level == 1 and start < position < end]
    parts = [line[a + 1 : b].strip() for a, b in zip([start, *cuts], [*cuts, end], strict=True)]
    return line[: start + 1], [part for part in parts if part], line[end:]


def _string_end(line: str, start: int) -> int:
    quote = line[start]
    position = start + 1
    while position < len(line) and line[position] != quote:
        position += 2 if line[position] == "\\" else 1
    return min(position, len(line) - 1)
