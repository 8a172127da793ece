"""Which database is meant, and what is told where that one cannot be read."""

from __future__ import annotations

import pytest

from schema_lint.cli.database import find_database, opened, read_schema
from schema_lint.cli.failures import Failure
from schema_lint.config.settings import Database, Settings
from schema_lint.readers.catalog.addresses import parse_address

SECRET = "s3cret-of-nobody"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "PGHOST", "PGHOSTADDR", "PGSERVICE", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)


def named(**variables: str | None) -> Settings:
    return Settings(databases={name: Database(url_variable=variable) for name, variable in variables.items()})


def test_what_is_given_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/other")
    assert str(find_database("postgresql://db/todo", Settings())) == "db/todo"
    assert str(find_database(None, Settings())) == "db/other"


def test_the_settings_name_a_variable_and_no_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://db/other")
    monkeypatch.setenv("TODO_URL", f"postgresql+asyncpg://app:{SECRET}@db/todo")
    assert str(find_database(None, named(todo="TODO_URL"))) == "app@db/todo"
    assert str(find_database("todo", named(todo="TODO_URL", billing="BILLING_URL"))) == "app@db/todo"


@pytest.mark.parametrize(
    ("given", "settings", "message"),
    [
        (None, Settings(), "no database is named"),
        (None, named(todo="TODO_URL", billing="BILLING_URL"), "the project has several databases: todo, billing"),
        ("todo", named(todo="TODO_URL"), "TODO_URL is not set"),
        ("todo", named(todo=None), "nothing says where the database todo is"),
        ("todo", Settings(), r"the argument is no URL of a database \(todo\)"),
        ("sqlite:///todo.db", Settings(), "the argument names a database of sqlite"),
    ],
)
def test_what_names_no_database(given: str | None, settings: Settings, message: str) -> None:
    with pytest.raises(Failure, match=message) as raised:
        find_database(given, settings)
    assert raised.value.hint


def test_a_schema_that_does_not_exist(database: str) -> None:
    with pytest.raises(Failure, match="no schema pubic") as raised, opened(parse_address(database, "x")) as connection:
        assert read_schema(connection, schemas=["public"]).tables.known == ()
        read_schema(connection, schemas=["pubic"])
    assert raised.value.hint == "did you mean public?"


def test_what_the_server_refuses(database: str) -> None:
    with pytest.raises(Failure, match="read-only transaction"), opened(parse_address(database, "x")) as connection:
        connection.execute("CREATE TABLE t ()")
