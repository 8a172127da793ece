"""The engines connect to a real server, end slow statements, and give sessions that survive a commit."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import NullPool
from sqlmodel import select

from schema_lint_reference.db import create_neon_engine, create_server_engine, database, get_session, tls, with_asyncpg
from schema_lint_reference.models import User, metadata
from schema_lint_reference.settings import DatabaseSettings

NEON = make_url("postgresql://app:s3cret@ep-a-pooler.aws.neon.tech/app?sslmode=require&channel_binding=require")
ENGINES = [create_neon_engine, create_server_engine]


@pytest.mark.parametrize("create_engine", ENGINES)
def test_statements_end_after_half_a_minute(database_url: str, create_engine: Callable[[URL], AsyncEngine]) -> None:
    async def timeout() -> str:
        engine = create_engine(make_url(database_url))
        async with engine.connect() as connection:
            value: str = (await connection.execute(text("SHOW statement_timeout"))).scalar_one()
        await engine.dispose()
        return value

    assert asyncio.run(timeout()) == "30s"


def test_the_pooler_gets_its_connection_back_as_it_was(database_url: str) -> None:
    async def timeout_after_a_transaction() -> str:
        engine = create_neon_engine(make_url(database_url))
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
            await connection.commit()
            raw = await connection.get_raw_connection()
            assert raw.driver_connection is not None
            value: str = await raw.driver_connection.fetchval("SHOW statement_timeout")
        await engine.dispose()
        return value

    assert asyncio.run(timeout_after_a_transaction()) == "0"


def test_behind_a_pooler_there_is_no_second_pool() -> None:
    assert isinstance(create_neon_engine(NEON).pool, NullPool)


def test_what_a_session_committed_can_still_be_read(database_url: str) -> None:
    async def display_name() -> str:
        settings = DatabaseSettings.from_environment({"DATABASE_URL": database_url})
        async with database(settings) as sessions:
            async with get_session(sessions) as session:
                connection = await session.connection()
                await connection.run_sync(metadata.create_all)
                user = User(email="ann@example.org", display_name="Ann")
                session.add(user)
            return user.display_name

    assert asyncio.run(display_name()) == "Ann"


def test_a_session_that_raises_is_rolled_back(database_url: str) -> None:
    async def users() -> int:
        settings = DatabaseSettings.from_environment({"DATABASE_URL": database_url})
        async with database(settings) as sessions:
            async with get_session(sessions) as session:
                await (await session.connection()).run_sync(metadata.create_all)
            with pytest.raises(LookupError):
                async with get_session(sessions) as session:
                    session.add(User(email="ann@example.org", display_name="Ann"))
                    await session.flush()
                    raise LookupError
            async with get_session(sessions) as session:
                return len((await session.exec(select(User))).all())

    assert asyncio.run(users()) == 0


def test_the_words_of_another_driver_are_left_out() -> None:
    url = with_asyncpg(NEON)
    assert url.drivername == "postgresql+asyncpg"
    assert dict(url.query) == {}


def test_a_server_elsewhere_has_to_prove_who_it_is() -> None:
    context = tls(NEON)
    assert isinstance(context, ssl.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert tls(make_url("postgresql://localhost/app")) is False
