"""How queries are sent, and the parts of them that only newer servers understand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from psycopg import Connection

R = TypeVar("R")

NEWER: dict[str, tuple[int, str, str]] = {
    "{nulls_not_distinct}": (15, "i.indnullsnotdistinct", "false"),
    "{collation}": (15, "CASE d.datlocprovider WHEN 'c' THEN d.datcollate END", "d.datcollate"),
    "{collation_changed}": (
        15, "coalesce(d.datcollversion <> pg_database_collation_actual_version(d.oid), false)", "false",
    ),
    "{last_index_scan}": (16, "s.last_idx_scan", "NULL::timestamptz"),
    "{enforced}": (18, "k.conenforced", "true"),
    "{set_columns}": (15, "k.confdelsetcols", "NULL::int2[]"),
}  # fmt: skip
"""By how a query names it: the major version from which on it is asked, and what stands there before."""


class Asker:
    """Sends queries, each an unnamed statement, since a transaction pooler has no others."""

    def __init__(self, connection: Connection[Any], schemas: Sequence[str] | None) -> None:
        self.connection = connection
        self.version = connection.info.server_version
        self.partial = schemas is not None
        """Only some schemas are asked for."""
        self._parameters: Mapping[str, Any] = {"schemas": list(schemas) if schemas is not None else None}

    def ask(self, query: str, row: Callable[..., R]) -> list[R]:
        """The query's rows, each as `row` makes it of its values."""
        for name, (since, expression, otherwise) in NEWER.items():
            query = query.replace(name, expression if self.version >= since * 10_000 else otherwise)
        # A query without parameters may hold a percent sign.
        parameters = self._parameters if "%(schemas)s" in query else None
        found = self.connection.execute(query.encode(), parameters, prepare=False)
        return [row(*values) for values in found.fetchall()]


def plain(*values: Any) -> tuple[Any, ...]:
    """A row as it came."""
    return values
