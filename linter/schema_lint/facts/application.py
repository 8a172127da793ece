"""The code around the models: engines, sessions, URLs and where they come from."""

from __future__ import annotations

import msgspec

from schema_lint.facts.place import SourcePlace
from schema_lint.facts.schema import Argument
from schema_lint.facts.unknown import Unknown

SINGLE_PERCENT = "a % that is not doubled"
"""Why a URL of an `alembic.ini` cannot be read: configparser takes it for an interpolation."""


def is_local(host: str | None) -> bool:
    """The host is this machine, a socket, or a bare container name."""
    name = (host or "").strip("[]").lower()
    here = name in {"", "localhost", "::1", "0.0.0.0", "host.docker.internal"} or name.startswith("127.")
    return here or not ("." in name or ":" in name)


class DatabaseUrl(msgspec.Struct, frozen=True, kw_only=True):
    """A database URL taken apart; the password itself is never kept."""

    dialect: str
    """`postgresql`, `sqlite`, `mysql`, or as written (`postgres`)."""

    driver: str | None = None
    user: str | None = None
    has_password: bool = False
    password_is_placeholder: bool = False
    """`password`, `changeme`, `<password>`, `${…}`, `***` and the like."""

    host: str | None = None
    port: str | None = None
    database: str | None = None
    query: tuple[tuple[str, str], ...] = ()
    masked: str
    """The text with the password replaced by `***`, and interpolated parts by `{…}`."""

    problem: str | None = None
    """Why it cannot be parsed, if it cannot."""

    @property
    def is_local(self) -> bool:
        """The host is this machine, a socket, or a bare container name."""
        return is_local(self.host)

    @property
    def is_neon(self) -> bool:
        """The host is Neon's."""
        return (self.host or "").lower().rstrip(".").endswith((".neon.tech", ".neon.build"))

    @property
    def is_pooled(self) -> bool:
        """The host is Neon's pooler (PgBouncer in transaction mode)."""
        return self.is_neon and (self.host or "").split(".", 1)[0].endswith("-pooler")

    @property
    def pooler(self) -> str | None:
        """The pooler between here and the server, as far as the address shows: Neon's, Supabase's or PgBouncer."""
        host = (self.host or "").lower().rstrip(".")
        if self.is_pooled:
            return "Neon's pooler"
        if host.endswith(".pooler.supabase.com"):
            # The same host pools sessions at 5432, which migrations may use.
            return "Supabase's pooler" if self.port == "6543" else None
        flagged = any(name.lower() == "pgbouncer" and value.lower() in ("true", "1") for name, value in self.query)
        return "PgBouncer" if flagged or "pgbouncer" in host.split(".", 1)[0] else None

    @property
    def is_async(self) -> bool | None:
        """Whether the driver is asynchronous; `None` where it serves both (psycopg) or is not stated."""
        if self.driver in {"asyncpg", "aiosqlite", "aiomysql", "asyncmy", "psycopg_async"}:
            return True
        if self.driver is None or self.driver == "psycopg":
            return None
        return False


class UrlSource(msgspec.Struct, frozen=True, kw_only=True):
    """Where a URL that reaches an engine was made."""

    kind: str
    """`literal`, `environment` (os.environ/os.getenv), `setting` (a settings class's field), `file`, `argument`
    (a function's parameter) or `built` (pieces put together, `URL.create`)."""

    name: str | None = None
    """The environment variable or the setting."""

    url: DatabaseUrl | None = None
    """What is known of its value: the literal, or the default of a setting or variable."""

    may_be_none: bool = False
    """`os.getenv` without a default whose result nothing checks before it is used."""

    rewritten: bool = False
    """Code changes the text on its way (`replace("postgres://", …)`), so that it need not be valid as it stands."""

    place: SourcePlace | None = None


class Engine(msgspec.Struct, frozen=True, kw_only=True):
    """A call that makes an engine: `create_engine`, `create_async_engine`, `engine_from_config` …"""

    function: str
    """Bare name of what is called; `Flask-SQLAlchemy` where its setting makes the engine."""

    is_async: bool
    sources: tuple[UrlSource, ...] | Unknown = ()
    """Everything the URL may come from."""

    arguments: tuple[Argument, ...] = ()
    arguments_complete: bool = True
    """False where `**options` could not be followed."""

    pool_class: str | Unknown | None = None
    """Bare name of `poolclass`, if one is given: `NullPool`, `StaticPool` …"""

    connect_args: tuple[tuple[str, str], ...] | Unknown = ()
    echo: bool | Unknown = False
    """True only for a literal `echo=True` (or `"debug"`)."""

    function_scope: str | None = None
    """Qualified name of the function that makes it; `None` at module level."""

    cached: bool = False
    """That function runs once: `lru_cache`, a lifespan, a guarded singleton, a class's `__init__` …"""

    disposed: bool = False
    in_request_path: bool = False
    """That function is a route handler or a dependency (`Depends`)."""

    is_test: bool = False
    is_migration: bool = False
    """In an Alembic `env.py` or revision."""

    place: SourcePlace

    @property
    def label(self) -> str:
        """How a message names what makes it: `create_engine()`."""
        return f"{self.function}()" if self.function.isidentifier() else self.function

    def argument(self, name: str) -> Argument | None:
        """The argument of that name, if it was given."""
        return next((a for a in self.arguments if a.name == name), None)


class SessionFactory(msgspec.Struct, frozen=True, kw_only=True):
    """A `sessionmaker`, `async_sessionmaker`, `scoped_session`, or a session class used as one."""

    function: str
    is_async: bool
    expire_on_commit: bool | Unknown = True
    arguments: tuple[Argument, ...] = ()
    is_test: bool = False
    place: SourcePlace


class SessionUse(msgspec.Struct, frozen=True, kw_only=True):
    """A session opened or received in a function."""

    is_async: bool
    function_is_async: bool
    function: str
    is_endpoint: bool = False
    """The function is a route handler."""

    closed: bool | Unknown = True
    """By `with`, `close()` in a `finally`, or a framework's dependency."""

    blocking_call: str | None = None
    """The first blocking call on a synchronous session inside an `async def`: `session.exec`."""

    is_test: bool = False
    place: SourcePlace


class UrlLiteral(msgspec.Struct, frozen=True, kw_only=True):
    """A database URL written out in a file of the project, whether or not it reaches an engine."""

    url: DatabaseUrl
    file_kind: str
    """`python`, `alembic.ini`, `env` (`.env*`), `compose`, `toml`, `yaml` or `ini`."""

    is_test: bool = False
    is_example: bool = False
    """In documentation, or in a file whose name says so (`.env.example`, `docker-compose.override.sample.yml`)."""

    tracked: bool | None = None
    """In git; `None` where that is not known."""

    overridden: bool = False
    """An `alembic.ini` value that `env.py` replaces."""

    place: SourcePlace


class ConnectionSetting(msgspec.Struct, frozen=True, kw_only=True):
    """A database URL as a setting: a settings class's field, an environment read, a line of `.env` or compose."""

    name: str
    kind: str
    """`field`, `environment`, `env-file` or `compose`."""

    url: DatabaseUrl | None = None
    place: SourcePlace


class SchemaCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call that changes the schema from application code: `create_all`, `drop_all`, or raw DDL."""

    kind: str
    """`create_all`, `drop_all` or `ddl`."""

    statement: str | None = None
    """The DDL's first words: `ALTER TABLE`."""

    function_scope: str | None = None
    is_test: bool = False
    is_script: bool = False
    """In a seed, reset or set-up utility, a CLI command, or under `if __name__ == "__main__"`."""

    is_migration: bool = False
    guarded: bool = False
    """Under a condition that names an environment (`settings.ENV != "production"`)."""

    stamped: bool = False
    """The module also tells Alembic which revision the tables are of (`command.stamp`)."""

    place: SourcePlace
