"""The database of a comparison is the same, whichever process read it."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import psycopg
import pytest

from schema_lint.cli.catalogue import Catalogue, reading_catalogue
from schema_lint.cli.failures import Failure
from schema_lint.readers.catalog.addresses import parse_address

MANY_KINDS = Path(__file__).parents[1] / "databases" / "supabase.sql"


def content(database: str) -> bytes:
    with reading_catalogue(parse_address(database, "the test"), schemas=()) as result:
        found = msgspec.json.encode(result())
    # An empty tuple is left out or not, by where it was made.
    return msgspec.json.encode(msgspec.json.decode(found, type=Catalogue), order="sorted")


def test_what_another_process_read_is_what_this_one_reads(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(MANY_KINDS.read_bytes())
        connection.execute("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
        connection.execute("INSERT INTO alembic_version VALUES ('3f2a')")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    there = content(database)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert there == content(database)
    assert b'"versions":{"alembic_version":["3f2a"]}' in there


def test_what_went_wrong_there_is_said_here(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    missing = database.replace("postgres@/", "postgres@/no_")
    with pytest.raises(Failure, match="does not exist") as failed:
        content(missing)
    assert "the database's name" in failed.value.hint
