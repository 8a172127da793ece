"""A transaction pooler, as far as a reader can tell it from PgBouncer: each transaction may get another server.

It speaks PostgreSQL's own protocol (PostgreSQL documentation, chapter "Frontend/Backend Protocol") and refuses, as
PgBouncer does, what a connection asks for at its start and a pool cannot give.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Iterator

from psycopg.conninfo import conninfo_to_dict

_SSL_REQUEST, _GSS_REQUEST, _PROTOCOL = 80877103, 80877104, 196608
_POOLED = frozenset({"user", "database", "client_encoding", "datestyle", "timezone", "application_name"})


class _Connection:
    """A socket that is read by messages."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected

    def exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self.socket.recv(size - len(found))
            if not piece:
                raise ConnectionError
            found += piece
        return found

    def message(self) -> tuple[bytes, bytes]:
        """A message's type, and all of it."""
        head = self.exactly(5)
        return head[:1], head + self.exactly(struct.unpack("!i", head[1:])[0] - 4)

    def until_ready(self) -> tuple[list[bytes], bytes]:
        """Messages up to ReadyForQuery, and the state that it tells: `I` outside of a transaction."""
        found = []
        while True:
            kind, whole = self.message()
            found.append(whole)
            if kind == b"Z":
                return found, whole[-1:]


class Pooler:
    """Listens on a port of this machine's own, and hands each transaction to the next of two servers."""

    def __init__(self, address: str) -> None:
        self._parameters = conninfo_to_dict(address)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._servers = [self._server(), self._server()]
        self.used: list[int] = []
        """Which server each transaction got."""
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def address(self) -> str:
        """For libpq."""
        names = f"user={self._parameters['user']} dbname={self._parameters['dbname']}"
        return f"host=127.0.0.1 port={self._listener.getsockname()[1]} {names}"

    def ask(self, statement: str) -> list[bytes]:
        """What each server's own session answers, its first value."""
        found = []
        for server, _ in self._servers:
            text = statement.encode() + b"\0"
            server.socket.sendall(b"Q" + struct.pack("!i", len(text) + 4) + text)
            rows = [message for message in server.until_ready()[0] if message[:1] == b"D"]
            found += [row[11:] for row in rows]
        return found

    def close(self) -> None:
        """Let everybody go."""
        self._listener.close()
        for thread in self._threads:
            thread.join()
        for server, _ in self._servers:
            server.socket.close()

    def _server(self) -> tuple[_Connection, list[bytes]]:
        folder = self._parameters["host"]
        path = f"{folder}/.s.PGSQL.{self._parameters.get('port', 5432)}"
        connected = socket.socket(socket.AF_UNIX)
        connected.connect(path)
        words = f"user\0{self._parameters['user']}\0database\0{self._parameters['dbname']}\0\0".encode()
        connected.sendall(struct.pack("!ii", len(words) + 8, _PROTOCOL) + words)
        server = _Connection(connected)
        return server, server.until_ready()[0]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(_Connection(accepted),), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _serve(self, client: _Connection) -> None:
        with client.socket, contextlib.suppress(ConnectionError):
            while True:
                size, code = struct.unpack("!ii", client.exactly(8))
                rest = client.exactly(size - 8)
                if code not in (_SSL_REQUEST, _GSS_REQUEST):
                    break
                client.socket.sendall(b"N")
            names = rest.rstrip(b"\0").split(b"\0")[::2]
            refused = [name.decode() for name in names if name.decode().lower() not in _POOLED]
            if refused:
                text = f"SFATAL\0C08P01\0Munsupported startup parameter: {refused[0]}\0\0".encode()
                client.socket.sendall(b"E" + struct.pack("!i", len(text) + 4) + text)
                return
            client.socket.sendall(b"".join(self._servers[0][1]))
            self._relay(client)

    def _relay(self, client: _Connection) -> None:
        server: _Connection | None = None
        while True:
            kind, whole = client.message()
            if kind == b"X":
                return
            if server is None:
                self.used.append(len(self.used) % 2)
                server = self._servers[self.used[-1]][0]
            server.socket.sendall(whole)
            if kind in (b"Q", b"S"):
                answers, state = server.until_ready()
                client.socket.sendall(b"".join(answers))
                if state == b"I":
                    server = None


@contextlib.contextmanager
def pooling(address: str) -> Iterator[Pooler]:
    """A pooler before a database that listens on a Unix socket."""
    pooler = Pooler(address)
    try:
        yield pooler
    finally:
        pooler.close()
