"""Indexes as the catalogue has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schema_lint.facts.identifiers import quoted
from schema_lint.facts.place import CatalogPlace
from schema_lint.facts.schema import Index, IndexPart
from schema_lint.readers.catalog.naming import part
from schema_lint.readers.catalog.queries.tables import IndexRow
from schema_lint.readers.catalog.storage import StorageReader

_DESCENDING, _NULLS_FIRST = 1, 2
"""Bits of `pg_index.indoption`."""


class IndexReader:
    """The indexes of every table."""

    def __init__(
        self,
        rows: Mapping[int, Sequence[IndexRow]],
        *,
        names: Mapping[tuple[int, int], str],
        own_collations: Mapping[tuple[int, int], int],
        operator_classes: Mapping[int, str],
        collations: Mapping[int, str],
        storage: StorageReader,
    ) -> None:
        self._rows = rows
        self._by_number = {row.number: row.name for found in rows.values() for row in found}
        self._names = names
        self._own_collations = own_collations
        self._operator_classes = operator_classes
        self._collations = collations
        self._storage = storage
        self._parts: dict[tuple[str | None, str | None, int, int, str | None], IndexPart] = {}
        """Those made already: many indexes are of columns of the same name."""

    def of(self, number: int, table: str, place: CatalogPlace, *, backing: set[int]) -> tuple[Index, ...]:
        """A table's indexes, but those that hold up a constraint, which is a fact of its own."""
        rows = self._rows.get(number, ())
        return tuple(self._index(row, table, place) for row in rows if row.number not in backing)

    def name(self, index: int) -> str | None:
        """The name of an index, and of the constraint that it holds up."""
        return self._by_number.get(index)

    def backing(self, table: int, index: int, key: str, place: CatalogPlace) -> Index:
        """The index that holds up a constraint."""
        return next(self._index(row, key, place) for row in self._rows[table] if row.number == index)

    def nulls_not_distinct(self, table: int, index: int) -> bool:
        """Whether an index takes two NULLs for equal."""
        return any(row.nulls_not_distinct for row in self._rows.get(table, ()) if row.number == index)

    def _index(self, row: IndexRow, table: str, place: CatalogPlace) -> Index:
        return Index(
            table=table,
            name=row.name,
            parts=tuple(self._part(row, at) for at in range(row.keys)),
            unique=row.unique,
            method=row.method,
            predicate=row.predicate,
            include=tuple(self._names[row.table, column] for column in row.columns[row.keys :]),
            valid=row.valid,
            nulls_not_distinct=row.nulls_not_distinct,
            storage=self._storage.of_index(row),
            place=part(place, row.name),
        )

    def _part(self, row: IndexRow, at: int) -> IndexPart:
        column = row.columns[at]
        name = self._names[row.table, column] if column else None
        text = None if column or row.texts is None else row.texts[at]
        number = row.collations[at]
        collation = self._collations.get(number) if number != self._own_collations.get((row.table, column)) else None
        if name is not None and collation is not None:
            # PostgreSQL does not use it for a comparison by the column's own collation.
            text, name = f'{quoted(name)} COLLATE "{collation}"', None
        key = name, text, row.options[at], row.operator_classes[at], collation
        found = self._parts.get(key)
        if found is None:
            found = self._parts[key] = self._made(*key)
        return found

    def _made(
        self, column: str | None, expression: str | None, option: int, operator_class: int, collation: str | None
    ) -> IndexPart:
        descending, nulls_first = bool(option & _DESCENDING), bool(option & _NULLS_FIRST)
        return IndexPart(
            column=column,
            expression=expression,
            descending=descending,
            nulls=None if nulls_first == descending else "first" if nulls_first else "last",
            operator_class=self._operator_classes.get(operator_class),
            collation=collation,
        )
