"""Whatever engine the project makes leads to the scratch database."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Dict  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.channel import Channel
    from schema_lint.replaying.probe.drivers import leads_elsewhere
else:
    from _schema_lint_replay.drivers import leads_elsewhere

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other

_BLOCKING = ("psycopg2", "psycopg", "pg8000")
_ASYNCHRONOUS = ("asyncpg", "psycopg")
_ONLY_ASYNCHRONOUS = ("asyncpg", "psycopg_async", "aiosqlite")
_OF_ANY_DIALECT = frozenset({
    "_is_async", "_coerce_config", "echo", "echo_pool", "execution_options", "future", "hide_parameters",
    "json_deserializer", "json_serializer", "logging_name", "pool_pre_ping", "pool_recycle", "query_cache_size",
})  # fmt: skip
"""What may stay of an engine's arguments where the dialect changes."""


class Redirection:
    """The one place that every way to make an engine passes, also where the function was imported first."""

    def __init__(self, job: Json, channel: Channel) -> None:
        self._channel = channel
        self._server = job["server"]
        self._told: set[str] = set()

    def install(self) -> None:
        """Patch SQLAlchemy."""
        from sqlalchemy.engine.url import URL

        instantiate = URL._instantiate_plugins

        def redirected(url: Any, kwargs: Any) -> Any:
            return instantiate(*self.of(url, dict(kwargs)))

        URL._instantiate_plugins = redirected  # type: ignore[method-assign, assignment]

    def of(self, url: Any, kwargs: Json) -> Any:
        """The URL and the engine's arguments to take instead."""
        backend = url.get_backend_name()
        if backend == "sqlite" and url.database in (None, "", ":memory:"):
            return url, kwargs
        if backend not in ("postgresql", "postgres", "sqlite"):
            self._channel.stop("dialect", backend, asked=_shown(url))
        self._tell(url)
        asked = url.drivername.partition("+")[2]
        # `AsyncEngine(create_engine(…))` does not say what the engine is for; its URL does.
        driver = self.driver(asked, asynchronous=bool(kwargs.get("_is_async")) or asked in _ONLY_ASYNCHRONOUS)
        if backend == "sqlite":
            kwargs = {name: value for name, value in kwargs.items() if name in _OF_ANY_DIALECT}
        else:
            for name in ("creator", "pool", "module", "plugins"):
                kwargs.pop(name, None)
            given = dict(kwargs.pop("connect_args", None) or {})
            if driver == (asked or driver):
                kwargs["connect_args"] = {name: value for name, value in given.items() if not leads_elsewhere(name)}
        kept = {} if backend == "sqlite" else {k: v for k, v in url.query.items() if not leads_elsewhere(k)}
        kept.pop("plugin", None)
        if driver != (asked or driver):
            kept = {name: value for name, value in kept.items() if name in ("options", "application_name")}
            if driver == "asyncpg":
                kept = {}
        return self.url(_as_asked(driver, asked)).set(query=kept), kwargs

    def url(self, driver: str) -> Any:
        """The scratch database's URL. Where it really leads to is the driver's to know."""
        from sqlalchemy.engine.url import URL

        return URL.create(
            "postgresql+" + driver, username=self._server["user"], password=self._server["password"],
            host="localhost", database=self._server["database"],
        )  # fmt: skip

    def driver(self, asked: str, *, asynchronous: bool) -> str:
        """The driver that was asked for, if it is there and of the right kind; else one that is."""
        known = drivers(asked, asynchronous=asynchronous)
        found = first_installed(known)
        if found is None:
            self._channel.stop("no-driver", " or ".join(known), asynchronous=asynchronous)
        return found

    def any_driver(self, asked: str) -> str:
        """The driver that was asked for, if it is there; else one that is, of whatever kind."""
        asynchronous = asked in _ONLY_ASYNCHRONOUS
        kinds = (asynchronous, not asynchronous)
        order = [name for kind in kinds for name in drivers(asked, asynchronous=kind)]
        found = first_installed(order)
        if found is None:
            self._channel.stop("no-driver", " or ".join(dict.fromkeys(order)), asynchronous=False)
        return _as_asked(found, asked)

    def _tell(self, url: Any) -> None:
        shown = _shown(url)
        if url.database != self._server["database"] and shown not in self._told:
            self._told.add(shown)
            self._channel.tell("redirected", asked=shown)


def drivers(asked: str, *, asynchronous: bool) -> tuple[str, ...]:
    """Drivers of PostgreSQL that SQLAlchemy has, the one that was asked for first."""
    import sqlalchemy

    known: tuple[str, ...] = _ASYNCHRONOUS if asynchronous else _BLOCKING
    if sqlalchemy.__version__.startswith("1."):
        known = tuple(name for name in known if name != "psycopg")
    elif not asked and not asynchronous and not sqlalchemy.__version__.startswith("2.0"):
        # Since 2.1 a URL without a driver means psycopg.
        known = ("psycopg", "psycopg2", "pg8000")
    asked = "psycopg" if asked == "psycopg_async" else asked
    return (asked, *(name for name in known if name != asked)) if asked in known else known


def _as_asked(driver: str, asked: str) -> str:
    """The driver's name in a URL: psycopg has one of its own for engines that are asynchronous by their URL alone."""
    return "psycopg_async" if driver == "psycopg" and asked in _ONLY_ASYNCHRONOUS else driver


def first_installed(names: Iterable[str]) -> str | None:
    """The first of the modules that is there."""
    return next((name for name in names if importlib.util.find_spec(name) is not None), None)


def _shown(url: Any) -> str:
    return str(url.set(password=None, query={}))
