"""PostgreSQL's drivers, each made to connect to the scratch database and to nothing else."""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
from typing import TYPE_CHECKING, Any, Dict  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.channel import Channel

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other

_LIBPQ = frozenset({
    "host", "hostaddr", "port", "dbname", "user", "password", "passfile", "service", "servicefile", "channel_binding",
    "require_auth", "target_session_attrs", "load_balance_hosts", "gssencmode", "krbsrvname", "gsslib", "requiressl",
})  # fmt: skip
"""Words of a connection that say where it leads to and who asks."""

_VARIABLES = (
    "PGHOSTADDR", "PGSERVICE", "PGSERVICEFILE", "PGPASSFILE", "PGOPTIONS", "PGSSLMODE", "PGREQUIRESSL", "PGSSLCERT",
    "PGSSLKEY", "PGSSLROOTCERT", "PGCHANNELBINDING", "PGREQUIREPEER", "PGGSSENCMODE", "PGTARGETSESSIONATTRS",
    "PGSYSCONFDIR", "PGREQUIREAUTH", "PGSSLNEGOTIATION",
)  # fmt: skip


def leads_elsewhere(name: str) -> bool:
    """Whether a word of a connection says where it leads to, who asks, or how it is encrypted."""
    return name in _LIBPQ or name == "database" or name.startswith("ssl")


class Drivers:
    """Patches each driver when it is imported: the import is how the project gets at it, in whatever way."""

    def __init__(self, job: Json, channel: Channel) -> None:
        self._channel = channel
        self._server = job["server"]
        self._own = {None, "", "localhost", "127.0.0.1", "::1", self._server["host"]}
        self._patches = {"psycopg2": self._psycopg2, "psycopg": self._psycopg, "asyncpg": self._asyncpg,
                         "pg8000": self._pg8000}  # fmt: skip
        self._busy: set[str] = set()

    def install(self) -> None:
        """Patch what will be imported."""
        sys.meta_path.insert(0, self)

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        """The driver's own specification, whose loader then patches."""
        if name not in self._patches or name in self._busy:
            return None
        self._busy.add(name)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            self._busy.discard(name)
        if spec is not None and spec.loader is not None:
            execute = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                execute(module)
                self._patches[name](module)

            spec.loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec

    def pin(self) -> None:
        """Point libpq's variables at the scratch database, whatever was made of them."""
        for name in _VARIABLES:
            os.environ.pop(name, None)
        os.environ.update({
            "PGHOST": self._server["host"], "PGPORT": str(self._server["port"]), "PGUSER": self._server["user"],
            "PGPASSWORD": self._server["password"], "PGDATABASE": self._server["database"],
        })  # fmt: skip

    def _check(self, driver: str, host: Any, database: Any) -> None:
        """End the process if a connection is asked for that is not the scratch database's."""
        asked = host[0] if isinstance(host, (list, tuple)) and host else host
        if asked not in self._own or database not in (None, "", self._server["database"]):
            where = "/".join(str(part) for part in (asked or "localhost", database) if part)
            self._channel.stop("refused", "the database " + where + ", through " + driver)
        self.pin()

    def _libpq(self, driver: str, asked: Json) -> Json:
        self._check(driver, asked.get("hostaddr") or asked.get("host"), asked.get("dbname") or asked.get("database"))
        if asked.get("service"):
            self._channel.stop("refused", "the service " + str(asked["service"]) + ", through " + driver)
        kept = {name: value for name, value in asked.items() if not leads_elsewhere(name)}
        return {
            **kept, "host": self._server["host"], "hostaddr": "", "port": self._server["port"],
            "user": self._server["user"], "password": self._server["password"], "dbname": self._server["database"],
            **self._server["encryption"],
        }  # fmt: skip

    def _psycopg2(self, module: Any) -> None:
        connect = module._connect
        extensions = module.extensions

        @functools.wraps(connect)
        def wrapped(dsn: Any = "", *args: Any, **kwargs: Any) -> Any:
            asked = self._libpq("psycopg2", extensions.parse_dsn(dsn or ""))
            return connect(extensions.make_dsn(**asked), *args, **kwargs)

        module._connect = module._psycopg._connect = wrapped

    def _psycopg(self, module: Any) -> None:
        for cls in (module.Connection, module.AsyncConnection):
            cls.connect = classmethod(self._connecting(module, cls.connect.__func__))
        module.connect = module.Connection.connect

    def _connecting(self, module: Any, connect: Any) -> Any:
        @functools.wraps(connect)
        def wrapped(cls: Any, conninfo: str = "", **kwargs: Any) -> Any:
            asked = {**module.conninfo.conninfo_to_dict(conninfo), **kwargs}
            return connect(cls, "", **self._libpq("psycopg", asked))

        return wrapped

    def _asyncpg(self, module: Any) -> None:
        connect = module.connection.connect

        @functools.wraps(connect)
        def wrapped(dsn: Any = None, **kwargs: Any) -> Any:
            host, database = kwargs.get("host"), kwargs.get("database")
            if dsn:
                from urllib.parse import unquote, urlsplit

                parts = urlsplit(dsn)
                host = host or parts.hostname
                database = database or unquote(parts.path.lstrip("/"))
            self._check("asyncpg", host, database)
            kept = {name: value for name, value in kwargs.items() if not leads_elsewhere(name)}
            kept.pop("direct_tls", None)
            server = self._server
            return connect(
                host=server["host"], port=int(server["port"]), user=server["user"], password=server["password"],
                database=server["database"], ssl=server["encryption"]["sslmode"], **kept,
            )  # fmt: skip

        module.connect = module.connection.connect = wrapped

    def _pg8000(self, module: Any) -> None:
        connect = module.connect

        @functools.wraps(connect)
        def wrapped(user: Any = None, host: Any = None, database: Any = None, **kwargs: Any) -> Any:
            self._check("pg8000", host, database)
            kept = {name: value for name, value in kwargs.items() if name not in ("port", "password", "ssl_context")}
            server = self._server
            if server["host"].startswith("/"):
                kept["unix_sock"] = os.path.join(server["host"], ".s.PGSQL." + str(server["port"]))
            else:
                kept.update(host=server["host"], port=int(server["port"]))
            return connect(server["user"], database=server["database"], password=server["password"], **kept)

        module.connect = wrapped
        if hasattr(module, "dbapi"):
            module.dbapi.connect = wrapped
