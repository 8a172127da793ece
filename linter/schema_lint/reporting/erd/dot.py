"""An entity-relationship diagram in Graphviz's language: `dot -Tsvg`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from schema_lint.reporting.erd.drawing import Drawing, End, Entity, EntityKey, Field, Link
from schema_lint.reporting.terminal import cut, inert

Grouping = Literal["schema", "module", "none"]

_ENDS: dict[End, str] = {"one": "teetee", "zero-or-one": "teeodot", "zero-or-more": "crowodot"}
_COMMENT = 80
_HEAD = {"table": "#dbe7f5", "view": "#e3efdc", "external": "#eeeeee", "outside": "#eeeeee"}
# Graphviz 2 takes other attributes for arrows between boxed tables, where no default of these comes first.
_BEGIN = """\
digraph schema {
  graph [rankdir=RL, nodesep=0.4, ranksep=1.2, fontname="Helvetica", fontsize=12]
  node [shape=plain, fontname="Helvetica", fontsize=11]
  edge [arrowhead=none, arrowtail=none, dir=both, color="#555555", fontname="Helvetica", fontsize=9]
"""


def render(drawing: Drawing, grouping: Grouping = "none") -> str:
    """The diagram; children stand to the right of what they reference.

    Args:
        grouping: what tables are boxed by.
    """
    lines = [_BEGIN]
    for title, entities in _groups(drawing.entities, grouping):
        margin = "  "
        if title:
            lines.append(f"  subgraph {_quoted(f'cluster {title}')} {{")
            lines.append(f'    graph [label={_quoted(title)}, color="#bbbbbb", style=rounded]')
            margin = "    "
        lines += [_node(entity, margin) for entity in entities]
        if title:
            lines.append("  }")
    lines += [_enum(labels, name) for name, labels in _enums(drawing.entities)]
    fields = {(entity.key, field.name) for entity in drawing.entities for field in entity.fields}
    stubs = {entity.key for entity in drawing.entities if entity.kind in ("external", "outside")}
    lines += [_edge(link, fields, dashed=link.parent in stubs) for link in drawing.links]
    lines += [
        f"  {_end(entity.key, 'from', [field.name], fields)} -> {_quoted(_enum_id(field.type))}"
        ' [style=dotted, color="#999999"]'
        for entity in drawing.entities
        for field in entity.fields
        if field.labels
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _groups(entities: Sequence[Entity], grouping: Grouping) -> list[tuple[str, list[Entity]]]:
    found: dict[str, list[Entity]] = {}
    for entity in entities:
        title = "" if grouping == "none" else entity.schema if grouping == "schema" else entity.module
        found.setdefault(title, []).append(entity)
    return sorted(found.items())


def _node(entity: Entity, margin: str) -> str:
    border = ' STYLE="DASHED"' if entity.kind in ("external", "outside") else ""
    name = _html(entity.name)
    kind = "" if entity.kind == "table" else f' <FONT POINT-SIZE="9"><I>{entity.kind}</I></FONT>'
    rows = [f'<TR><TD BGCOLOR="{_HEAD[entity.kind]}" COLSPAN="3"><B>{name}</B>{kind}</TD></TR>']
    if entity.comment:
        text = _html(cut(" ".join(entity.comment.split()), _COMMENT))
        rows.append(f'<TR><TD COLSPAN="3" ALIGN="LEFT"><FONT POINT-SIZE="9"><I>{text}</I></FONT></TD></TR>')
    rows += [_row(field) for field in entity.fields]
    if entity.incomplete:
        rows.append('<TR><TD COLSPAN="3" ALIGN="LEFT"><I>… maybe more columns</I></TD></TR>')
    table = f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="4" COLOR="#8899aa"{border}>'
    return "\n".join([
        f"{margin}{_node_id(entity.key)} [label=<{table}",
        *(f"{margin}  {row}" for row in rows),
        f"{margin}</TABLE>>]",
    ])  # fmt: skip


def _row(field: Field) -> str:
    keys = " ".join(key for key, given in (("PK", field.primary), ("FK", field.foreign), ("UK", field.unique)) if given)
    shown = _html(field.name)
    name = f"<B>{shown}</B>" if field.primary else shown
    optional = "" if field.nullable is False else "?" if field.nullable is None else " NULL"
    return (
        f'<TR><TD ALIGN="LEFT" PORT="{_html(f"from {field.name}")}">'
        f'<FONT POINT-SIZE="8" COLOR="#775500">{keys or " "}</FONT></TD>'
        f'<TD ALIGN="LEFT">{name}</TD>'
        f'<TD ALIGN="LEFT" PORT="{_html(f"to {field.name}")}">'
        f'<FONT COLOR="#555555">{_html(field.type)}{optional}</FONT></TD></TR>'
    )


def _enums(entities: Iterable[Entity]) -> list[tuple[str, tuple[str, ...]]]:
    found = {field.type: field.labels for entity in entities for field in entity.fields if field.labels}
    return sorted(found.items())


def _enum(labels: Sequence[str], name: str) -> str:
    rows = "".join(f'<TR><TD ALIGN="LEFT">{_html(cut(label, 40))}</TD></TR>' for label in labels[:20])
    rows += f'<TR><TD ALIGN="LEFT">… {len(labels) - 20:,} more</TD></TR>' if labels[20:] else ""
    table = '<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" COLOR="#aa9966" STYLE="ROUNDED">'
    head = f'<TR><TD BGCOLOR="#fbf3dc"><I>{_html(name)}</I></TD></TR>'
    return f"  {_quoted(_enum_id(name))} [label=<{table}{head}{rows}</TABLE>>]"


def _edge(link: Link, fields: set[tuple[EntityKey, str]], *, dashed: bool) -> str:
    # A loop that leaves and comes back on one side stays beside its table.
    child = _end(link.child, "to" if link.child == link.parent else "from", link.columns, fields)
    parent = _end(link.parent, "to", link.target_columns, fields)
    label = link.through or (link.label if len(link.columns) > 1 else "")
    given = [f"arrowtail={_ENDS[link.child_end]}", f"arrowhead={_ENDS[link.parent_end]}"]
    given += [f"label={_quoted(label)}"] if label else []
    given += ["style=dashed"] if dashed else []
    tip = f"{link.child[1]}.{link.label} → {link.parent[1]}" if not link.through else f"through {link.through}"
    given.append(f"edgetooltip={_quoted(tip + (f', ON DELETE {link.ondelete}' if link.ondelete else ''))}")
    return f"  {child} -> {parent} [{', '.join(given)}]"


def _end(key: EntityKey, side: str, columns: Sequence[str], fields: set[tuple[EntityKey, str]]) -> str:
    """The left edge of the row that references, or the right edge of the one that is referenced."""
    if columns and (key, columns[0]) in fields:
        return f"{_node_id(key)}:{_quoted(f'{side} {columns[0]}')}:{'w' if side == 'from' else 'e'}"
    return _node_id(key)


def _node_id(key: EntityKey) -> str:
    return _quoted(f"{key[0]}: {key[1]}")


def _enum_id(name: str) -> str:
    return f"enum {name}"


def _quoted(text: str) -> str:
    """A string of the language, in which a label shows the text as it is."""
    return '"' + inert(" ".join(text.split())).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _html(text: str) -> str:
    shown = inert(" ".join(text.split())) or "_"
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
