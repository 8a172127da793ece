"""Where the database is: read from the environment, and checked once, at the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

EXAMPLE = "postgresql://USER:PASSWORD@HOST/NAME"
ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})


class SettingsError(Exception):
    """The environment does not say where the database is. Never quotes a password."""


@dataclass(frozen=True)
class DatabaseSettings:
    """Addresses of one database. A `URL` hides its password when it is printed."""

    # Never in the source: who may read a repository may not yet open its database.
    # On Neon the pooled address, with -pooler in its host: many servers that come and
    # go share few connections.
    url: URL

    # For migrations and dumps. A pooler lends each transaction another connection, and
    # so forgets SET, advisory locks and all else that belongs to a session.
    direct_url: URL

    @classmethod
    def from_environment(
        cls, environment: Mapping[str, str] = os.environ
    ) -> DatabaseSettings:
        """Read `DATABASE_URL`, and `DATABASE_URL_UNPOOLED` if that goes by a pooler.

        Raises:
            SettingsError: if one is missing, wrong, or would not be encrypted.
        """
        url = checked_url(environment, "DATABASE_URL")
        if "DATABASE_URL_UNPOOLED" not in environment and not is_pooled(url):
            return cls(url=url, direct_url=url)
        direct_url = checked_url(environment, "DATABASE_URL_UNPOOLED")
        return cls(url=url, direct_url=direct_url)


def checked_url(environment: Mapping[str, str], name: str) -> URL:
    """Read a URL from a variable. What is wrong shows now, not at the first request.

    Raises:
        SettingsError: if it is missing, wrong, or would not be encrypted.
    """
    value = environment.get(name)
    if not value:
        raise SettingsError(f"{name} is not set: it takes a URL, {EXAMPLE}")
    if value.startswith("postgres://"):
        raise SettingsError(f"{name}: SQLAlchemy knows postgresql://, not postgres://")
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        # Without its cause, which may quote the URL.
        raise SettingsError(f"{name} is not a URL such as {EXAMPLE}") from None
    if url.get_backend_name() != "postgresql":
        raise SettingsError(f"{name} is not PostgreSQL's: write it as {EXAMPLE}")
    tls = url.query.get("sslmode", url.query.get("ssl"))
    if tls not in ENCRYPTED and not is_local(url):
        raise SettingsError(f"{name} has no TLS to {url.host}: add ?sslmode=require")
    return url


def is_local(url: URL) -> bool:
    """Tell a host that no network leads to: this machine, a socket, a container."""
    host = url.host or ""
    return host == "::1" or host.startswith("127.") or "." not in host


def is_pooled(url: URL) -> bool:
    """Tell whether the host is Neon's pooler."""
    return (url.host or "").partition(".")[0].endswith("-pooler")
