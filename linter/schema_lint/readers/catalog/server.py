"""The server and what is installed in it."""

from __future__ import annotations

from typing import Any

from schema_lint.facts.database import Extension, Namespace, Server
from schema_lint.readers.catalog.asking import Asker, plain
from schema_lint.readers.catalog.naming import Names
from schema_lint.readers.catalog.queries import server as queries
from schema_lint.readers.catalog.queries.server import ExtensionRow, ServerRow

_NEON = (".neon.tech", ".neon.build")


def read_server(asker: Asker, row: ServerRow, *, usage: bool) -> Server:
    """The server, as this session sees it."""
    info = asker.connection.info
    host = _host(info)
    by_network = bool(host) and not host.startswith(("/", "@"))
    neon = host.endswith(_NEON) or any(name.startswith("neon.") for name in row.settings)
    return Server(
        version=asker.version,
        role=row.role,
        superuser=row.superuser,
        encoding=row.encoding,
        settings=row.settings,
        in_recovery=row.in_recovery,
        host=host if by_network else None,
        encrypted=asker.connection.pgconn.ssl_in_use if by_network else None,
        neon=neon,
        endpoint=_endpoint(host) if neon else None,
        observed_days=row.observed_days if usage else None,
        collation=row.collation,
        collation_changed=row.collation_changed,
    )


def _host(info: Any) -> str:
    """The host that answered; empty where a pooler's or a socket's name is all there is."""
    return (info.host or "").lower()


def _endpoint(host: str) -> str | None:
    """Neon's documentation, "Connection pooling": a pooled address has `-pooler` behind the endpoint's name."""
    if not host.endswith(_NEON):
        return None
    return "pooled" if host.split(".")[0].endswith("-pooler") else "direct"


def read_extensions(asker: Asker, names: Names) -> tuple[tuple[Extension, ...], tuple[str, ...]]:
    """What is installed, and the names of what the server offers."""
    rows = asker.ask(queries.EXTENSIONS, ExtensionRow)
    installed = tuple(
        Extension(name=row.name, schema=row.schema, version=row.version, newest=row.newest, place=names.top(row.name))
        for row in rows
        if row.schema is not None and row.version is not None
    )
    return installed, tuple(row.name for row in rows if row.newest is not None)


def read_namespaces(asker: Asker, names: Names) -> tuple[Namespace, ...]:
    """The schemas, but PostgreSQL's own."""
    return tuple(
        Namespace(name=name, owner=owner, place=names.top(name)) for name, owner in asker.ask(queries.NAMESPACES, plain)
    )
