"""Where two schemas differ: a table for people, and a document for programs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from schema_lint.facts.difference import Comparison, Difference, Plain
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.secrets import mask
from schema_lint.reporting.json import place_of, text_of
from schema_lint.reporting.report import DEFAULT, Options
from schema_lint.reporting.summary import plural
from schema_lint.reporting.table import table, widest
from schema_lint.reporting.terminal import cut, inert, prose, tail

VERSION = 1
_GAP = 2
_NARROWEST = 12
"""Cells of a column, however narrow the terminal."""

_CAUSES = 20


def render(comparison: Comparison, options: Options = DEFAULT) -> str:
    """A table of the differences, and a sentence on what was compared."""
    style = options.style
    lines: list[str] = []
    if comparison.differences:
        titles = ("table", "what", "field", comparison.left, comparison.right, "place")
        rows = [_row(difference, options) for difference in comparison.differences]
        lines += [*table(titles, _fitted(titles, rows, options.width), style=style, looks={5: lambda _: "place"}), ""]
    lines += [style.paint(headline(comparison), "strong"), *_more(comparison, options)]
    return style.drawn("\n".join(lines) + "\n")


def headline(comparison: Comparison) -> str:
    """How much was compared, and how it went."""
    sides = f"{comparison.left} and {comparison.right}"
    extent = f"{plural(comparison.fields, 'field')} of {plural(comparison.tables, 'table')}"
    if not comparison.tables:
        return f"{sides} have no table in common"
    if not comparison.differences:
        return f"{sides} agree in {extent}"
    found = len(comparison.differences)
    return f"{sides} differ in {plural(found, 'place')}; compared were {extent}"


def as_json(comparison: Comparison) -> str:
    """The same for programs. Paths are relative to the project's root."""
    left, right = comparison.left, comparison.right
    return text_of({
        "version": VERSION,
        "left": left,
        "right": right,
        "tables": comparison.tables,
        "fields": comparison.fields,
        "not_compared": list(comparison.alone),
        "differences": [
            {
                "kind": difference.kind,
                "table": difference.table,
                "subject": difference.subject,
                "field": difference.field,
                left: _plain(difference.left),
                right: _plain(difference.right),
                "places": {
                    left: place_of(difference.left_place) if difference.left_place else None,
                    right: place_of(difference.right_place) if difference.right_place else None,
                },
            }
            for difference in comparison.differences
        ],
        "unknown": [
            {"table": item.table, "subject": item.subject, "field": item.field, "why": mask(item.unknown.why)}
            for item in comparison.uncompared
        ],
    })  # fmt: skip


def _more(comparison: Comparison, options: Options) -> list[str]:
    lines = []
    if comparison.uncompared:
        told = "" if options.show_unknown else "; --show-unknown lists them"
        lines.append(
            f"{plural(len(comparison.uncompared), 'field')} could not be decided, and differ from nothing{told}"
        )
    if options.show_unknown:
        causes = Counter(mask(item.unknown.why) for item in comparison.uncompared)
        lines += [cut(f"  {count:,} × {prose(why)}", options.width) for why, count in causes.most_common(_CAUSES)]
        if len(causes) > _CAUSES:
            lines.append(f"  … and {plural(len(causes) - _CAUSES, 'cause')} more")
    if comparison.alone:
        lines.append(
            f"not compared, since the other side has none of their tables: {inert(', '.join(comparison.alone))}"
        )
    return lines


def _row(difference: Difference, options: Options) -> tuple[str, ...]:
    what = difference.kind if difference.kind in ("table", "primary key") else f"{difference.kind} {difference.subject}"
    lacks_left = difference.field is None and difference.left is None
    place = difference.right_place if lacks_left else difference.left_place or difference.right_place
    if difference.field is None:
        sides = ["missing" if value is None else "there" for value in (difference.left, difference.right)]
    else:
        sides = [_shown(difference.left), _shown(difference.right)]
    named = difference.table or (difference.subject if difference.kind == "table" else "")
    cells = (named, what, (difference.field or "").replace("_", " "), *sides, _place(place, options))
    return tuple(inert(cell) for cell in cells)


def _place(place: Place | None, options: Options) -> str:
    if isinstance(place, SourcePlace):
        return f"{options.path(place.path)}:{place.line}"
    return options.place(place) if place is not None else ""


def _shown(value: Plain) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(value)})"
    return mask(value) if isinstance(value, str) else "none" if value is None else str(value).lower()


def _plain(value: Plain) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return mask(value) if isinstance(value, str) else value


def _fitted(titles: tuple[str, ...], rows: list[tuple[str, ...]], room: int) -> list[tuple[str, ...]]:
    """The rows in so many cells: the widest columns give way first."""
    widths = widest(titles, rows)
    while sum(widths) + _GAP * (len(widths) - 1) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    last = len(titles) - 1
    return [
        tuple((tail if column == last else cut)(cell, widths[column]) for column, cell in enumerate(row))
        for row in rows
    ]
