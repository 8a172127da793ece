"""What runs in a database, and what feeds its columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from schema_lint.facts.database import Domain, Function, Sequence, Trigger
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.catalog.asking import Asker, plain
from schema_lint.readers.catalog.naming import Names, options, part
from schema_lint.readers.catalog.queries import programs as queries
from schema_lint.readers.catalog.queries.programs import DomainRow, FunctionRow, SequenceRow, TriggerRow
from schema_lint.readers.catalog.queries.tables import TableRow

_VOLATILITY = {"i": "immutable", "s": "stable", "v": "volatile"}
_FOR_EACH_ROW, _BEFORE, _INSTEAD = 1, 2, 64
_EVENTS = {4: "INSERT", 8: "DELETE", 16: "UPDATE", 32: "TRUNCATE"}
"""Bits of `pg_trigger.tgtype` (PostgreSQL's `catalog/pg_trigger.h`)."""

_NOT_ASKED = Unknown("a sequence's last value is read only with --usage")
_NOT_READABLE = Unknown("the role may not read the sequence")


def read_functions(asker: Asker, names: Names) -> tuple[Function, ...]:
    """Functions and procedures."""
    return tuple(
        Function(
            schema=names.schema(row.schema),
            name=row.name,
            arguments=row.arguments,
            language=row.language,
            owner=row.owner,
            security_definer=row.security_definer,
            volatility=_VOLATILITY[row.volatility],
            leakproof=row.leakproof,
            settings=options(row.settings),
            returns=row.returns or "",
            body=row.body,
            place=names.function(row.schema, f"{row.name}({row.arguments})"),
        )
        for row in asker.ask(queries.FUNCTIONS, FunctionRow)
    )


def read_triggers(asker: Asker, names: Names, tables: Mapping[int, TableRow]) -> tuple[Trigger, ...]:
    """Triggers, but those that enforce foreign keys and do."""
    found = []
    for row in asker.ask(queries.TRIGGERS, TriggerRow):
        table = tables[row.table]
        found.append(
            Trigger(
                table=names.key(table.schema, table.name),
                name=row.name,
                function=names.key(row.function_schema, row.function),
                timing="INSTEAD OF" if row.type & _INSTEAD else "BEFORE" if row.type & _BEFORE else "AFTER",
                events=tuple(event for bit, event in _EVENTS.items() if row.type & bit),
                for_each_row=bool(row.type & _FOR_EACH_ROW),
                enabled=row.enabled,
                constraint=row.constraint,
                place=part(names.place(table.schema, table.name), row.name),
            )
        )
    return tuple(found)


class SequenceReader:
    """The sequences, and the columns that they belong to or feed."""

    def __init__(
        self, asker: Asker, names: Names, tables: Mapping[int, TableRow], columns: Mapping[tuple[int, int], str]
    ) -> None:
        self._asker = asker
        self._names = names
        self._tables = tables
        self._columns = columns
        self._rows = asker.ask(queries.SEQUENCES, SequenceRow)
        self.of_column = {
            (row.owner_table, row.owner_position): row.name for row in self._rows if row.owner_table is not None
        }
        """Name of the sequence that belongs to the column of a table (by number) at a position."""

    def sequences(self, *, usage: bool) -> tuple[Sequence, ...]:
        """The facts."""
        feeds = self._feeds()
        last: dict[int, int | None] = dict(self._asker.ask(queries.LAST_VALUES, plain)) if usage else {}
        return tuple(self._sequence(row, feeds.get(row.number, ()), last if usage else None) for row in self._rows)

    def _sequence(
        self, row: SequenceRow, feeds: Iterable[tuple[int, int]], last: Mapping[int, int | None] | None
    ) -> Sequence:
        owner = self._column(row.owner_table, row.owner_position)
        found = [self._column(table, position) for table, position in feeds]
        fed = {column: None for column in [owner if row.identity else None, *found] if column is not None}
        return Sequence(
            schema=self._names.schema(row.schema),
            name=row.name,
            type=row.type,
            start=row.start,
            increment=row.increment,
            minimum=row.minimum,
            maximum=row.maximum,
            cycles=row.cycles,
            unlogged=row.unlogged,
            last_value=_NOT_ASKED if last is None else last.get(row.number) if row.readable else _NOT_READABLE,
            owned_by=owner,
            identity=bool(row.identity),
            feeds=tuple(fed),
            place=self._names.place(row.schema, row.name),
        )

    def _feeds(self) -> Mapping[int, list[tuple[int, int]]]:
        feeds: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for sequence, table, position in self._asker.ask(queries.FEEDS, plain):
            feeds[sequence].append((table, position))
        return feeds

    def _column(self, table: int | None, position: int | None) -> tuple[str, str] | None:
        row = self._tables.get(table or 0)
        column = self._columns.get((table or 0, position or 0))
        return (self._names.key(row.schema, row.name), column) if row is not None and column is not None else None


def read_domains(asker: Asker, names: Names) -> tuple[Domain, ...]:
    """Domains."""
    return tuple(
        Domain(
            schema=names.schema(row.schema),
            name=row.name,
            type=row.type,
            nullable=not row.not_null,
            default=row.default,
            checks=tuple(row.checks),
            check_names=tuple(row.check_names),
            unvalidated=tuple(row.unvalidated),
            place=names.place(row.schema, row.name),
        )
        for row in asker.ask(queries.DOMAINS, DomainRow)
    )
