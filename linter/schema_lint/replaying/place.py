"""Where a history is replayed: a database of its own, owned by a role of its own, both gone afterwards."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from schema_lint import scratch
from schema_lint.replaying.errors import ReplayFailed

_ENCRYPTION = ("sslmode", "sslrootcert", "sslcert", "sslkey")
_KEEPER = """
import sys
# The working directory is the project's, whose modules are not to be run by who has the server's password.
sys.path[:] = [path for path in sys.path if path]
import json
address, database, role = json.loads(sys.stdin.readline())
sys.stdin.read()
import psycopg
from psycopg import sql
try:
  with psycopg.connect(address, autocommit=True) as connection:
      connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))
      # Who may drop no role is refused also where there is none.
      if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is not None:
          connection.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))
except psycopg.Error as error:
  sys.exit(f"error: the database {database} and the role of that name are left behind: {error}")
"""


_EXTENSIONS = r"""
CREATE SCHEMA schema_lint;
GRANT USAGE ON SCHEMA schema_lint TO PUBLIC;
CREATE FUNCTION schema_lint.extension(statement text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog AS $function$
DECLARE
  word text[] := regexp_match(statement, '^\s*create\s+extension\s+(?:if\s+not\s+exists\s+)?("?)([a-z][a-z0-9_-]*)\1'
    '((?:\s+(?:with|cascade|(?:schema|version)\s+["\'']?[a-z0-9_.]+["\'']?))*)\s*;?\s*$', 'i');
BEGIN
  IF word IS NULL OR lower(word[2]) IN ('dblink', 'postgres_fdw', 'file_fdw', 'adminpack') OR word[2] ~* '^pl.*u$' THEN
    RAISE insufficient_privilege USING MESSAGE = 'permission denied to create this extension in a replay';
  END IF;
  PERFORM set_config('search_path', 'public', true);
  EXECUTE statement;
  UPDATE pg_catalog.pg_extension SET extowner = session_user::regrole WHERE extname = lower(word[2]);
END $function$;
"""
"""On a server of our own the history's role may make what a superuser alone may make on others, unless that reaches out
of the database."""


_KEEP_OUT = """
DO $do$
DECLARE other name;
BEGIN
  FOR other IN SELECT datname FROM pg_database WHERE datallowconn AND datname <> {name} LOOP
    BEGIN
      EXECUTE 'ALTER ROLE ' || quote_ident({name}) || ' IN DATABASE ' || quote_ident(other)
        || ' SET local_preload_libraries = schema_lint_keeps_out';
    EXCEPTION WHEN OTHERS THEN
      NULL;
    END;
  END LOOP;
END $do$
"""
"""Whoever may connect to a database by PUBLIC's right cannot be denied it without changing that database. But a role's
own setting for one can name a library that there is not, and then no session begins. It goes with the role."""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """An empty database."""

    host: str
    """The folder of a Unix socket, or a host's name."""

    port: int
    user: str
    password: str
    database: str
    token: str
    """The database's comment: what it says when it is asked who it is."""

    addresses: tuple[str, ...] = ()
    """Of the host, as numbers."""

    encryption: dict[str, str] = {}
    """Words of libpq that say how the connection is encrypted, where there is a network between."""

    @property
    def is_local(self) -> bool:
        """Whether it is reached without a network."""
        return self.host.startswith("/")

    def conninfo(self) -> str:
        """Its address as libpq reads it, as the role that owns it."""
        from psycopg.conninfo import make_conninfo

        return make_conninfo(
            host=self.host,
            port=self.port,
            user=self.user,
            password=self.password,
            dbname=self.database,
            **self.encryption,
        )

    def of_probe(self) -> dict[str, Any]:
        """What the probe is to know of it."""
        return {
            "host": self.host, "port": self.port, "user": self.user, "password": self.password,
            "database": self.database, "addresses": list(self.addresses), "encryption": self.encryption,
        }  # fmt: skip

    def __repr__(self) -> str:
        # It has a password.
        return f"Place({self.database})"


@contextlib.contextmanager
def made_place(server: scratch.Server, address: str | None) -> Iterator[Place]:
    """Make a database and the role that owns it; drop both afterwards, also where we are killed.

    Args:
        address: of a server that somebody named; `None` for one that is ours and goes with all that is in it.

    Raises:
        ReplayFailed: if the server lets us make neither, or the new role could reach more than its database.
    """
    from psycopg import Error, sql

    name = f"schema_lint_{secrets.token_hex(6)}"
    password, token = secrets.token_hex(16), secrets.token_hex(16)
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(server.connect())
        if address is not None:
            stack.enter_context(_keeper(address, name))
        rights = sql.SQL("CREATEROLE" if address is None else "NOCREATEROLE")
        database = role = sql.Identifier(name)
        try:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN NOSUPERUSER {} PASSWORD {}").format(role, rights, sql.Literal(password))
            )
            with contextlib.suppress(Error):
                # Since PostgreSQL 16 who makes a role is not always a member of it, and so may give it nothing.
                connection.execute(sql.SQL("GRANT {} TO CURRENT_USER WITH SET TRUE").format(role))
            if connection.info.server_version < 160000:
                with contextlib.suppress(Error):
                    connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(role))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(database, role))
            connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
            connection.execute(
                # A parameter of the database would ask for a superuser.
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(database, sql.Literal(token))
            )
        except Error as error:
            said = str(error).strip().splitlines()[0]
            raise ReplayFailed(
                f"no database can be made to replay in: {said}",
                hint="the role of --server needs CREATEDB and CREATEROLE; without --server one is started",
            ) from None
        info = connection.info
        if address is not None:
            with contextlib.suppress(Error):
                connection.execute(sql.SQL(_KEEP_OUT).format(name=sql.Literal(name)))
        else:
            with server.connect(server.address(name)) as inside:
                inside.execute(_EXTENSIONS.encode())
        yield Place(
            host=info.host, port=info.port, user=name, password=password, database=name, token=token,
            addresses=_addresses(info.host), encryption=_encryption(info.host, info.get_parameters()),
        )  # fmt: skip


def _addresses(host: str) -> tuple[str, ...]:
    if host.startswith("/"):
        return ()
    import socket

    with contextlib.suppress(OSError):
        return tuple(sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None)}))
    return ()


def _encryption(host: str, parameters: Mapping[str, str]) -> dict[str, str]:
    if host.startswith("/"):
        return {"sslmode": "disable"}
    return {"sslmode": "prefer", **{name: parameters[name] for name in _ENCRYPTION if name in parameters}}


@contextlib.contextmanager
def _keeper(address: str, name: str) -> Iterator[None]:
    """A process that drops what was made as soon as its pipe from us closes, which it does however we end."""
    keeper = subprocess.Popen(
        [sys.executable, "-c", _KEEPER], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
        start_new_session=True, text=True,
    )  # fmt: skip
    assert keeper.stdin is not None
    keeper.stdin.write(json.dumps([address, name, name]) + "\n")
    keeper.stdin.flush()
    try:
        yield
    finally:
        keeper.stdin.close()
        keeper.wait()


@functools.cache
def network_namespace() -> list[str]:
    """What to put before a command so that it has no network, where Linux lets us; else nothing."""
    if sys.platform != "linux":
        return []
    import shutil

    program = shutil.which("unshare")
    if program is None:
        return []
    words = [program, "--net"] if os.geteuid() == 0 else [program, "--net", "--map-current-user"]
    try:
        tried = subprocess.run([*words, "true"], capture_output=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return words if tried.returncode == 0 else []
