"""The user's code around a place: numbered lines without secrets, and where the caret stands."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

import msgspec

from schema_lint.facts.place import SourcePlace
from schema_lint.facts.secrets import MASK, secret_spans
from schema_lint.reporting.terminal import cut, expanded, inert, width

_LINE_END = re.compile(r"\r\n|\r|\n")
"""As Python counts lines: a form feed or a Unicode separator ends none."""

_HEADER = re.compile(r"(?:class|(?:async\s+)?def)\b")
_NAME = re.compile(r"[\w.]+|\S")
_LONG = 4000
"""Characters of a line that are looked at; generated files have lines of megabytes."""

_NEAR = 4
"""Lines on either side that are looked at for a password written over several lines."""


class CodeLine(msgspec.Struct, frozen=True):
    """A line of the excerpt, ready to be shown."""

    number: int | None
    """`None` stands for lines left out."""

    text: str
    start: int = 0
    """Where the caret begins, in cells from the line's beginning."""

    length: int = 0
    """Of the caret; 0 where the line has none."""


@functools.lru_cache(maxsize=16)
def lines_of(text: str) -> list[str]:
    """The lines as the interpreter numbers them."""
    return _LINE_END.split(text.removeprefix("\ufeff"))


def snippet(text: str, place: SourcePlace, *, before: int = 2, after: int = 1) -> list[CodeLine]:
    """The place's lines with a few around them, at most ten; the header of the class they belong to comes first.

    Empty if the place lies outside the text.
    """
    lines = lines_of(text)
    if not 1 <= place.line <= len(lines):
        return []
    last = min(max(place.end_line, place.line), place.line + 3, len(lines))
    first = max(1, place.line - before)
    stop = min(len(lines), max(last + after, _end_of_call(lines, last)))
    while first < place.line and not lines[first - 1].strip():
        first += 1
    while stop > last and not lines[stop - 1].strip():
        stop -= 1
    first = _after_previous(lines, first, place.line)
    near = max(1, first - _NEAR)
    header = _header(lines, place.line)
    numbers = [*range(near, min(len(lines), stop + _NEAR) + 1), *([header] if header is not None else [])]
    if any(len(lines[number - 1]) > _LONG for number in numbers):
        lines, place = _clipped(lines, place, numbers)
    spans = _spans_by_line(lines[near - 1 : stop + _NEAR], place.path, near)
    shown = [_line(lines, number, spans, place) for number in range(first, stop + 1)]
    if header is not None and header < first:
        gap = [] if header == first - 1 else [CodeLine(None, "")]
        header_spans = _spans_by_line(lines[header - 1 : header], place.path, header)
        shown = [_line(lines, header, header_spans, place), *gap, *shown]
    return shown


def _clipped(lines: list[str], place: SourcePlace, numbers: Sequence[int]) -> tuple[list[str], SourcePlace]:
    """These lines without what lies too far from the place to be shown, and the place in them."""
    lines = list(lines)
    offset = max(0, place.column - 1 - _LONG // 2)
    for number in numbers:
        start = offset if number == place.line else 0
        lines[number - 1] = lines[number - 1][start : start + _LONG]
    end = max(1, place.end_column - offset) if place.end_line == place.line else place.end_column
    return lines, SourcePlace(place.path, place.line, place.column - offset, place.end_line, end)


def _end_of_call(lines: list[str], line: int) -> int:
    """Where a line opens a bracket at its end: the last line that tells what stands in it, three further at most."""
    if not lines[line - 1].rstrip().endswith(("(", "[", "{")):
        return line
    margin = _indent(lines[line - 1])
    stop = line
    for number in range(line + 1, min(len(lines), line + 3) + 1):
        if lines[number - 1].strip() and _indent(lines[number - 1]) <= margin:
            break
        stop = number
    return stop


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _after_previous(lines: list[str], first: int, line: int) -> int:
    """Leave out lines before the place that belong to something outside its block."""
    margin = _indent(lines[line - 1])
    for number in range(line - 1, first - 1, -1):
        text = lines[number - 1]
        if text.strip() and _indent(text) < margin:
            return number if _HEADER.match(text.strip()) else number + 1
    return first


def _header(lines: list[str], line: int) -> int | None:
    """The line of the class or function whose body the line stands in, as far as indentation tells."""
    margin = _indent(lines[line - 1])
    for number in range(line - 1, max(0, line - 400), -1):
        text = lines[number - 1]
        if not text.strip() or _indent(text) >= margin:
            continue
        if _HEADER.match(text.strip()):
            return number
        if text.lstrip()[0] not in "#)]}\"'":
            margin = _indent(text)
        if margin == 0:
            return None
    return None


def _spans_by_line(lines: list[str], path: str, first: int) -> dict[int, list[tuple[int, int]]]:
    """Where passwords stand, by line number; looked for in all the lines together."""
    spans: dict[int, list[tuple[int, int]]] = {}
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    index = 0
    for start, end in secret_spans("\n".join(lines), path):
        while starts[index + 1] <= start:
            index += 1
        spans.setdefault(first + index, []).append((start - starts[index], end - starts[index]))
    return spans


def _line(lines: list[str], number: int, spans: dict[int, list[tuple[int, int]]], place: SourcePlace) -> CodeLine:
    line = lines[number - 1]
    hidden = spans.get(number, [])
    text = _shown(line, hidden, len(line)).rstrip()
    if number != place.line:
        return CodeLine(number, text)
    begin = min(place.column - 1, len(line.rstrip()))
    if place.end_line > place.line:
        end = len(line.rstrip())
    elif place.end_line == place.line and place.end_column > place.column:
        end = min(place.end_column - 1, len(line))
    else:
        word = _NAME.match(line, begin)
        end = word.end() if word else begin + 1
    start = width(_shown(line, hidden, begin))
    return CodeLine(number, text, start, max(1, width(_shown(line, hidden, end)) - start))


def _shown(line: str, spans: list[tuple[int, int]], upto: int) -> str:
    """The line's beginning as it is shown: passwords masked, tabs expanded, nothing that a terminal obeys."""
    pieces = []
    position = 0
    for start, end in spans:
        if start >= upto:
            break
        pieces += [line[position:start], MASK]
        position = end
    pieces.append(line[position:upto] if position < upto else "")
    return expanded(inert("".join(pieces)))


def fitted(line: CodeLine, cells: int) -> CodeLine:
    """The line in at most so many cells. A long line is moved to the left as far as its caret needs."""
    if width(line.text) <= cells:
        start = min(line.start, cells - 1)
        return CodeLine(line.number, line.text, start, min(line.length, cells - start))
    if not line.length or line.start + min(line.length, 12) < cells:
        return CodeLine(line.number, cut(line.text, cells), line.start, min(line.length, max(0, cells - line.start)))
    skip = line.start - cells // 3
    dropped = first = 0
    while dropped < skip:
        dropped += width(line.text[first])
        first += 1
    start = line.start - dropped + 1
    text = cut("…" + line.text[first:], cells)
    return CodeLine(line.number, text, start, max(1, min(line.length, cells - start)))
