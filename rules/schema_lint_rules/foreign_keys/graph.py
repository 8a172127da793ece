"""FK008: foreign keys that lead in a circle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import INFO, WARNING, Severity, Violation, rule
from schema_lint.facts.place import SourcePlace
from schema_lint_rules._graph import strongly_connected
from schema_lint_rules._names import columns_of, quoted
from schema_lint_rules._statements import alter, in_database
from schema_lint_rules._tables import resolve
from schema_lint_rules.shapes import label

if TYPE_CHECKING:
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import ForeignKey

Edge = tuple[str, str, "ForeignKey"]
"""Referencing table, referenced table, and the foreign key between them."""

_STARTS = 200
"""Tables of one tangle from which a way back is looked for."""


@rule(
    "FK008",
    "foreign-key-cycle",
    severity=WARNING,
    evidence="SMC",
    reference="models:Task.parent_id",
    peers=("SchemaCrawler LinterTableCycles", "pgdesigner W003", "SQLAlchemy sorted_tables warning"),
)
def foreign_key_cycle(schema: Schema) -> Iterator[Violation]:
    """Tables that reference each other in a circle can be created and filled.

    Why: no row can be inserted where each needs the other's first, and SQLAlchemy cannot sort such tables for
    `create_all` and `drop_all` unless `use_alter` tells it which constraint to add last (SQLAlchemy, Creating/Dropping
    Foreign Key Constraints via ALTER).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=100)
            pinned_task_id: uuid.UUID = Field(foreign_key="task.id", ondelete="RESTRICT", index=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Column, ForeignKey
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=100)
            pinned_task_id: uuid.UUID | None = Field(
                default=None,
                sa_column=Column(
                    ForeignKey("task.id", ondelete="SET NULL", use_alter=True, name="fk_user_pinned_task_id_task"),
                    index=True,
                ),
            )

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Exempt:
        - a table that references itself
        - a circle that a nullable or deferrable foreign key opens, if `use_alter` or a name lets SQLAlchemy add it
          last; without either it is reported at `info`
    """
    edges = _edges(schema)
    for tables in _components(edges):
        inside = [edge for edge in edges if edge[0] in tables and edge[1] in tables]
        stuck = _circle([edge for edge in inside if not _opens(edge[2], schema)])
        if stuck:
            yield _cannot_insert(stuck, schema)
            continue
        unsorted = _circle([edge for edge in inside if not _is_added_last(edge[2])])
        if unsorted:
            yield _cannot_sort(unsorted, schema)


def _edges(schema: Schema) -> list[Edge]:
    edges = []
    for table in schema.tables:
        for fk in table.foreign_keys.known:
            target = resolve(fk.target_table, schema)
            if fk.columns and target is not None and target.key != table.key and not target.is_view:
                edges.append((table.key, target.key, fk))
    return edges


def _opens(fk: ForeignKey, schema: Schema) -> bool:
    """Rows can be inserted before the constraint holds: it is deferrable, or one of its columns may be NULL."""
    columns = (schema.column(fk.table, name) for name in fk.columns)
    return bool(fk.deferrable) or any(
        column is None or not (column.nullable is False or column.primary_key is True) for column in columns
    )


def _is_added_last(fk: ForeignKey) -> bool:
    """SQLAlchemy can add the constraint after the tables and drop it before them."""
    return fk.use_alter or fk.name is not None


def _cannot_insert(circle: list[Edge], schema: Schema) -> Violation:
    fk = circle[0][2]
    table = schema.table(fk.table)
    column = schema.column(fk.table, fk.columns[0])
    name = label(column) if column is not None else columns_of(fk.table, fk.columns)
    return _violation(
        circle,
        schema,
        message=f"no row can be inserted into {_path(circle)}: each needs a row of the next, and no foreign key of the "
        "circle may be NULL or be checked later",
        suggestion=f"let {name} be NULL"
        if in_database(table)
        else f"let {name} be NULL and give its foreign key use_alter=True and a name",
        sql=alter(table, f"ALTER COLUMN {quoted(fk.columns[0])} DROP NOT NULL"),
    )


def _cannot_sort(circle: list[Edge], schema: Schema) -> Violation:
    fk = circle[0][2]
    return _violation(
        circle,
        schema,
        message=f"{_path(circle)} reference each other in a circle that drop_all cannot take apart",
        suggestion=f"give the foreign key of {columns_of(fk.table, fk.columns)} use_alter=True and a name",
        severity=INFO,
    )


def _violation(
    circle: list[Edge],
    schema: Schema,
    *,
    message: str,
    suggestion: str,
    severity: Severity | None = None,
    sql: str | None = None,
) -> Violation:
    fk = circle[0][2]
    table = schema.table(fk.table)
    places = [other.place for _, _, other in circle[1:]]
    return Violation(
        message=message,
        suggestion=suggestion,
        severity=severity,
        sql=sql,
        subject=Subject(
            kind="foreign-key",
            schema=table.schema if table else None,
            table=table.name if table else fk.table,
            columns=fk.columns,
        ),
        place=fk.place,
        related=tuple(place for place in places if isinstance(place, SourcePlace)),
    )


def _path(circle: list[Edge]) -> str:
    names = [source for source, _, _ in circle]
    shown = [*names[:5], "…"] if len(names) > 6 else names
    return " → ".join([*shown, names[0]])


def _circle(edges: list[Edge]) -> list[Edge]:
    """A shortest circle among the edges, the same one on every run; empty if there is none."""
    leaving: dict[str, list[Edge]] = {}
    for edge in sorted(edges, key=lambda edge: (edge[0], edge[1], edge[2].columns)):
        leaving.setdefault(edge[0], []).append(edge)
    best: list[Edge] = []
    for tables in _components(edges):
        # In a large circle of circles, a way back that is found soon is as good as the shortest.
        for start in sorted(tables)[:_STARTS]:
            found = _way_back(start, leaving, len(best))
            if found and (not best or len(found) < len(best)):
                best = found
    return best


def _components(edges: Iterable[Edge]) -> list[set[str]]:
    return strongly_connected((source, target) for source, target, _ in edges)


def _way_back(start: str, leaving: dict[str, list[Edge]], shorter_than: int) -> list[Edge]:
    """The shortest way from a table to itself, breadth first; only one shorter than that many edges, unless 0."""
    arrived: dict[str, Edge] = {}
    front = [start]
    length = 0
    while front and (not shorter_than or length + 1 < shorter_than):
        length += 1
        reached: list[str] = []
        for source in front:
            for edge in leaving.get(source, ()):
                if edge[1] == start:
                    return _traced(edge, start, arrived)
                if edge[1] not in arrived:
                    arrived[edge[1]] = edge
                    reached.append(edge[1])
        front = reached
    return []


def _traced(last: Edge, start: str, arrived: dict[str, Edge]) -> list[Edge]:
    way = [last]
    while way[-1][0] != start:
        way.append(arrived[way[-1][0]])
    return way[::-1]
