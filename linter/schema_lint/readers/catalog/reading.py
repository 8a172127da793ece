"""A database's catalogue as facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from schema_lint.facts.identifiers import quoted
from schema_lint.facts.place import CatalogPlace
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import (
    CheckConstraint,
    Column,
    Default,
    ExclusionConstraint,
    ForeignKey,
    PrimaryKey,
    Table,
    UniqueConstraint,
)
from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.readers.catalog.access import read_grants, read_policies, read_roles
from schema_lint.readers.catalog.asking import Asker, plain
from schema_lint.readers.catalog.indexes import IndexReader
from schema_lint.readers.catalog.naming import Names, part
from schema_lint.readers.catalog.programs import SequenceReader, read_domains, read_functions, read_triggers
from schema_lint.readers.catalog.queries import in_order
from schema_lint.readers.catalog.queries import tables as queries
from schema_lint.readers.catalog.queries.server import SERVER, ServerRow
from schema_lint.readers.catalog.queries.tables import ColumnRow, ConstraintRow, EnumRow, TableRow
from schema_lint.readers.catalog.server import read_extensions, read_namespaces, read_server
from schema_lint.readers.catalog.storage import StorageReader
from schema_lint.readers.catalog.types import column_type

if TYPE_CHECKING:
    from psycopg import Connection

ACTIONS = {"a": "NO ACTION", "r": "RESTRICT", "c": "CASCADE", "n": "SET NULL", "d": "SET DEFAULT"}
_CLIENT = Unknown("a database does not know what its clients fill in")
_CLASSES = Unknown("a database does not know classes")
_CONVENTION = Unknown("a database does not know a naming convention")


class _OfTable(Protocol):
    @property
    def table(self) -> int: ...


T = TypeVar("T", bound=_OfTable)


def read(connection: Connection[Any], *, schemas: Sequence[str] | None = None, usage: bool = False) -> Schema:
    """Everything that one database holds, as its tables of these schemas (all but PostgreSQL's own if `None`).

    With `usage` also what the server counted: scans, sizes of change, last values of sequences. The connection must be
    inside a transaction that sees one moment (`REPEATABLE READ`); nothing is written.

    Raises:
        psycopg.Error: where the server refuses.
    """
    asker = Asker(connection, schemas)
    with asker.ahead(in_order(usage=usage)):
        return Catalog(asker, usage=usage).schema()


class Catalog:
    """One reading of a database."""

    def __init__(self, asker: Asker, *, usage: bool) -> None:
        self._asker = asker
        self._usage = usage
        ask = asker.ask
        [self._server] = ask(SERVER, ServerRow)
        self._naming = Names(self._server.database, self._server.default_schema)
        self._types: dict[tuple[str, str, int, int, int], tuple[ColumnType, str | None]] = {}
        self._enums = {row.number: self._enum(row) for row in ask(queries.ENUMS, EnumRow)}
        self._tables = {row.number: row for row in ask(queries.TABLES, TableRow)}
        self._collations: dict[int, str] = dict(ask(queries.COLLATIONS, plain))
        self._storage = StorageReader(asker, self._naming, usage=usage)
        self._names = {(table, position): name for table, position, name in ask(queries.REFERENCED, plain)}
        self._sequences = SequenceReader(asker, self._naming, self._tables, self._names)
        rows = _by_table(ask(queries.COLUMNS, ColumnRow))
        self._names.update(((row.table, row.position), row.name) for found in rows.values() for row in found)
        collated = {
            (row.table, row.position): row.collation
            for found in rows.values()
            for row in found
            if row.collation in self._collations
        }
        # Before what stands on columns is asked for, which comes meanwhile.
        self._columns = {number: self._columns_of_table(self._tables[number], found) for number, found in rows.items()}
        self._constraints = _by_table(ask(queries.CONSTRAINTS, ConstraintRow))
        self._indexes = IndexReader(
            _by_table(ask(queries.INDEXES, queries.IndexRow)),
            names=self._names,
            own_collations=collated,
            operator_classes=dict(ask(queries.OPERATOR_CLASSES, plain)),
            collations=self._collations,
            storage=self._storage,
        )

    def schema(self) -> Schema:
        """The facts."""
        asker, names = self._asker, self._naming
        # Before more is asked for, which comes meanwhile.
        tables = tuple(self._table(row) for row in self._tables.values())
        extensions, available = read_extensions(asker, names)
        return Schema(
            label=names.database,
            evidence="CP" if self._usage else "C",
            tables=Some(tables),
            models=Some((), _CLASSES),
            relationships=Some((), _CLASSES),
            enums=Some(tuple(self._enums.values())),
            default_schema=names.default_schema,
            partial=asker.partial,
            naming_convention=_CONVENTION,
            server=read_server(asker, self._server, usage=self._usage),
            namespaces=read_namespaces(asker, names),
            roles=read_roles(asker, names),
            grants=read_grants(asker, names),
            row_policies=read_policies(asker, names, self._tables),
            triggers=read_triggers(asker, names, self._tables),
            functions=read_functions(asker, names),
            sequences=self._sequences.sequences(usage=self._usage),
            extensions=extensions,
            available_extensions=available,
            domains=read_domains(asker, names),
            place=CatalogPlace(names.database, names.database),
        )

    def _enum(self, row: EnumRow) -> EnumType:
        return EnumType(
            name=row.name,
            schema=self._naming.schema(row.schema),
            labels=tuple(row.labels),
            values=_CLIENT,
            place=self._naming.place(row.schema, row.name),
        )

    def _table(self, row: TableRow) -> Table:
        key = self._naming.key(row.schema, row.name)
        constraints = self._constraints.get(row.number, [])
        place = self._naming.place(row.schema, row.name)
        columns = self._columns.get(row.number, {})
        for position in next((k.columns or () for k in constraints if k.kind == "p"), ()):
            columns[position] = msgspec.structs.replace(columns[position], primary_key=True)
        return Table(
            name=row.name,
            schema=self._naming.schema(row.schema),
            columns=Some(tuple(columns.values())),
            primary_key=self._primary_key(key, place, constraints),
            foreign_keys=Some(tuple(self._foreign_key(key, place, k) for k in constraints if k.kind == "f")),
            indexes=Some(
                self._indexes.of(row.number, key, place, backing={k.index for k in constraints if k.kind in "pux"})
            ),
            unique_constraints=Some(tuple(self._unique(key, place, k) for k in constraints if k.kind == "u")),
            check_constraints=Some(tuple(self._check(key, place, k) for k in constraints if k.kind in "cn")),
            exclusion_constraints=Some(tuple(self._exclusion(key, place, k) for k in constraints if k.kind == "x")),
            comment=row.comment,
            is_view=row.kind in "vmf",
            form="catalog",
            storage=self._storage.of_table(row),
            place=place,
        )

    def _columns_of_table(self, owner: TableRow, rows: Iterable[ColumnRow]) -> dict[int, Column]:
        """By position, as if none was of the primary key."""
        key = self._naming.key(owner.schema, owner.name)
        place = self._naming.place(owner.schema, owner.name)
        return {row.position: self._column(owner, key, place, row) for row in rows}

    def _column(self, owner: TableRow, table: str, place: CatalogPlace, row: ColumnRow) -> Column:
        sequence = self._sequences.of_column.get((row.table, row.position))
        kind, collation = self._type(row)
        return Column(
            table=table,
            name=row.name,
            type=kind,
            nullable=not row.not_null,
            autoincrement=sequence is not None,
            default=_CLIENT,
            server_default=_server_default(row, sequence),
            onupdate=_CLIENT,
            comment=row.comment,
            nullable_stated=True,
            collation=collation,
            statistics=self._storage.of_column(owner, row.name) if self._usage else None,
            place=part(place, row.name),
        )

    def _type(self, row: ColumnRow) -> tuple[ColumnType, str | None]:
        """A column's type, and its collation if that is not the type's."""
        key = (row.type, row.type_kind, row.base_type, row.collation, row.type_collation)
        found = self._types.get(key)
        if found is None:
            collation = self._collations.get(row.collation) if row.collation != row.type_collation else None
            kind = column_type(row.type, row.type_kind, self._enums.get(row.base_type), collation)
            found = self._types[key] = kind, collation
        return found

    def _primary_key(self, table: str, place: CatalogPlace, constraints: list[ConstraintRow]) -> PrimaryKey:
        for row in constraints:
            if row.kind == "p":
                return PrimaryKey(
                    table=table, columns=self._columns_of(row.table, row.columns), name=row.name, place=place
                )
        return PrimaryKey(table=table, place=place)

    def _foreign_key(self, table: str, place: CatalogPlace, row: ConstraintRow) -> ForeignKey:
        return ForeignKey(
            table=table,
            columns=self._columns_of(row.table, row.columns),
            target_table=self._naming.key(row.target_schema or "", row.target_name or ""),
            target_columns=self._columns_of(row.target, row.target_columns),
            name=row.name,
            ondelete=self._on_delete(row),
            onupdate=ACTIONS[row.on_update],
            deferrable=row.deferrable or None,
            initially="DEFERRED" if row.deferred else None,
            match="FULL" if row.match == "f" else "SIMPLE",
            validated=row.validated,
            enforced=row.enforced,
            relies_on=self._indexes.name(row.index),
            place=part(place, row.name),
        )

    def _on_delete(self, row: ConstraintRow) -> str:
        if not row.set_columns:
            return ACTIONS[row.on_delete]
        listed = ", ".join(quoted(name) for name in self._columns_of(row.table, row.set_columns))
        return f"{ACTIONS[row.on_delete]} ({listed})"

    def _unique(self, table: str, place: CatalogPlace, row: ConstraintRow) -> UniqueConstraint:
        return UniqueConstraint(
            table=table,
            columns=self._columns_of(row.table, row.columns),
            name=row.name,
            deferrable=row.deferrable or None,
            initially="DEFERRED" if row.deferred else None,
            nulls_not_distinct=self._indexes.nulls_not_distinct(row.table, row.index),
            place=part(place, row.name),
        )

    def _columns_of(self, table: int, positions: Iterable[int] | None) -> tuple[str, ...]:
        return tuple([self._names[table, position] for position in positions]) if positions else ()

    def _exclusion(self, table: str, place: CatalogPlace, row: ConstraintRow) -> ExclusionConstraint:
        index = self._indexes.backing(row.table, row.index, table, place)
        return ExclusionConstraint(
            table=table,
            parts=index.parts,
            operators=tuple(row.operators or ()),
            name=row.name,
            method=index.method,
            predicate=index.predicate,
            deferrable=row.deferrable or None,
            initially="DEFERRED" if row.deferred else None,
            place=part(place, row.name),
        )

    def _check(self, table: str, place: CatalogPlace, row: ConstraintRow) -> CheckConstraint:
        expression = row.expression or f"{self._columns_of(row.table, row.columns)[0]} IS NOT NULL"
        return CheckConstraint(
            table=table,
            expression=expression,
            name=row.name,
            validated=row.validated,
            enforced=row.enforced,
            place=part(place, row.name),
        )


def _server_default(row: ColumnRow, sequence: str | None) -> Default | None:
    if row.identity:
        return Default(kind="identity", value="always" if row.identity == "a" else "by default")
    if row.default is None:
        return None
    if row.generated:
        return Default(kind="computed", value=row.default)
    if sequence is not None and row.default.startswith("nextval("):
        return Default(kind="sequence", value=sequence)
    return Default(kind="sql", value=row.default)


def _by_table(rows: Iterable[T]) -> dict[int, list[T]]:
    grouped: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        grouped[row.table].append(row)
    return grouped
