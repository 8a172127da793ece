"""A throw-away PostgreSQL for tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from schema_lint import scratch


@pytest.fixture(scope="session")
def postgres() -> Iterator[scratch.Server]:
    """A server that lives as long as the tests."""
    with scratch.start() as server:
        yield server


@pytest.fixture
def database(postgres: scratch.Server) -> Iterator[str]:
    """Address, as libpq reads it, of an empty database of the test's own."""
    with postgres.database() as address:
        yield address


@pytest.fixture
def database_url(database: str) -> str:
    """The same in SQLAlchemy's words."""
    return database.replace("postgresql://", "postgresql+psycopg://")
