"""Columns that seem to repeat what another table says, by their names: `user_email` beside `user_id`."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, ForeignKey, Table
from schema_lint.facts.unknown import Unknown


class Copy(msgspec.Struct, frozen=True):
    """A column, the foreign key beside it, and the column of the referenced table that it is named after."""

    key: ForeignKey
    column: Column
    source: Column


def copies(table: Table, schema: Schema) -> Iterator[Copy]:
    """The columns of a table that are named and typed like one of a table that it references.

    Foreign keys of one column alone; never a referenced key, nor a column that is a foreign key itself.
    """
    for key in table.foreign_keys.known:
        stem = key.columns[0].rpartition("_")[0] if len(key.columns) == 1 else ""
        target = schema.table(key.target_table) if stem and key.target_table != table.key else None
        if target is None:
            continue
        for column in table.columns.known:
            name = column.name.removeprefix(f"{stem}_")
            if name == column.name or column.name in table.foreign_key_columns or name in target.primary_key.columns:
                continue
            source = target.column(name)
            if source is not None and name not in key.target_columns and _same_type(column, source):
                yield Copy(key, column, source)


def _same_type(one: Column, other: Column) -> bool:
    if isinstance(one.type, Unknown) or isinstance(other.type, Unknown):
        return False
    return one.type.name == other.type.name
