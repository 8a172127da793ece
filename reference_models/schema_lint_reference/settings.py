"""Where the database is: read from the environment, checked once, at the start."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

ENCRYPTED = frozenset({"require", "verify-ca", "verify-full"})


class SettingsError(Exception):
    """The environment does not say where the database is, or says it wrongly. Never quotes the URL's password."""


@dataclass(frozen=True)
class DatabaseSettings:
    """Addresses of one database. `URL` hides its password when it is printed."""

    # From the environment, never from the source: whoever reads a repository must not be able to open its database.
    # On Neon the pooled address, whose host ends in -pooler: many short-lived servers share few connections.
    url: URL

    # For migrations and dumps. The pooler may give each transaction another connection, and with it forgets SET,
    # advisory locks and everything else that belongs to a session.
    direct_url: URL

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> DatabaseSettings:
        """Read `DATABASE_URL`, and `DATABASE_URL_UNPOOLED` where the first goes through a pooler.

        Raises:
            SettingsError: if one is missing, is no PostgreSQL URL, or would send the password in the clear.
        """
        url = checked_url(environment, "DATABASE_URL")
        if "DATABASE_URL_UNPOOLED" not in environment and not is_pooled(url):
            return cls(url=url, direct_url=url)
        return cls(url=url, direct_url=checked_url(environment, "DATABASE_URL_UNPOOLED"))


def checked_url(environment: Mapping[str, str], name: str) -> URL:
    """Read a URL from a variable.

    Raises:
        SettingsError: as above. A server that starts without its database fails at the first request instead.
    """
    value = environment.get(name)
    if not value:
        raise SettingsError(f"{name} is not set: give it the URL of the database, postgresql://USER:PASSWORD@HOST/NAME")
    if value.startswith("postgres://"):
        raise SettingsError(f"{name} begins with postgres://, which SQLAlchemy does not know: write postgresql://")
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        # The original message may quote the URL.
        raise SettingsError(f"{name} is not a URL: postgresql://USER:PASSWORD@HOST/NAME is one") from None
    if url.get_backend_name() != "postgresql":
        raise SettingsError(f"{name} names {url.get_backend_name()}, not PostgreSQL: write postgresql://")
    if not is_local(url) and url.query.get("sslmode", url.query.get("ssl")) not in ENCRYPTED:
        raise SettingsError(f"{name} would connect to {url.host} without TLS: add ?sslmode=require to it")
    return url


def is_local(url: URL) -> bool:
    """Tell whether no network lies between: this machine, a socket, or a container's bare name."""
    host = url.host or ""
    return host in {"", "localhost", "::1"} or host.startswith("127.") or "." not in host


def is_pooled(url: URL) -> bool:
    """Tell whether the host is Neon's pooler."""
    return (url.host or "").partition(".")[0].endswith("-pooler")
