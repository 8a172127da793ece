"""Rows that are looked into: few, for a short time, and none of their values leaves the server."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import psycopg
import pytest

from created import execute
from schema_lint.checking.finding import Finding
from schema_lint.facts.database import Sample
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.catalog import read, sampling
from support import findings

TABLES = """
CREATE SCHEMA app;
CREATE TABLE users (id int PRIMARY KEY, city text, "Name" json, zip char(5));
CREATE TABLE app.tasks (id int PRIMARY KEY, user_id int REFERENCES users, user_city text, "user_Name" json,
    user_zip int, users_city text);
INSERT INTO users SELECT n, 'city ' || n, json_build_object('n', n) FROM generate_series(1, 200) n;
INSERT INTO app.tasks SELECT n, n, 'city ' || n, json_build_object('n', n % 2) FROM generate_series(1, 200) n;
ANALYZE
"""


def sampled(database: str, *, role: str = "postgres") -> tuple[Schema, Sequence[Sample]]:
    with psycopg.connect(database) as connection:
        connection.execute(f"SET ROLE {role}".encode())
        schema = read(connection)
        return schema, tuple(sampling.samples(connection, schema))


def told(database: str) -> list[Finding]:
    schema, found = sampled(database)
    schema = msgspec.structs.replace(schema, samples=tuple(found))
    return findings({}, select=["TBL013"], reader=lambda _: Project(evidence="C", schemas=(schema,)))


def test_what_rows_say(database: str) -> None:
    execute(database, TABLES)
    _, found = sampled(database)
    assert found == (
        Sample(table="app.tasks", determinant="user_id", column="user_city", rows=200, differing=0),
        Sample(table="app.tasks", determinant="user_id", column="user_Name", rows=200, differing=199),
    )
    [finding] = told(database)
    assert (finding.severity, finding.message) == (
        "warning",
        "app.tasks.user_city repeats users.city, which user_id leads to: so it is in all of 200 rows",
    )


def test_too_few_rows_prove_nothing(database: str) -> None:
    execute(database, TABLES.replace("200", "99"))
    [finding] = told(database)
    assert (finding.severity, "rows" in finding.message) == ("info", False)


def test_a_large_table_is_looked_into_in_part(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sampling, "ROWS", 1000)
    execute(database, TABLES.replace("200", "20000"))
    _, (city, _) = sampled(database)
    assert 0 < city.rows <= 1000
    assert city.differing == 0


def test_rows_that_may_not_be_read_and_reading_that_takes_too_long(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute(database, TABLES)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE onlooker")
        try:
            connection.execute("GRANT USAGE ON SCHEMA app TO onlooker")
            _, found = sampled(database, role="onlooker")
        finally:
            connection.execute("DROP OWNED BY onlooker")
            connection.execute("DROP ROLE onlooker")
    assert [why(sample) for sample in found] == ["the role may not read rows of app.tasks"] * 2
    monkeypatch.setattr(sampling, "_LIMIT", b"SET LOCAL statement_timeout = '20ms'")
    monkeypatch.setattr(sampling, "_query", lambda *_: "SELECT 1, 1 FROM pg_sleep(60)")
    assert [why(sample) for sample in sampled(database)[1]] == ["reading rows of app.tasks took too long"] * 2


def why(sample: Sample) -> str:
    assert isinstance(sample.differing, Unknown)
    return sample.differing.why
