"""A database's catalogue as facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from schema_lint.facts.identifiers import quoted
from schema_lint.facts.place import CatalogPlace
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import CheckConstraint, Column, Default, ForeignKey, PrimaryKey, Table, UniqueConstraint
from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.readers.catalog import queries
from schema_lint.readers.catalog.indexes import IndexReader
from schema_lint.readers.catalog.queries import ColumnRow, ConstraintRow, EnumRow, SequenceRow, TableRow
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


R = TypeVar("R")
T = TypeVar("T", bound=_OfTable)


def read(connection: Connection[Any], *, schemas: Sequence[str] | None = None) -> Schema:
    """Everything that one database holds, as its tables of these schemas (all but PostgreSQL's own if `None`).

    The connection must be inside a transaction that sees one moment (`REPEATABLE READ`); nothing is written.

    Raises:
        psycopg.Error: where the server refuses.
    """
    return Catalog(connection, schemas).schema()


class Catalog:
    """One reading of a database."""

    def __init__(self, connection: Connection[Any], schemas: Sequence[str] | None) -> None:
        self._connection = connection
        self._parameters = {"schemas": list(schemas) if schemas is not None else None}
        [self.server] = self._ask(queries.SERVER, queries.ServerRow)
        self._types: dict[tuple[str, str, int], ColumnType] = {}
        self._enums = {row.number: self._enum(row) for row in self._ask(queries.ENUMS, EnumRow)}
        self._tables = self._ask(queries.TABLES, TableRow)
        self._columns = _by_table(self._ask(queries.COLUMNS, ColumnRow))
        self._sequences = {(row.table, row.position): row for row in self._ask(queries.SEQUENCES, SequenceRow)}
        self._constraints = _by_table(self._ask(queries.CONSTRAINTS, ConstraintRow))
        self._names = {(table, position): name for table, position, name in self._ask(queries.REFERENCED, _row)}
        self._names.update(((row.table, row.position), row.name) for rows in self._columns.values() for row in rows)
        self._indexes = IndexReader(
            _by_table(self._ask(queries.INDEXES, queries.IndexRow)),
            names=self._names,
            operator_classes=dict(self._ask(queries.OPERATOR_CLASSES, _row)),
            collations=dict(self._ask(queries.COLLATIONS, _row)),
        )

    def schema(self) -> Schema:
        """The facts."""
        database = self.server.database
        return Schema(
            label=database,
            evidence="C",
            tables=Some(tuple(self._table(row) for row in self._tables)),
            models=Some((), _CLASSES),
            relationships=Some((), _CLASSES),
            enums=Some(tuple(self._enums.values())),
            default_schema=self.server.default_schema,
            naming_convention=_CONVENTION,
            place=CatalogPlace(database, database),
        )

    def _ask(self, query: str, row: Callable[..., R]) -> list[R]:
        # Unnamed statements: a transaction pooler has no others. A query without parameters may hold a percent sign.
        parameters = self._parameters if "%(schemas)s" in query else None
        found = self._connection.execute(query.encode(), parameters, prepare=False)
        return [row(*values) for values in found.fetchall()]

    def _enum(self, row: EnumRow) -> EnumType:
        return EnumType(
            name=row.name,
            schema=self._named(row.schema),
            labels=tuple(row.labels),
            values=_CLIENT,
            place=self._place(row.schema, row.name),
        )

    def _table(self, row: TableRow) -> Table:
        key = self._key(row.schema, row.name)
        constraints = self._constraints.get(row.number, [])
        place = self._place(row.schema, row.name)
        columns = self._columns.get(row.number, [])
        keys = {position for k in constraints if k.kind == "p" for position in k.columns or ()}
        return Table(
            name=row.name,
            schema=self._named(row.schema),
            columns=Some(tuple(self._column(key, place, column, column.position in keys) for column in columns)),
            primary_key=self._primary_key(key, place, constraints),
            foreign_keys=Some(tuple(self._foreign_key(key, place, k) for k in constraints if k.kind == "f")),
            indexes=Some(
                self._indexes.of(row.number, key, place, backing={k.index for k in constraints if k.kind in "pux"})
            ),
            unique_constraints=Some(tuple(self._unique(key, place, k) for k in constraints if k.kind == "u")),
            check_constraints=Some(tuple(_check(key, place, k) for k in constraints if k.kind == "c")),
            comment=row.comment,
            is_view=row.kind in "vm",
            form="catalog",
            place=place,
        )

    def _column(self, table: str, place: CatalogPlace, row: ColumnRow, in_key: bool) -> Column:
        sequence = self._sequences.get((row.table, row.position))
        return Column(
            table=table,
            name=row.name,
            type=self._type(row),
            nullable=not row.not_null,
            primary_key=in_key,
            autoincrement=sequence is not None,
            default=_CLIENT,
            server_default=_server_default(row, sequence),
            onupdate=_CLIENT,
            comment=row.comment,
            nullable_stated=True,
            place=_part(place, row.name),
        )

    def _type(self, row: ColumnRow) -> ColumnType:
        key = (row.type, row.type_kind, row.base_type)
        if key not in self._types:
            self._types[key] = column_type(row.type, row.type_kind, self._enums.get(row.base_type))
        return self._types[key]

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
            target_table=self._key(row.target_schema or "", row.target_name or ""),
            target_columns=self._columns_of(row.target, row.target_columns),
            name=row.name,
            ondelete=ACTIONS[row.on_delete],
            onupdate=ACTIONS[row.on_update],
            deferrable=row.deferrable or None,
            initially="DEFERRED" if row.deferred else None,
            place=_part(place, row.name),
        )

    def _unique(self, table: str, place: CatalogPlace, row: ConstraintRow) -> UniqueConstraint:
        return UniqueConstraint(
            table=table,
            columns=self._columns_of(row.table, row.columns),
            name=row.name,
            deferrable=row.deferrable or None,
            nulls_not_distinct=self._indexes.nulls_not_distinct(row.table, row.index),
            place=_part(place, row.name),
        )

    def _columns_of(self, table: int, positions: Iterable[int] | None) -> tuple[str, ...]:
        return tuple(self._names[table, position] for position in positions or ())

    def _named(self, schema: str) -> str | None:
        """The schema as a model would name it: not at all, where names without one lead."""
        return None if schema == self.server.default_schema else schema

    def _key(self, schema: str, name: str) -> str:
        return name if schema == self.server.default_schema else f"{schema}.{name}"

    def _place(self, schema: str, name: str) -> CatalogPlace:
        return CatalogPlace(self.server.database, f"{quoted(schema)}.{quoted(name)}")


def _check(table: str, place: CatalogPlace, row: ConstraintRow) -> CheckConstraint:
    return CheckConstraint(table=table, expression=row.expression or "", name=row.name, place=_part(place, row.name))


def _part(table: CatalogPlace, name: str) -> CatalogPlace:
    return CatalogPlace(table.database, f"{table.object}.{quoted(name)}")


def _server_default(row: ColumnRow, sequence: SequenceRow | None) -> Default | None:
    if row.identity:
        return Default(kind="identity", value="always" if row.identity == "a" else "by default")
    if row.default is None:
        return None
    if row.generated:
        return Default(kind="computed", value=row.default)
    if sequence is not None and row.default.startswith("nextval("):
        return Default(kind="sequence", value=sequence.name)
    return Default(kind="sql", value=row.default)


def _row(*values: Any) -> tuple[Any, ...]:
    return values


def _by_table(rows: Iterable[T]) -> dict[int, list[T]]:
    grouped: defaultdict[int, list[T]] = defaultdict(list)
    for row in rows:
        grouped[row.table].append(row)
    return grouped
