"""All models of a project against one database."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.columns import ColumnDrift
from schema_lint.comparing.drift.constraints import ConstraintDrift
from schema_lint.comparing.drift.database import Database
from schema_lint.comparing.drift.exclusions import ExclusionDrift
from schema_lint.comparing.drift.extensions import compare_extensions
from schema_lint.comparing.drift.indexes import IndexDrift, with_plain_keys
from schema_lint.comparing.drift.notes import Notes, Subject, of_tables
from schema_lint.facts.difference import Comparison, Difference
from schema_lint.facts.identifiers import cut
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown


def compare_with_database(
    models: Sequence[Schema], database: Database, *, external: Collection[str] = ()
) -> Comparison:
    """Where a database differs from the models (left) that it is made for.

    Tables are found by schema and name, columns by name, all else by what it is: a name that the models leave to
    PostgreSQL, or give to the same thing, is no difference of its own.

    Args:
        external: keys of tables that somebody else makes.
    """
    return _Drift(database, frozenset(external)).compare(models)


_OVER_COLUMNS = ("foreign key", "unique", "check constraint", "exclusion constraint", "index")


class _Drift:
    def __init__(self, database: Database, external: frozenset[str]) -> None:
        self.notes = Notes()
        self.database = database
        self.external = external

    def compare(self, models: Sequence[Schema]) -> Comparison:
        seen: set[str] = set()
        chosen = self._fitting(models)
        alone = [schema.label for schema in models if not any(schema is other for other in chosen)]
        models = chosen
        pairs = [(schema, self._found(schema)) for schema in models]
        common = any(found for _, found in pairs)
        for schema, found in pairs:
            seen.update(table.key for table in found.values())
            if not found and common and schema.tables.known:
                alone.append(schema.label)
            elif not found and len(self._wanted(schema)) > 1:
                self._none_of(schema)
            else:
                self._schema(schema, found)
        wanted = (table for schema in models for table in self._wanted(schema))
        compare_extensions(self.notes, wanted, self.database)
        self._unmapped(models, seen)
        return Comparison(
            left="models",
            right="database",
            differences=tuple(_causes(self.notes.differences.values())),
            uncompared=tuple(self.notes.uncompared),
            tables=self.notes.tables,
            fields=self.notes.fields,
            alone=tuple(alone),
        )

    def _fitting(self, models: Sequence[Schema]) -> list[Schema]:
        """The models, without those whose tables others have, too, that fit the database better: a repository may hold
        several applications, or one several times."""
        chosen: list[Schema] = []
        taken: set[str] = set()
        for schema in sorted(models, key=self._columns_there, reverse=True):
            keys = {self.database.key(table.key) for table in self._wanted(schema)}
            if not keys & taken:
                chosen.append(schema)
                taken |= keys
        return [schema for schema in models if any(schema is other for other in chosen)]

    def _columns_there(self, schema: Schema) -> int:
        """How many columns of the models the database has, less those that it lacks."""
        count = 0
        for key, other in self._found(schema).items():
            table = schema.table(key)
            names = {column.name for column in other.columns.known}
            ours = {cut(column.name) for column in table.columns.known} if table is not None else set()
            count += len(ours & names) - len(ours - names)
        return count

    def _wanted(self, schema: Schema) -> list[Table]:
        return [table for table in schema.tables.known if table.key not in self.external and self.database.reach(table)]

    def _found(self, schema: Schema) -> dict[str, Table]:
        found = ((table.key, self.database.find(table)) for table in self._wanted(schema))
        return {key: other for key, other in found if other is not None}

    def _none_of(self, schema: Schema) -> None:
        """A database without any of the tables: that is one difference."""
        wanted = self._wanted(schema)
        first = wanted[0]
        subject = Subject(kind="tables", table=first.key, schema=first.schema, name=schema.label, left=first.place)
        keys = tuple(table.key for table in wanted)
        self.notes.differs(subject, None, f"{len(keys)} tables", None, more=keys)

    def _schema(self, schema: Schema, found: dict[str, Table]) -> None:
        columns = ColumnDrift(self.notes, schema, self.database)
        constraints = ConstraintDrift(self.notes, schema, self.database)
        indexes = IndexDrift(self.notes)
        exclusions = ExclusionDrift(self.notes)
        for table in self._wanted(schema):
            other = found.get(table.key)
            owner = of_tables(table, other)
            table = with_plain_keys(table)
            if other is None:
                self.notes.differs(owner, None, "table", None)
                continue
            self.notes.tables += 1
            view = other.is_view or table.is_view
            columns.compare(owner, table, other, types_only=view)
            if view:
                continue
            constraints.primary_key(owner, table, other)
            constraints.foreign_keys(owner, table, other)
            constraints.uniques(owner, table, other)
            constraints.checks(owner, table, other)
            indexes.compare(owner, table, other)
            exclusions.compare(owner, table, other)
            self._comment(owner, table, other)

    def _comment(self, owner: Subject, table: Table, other: Table) -> None:
        if isinstance(table.comment, Unknown):
            self.notes.vague(owner, "comment", table.comment)
            return
        ours, theirs = table.comment or None, str(other.comment) if other.comment else None
        self.notes.compared(owner, "comment", ours == theirs, ours, theirs, sql=ddl.comment(table, None, ours))

    def _unmapped(self, models: Sequence[Schema], seen: set[str]) -> None:
        """Tables of the database that no model has, in the schemas that the models use."""
        used = {table.schema for schema in models for table in schema.tables.known} | {None}
        used = {None if name == self.database.default else name for name in used} - self.database.platforms
        rest = next((schema.tables.rest for schema in models if schema.tables.rest is not None), None)
        for table in self.database.schema.tables.known:
            if table.key in seen or table.schema not in used or table.is_view or is_version_table(table):
                continue
            if {table.key, f"{self.database.default}.{table.key}"} & self.external:
                continue
            subject = Subject(
                kind="table", table=table.key, schema=table.schema, name=table.key, left=None, right=table.place
            )
            if rest is not None:
                self.notes.vague(subject, "whether it is there", rest)
            else:
                self.notes.differs(subject, None, None, "table")


def _causes(differences: Collection[Difference]) -> Iterator[Difference]:
    """The differences, without what goes with a column: a key over one that is missing is missing for that."""
    columns = [found for found in differences if found.kind == "column" and found.field is None]
    missing = {(found.table, found.subject) for found in columns if found.right is None}
    unmapped = {(found.table, found.subject) for found in columns if found.left is None}
    for found in differences:
        if found.field is None and found.kind in _OVER_COLUMNS:
            lost = missing if found.right is None else unmapped
            if any((found.table, name) in lost for name in (*found.columns, *found.more)):
                continue
        yield found


def is_version_table(table: Table) -> bool:
    """A table of Alembic's, whatever it is called."""
    names = [column.name for column in table.columns.known]
    kind = table.columns.known[0].type if len(names) == 1 else None
    return names == ["version_num"] and isinstance(kind, ColumnType) and kind.name == "varchar"
