"""Engines and sessions: one engine for an application, one session for a request."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal
from uuid import uuid4

from sqlalchemy import Connection, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel.ext.asyncio.session import AsyncSession

from schema_lint_reference.settings import DatabaseSettings, is_local, is_pooled

Sessions = async_sessionmaker[AsyncSession]

# Behind a pooler the next statement may reach another connection, where it was never
# prepared, or where its name means something else: keep none, and use no name twice.
BEHIND_POOLER = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: f"__asyncpg_{uuid4()}__",
}


def create_neon_engine(url: URL) -> AsyncEngine:
    """Make the engine for Neon's pooled address."""
    engine = create_async_engine(
        with_asyncpg(url),
        # The pooler keeps connections; a second pool would keep the compute awake.
        poolclass=NullPool,
        # 15 seconds: a compute that sleeps has to wake up before it answers.
        connect_args={"ssl": tls(url), "timeout": 15, **BEHIND_POOLER},
    )
    event.listen(engine.sync_engine, "begin", limit_statements)
    return engine


def limit_statements(connection: Connection) -> None:
    """End statements of this transaction after 30 seconds.

    By SET LOCAL: a pooler refuses start-up options, and lends the connection to others
    afterwards. `ALTER ROLE app SET statement_timeout = '30s'` saves the round trip.
    """
    connection.exec_driver_sql("SET LOCAL statement_timeout = '30s'")


# Options at the start of a connection: a server takes them, a pooler does not.
LIMITS = {"statement_timeout": "30s"}


def create_server_engine(url: URL) -> AsyncEngine:
    """Make the engine for a server of one's own, with no pooler before it."""
    return create_async_engine(
        with_asyncpg(url),
        # pool_size + max_overflow, times processes: less than max_connections.
        pool_size=5,
        max_overflow=5,
        # Idle connections die unnoticed: renew old ones, try each one before its use.
        pool_recycle=1800,
        pool_pre_ping=True,
        connect_args={"ssl": tls(url), "timeout": 10, "server_settings": LIMITS},
    )


def session_factory(engine: AsyncEngine) -> Sessions:
    """Make the session factory of an engine.

    What was committed stays readable: to reload an expired attribute would take a query
    behind an attribute access, which an async session cannot send.
    """
    return async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


@asynccontextmanager
async def database(settings: DatabaseSettings) -> AsyncIterator[Sessions]:
    """Open the database for as long as the application runs: in FastAPI's lifespan."""
    pooled = is_pooled(settings.url)
    create_engine = create_neon_engine if pooled else create_server_engine
    engine = create_engine(settings.url)
    try:
        yield session_factory(engine)
    finally:
        await engine.dispose()


@asynccontextmanager
async def get_session(sessions: Sessions) -> AsyncIterator[AsyncSession]:
    """Open a session for a request: commits, or rolls back if it raises; closes."""
    async with sessions.begin() as session:
        yield session


def with_asyncpg(url: URL) -> URL:
    """Name the driver, and leave to `tls` the words that only libpq knows."""
    words = ["sslmode", "channel_binding", "ssl"]
    return url.set(drivername="postgresql+asyncpg").difference_update_query(words)


def tls(url: URL) -> ssl.SSLContext | Literal[False]:
    """Encrypt and verify: encryption alone does not tell who is at the other end."""
    return False if is_local(url) else ssl.create_default_context()
