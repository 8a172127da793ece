"""Every way in which a database cannot be read: one clear line, status 2, no password, and nothing left behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from cli_run import Result, Run
from schema_lint.readers.catalog import connecting

ROOT = Path(__file__).parents[2]
PASSWORD = "s3cret-of-nobody"
URL = f"postgresql://app:{PASSWORD}@"
COMMANDS = ("live", "drift")
_ASKED = 20_000
"""How often a server is asked whether something has come about; each takes a fraction of a millisecond."""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Outside any project, with nothing in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "PGHOST", "PGSERVICE", "PGDATABASE", "PGSSLMODE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def tables(database: str) -> str:
    """A database that holds something."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (a int PRIMARY KEY)")
    return database


@pytest.fixture
def models(tmp_path: Path) -> None:
    """What `drift` compares the database with."""
    (tmp_path / "models.py").write_text(
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase):\n"
        '    pass\n\n\nclass T(Base):\n    __tablename__ = "t"\n    a: Mapped[int] = mapped_column(primary_key=True)\n',
        encoding="utf-8",
    )


def failure(result: Result) -> list[str]:
    """The error and its hint."""
    lines = result.err.splitlines()
    assert (result.status, result.out) == (2, ""), result.err
    assert PASSWORD not in result.err
    assert [line.partition(":")[0] for line in lines] in (["error"], ["error", "hint"]), result.err
    return lines


def url(server: dict[str, str], password: str = PASSWORD, **parameters: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"postgresql://{server['user']}:{password}@{server['host']}:{server['port']}/{server['dbname']}?{query}"


def test_a_server_that_is_down(run: Run) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        error, hint = failure(run("live", f"{URL}127.0.0.1:{reserved.getsockname()[1]}/todo"))
    assert error.startswith("error: no connection to app@127.0.0.1:") and "(network)" in error
    assert "is the server running" in hint


def test_a_host_that_does_not_exist(run: Run) -> None:
    assert "(name)" in failure(run("live", f"{URL}nowhere.invalid/todo"))[0]


def test_a_wrong_password(run: Run, guarded_server: dict[str, str]) -> None:
    error, hint = failure(run("live", url(guarded_server)))
    assert '(login): password authentication failed for user "app"' in error
    assert "are the user and the password right?" in hint


def test_a_wrong_database(run: Run, guarded_server: dict[str, str]) -> None:
    error = failure(run("live", url({**guarded_server, "dbname": "no_such"}, "right")))[0]
    assert '(database): database "no_such" does not exist' in error


def test_tls_that_the_server_refuses(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            client, _ = server.accept()
            with client:
                client.recv(8)
                client.sendall(b"N")

        thread = threading.Thread(target=refuse)
        thread.start()
        error = failure(run("live", f"{URL}127.0.0.1:{server.getsockname()[1]}/todo?sslmode=require"))[0]
        thread.join()
    assert "(TLS): server does not support SSL, but SSL was required" in error


def test_tls_that_we_refuse(run: Run, guarded_server: dict[str, str]) -> None:
    unencrypted = failure(run("live", url(guarded_server, "right", sslmode="disable")))
    assert "no encryption" in unencrypted[0]
    unknown = failure(run("live", url(guarded_server, "right", sslmode="verify-full", sslrootcert="system")))
    assert "(certificate)" in unknown[0]


@contextmanager
def stranger(database: str) -> Iterator[psycopg.Connection[object]]:
    """A superuser's connection, while a role exists that may only connect."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
        try:
            yield connection
        finally:
            connection.execute("DROP OWNED BY stranger")
            connection.execute("DROP ROLE stranger")


def test_a_role_that_may_only_connect_is_enough(run: Run, tables: str) -> None:
    with stranger(tables) as connection:
        connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        connection.execute("CREATE TABLE hidden (a int)")
        of = tables.replace("postgres@", "stranger@")
        for option in ([], ["--usage"]):
            result = run("live", of, "--select", "KEY001", "--output-format", "concise", *option)
            assert (result.status, "public.hidden: KEY001" in result.out) == (1, True), result.err


def test_a_part_of_the_catalogue_that_the_role_may_not_read(run: Run, tables: str) -> None:
    with stranger(tables) as connection:
        connection.execute("REVOKE SELECT ON pg_catalog.pg_enum FROM PUBLIC")
        error, hint = failure(run("live", tables.replace("postgres@", "stranger@")))
    assert "permission denied for table pg_enum" in error
    assert "the role needs" in hint


@contextmanager
def held(database: str) -> Iterator[None]:
    """While somebody holds a part of the catalogue, so that whoever reads it waits."""
    with psycopg.connect(database) as holder:
        holder.execute("LOCK TABLE pg_catalog.pg_enum IN ACCESS EXCLUSIVE MODE")
        yield
        holder.rollback()


def test_a_query_that_takes_too_long(run: Run, tables: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "_BEGIN", (b"SET LOCAL statement_timeout = '50ms'",))
    with held(tables):
        error = failure(run("live", tables))[0]
    assert "took too long: canceling statement due to statement timeout" in error
    assert_gone(tables)


def test_a_lock_that_somebody_else_holds(run: Run, tables: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "_BEGIN", (b"SET LOCAL lock_timeout = '50ms'",))
    with held(tables):
        assert "canceling statement due to lock timeout" in failure(run("live", tables))[0]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_connection_that_is_cut_in_the_middle(tables: str, models: None, command: str) -> None:
    with held(tables), started(tables, command) as process:
        number = waiting(tables)
        with psycopg.connect(tables, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", (number,))
        out, err = process.communicate()
    [error] = failure(Result(process.returncode, out, err))
    assert error.startswith("error: reading ") and "terminating connection" in error


@pytest.mark.parametrize("command", COMMANDS)
def test_ctrl_c(tables: str, models: None, command: str) -> None:
    with held(tables), started(tables, command) as process:
        waiting(tables)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        assert (process.returncode, out, err) == (130, "", "")
        assert_gone(tables)


@contextmanager
def started(database: str, command: str) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, on a database that keeps it waiting."""
    path = os.pathsep.join(str(ROOT / part) for part in ("linter", "rules", "reference_models"))
    process = subprocess.Popen(
        [sys.executable, "-m", "schema_lint", command, database],
        env={**os.environ, "PYTHONPATH": path}, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        try:
            yield process
        finally:
            process.kill()


def sessions(database: str) -> list[tuple[object, ...]]:
    """Our sessions there: process and what it waits for."""
    asked = (
        "SELECT pid, wait_event_type FROM pg_stat_activity "
        "WHERE application_name = 'schema-lint' AND datname = current_database()"
    )
    with psycopg.connect(database, autocommit=True) as connection:
        return list(connection.execute(asked).fetchall())


def waiting(database: str) -> object:
    """The process of our session, once it waits for a lock."""
    for _ in range(_ASKED):
        found = [number for number, event in sessions(database) if event == "Lock"]
        if found:
            return found[0]
    raise AssertionError("nobody waits")


def assert_gone(database: str) -> None:
    """No session of ours is left, in a transaction or out of one."""
    for _ in range(_ASKED):
        if not sessions(database):
            return
    raise AssertionError(sessions(database))
