"""The user's code and the reference excerpt, side by side or one above the other."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schema_lint.reporting.excerpt import Excerpt
from schema_lint.reporting.fitting import fitting
from schema_lint.reporting.highlighting import highlighted
from schema_lint.reporting.snippet import CodeLine, fitted
from schema_lint.reporting.terminal import Style, cut, filled, inert, tail, width

SIDE_BY_SIDE = 100
"""The least terminal width for two panes."""

_REFERENCE = 48
"""Cells that the reference keeps, however wide the user's code is; it is made to fit."""


class Pane(msgspec.Struct, frozen=True, kw_only=True):
    """The user's side."""

    title: str
    """The place."""

    lines: Sequence[CodeLine] = ()
    look: str = "error"
    """The caret's."""

    python: bool = True


def drawn(pane: Pane, excerpt: Excerpt | None, *, cells: int, gutter: int, style: Style) -> list[str]:
    """The rows of both, at most so many cells wide."""
    if excerpt is None or cells < SIDE_BY_SIDE:
        return _stacked(pane, excerpt, cells, gutter, style)
    return _side_by_side(pane, excerpt, cells, gutter, style)


def _side_by_side(pane: Pane, excerpt: Excerpt, cells: int, gutter: int, style: Style) -> list[str]:
    reference = [inert(line) for line in excerpt.text.split("\n")]
    title = f"reference {excerpt.name}"
    room = cells - gutter - 6
    needed = max([width(line.text) for line in pane.lines] + [width(pane.title) + 1])
    # In the middle, so that the eye finds it in the same column each time; the user's code, which cannot be wrapped,
    # may push it to the right.
    left = max(room // 2, min(needed, room - _REFERENCE))
    right = room - left
    rows = _user_rows(pane, left, gutter, style)
    texts = highlighted(fitting(reference, right), style)
    head = f"{' ' * gutter}{style.paint('-->', 'frame')} {filled(tail(pane.title, left - 1), left - 1)}"
    lines = [f"{head} {style.paint('┬─', 'frame')} {style.paint(cut(title, right), 'good')}"]
    blank = f"{' ' * gutter} {style.paint('│', 'frame')} {' ' * left}"
    bar = style.paint("│", "frame")
    for number in range(max(len(rows), len(texts))):
        row = rows[number] if number < len(rows) else blank
        text = texts[number] if number < len(texts) else ""
        lines.append(f"{row} {bar} {text}".rstrip())
    return lines


def _stacked(pane: Pane, excerpt: Excerpt | None, cells: int, gutter: int, style: Style) -> list[str]:
    lines = [f"{' ' * gutter}{style.paint('-->', 'frame')} {pane.title}"]
    lines += [row.rstrip() for row in _user_rows(pane, cells - gutter - 3, gutter, style)]
    if excerpt is not None:
        lines.append(f"{' ' * gutter} {style.paint('├─', 'frame')} {style.paint(f'reference {excerpt.name}', 'good')}")
        texts = fitting([inert(line) for line in excerpt.text.split("\n")], cells - gutter - 3)
        bar = f"{' ' * gutter} {style.paint('│', 'frame')}"
        lines += [f"{bar} {text}".rstrip() for text in highlighted(texts, style)]
    return lines


def _user_rows(pane: Pane, cells: int, gutter: int, style: Style) -> list[str]:
    """Each code line with its number, and a row of carets under the place; all exactly so many cells wide."""
    fit = [fitted(line, cells) for line in pane.lines]
    texts = [filled(line.text, cells) for line in fit]
    if pane.python:
        texts = highlighted(texts, style)
    bar = style.paint("│", "frame")
    rows = []
    for line, text in zip(fit, texts, strict=True):
        if line.number is None:
            rows.append(f"{style.paint('…'.rjust(gutter), 'frame')} {bar} {' ' * cells}")
            continue
        rows.append(f"{style.paint(str(line.number).rjust(gutter), 'frame')} {bar} {text}")
        if line.length:
            carets = " " * line.start + "^" * min(line.length, cells - line.start)
            padding = " " * (cells - len(carets))
            rows.append(f"{' ' * gutter} {bar} {style.paint(carets, pane.look)}{padding}")
    return rows
