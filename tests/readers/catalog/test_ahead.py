"""Queries that are sent ahead of being asked for."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from schema_lint.readers.catalog.ahead import sent_ahead
from schema_lint.readers.catalog.asking import Asker
from schema_lint.readers.catalog.queries import in_order
from schema_lint.readers.catalog.reading import Catalog

SLOW = "SELECT pg_sleep(600)"


def asked(connection: psycopg.Connection[Any], query: str) -> psycopg.Cursor[Any]:
    return connection.execute(query.encode())


@pytest.mark.parametrize("usage", [False, True])
def test_the_queries_are_asked_for_as_they_are_sent(database: str, usage: bool) -> None:
    found = []

    class Noting(Asker):
        def ask(self, query: str, row: Any) -> list[Any]:
            found.append(query)
            return super().ask(query, row)

    with psycopg.connect(database) as connection:
        Catalog(Noting(connection, None), usage=usage).schema()
    assert tuple(found) == in_order(usage=usage)


def test_each_query_gives_its_own_rows(database: str) -> None:
    queries = [f"SELECT {number}" for number in range(20)]
    with (
        psycopg.connect(database) as connection,
        sent_ahead(connection, queries, lambda query: asked(connection, query)) as answer,
    ):
        rows = [answer(query).fetchall() for query in queries]
    assert rows == [[(number,)] for number in range(20)]


def test_a_query_that_fails_says_so_where_it_is_asked_for(database: str) -> None:
    queries = ["SELECT 1", "SELECT 1 / 0", "SELECT 2"]
    with (
        psycopg.connect(database) as connection,
        pytest.raises(psycopg.errors.DivisionByZero),
        sent_ahead(connection, queries, lambda query: asked(connection, query)) as answer,
    ):
        assert answer(queries[0]).fetchall() == [(1,)]
        answer(queries[1])


def test_what_runs_is_cancelled_where_nobody_waits_for_it(database: str) -> None:
    queries = ["SELECT 1", SLOW, "SELECT 2"]
    sent = []

    def send(query: str) -> psycopg.Cursor[Any]:
        sent.append(query)
        return asked(connection, query)

    with psycopg.connect(database) as connection:
        with pytest.raises(KeyboardInterrupt), sent_ahead(connection, queries, send) as answer:
            answer(queries[0])
            raise KeyboardInterrupt
        assert sent == queries[: len(sent)] and "SELECT 2" not in sent
        connection.rollback()
        assert connection.execute("SELECT 3").fetchall() == [(3,)]
