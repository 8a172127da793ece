"""How queries are sent, and the parts of them that only newer servers understand."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from schema_lint.readers.catalog.ahead import sent_ahead

if TYPE_CHECKING:
    from psycopg import Connection, Cursor

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
        self._answer: Callable[[str], Cursor[Any]] = self._send

    @contextlib.contextmanager
    def ahead(self, queries: Iterable[str]) -> Iterator[None]:
        """Have these queries sent while others' rows are made into facts. They are asked in this order, each once."""
        with sent_ahead(self.connection, queries, self._send) as self._answer:
            yield
        self._answer = self._send

    def ask(self, query: str, row: Callable[..., R]) -> list[R]:
        """The query's rows, each as `row` makes it of its values.

        Raises:
            psycopg.Error: where the server refuses this query, or one before it.
        """
        return [row(*values) for values in self._answer(query).fetchall()]

    def _send(self, query: str) -> Cursor[Any]:
        text = query
        for name, (since, expression, otherwise) in NEWER.items():
            text = text.replace(name, expression if self.version >= since * 10_000 else otherwise)
        # A query without parameters may hold a percent sign.
        parameters = self._parameters if "%(schemas)s" in text else None
        return self.connection.execute(text.encode(), parameters, prepare=False)


def plain(*values: Any) -> tuple[Any, ...]:
    """A row as it came."""
    return values
