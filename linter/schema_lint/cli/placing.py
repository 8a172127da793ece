"""What the models say of what a database has: where they declare it, and why it is as it is."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from schema_lint.checking.finding import Finding, Subject
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Column, ForeignKey, Index, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown

_Name = tuple[str, str]
"""Schema and table, as the database has them."""


class ModelsBeside:
    """The models of a database, by what the database calls them. A table that several files declare is none's."""

    def __init__(self, models: Project, database: Schema) -> None:
        self._default = database.default_schema or "public"
        self._tables: dict[_Name, list[tuple[Table, Schema]]] = {}
        for schema in models.schemas:
            for table in schema.tables.known:
                if isinstance(table.place, SourcePlace) and table.place.path not in models.set_aside:
                    name = (table.schema or schema.default_schema or self._default, table.name)
                    self._tables.setdefault(name, []).append((table, schema))

    def explained(self, database: Schema) -> Schema:
        """The database's facts with what only the source says of them: comments, and types that convert."""
        tables = tuple(self._explained(table) for table in database.tables.known)
        return msgspec.structs.replace(database, tables=Some(tables, database.tables.rest))

    def _explained(self, table: Table) -> Table:
        found = self._table(table.schema, table.name)
        if found is None:
            return table
        twin, models = found
        columns = {column.name: column for column in twin.columns.known}
        keys = {frozenset(key.columns): _reason(key, twin, models) for key in twin.foreign_keys.known}
        indexes = {_shape(index): index.explanation for index in twin.indexes.known}
        replace = msgspec.structs.replace
        return replace(
            table,
            columns=Some(tuple(_explained_column(c, columns.get(c.name)) for c in table.columns.known)),
            foreign_keys=Some(
                tuple(replace(k, explanation=keys.get(frozenset(k.columns))) for k in table.foreign_keys.known)
            ),
            indexes=Some(tuple(replace(i, explanation=indexes.get(_shape(i))) for i in table.indexes.known)),
            explanation=twin.explanation,
        )

    def placed(self, finding: Finding) -> Finding:
        """The finding with the place of its first subject that models declare."""
        places = (self._place(subject) for subject in finding.subjects)
        found = next((place for place in places if place is not None), None)
        return finding if found is None else msgspec.structs.replace(finding, places=(*finding.places, found))

    def _place(self, subject: Subject) -> SourcePlace | None:
        found = self._table(subject.schema, subject.table) if subject.table is not None else None
        if found is None:
            return None
        return next((place for place in _places(found[0], subject) if isinstance(place, SourcePlace)), None)

    def _table(self, schema: str | None, name: str) -> tuple[Table, Schema] | None:
        found = self._tables.get((schema or self._default, name), [])
        return found[0] if len(found) == 1 else None


def _reason(key: ForeignKey, table: Table, models: Schema) -> str | None:
    """The comment on a foreign key or its columns; or a relationship that shows that its rows are known of."""
    if table.key in models.written_secondary_tables:
        return "a many-to-many relationship"
    columns = (table.column(name) for name in key.columns)
    comments = (key.explanation, *(column.explanation for column in columns if column is not None))
    parents = (
        f"the relationship {relationship.name}"
        for relationship in models.relationships_over(key.table, key.columns)
        if relationship.viewonly is not True
        if isinstance(relationship.direction, Unknown) or relationship.direction == "ONETOMANY"
    )
    return next(filter(None, (*comments, *parents)), None)


def _explained_column(column: Column, twin: Column | None) -> Column:
    if twin is None:
        return column
    optional = twin.declaration is not None and twin.declaration.optional is True
    kind = column.type
    if isinstance(kind, ColumnType) and isinstance(twin.type, ColumnType):
        kind = msgspec.structs.replace(kind, decorated=twin.type.decorated)
    return msgspec.structs.replace(
        column, type=kind, explanation=twin.explanation, nullable_stated=twin.nullable_stated or optional
    )


def _shape(index: Index) -> tuple[object, ...]:
    return (*index.columns, index.unique is True)


def _places(table: Table, subject: Subject) -> Iterator[object]:
    """Where the subject is declared: the nearest first, its table last."""
    columns = frozenset(subject.columns)
    if subject.kind == "primary-key":
        yield table.primary_key.place
    if subject.kind == "foreign-key":
        yield from (key.place for key in table.foreign_keys.known if frozenset(key.columns) == columns)
    if subject.name is not None:
        yield from (index.place for index in table.indexes.known if index.name == subject.name)
        yield from (unique.place for unique in table.unique_constraints.known if unique.name == subject.name)
        yield from (check.place for check in table.check_constraints.known if check.name == subject.name)
    if subject.kind != "table":
        yield from (column.place for column in table.columns.known if column.name in columns)
    yield table.place
