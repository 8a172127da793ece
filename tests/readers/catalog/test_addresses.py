"""Every form in which a database is named."""

from __future__ import annotations

import pytest

from schema_lint.readers.catalog.addresses import AddressError, find_address, parse_address

PARTS = {"user": "app", "password": "s3cret", "host": "db", "port": "5433", "dbname": "todo"}


@pytest.mark.parametrize(
    "scheme",
    ["postgresql", "postgres", "postgresql+psycopg", "postgresql+psycopg2", "postgresql+asyncpg", "postgresql+pg8000"],
)
def test_every_driver_s_url(scheme: str) -> None:
    assert parse_address(f"{scheme}://app:s3cret@db:5433/todo", "the argument").parameters == PARTS


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "postgresql:///todo": {"dbname": "todo"},
        "postgresql://": {},
        "postgresql://db": {"host": "db"},
        "postgresql://[::1]:5433/todo": {"host": "::1", "port": "5433", "dbname": "todo"},
        "postgresql://a%40b:p%2Fq%3A%40@db/todo": {
            "user": "a@b", "password": "p/q:@", "host": "db", "dbname": "todo",
        },
        "postgresql://app:p:q/r@db/todo": {"user": "app", "password": "p:q/r", "host": "db", "dbname": "todo"},
        "postgresql+psycopg:///todo?host=/var/run/postgresql": {"host": "/var/run/postgresql", "dbname": "todo"},
        "postgresql://%2Fvar%2Frun/todo": {"host": "/var/run", "dbname": "todo"},
        "postgresql://a:1,b:2/todo": {"host": "a,b", "port": "1,2", "dbname": "todo"},
        "postgresql+psycopg:///todo?host=a:1&host=b:2": {"host": "a,b", "port": "1,2", "dbname": "todo"},
        "postgresql://db/todo?sslmode=verify-full&channel_binding=require": {
            "host": "db", "dbname": "todo", "sslmode": "verify-full", "channel_binding": "require",
        },
        "postgresql+asyncpg://db/todo?ssl=require&timeout=3&prepared_statement_cache_size=0": {
            "host": "db", "dbname": "todo", "sslmode": "require", "connect_timeout": "3",
        },
        "postgresql+asyncpg://db/todo?ssl=true": {"host": "db", "dbname": "todo", "sslmode": "require"},
        "host=db dbname=todo password='a b'": {"host": "db", "dbname": "todo", "password": "a b"},
    }.items(),
)  # fmt: skip
def test_forms(text: str, expected: dict[str, str]) -> None:
    assert parse_address(text, "the argument").parameters == expected


@pytest.mark.parametrize(
    ("text", "message"),
    {
        "todo": "the argument is no URL of a database (todo)",
        "postgresql//app:s3cret@db/todo": "the argument is no URL of a database",
        "mysql+pymysql://app:s3cret@db/todo": "the argument names a database of mysql",
        "sqlite:///todo.db": "the argument names a database of sqlite",
        "postgresql://app:s3cret@db:54x3/todo": "the argument has a port that is no number",
        "postgresql://app:s3cr@et@db/todo": "the argument has an @ too many",
        "postgresql://app:s3%00cret@db/todo": "the argument has a %00, which no address has",
        "host=db pasword=s3cret": 'the argument is no address of a database: invalid connection option "pasword"',
    }.items(),
)
def test_what_is_no_address(text: str, message: str) -> None:
    with pytest.raises(AddressError) as raised:
        parse_address(text, "the argument")
    assert str(raised.value) == message


def test_the_argument_counts_before_the_variable_and_that_before_libpq_s() -> None:
    environment = {"DATABASE_URL": "postgresql://variable/d", "PGHOST": "libpq"}
    assert str(find_address("postgresql://argument/d", environment)) == "argument/d"
    assert str(find_address(None, environment)) == "variable/d"
    assert str(find_address(None, {"TODO_URL": "postgresql://todo/d"}, variable="TODO_URL")) == "todo/d"
    assert str(find_address(None, {"PGSERVICE": "todo"})) == "libpq's environment"
    with pytest.raises(AddressError, match="no database is named"):
        find_address(None, {"DATABASE_URL": ""})


def test_an_address_is_shown_without_its_password() -> None:
    address = parse_address("postgresql://app:s3cret@[::1]:5433/todo?sslpassword=s3cret", "the argument")
    assert str(address) == "app@[::1]:5433/todo"
    assert "s3cret" not in repr(address)
