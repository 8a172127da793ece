"""A throw-away PostgreSQL for tests."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from schema_lint import scratch
from schema_lint.scratch.account import server_account
from schema_lint.scratch.cluster import Cluster
from schema_lint.scratch.programs import find_programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[scratch.Server]:
    """A server that lives as long as the tests."""
    with scratch.start() as server:
        yield server


@pytest.fixture
def database(postgres: scratch.Server, request: pytest.FixtureRequest) -> Iterator[str]:
    """Address, as libpq reads it, of an empty database of the test's own; roles that it makes go with it.

    A test that is marked `postgresql(15)` is skipped where the server is older.
    """
    needed = request.node.get_closest_marker("postgresql")
    with postgres.connect() as connection:
        found = connection.info.server_version // 10_000
        if needed is not None and found < needed.args[0]:
            pytest.skip(f"it needs PostgreSQL {needed.args[0]}, and this is {found}")
        before = _roles(connection)
        with postgres.database() as address:
            yield address
        for role in sorted(_roles(connection) - before):
            connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def needs(database: str, *, extension: str | None = None, collation: str | None = None) -> None:
    """Skip the test where the server was built without one of them."""
    with psycopg.connect(database) as connection:
        for query, name in (
            ("SELECT count(*) FROM pg_available_extensions WHERE name = %s", extension),
            ("SELECT count(*) FROM pg_collation WHERE collname = %s", collation),
        ):
            if name is not None and connection.execute(query, [name]).fetchone() == (0,):
                pytest.skip(f"this PostgreSQL comes without {name}")


def _roles(connection: psycopg.Connection[Any]) -> set[str]:
    return {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}


@pytest.fixture
def database_url(database: str) -> str:
    """The same in SQLAlchemy's words."""
    return database.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def guarded_server() -> Iterator[dict[str, str]]:
    """A server on a port that asks for passwords and has a certificate nobody knows."""
    account = server_account()
    folder = Path(account.temporary_directory())
    key, certificate, rules = folder / "server.key", folder / "server.crt", folder / "pg_hba.conf"
    request = ["req", "-new", "-x509", "-days", "2", "-nodes", "-subj", "/CN=db.example", "-keyout", key, "-out"]
    subprocess.run(["openssl", *map(str, request), str(certificate)], check=True, capture_output=True)
    rules.write_text("local all all trust\nhostssl all all all scram-sha-256\n")
    programs = find_programs()
    assert programs is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    settings = {
        "listen_addresses": "127.0.0.1", "port": port, "hba_file": str(rules), "ssl": "on",
        "ssl_key_file": str(key), "ssl_cert_file": str(certificate),
    }  # fmt: skip
    account.own_all(str(folder))
    cluster = Cluster(programs, settings)
    with psycopg.connect(cluster.conninfo(), port=port, autocommit=True) as connection:
        connection.execute("CREATE ROLE app LOGIN PASSWORD 'right'")
        connection.execute("CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD 'right'")
    yield {"host": "127.0.0.1", "port": port, "user": "app", "dbname": "postgres"}
    cluster.stop()
    shutil.rmtree(folder)
