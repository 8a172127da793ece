"""The drawing itself, as SVG that a style sheet colours."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from schema_lint.reporting.erd.dot import Grouping
from schema_lint.reporting.erd.drawing import Drawing, End, Entity, EntityKey, Field, Link
from schema_lint.reporting.erd.layout import Layout, Node, Point, lay_out
from schema_lint.reporting.summary import plural
from schema_lint.reporting.terminal import cut, inert, width

COLOURS = 8
_ROW, _HEAD, _PAD = 20, 30, 10
_CELL = 7.25
"""Width of a character of the rows, in a monospaced font of 12 pixels."""

_LETTER = 8.9
"""The same for the bold names of tables."""

_BADGES = 44
_MARGIN = 24
_NAME, _TYPE, _TITLE, _LABEL = 40, 30, 48, 40
_MOST_LABELS = 24
_FOOT = 22.0
"""How far a crow's foot and its circle reach out of a box."""

_BULGE = 46.0


def figure(drawing: Drawing, grouping: Grouping) -> str:
    """The `svg` element."""
    return _Figure(drawing, grouping).svg()


def groups_of(drawing: Drawing, grouping: Grouping) -> list[str]:
    """What the tables are coloured by, sorted; nothing where they are not."""
    return [] if grouping == "none" else sorted({_group(entity, grouping) for entity in drawing.entities})


def escaped(text: str) -> str:
    """The text in HTML, in elements as in attributes."""
    shown = inert(" ".join(text.split()))
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _group(entity: Entity, grouping: Grouping) -> str:
    return entity.schema if grouping == "schema" else entity.module


class _Figure:
    def __init__(self, drawing: Drawing, grouping: Grouping) -> None:
        self.drawing = drawing
        self.grouping = grouping
        self.groups = groups_of(drawing, grouping)
        self.numbers = {entity.key: number for number, entity in enumerate(drawing.entities)}
        self.entities = {entity.key: entity for entity in drawing.entities}
        self.enums = {
            field.type: field.labels for entity in drawing.entities for field in entity.fields if field.labels
        }
        sizes: dict[Node, tuple[float, float]] = {entity.key: _size(entity) for entity in drawing.entities}
        sizes |= {("enum", name): _enum_size(name, labels) for name, labels in sorted(self.enums.items())}
        self.sizes = sizes
        edges: list[tuple[Node, Node]] = [(link.child, link.parent) for link in drawing.links]
        edges += [(key, ("enum", field.type)) for key, field in self.uses()]
        self.layout: Layout = lay_out(sizes, edges)

    def uses(self) -> list[tuple[EntityKey, Field]]:
        """Columns of enums."""
        return [(entity.key, field) for entity in self.drawing.entities for field in entity.fields if field.labels]

    def svg(self) -> str:
        across, down = self.layout.width + 2 * _MARGIN, self.layout.height + 2 * _MARGIN
        name = f"Entity-relationship diagram of {plural(len(self.drawing.entities), 'table')}"
        return "\n".join([
            f'<svg id="erd" xmlns="http://www.w3.org/2000/svg" role="group" aria-label="{name}" '
            f'width="{across:.0f}" height="{down:.0f}" viewBox="{-_MARGIN} {-_MARGIN} {across:.0f} {down:.0f}">',
            *(self.use(key, field) for key, field in self.uses()),
            *(self.link(link) for link in self.drawing.links),
            *(self.enum(name, labels) for name, labels in sorted(self.enums.items())),
            *(self.entity(entity) for entity in self.drawing.entities),
            "</svg>",
        ])  # fmt: skip

    def entity(self, entity: Entity) -> str:
        x, y = self.layout.boxes[entity.key]
        across, down = self.sizes[entity.key]
        colour = self.groups.index(_group(entity, self.grouping)) % COLOURS if self.groups else 0
        kind = "" if entity.kind == "table" else f", {entity.kind}"
        label = f"{entity.name}{kind}, {plural(len(entity.fields), 'column')}"
        found = " ".join([entity.name, *(field.name for field in entity.fields)]).lower()
        parts = [
            f'<g class="entity {entity.kind} g{colour}" id="e{self.numbers[entity.key]}" tabindex="0" role="group" '
            f'aria-label="{escaped(label)}" data-find="{escaped(found)}" transform="translate({x:.1f} {y:.1f})">',
            f"<title>{escaped(entity.comment or label)}</title>" if entity.comment or kind else "",
            f'<rect class="box" width="{across:.1f}" height="{down:.1f}" rx="4"/>',
            f'<path class="head" d="M0 {_HEAD}V4a4 4 0 0 1 4-4H{across - 4:.1f}a4 4 0 0 1 4 4V{_HEAD}z"/>',
            f'<text class="name" x="{_PAD}" y="20">{escaped(cut(entity.name, _TITLE))}</text>',
            *(self.row(field, number, across) for number, field in enumerate(entity.fields)),
        ]
        if entity.incomplete:
            line = _HEAD + len(entity.fields) * _ROW + 15
            parts.append(f'<text class="type" x="{_PAD}" y="{line}">… maybe more columns</text>')
        return "".join([*parts, "</g>"])

    def row(self, field: Field, number: int, across: float) -> str:
        y = _HEAD + number * _ROW + 15
        given = (("PK", field.primary), ("FK", field.foreign), ("UK", field.unique))
        keys = " ".join(key for key, is_so in given if is_so)
        doubt = "" if field.nullable is False else "?" if field.nullable else " (NULL?)"
        null = {True: "may be NULL", False: "NOT NULL", None: "it is not known whether it may be NULL"}[field.nullable]
        about = [f"{field.name}: {field.type}, {null}", ", ".join(field.labels), field.comment]
        return (
            f"<g><title>{escaped('. '.join(filter(None, about)))}</title>"
            f'<text class="keys" x="{_PAD}" y="{y}">{keys}</text>'
            f'<text class="column{" primary" if field.primary else ""}" x="{_PAD + _BADGES}" y="{y}">'
            f"{escaped(cut(field.name, _NAME))}</text>"
            f'<text class="type" x="{across - _PAD:.1f}" y="{y}">{escaped(cut(field.type, _TYPE) + doubt)}</text></g>'
        )

    def enum(self, name: str, labels: Sequence[str]) -> str:
        x, y = self.layout.boxes["enum", name]
        across, down = self.sizes["enum", name]
        shown = [escaped(cut(label, _LABEL)) for label in labels[:_MOST_LABELS]]
        shown += [f"… {len(labels) - _MOST_LABELS:,} more"] if labels[_MOST_LABELS:] else []
        rows = [
            f'<text class="column" x="{_PAD}" y="{_HEAD + number * _ROW + 12}">{label}</text>'
            for number, label in enumerate(shown)
        ]
        return (
            f'<g class="enum" transform="translate({x:.1f} {y:.1f})" role="group" '
            f'aria-label="enum {escaped(name)}, {plural(len(labels), "value")}">'
            f'<rect class="box" width="{across:.1f}" height="{down:.1f}" rx="10"/>'
            f'<text class="name" x="{_PAD}" y="19">{escaped(cut(name, _TITLE))}</text>{"".join(rows)}</g>'
        )

    def link(self, link: Link) -> str:
        start, out = self.end(link.child, link.columns, link.parent)
        stop, back = self.end(link.parent, link.target_columns, link.child)
        if link.child == link.parent:
            out = back = 1
        kind = "stub" if self.entities[link.parent].kind in ("external", "outside") else "known"
        what = f"through {link.through}" if link.through else link.label
        action = f", ON DELETE {link.ondelete}" if link.ondelete else ""
        title = f"{link.child[1]} → {link.parent[1]}: {what}{action}"
        path = self.path((start[0] + out * _FOOT, start[1]), out, (stop[0] + back * _FOOT, stop[1]), back,
                         self.lanes(link.child, link.parent))  # fmt: skip
        return (
            f'<g class="link {kind}" data-a="e{self.numbers[link.child]}" data-b="e{self.numbers[link.parent]}">'
            f'<title>{escaped(title)}</title><path class="wide" d="{path}"/><path d="{path}"/>'
            f"{_foot(start, out, link.child_end)}{_foot(stop, back, link.parent_end)}</g>"
        )

    def use(self, key: EntityKey, field: Field) -> str:
        node = ("enum", field.type)
        start, out = self.end(key, (field.name,), node)
        x, y = self.layout.boxes[node]
        back = -out
        stop = (x + self.sizes[node][0] if back > 0 else x, y + _HEAD / 2)
        path = self.path(start, out, stop, back, self.lanes(key, node))
        return f'<path class="use" data-a="e{self.numbers[key]}" d="{path}"/>'

    def end(self, key: EntityKey, columns: Sequence[str], other: Node) -> tuple[Point, int]:
        """Where a line leaves a box, and to which side: 1 is right."""
        x, y = self.layout.boxes[key]
        across = self.sizes[key][0]
        names = [field.name for field in self.entities[key].fields]
        row = names.index(columns[0]) if columns and columns[0] in names else None
        down = _HEAD / 2 if row is None else _HEAD + row * _ROW + _ROW / 2
        there = self.layout.boxes[other][0] + self.sizes[other][0] / 2
        side = -1 if there < x else 1
        return (x + (across if side > 0 else 0), y + down), side

    def lanes(self, child: Node, parent: Node) -> Sequence[Point]:
        if (child, parent) in self.layout.lanes:
            return self.layout.lanes[child, parent]
        return self.layout.lanes.get((parent, child), ())[::-1]

    def path(self, start: Point, out: int, stop: Point, back: int, lanes: Sequence[Point]) -> str:
        """Curves that leave and enter level, and straight lines along the lanes."""
        points = [start, *lanes, stop]
        pieces = [f"M{start[0]:.1f} {start[1]:.1f}"]
        for number, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
            if number % 2:
                pieces.append(f"L{to_x:.1f} {to_y:.1f}")
                continue
            leaving = out if number == 0 else (1 if to_x > x else -1)
            entering = back if number == len(points) - 2 else -leaving
            bend = _BULGE if leaving == entering else max(abs(to_x - x) / 2, 10.0)
            pieces.append(
                f"C{x + leaving * bend:.1f} {y:.1f} {to_x + entering * bend:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
            )
        return "".join(pieces)


def _size(entity: Entity) -> tuple[float, float]:
    names = max((width(cut(field.name, _NAME)) for field in entity.fields), default=0)
    types = max((width(cut(field.type, _TYPE)) + (0 if field.nullable is False else 1 if field.nullable else 8)
                 for field in entity.fields), default=0)  # fmt: skip
    across = _BADGES + (names + types + 3) * _CELL if entity.fields else 0
    title = width(cut(entity.name, _TITLE)) * _LETTER
    rows = len(entity.fields) + bool(entity.incomplete)
    return max(across, title, 90) + 2 * _PAD, _HEAD + rows * _ROW + (6 if rows else 0)


def _enum_size(name: str, labels: Sequence[str]) -> tuple[float, float]:
    shown = min(len(labels), _MOST_LABELS) + (len(labels) > _MOST_LABELS)
    longest = max([width(cut(label, _LABEL)) for label in labels[:_MOST_LABELS]], default=0) * _CELL
    return max(longest, width(cut(name, _TITLE)) * _LETTER, 60) + 2 * _PAD, _HEAD + shown * _ROW


def _foot(at: Point, side: int, end: End) -> str:
    """The sign at a line's end, which reaches out of the box: bars and circles as in every crow's foot diagram."""
    x, y = at

    def bar(away: int) -> str:
        return f"M{x + side * away:.1f} {y - 6:.1f}v12"

    circle = f'<circle cx="{x + side * 17:.1f}" cy="{y:.1f}" r="4.5"/>'
    stem = f"M{x:.1f} {y:.1f}h{side * _FOOT:.1f}"
    if end == "one":
        return f'<path d="{stem}{bar(7)}{bar(12)}"/>'
    if end == "zero-or-one":
        return f'<path d="{stem}{bar(8)}"/>{circle}'
    toes = f"M{x:.1f} {y - 7:.1f}L{x + side * 12:.1f} {y:.1f}L{x:.1f} {y + 7:.1f}"
    return f'<path d="{stem}{toes}"/>{circle}'
