"""Databases besides PostgreSQL that the tables themselves say the project supports."""

from __future__ import annotations

from collections.abc import Iterable

from schema_lint.evaluating.values import Call
from schema_lint.facts.types import ColumnType
from schema_lint.readers.source.drafts import TableDraft

_PREFIXES = ("mysql_", "mariadb_", "sqlite_", "oracle_", "mssql_")


def other_dialects(tables: Iterable[TableDraft]) -> tuple[str, ...]:
    """Dialects that types' variants and options of tables and indexes name, sorted; `other` where none is named."""
    found: set[str] = set()
    for table in tables:
        for column in table.columns:
            if isinstance(column.type, ColumnType):
                found.update(column.type.dialects)
        for index in table.indexes:
            found.update(_named(index.options))
        if isinstance(table.value, Call):
            found.update(_named(table.value.keywords))
    return tuple(sorted(found))


def _named(options: Iterable[str]) -> set[str]:
    return {option.partition("_")[0] for option in options if option.startswith(_PREFIXES)}
