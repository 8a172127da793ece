"""Some rows of tables that seem to repeat what another table says: whether they do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from schema_lint.facts.copies import Copy, copies
from schema_lint.facts.database import Sample
from schema_lint.facts.identifiers import qualified, quoted
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Unknown

if TYPE_CHECKING:
    from psycopg import Connection

ROWS = 10_000
"""Looked at in each table, from pages chosen at random where it has many more."""

MOST = 100
"""Columns that are looked into; a database of more has a habit, which the first show."""

_LIMIT = b"SET LOCAL statement_timeout = '5s'"
_KINDS = ("table", "partitioned table")


def samples(connection: Connection[Any], database: Schema) -> Iterator[Sample]:
    """What rows say of the columns that are named like one of the row that a foreign key leads to.

    No value leaves the server, only how many differ. The connection must be inside a transaction; its time limit is
    five seconds from then on, for each column.

    Raises:
        psycopg.Error: where the connection is lost.
    """
    connection.execute(_LIMIT)
    found = ((table, copy) for table in database.tables.known for copy in copies(table, database))
    for _, (table, copy) in zip(range(MOST), found, strict=False):
        if table.storage is not None and table.storage.kind in _KINDS:
            yield _sample(connection, table, copy, database)


def _sample(connection: Connection[Any], table: Table, copy: Copy, database: Schema) -> Sample:
    from psycopg import errors

    about: dict[str, Any] = {"table": table.key, "determinant": copy.key.columns[0], "column": copy.column.name}
    try:
        # A savepoint: what is refused here must not end the reading.
        with connection.transaction():
            row = connection.execute(_query(table, copy, database).encode()).fetchone()
    except errors.InsufficientPrivilege:
        return Sample(**about, differing=Unknown(f"the role may not read rows of {table.key}"))
    except (errors.QueryCanceled, errors.LockNotAvailable):
        return Sample(**about, differing=Unknown(f"reading rows of {table.key} took too long"))
    assert row is not None
    return Sample(**about, rows=row[0], differing=row[1])


def _query(table: Table, copy: Copy, database: Schema) -> str:
    estimated = table.storage.rows if table.storage is not None else None
    share = 100.0 if not estimated else min(100.0, 200.0 * ROWS / estimated)
    sampled = f" TABLESAMPLE SYSTEM ({share:.6f})" if share < 100 else ""
    target = database.table(copy.key.target_table)
    assert target is not None
    key, column, source = quoted(copy.key.columns[0]), quoted(copy.column.name), quoted(copy.source.name)
    # As text: not every type has an equality.
    return f"""
        SELECT count(*), count(*) FILTER (WHERE s.copied IS DISTINCT FROM t.{source}::text)
        FROM (SELECT {key} AS key, {column}::text AS copied FROM {_name(table, database)}{sampled}
              WHERE {key} IS NOT NULL AND {column} IS NOT NULL LIMIT {ROWS}) s
        JOIN {_name(target, database)} t ON t.{quoted(copy.key.target_columns[0])} = s.key
    """


def _name(table: Table, database: Schema) -> str:
    return qualified(table.schema or database.default_schema or "public", table.name)
