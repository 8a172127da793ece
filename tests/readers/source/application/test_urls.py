from __future__ import annotations

import pytest
from sqlalchemy.engine import make_url

from schema_lint.readers.source.application.urls import HOLE, is_database_url, parse_url


@pytest.mark.parametrize(
    "text", ["", "http://example.com", "see postgresql://x for more", "redis://localhost", "postgresql"]
)
def test_other_text_is_no_database_url(text: str) -> None:
    assert parse_url(text) is None
    assert not is_database_url(text)


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://localhost",
        "postgresql:///todo",
        "postgresql+psycopg://app:s3cret@db.example.com:5433/todo?sslmode=require&application_name=x",
        "postgresql+asyncpg://app:p%40ss@[::1]:5432/todo",
        "postgresql://app@/todo?host=/var/run/postgresql",
        "sqlite:///./todo.db",
        "sqlite://",
        "mysql+pymysql://root:root@127.0.0.1/app",
    ],
)
def test_parts_are_those_that_sqlalchemy_sees(text: str) -> None:
    ours, theirs = parse_url(text), make_url(text)
    assert ours is not None
    assert ours.problem is None
    assert (ours.dialect, ours.driver or "") == tuple((theirs.drivername + "+").split("+")[:2])
    assert (ours.host or None, ours.database or None) == (theirs.host or None, theirs.database or None)
    assert ours.port == (str(theirs.port) if theirs.port else None)
    assert dict(ours.query) == dict(theirs.query)
    assert ours.has_password is (theirs.password is not None)


def test_the_password_is_not_kept() -> None:
    url = parse_url("postgresql://app:vK7tZq2MwP9x@db.example.com/todo")
    assert url is not None
    assert "vK7tZq2MwP9x" not in repr(url)
    assert url.masked == "postgresql://app:***@db.example.com/todo"


def test_a_password_with_an_at_sign_is_masked_whole() -> None:
    url = parse_url("postgresql://app:p@ss@w0rd@db.example.com/todo")
    assert url is not None
    assert url.masked == "postgresql://app:***@db.example.com/todo"


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "changeme",
        "<password>",
        "${DB_PASSWORD}",
        "***",
        "your_password_here",
        "postgres",
        "secret",
        "app",
        HOLE,
    ],
)
def test_placeholders_are_no_passwords(password: str) -> None:
    url = parse_url(f"postgresql://app:{password}@db.example.com/todo")
    assert url is not None
    assert url.password_is_placeholder


@pytest.mark.parametrize("password", ["vK7tZq2MwP9x", "npg_Ab12Cd34Ef56", "correct-horse-battery"])
def test_passwords_are_no_placeholders(password: str) -> None:
    url = parse_url(f"postgresql://app:{password}@db.example.com/todo")
    assert url is not None
    assert not url.password_is_placeholder


def test_hosts() -> None:
    pooled = parse_url("postgresql://u:p@ep-cool-dew-123456-pooler.eu-central-1.aws.neon.tech/todo")
    assert pooled is not None
    assert (pooled.is_neon, pooled.is_pooled, pooled.is_local) == (True, True, False)
    container = parse_url("postgresql://u:p@db:5432/todo")
    assert container is not None
    assert container.is_local


def test_a_port_that_is_none() -> None:
    url = parse_url("postgresql://localhost:abc/todo")
    assert url is not None
    assert url.problem == "its port is not a number"
    assert parse_url("postgresql://localhost:99999/todo").problem == "its port is not between 1 and 65535"  # type: ignore[union-attr]
    assert parse_url("postgresql://localhost:${PORT}/todo").problem is None  # type: ignore[union-attr]
