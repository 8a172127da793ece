"""What a database has besides the tables that are read: relations that are no facts, and Alembic's versions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from schema_lint.facts.schema import Table
from schema_lint.readers.catalog.queries.tables import of_extension

if TYPE_CHECKING:
    from psycopg import Connection

_ELSEWHERE = f"""
SELECT n.nspname || '.' || c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND (c.relispartition OR {of_extension("pg_class", "c.oid")})
""".encode()


def read_elsewhere(connection: Connection[Any]) -> frozenset[str]:
    """`schema.name` of partitions and of what belongs to an extension.

    Raises:
        psycopg.Error: where the server refuses.
    """
    return frozenset(name for (name,) in connection.execute(_ELSEWHERE, prepare=False).fetchall())


def read_versions(
    connection: Connection[Any], tables: Iterable[Table], default_schema: str | None
) -> dict[str, tuple[str, ...]]:
    """The revisions that Alembic's tables hold, by the table's key; without those that the role may not read.

    Raises:
        psycopg.Error: where the server refuses.
    """
    from psycopg import sql

    found = {}
    for table in tables:
        name = sql.Identifier(table.schema or default_schema or "public", table.name)
        allowed = connection.execute(
            b"SELECT has_table_privilege(%s, 'SELECT')", [name.as_string(connection)], prepare=False
        ).fetchone()
        if allowed is not None and allowed[0]:
            rows = connection.execute(sql.SQL("SELECT version_num FROM {}").format(name), prepare=False).fetchall()
            found[table.key] = tuple(sorted(version for (version,) in rows))
    return found
