"""Reading through a transaction pooler, which hands each transaction to another session."""

from __future__ import annotations

import psycopg
import pytest

from pooler import pooling
from schema_lint.readers.catalog import read
from schema_lint.readers.catalog.addresses import parse_address
from schema_lint.readers.catalog.connecting import DatabaseError, reading


def test_each_reading_is_one_transaction_and_leaves_the_session_as_it_was(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE task (id int PRIMARY KEY)")
    with pooling(database) as pooler:
        address = parse_address(pooler.address, "the test")
        for _ in range(4):
            with reading(address) as connection:
                schema = read(connection, usage=True)
            assert [table.key for table in schema.tables.known] == ["task"]
        assert pooler.used == [0, 1, 0, 1]
        assert pooler.ask("SHOW statement_timeout") == [b"0", b"0"]
        assert pooler.ask("SHOW transaction_read_only") == [b"off", b"off"]
        assert pooler.ask("SELECT count(*) FROM pg_prepared_statements") == [b"0", b"0"]


def test_what_the_user_asks_of_the_session_is_refused_by_the_pooler(database: str) -> None:
    with pooling(database) as pooler:
        address = parse_address(f"{pooler.address} options='-c search_path=audit'", "the test")
        with pytest.raises(DatabaseError, match="unsupported startup parameter: options") as refused, reading(address):
            raise AssertionError("connected")
        assert refused.value.stage == "pooler" and "direct address" in refused.value.hint
