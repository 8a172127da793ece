"""Connecting to real servers, and every way in which that fails."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from schema_lint import scratch
from schema_lint.readers.catalog.addresses import Address
from schema_lint.readers.catalog.connecting import DatabaseError, reading

PASSWORD = "s3cret-of-nobody"


def address(conninfo: str, **more: str) -> Address:
    parameters = {name: str(value) for name, value in conninfo_to_dict(conninfo).items()}
    return Address(parameters={**parameters, "password": PASSWORD, **more}, source="the argument")


def failure(where: Address) -> DatabaseError:
    with pytest.raises(DatabaseError) as raised, reading(where, patience=0):
        pass
    assert PASSWORD not in f"{raised.value}{raised.value.hint}"
    return raised.value


def test_nothing_can_be_written_and_nothing_waits(database: str) -> None:
    with pytest.raises(DatabaseError, match="read-only transaction"), reading(address(database)) as connection:
        asked = "SELECT current_setting('transaction_isolation'), current_setting('lock_timeout')"
        assert connection.execute(asked.encode()).fetchone() == ("repeatable read", "2s")
        assert connection.info.parameter_status("application_name") == "schema-lint"
        connection.execute("CREATE TABLE t ()")


def test_a_table_that_somebody_holds_is_not_waited_for(database: str) -> None:
    with psycopg.connect(database) as holder:
        holder.execute("CREATE TABLE t ()")
        holder.commit()
        holder.execute("LOCK t")
        with pytest.raises(DatabaseError, match="took too long") as raised, reading(address(database)) as connection:
            connection.execute("TABLE t")
    assert raised.value.stage == "time"


def test_no_connection_is_left_open(database: str) -> None:
    left: list[psycopg.Connection[object]] = []
    with contextlib.suppress(ZeroDivisionError), reading(address(database)) as connection:
        left.append(connection)
        1 / 0  # noqa: B018
    assert [connection.closed for connection in left] == [True]


def test_a_connection_that_is_cut_is_told(database: str, postgres: scratch.Server) -> None:
    with pytest.raises(DatabaseError, match=r"reading .* failed"), reading(address(database)) as connection:
        with postgres.connect() as killing:
            killing.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.info.backend_pid,))
        connection.execute("SELECT 1")


def test_the_stage_of_a_failure(database: str, tmp_path: Path) -> None:
    assert failure(address(database, host="nowhere.invalid")).stage == "name"
    assert failure(address(database, host=str(tmp_path))).stage == "network"
    assert failure(address(database, dbname="no_such_database")).stage == "database"
    assert failure(address(database, user="nobody_such")).stage == "login"


def test_a_closed_port(database: str) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        told = failure(address(database, host="127.0.0.1", port=str(port)))
    assert told.stage == "network"
    assert str(told).endswith("Connection refused")


def test_a_role_that_may_not_look(database: str, postgres: scratch.Server) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE stranger LOGIN")
        connection.execute("CREATE TABLE t ()")
        try:
            with pytest.raises(DatabaseError) as raised, reading(address(database, user="stranger")) as reader:
                reader.execute("TABLE t")
        finally:
            connection.execute("DROP ROLE stranger")
    assert raised.value.stage == "permission"


def test_a_wrong_password_and_the_right_one(guarded_server: dict[str, str]) -> None:
    assert failure(address("", **guarded_server)).stage == "login"
    with reading(address("", **{**guarded_server, "password": "right"})) as connection:
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)


def test_tls_that_one_side_refuses(guarded_server: dict[str, str], database: str) -> None:
    told = failure(
        address(
            "", **guarded_server, sslmode="verify-full", sslrootcert=ssl.get_default_verify_paths().cafile or "system"
        )
    )
    assert told.stage == "certificate"
    unencrypted = failure(address("", **guarded_server, sslmode="disable"))
    assert unencrypted.stage == "login"
    assert "no encryption" in str(unencrypted)


def test_a_server_that_is_waking_up_is_asked_again(database: str) -> None:
    with Sleeper() as sleeper:
        naps: list[float] = []

        def nap(seconds: float) -> None:
            naps.append(seconds)

        where = address("", host="127.0.0.1", port=str(sleeper.port), sslmode="disable", gssencmode="disable")
        with pytest.raises(DatabaseError, match="starting up"), reading(where, clock=Clock(naps), sleep=nap):
            pass
    assert len(naps) == 30


class Clock:
    """Time that passes only while somebody naps."""

    def __init__(self, naps: list[float]) -> None:
        self.naps = naps

    def __call__(self) -> float:
        return sum(self.naps)


class Sleeper:
    """Answers every start-up packet with `57P03 the database system is starting up`."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._answer)

    def __enter__(self) -> Sleeper:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _answer(self) -> None:
        fields = b"SFATAL\0C57P03\0Mthe database system is starting up\0\0"
        message = b"E" + (len(fields) + 4).to_bytes(4, "big") + fields
        accept: Callable[[], tuple[socket.socket, object]] = self._socket.accept
        while True:
            try:
                client, _ = accept()
            except OSError:
                return
            with client:
                client.recv(4096)
                client.sendall(message)
