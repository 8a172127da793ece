"""Engines and sessions: one engine for the life of the application, one session for each request."""

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

# Behind a pooler the next statement may reach another connection, which has prepared nothing, or something else under
# the same name. So nothing is cached, and no name is used twice.
BEHIND_POOLER = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: f"__asyncpg_{uuid4()}__",
}


def create_neon_engine(url: URL) -> AsyncEngine:
    """Make the engine for Neon's pooled address, for servers that come and go."""
    engine = create_async_engine(
        with_driver(url),
        # The pooler keeps the connections: a pool here as well would hold idle ones, and a compute awake.
        poolclass=NullPool,
        # Seconds: a compute that sleeps has to wake before it answers.
        connect_args={"ssl": tls(url), "timeout": 15, **BEHIND_POOLER},
    )
    event.listen(engine.sync_engine, "begin", limit_statements)
    return engine


def limit_statements(connection: Connection) -> None:
    """End statements of this transaction after 30 seconds.

    SET LOCAL, because a pooler refuses start-up options and lends the connection to others afterwards. To save the
    round trip, give the limit to the role instead: `ALTER ROLE app SET statement_timeout = '30s'`.
    """
    connection.exec_driver_sql("SET LOCAL statement_timeout = '30s'")


def create_server_engine(url: URL) -> AsyncEngine:
    """Make the engine for a server of one's own, which answers every process directly."""
    return create_async_engine(
        with_driver(url),
        # (pool_size + max_overflow) × processes stays below the server's max_connections.
        pool_size=5,
        max_overflow=5,
        # Firewalls drop idle connections silently: renew them after half an hour, and try each one before its use.
        pool_recycle=1800,
        pool_pre_ping=True,
        connect_args={"ssl": tls(url), "timeout": 10, "server_settings": {"statement_timeout": "30s"}},
    )


def session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Make the session factory of an engine.

    Objects stay readable after a commit: reloading an expired attribute would be a query behind an attribute access,
    which an async session cannot send.
    """
    return async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False)


@asynccontextmanager
async def database(settings: DatabaseSettings) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Open the database for the life of the application; FastAPI's `lifespan` is the place."""
    engine = create_neon_engine(settings.url) if is_pooled(settings.url) else create_server_engine(settings.url)
    try:
        yield session_factory(engine)
    finally:
        await engine.dispose()


@asynccontextmanager
async def get_session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """Open a session for one request: committed at its end, rolled back if it raises, closed in any case."""
    async with sessions.begin() as session:
        yield session


def with_driver(url: URL) -> URL:
    """Choose asyncpg. It does not know the two words of libpq that Neon's console adds; `tls` stands for them."""
    return url.set(drivername="postgresql+asyncpg").difference_update_query(["sslmode", "channel_binding", "ssl"])


def tls(url: URL) -> ssl.SSLContext | Literal[False]:
    """Encrypt and verify, as sslmode=verify-full does: encryption alone does not tell who is at the other end."""
    return False if is_local(url) else ssl.create_default_context()
