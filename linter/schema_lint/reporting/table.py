"""Plain tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set

from schema_lint.reporting.terminal import LOOKS, PLAIN, Style, cut, width

_GAP = "  "
_NARROWEST = 12
"""Cells of a column that shares what is left, on average, where hardly anything is."""


def table(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    style: Style = PLAIN,
    right: Set[int] = frozenset(),
    looks: Mapping[int, Callable[[str], str]] | None = None,
) -> list[str]:
    """Lines with columns as wide as their widest cell.

    Args:
        right: columns set flush right.
        looks: for a column, the look of a cell by its text; a text that is no look stays plain.
    """
    widths = widest(titles, rows)

    def cell(text: str, column: int) -> str:
        padding = " " * (widths[column] - width(text))
        return padding + text if column in right else text + padding

    lines = [_GAP.join(style.paint(cell(text, column), "strong") for column, text in enumerate(titles)).rstrip()]
    for row in rows:
        cells = []
        for column, text in enumerate(row):
            look = looks[column](text) if looks and column in looks else ""
            shown = cell(text, column)
            cells.append(style.paint(shown, look) if look in LOOKS else shown)
        lines.append(_GAP.join(cells).rstrip())
    return lines


def widest(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Cells that the widest text of each column takes."""
    return [max(width(row[column]) for row in [titles, *rows]) for column in range(len(titles))]


def fitted(titles: Sequence[str], rows: Sequence[Sequence[str]], sharing: Sequence[int], room: int) -> list[list[str]]:
    """The rows in so many cells: the columns of `sharing` are cut to what the others leave, but not to nothing."""
    widths = widest(titles, rows)
    taken = sum(cells for column, cells in enumerate(widths) if column not in sharing) + len(_GAP) * (len(widths) - 1)
    left = max(room - taken, _NARROWEST * len(sharing))
    shares = _fair_shares([widths[column] for column in sharing], left)
    for column, share in zip(sharing, shares, strict=True):
        widths[column] = share
    return [list(map(cut, row, widths)) for row in rows]


def _fair_shares(wanted: Sequence[int], left: int) -> list[int]:
    """Widths of columns that share what is left: those that want less than an even part get what they want."""
    found = list(wanted)
    open_columns = sorted(range(len(wanted)), key=wanted.__getitem__)
    while open_columns:
        column = open_columns.pop(0)
        found[column] = min(wanted[column], left // (len(open_columns) + 1))
        left -= found[column]
    return found
