"""ENV001–ENV005 and ENV012: where database URLs come from, and whether they can work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Policies, Violation, rule
from schema_lint.facts.application import SINGLE_PERCENT, DatabaseUrl, Engine, UrlLiteral, is_local
from schema_lint.facts.database import Server
from schema_lint.facts.project import Project
from schema_lint.facts.unknown import known

MANAGED_HOSTS = (
    ".neon.tech", ".neon.build", ".amazonaws.com", ".supabase.co", ".supabase.com", ".azure.com", ".render.com",
    ".rlwy.net", ".railway.app", ".ondigitalocean.com", ".aivencloud.com", ".cockroachlabs.cloud", ".timescale.com",
)  # fmt: skip
"""Domains of hosted databases: a password for one of these is real, also in a test."""

DRIVERS = {
    "postgresql": {
        "psycopg", "psycopg2", "psycopg2cffi", "asyncpg", "pg8000", "psycopg_async", "pygresql", "pypostgresql",
    },
    "sqlite": {"pysqlite", "aiosqlite", "pysqlcipher", "pysqlite_numeric"},
}  # fmt: skip
"""Source: SQLAlchemy's dialect documentation, 1.4 to 2.1."""

ASYNCPG_REFUSES = ("sslmode", "channel_binding", "sslrootcert", "connect_timeout", "options")
"""libpq's parameters, which SQLAlchemy hands to `asyncpg.connect()` unchanged, where they are a `TypeError`."""

_SETTING = r"(?:^|\s)(?:-c\s*|--)([A-Za-z_][\w.-]*)\s*="
_POOLER_TAKES = {"client_encoding", "datestyle", "timezone", "standard_conforming_strings", "application_name"}
"""Source: Neon documentation, "Connection pooling"; PgBouncer's, "ignore_startup_parameters"."""

_NO_APPLICATIONS = {None, "", "postgres", "template0", "template1"}
TLS_MODES = {"require", "verify-ca", "verify-full", "true", "1"}


@rule(
    "ENV001",
    "hard-coded-database-url",
    severity=ERROR,
    evidence="S",
    reference="settings:DatabaseSettings",
    minimal=True,
    peers=("semgrep python.sqlalchemy", "bandit B105"),
)
def hard_coded_database_url(engine: Engine) -> Iterator[Violation]:
    """A database URL comes from the environment, not from the source.

    Why: a URL in the source is one database for every developer, test run and deployment, and its password ends up in
    every clone (The Twelve-Factor App, III. Config).

    Bad:
        ```python
        # file: db.py
        from sqlalchemy import create_engine

        engine = create_engine(
            "postgresql+psycopg://app:s3cret@db.example.com/todo?connect_timeout=10", pool_pre_ping=True
        )
        ```

    Good:
        ```python
        # file: db.py
        import os

        from sqlalchemy import create_engine

        engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
        ```

    Exempt: SQLite; a URL that names nothing but a driver (`creator=` connects), or a local server's own database
    `postgres` or `template1`; text with interpolated parts; tests, examples; the local default of a setting is only
    noted; a URL with a password for a host that is not local, of which ENV002 speaks.
    """
    if engine.is_test:
        return
    for source in known(engine.sources):
        url = source.url
        if url is None or url.dialect == "sqlite" or "{…}" in url.masked or url.problem is not None:
            continue
        if url.host is None and url.user is None and url.database in _NO_APPLICATIONS:
            continue
        default = source.kind in ("environment", "setting")
        if source.kind != "literal" and not default:
            continue
        variable = source.name or "DATABASE_URL"
        what = f"the default of {variable}" if default else "the source"
        yield Violation(
            message=f"{engine.label} takes the database URL {url.masked} from {what}",
            suggestion=f'read it from the environment: os.environ["{variable if default else "DATABASE_URL"}"]',
            severity=INFO if default and url.is_local else ERROR,
            place=source.place or engine.place,
            related=(engine.place,),
        )


@rule(
    "ENV002",
    "credentials-in-source",
    severity=ERROR,
    evidence="S",
    reference="settings:DatabaseSettings",
    minimal=True,
    security_severity=8.6,
    silences=("ENV001",),
    peers=("semgrep generic.secrets", "gitleaks"),
)
def credentials_in_source(literal: UrlLiteral) -> Iterator[Violation]:
    """No file of the project holds a password for a database that is not local.

    Why: whoever can read the repository, now or in its history, can read the database; the password has to be changed,
    not only removed (OWASP, Secrets Management Cheat Sheet).

    Bad:
        ```python
        # file: settings.py
        DATABASE_URL = "postgresql://app:vK7tZq2MwP9x@ep-cool-dew-123456.eu-central-1.aws.neon.tech/todo?sslmode=require"
        ```

    Good:
        ```python
        # file: settings.py
        import os

        DATABASE_URL = os.environ["DATABASE_URL"]
        ```

    Exempt: local hosts and container names; placeholders such as `password` or `<password>`; example domains; files
    that git does not track; tests, but for hosted databases.
    """
    url = literal.url
    if not url.has_password or url.password_is_placeholder or url.is_local or _is_example_host(url):
        return
    managed = (url.host or "").lower().endswith(MANAGED_HOSTS)
    if (literal.is_test or literal.is_example) and not managed:
        return
    if literal.file_kind == "env" and literal.tracked is not True:
        return
    yield Violation(
        message=f"the password for {url.user or 'a user'} at {url.host} is written in {literal.place.path}",
        suggestion="change that password, and read the URL from the environment",
    )


def _is_example_host(url: DatabaseUrl) -> bool:
    host = (url.host or "").lower()
    names = host.split(".")
    return (
        names[-1] in ("example", "test", "invalid", "local", "localhost", "internal", "svc")
        or "example" in names[-2:-1]
        or any(mark in host for mark in ("{", "<", "$", "your", "xxx", "placeholder"))
        or host.startswith(("host.", "hostname."))
    )


@rule(
    "ENV003",
    "unchecked-database-url",
    severity=WARNING,
    evidence="S",
    reference="settings:DatabaseSettings",
)
def unchecked_database_url(engine: Engine) -> Iterator[Violation]:
    """A database URL from the environment is checked before it is used.

    Why: `os.getenv` gives `None` for a variable that is not set, and SQLAlchemy then fails with "Expected string or URL
    object, got None", which names neither the variable nor the remedy.

    Bad:
        ```python
        # file: db.py
        import os

        from sqlalchemy import create_engine

        engine = create_engine(os.getenv("DATABASE_URL"), pool_pre_ping=True)
        ```

    Good:
        ```python
        # file: db.py
        import os

        from sqlalchemy import create_engine

        engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
        ```

    Exempt: a default; a variable that some condition or `assert` looks at; settings classes, which check; tests.
    """
    if engine.is_test:
        return
    for source in known(engine.sources):
        if source.kind == "environment" and source.may_be_none and source.name:
            yield Violation(
                message=f"{source.name} may not be set, and {engine.label} would get None",
                suggestion=f'use os.environ["{source.name}"], or raise an error that names {source.name}',
                place=source.place or engine.place,
                related=(engine.place,),
            )


def _is_private(host: str) -> bool:
    """An address of a network that is one's own: RFC 1918, 3927, 4193 and 4291."""
    first, _, rest = host.partition(".")
    second = rest.partition(".")[0]
    if not host.replace(".", "").isdigit():
        return host.lower().startswith(("fc", "fd", "fe80:")) and ":" in host
    return (
        first == "10"
        or (first, second) in (("192", "168"), ("169", "254"))
        or (first == "172" and second in {str(number) for number in range(16, 32)})
    )


def _has_tls(url: DatabaseUrl) -> bool:
    return any(
        (name == "sslmode" and value.lower() in TLS_MODES)
        or (name == "ssl" and value.lower() not in ("", "disable", "false"))
        for name, value in url.query
    )


def _engine_sets_tls(engine: Engine) -> bool:
    return any(name in ("ssl", "sslmode", "ssl_context", "sslrootcert") for name, _ in known(engine.connect_args))


@rule(
    "ENV004",
    "connection-without-tls",
    severity=WARNING,
    evidence="SC",
    reference="db:create_neon_engine",
    security_severity=5.9,
)
def connection_without_tls(connected: UrlLiteral | Server, project: Project, policies: Policies) -> Iterator[Violation]:
    """A connection over a network that is not one's own is encrypted.

    Why: libpq's default `sslmode=prefer` falls back to plain text when somebody in between asks for it, and the
    password and every row can then be read (PostgreSQL documentation, 34.19. SSL Support); Neon refuses such a
    connection.

    Bad:
        ```python
        # file: .env.example
        DATABASE_URL=postgresql://app:password@ep-cool-dew-123456.eu-central-1.aws.neon.tech/todo
        ```

    Good:
        ```python
        # file: .env.example
        DATABASE_URL=postgresql://app:password@ep-cool-dew-123456.eu-central-1.aws.neon.tech/todo?sslmode=verify-full
        ```

    Exempt: hosts that are not known to be Neon's, unless the policy `require-tls` is set; local hosts; engines that
    set TLS in `connect_args`; tests. Of a connection that was made: local hosts, and those of a private network unless
    that policy is set.
    """
    if isinstance(connected, Server):
        yield from _made_without_tls(connected, policies)
    else:
        yield from _named_without_tls(connected, project, policies)


def _made_without_tls(server: Server, policies: Policies) -> Iterator[Violation]:
    if server.encrypted is not False or is_local(server.host):
        return
    if not _is_private(server.host or "") or policies.require_tls:
        yield Violation(
            message=f"the connection to {server.host} is not encrypted",
            suggestion="add ?sslmode=verify-full to the URL, and switch ssl on in the server if it refuses",
        )


def _named_without_tls(literal: UrlLiteral, project: Project, policies: Policies) -> Iterator[Violation]:
    url = literal.url
    demanded = url.is_neon or (policies.require_tls and not url.is_local and not _is_example_host(url))
    if literal.is_test or not demanded or url.problem is not None or _has_tls(url):
        return
    if url.dialect not in ("postgresql", "postgres") or any(_engine_sets_tls(engine) for engine in project.engines):
        return
    parameter = "ssl=require" if url.driver == "asyncpg" else "sslmode=verify-full"
    yield Violation(
        message=f"the URL for {url.host} does not demand TLS",
        suggestion=f"add ?{parameter} to the URL",
    )


@rule(
    "ENV005",
    "invalid-database-url",
    severity=ERROR,
    evidence="S",
    reference="settings:DatabaseSettings",
    minimal=True,
)
def invalid_database_url(subject: Engine | UrlLiteral, project: Project) -> Iterator[Violation]:
    """A database URL is one that SQLAlchemy, the driver and the host accept.

    Why: it fails at the first connection, or when the engine is made: SQLAlchemy 1.4 removed the name `postgres`
    (NoSuchModuleError), a synchronous driver cannot serve an async engine, asyncpg knows none of libpq's parameters, so
    that the URL from a hosting console fails with a TypeError, and Neon's pooler refuses a session whose `options` set
    what it cannot keep for it ("unsupported startup parameter"; Neon documentation, Connection pooling). In an
    `alembic.ini` a single % is an interpolation that configparser cannot make.

    Bad:
        ```python
        # file: db.py
        from sqlalchemy.ext.asyncio import create_async_engine

        engine = create_async_engine("postgresql+asyncpg://localhost/todo?sslmode=require", pool_pre_ping=True)
        ```

    Good:
        ```python
        # file: db.py
        from sqlalchemy.ext.asyncio import create_async_engine

        engine = create_async_engine("postgresql+asyncpg://localhost/todo?ssl=require", pool_pre_ping=True)
        ```

    Exempt: text that code rewrites on its way; parts that are interpolated; an `alembic.ini` value that `env.py`
    replaces.
    """
    if isinstance(subject, UrlLiteral):
        if subject.url.problem == SINGLE_PERCENT and not subject.overridden and not subject.is_example:
            yield Violation(
                message=f"the database URL {subject.url.masked} of {subject.place.path} cannot be read: it has "
                f"{SINGLE_PERCENT}",
                suggestion="write %% for each %",
            )
        return
    engine = subject
    for source in known(engine.sources):
        if source.url is None or source.rewritten or source.url.problem == SINGLE_PERCENT:
            continue
        problem = _problem(source.url, engine, project)
        if problem is not None:
            message, suggestion = problem
            yield Violation(
                message=message,
                suggestion=suggestion,
                place=source.place or engine.place,
                related=(engine.place,),
            )


def _problem(url: DatabaseUrl, engine: Engine, project: Project) -> tuple[str, str] | None:
    if url.dialect == "postgres":
        return (
            "SQLAlchemy does not know the database name postgres://",
            "write postgresql:// (or postgresql+asyncpg://)",
        )
    if url.problem is not None:
        return f"the database URL {url.masked} cannot be parsed: {url.problem}", "correct the URL"
    drivers = DRIVERS.get(url.dialect)
    if drivers is not None and url.driver is not None and "{…}" not in url.driver and url.driver not in drivers:
        return f"{url.dialect}+{url.driver} names no driver of SQLAlchemy's", f"use one of {', '.join(sorted(drivers))}"
    if engine.is_async and _is_sync(url, project):
        driver = f"{url.dialect}+{url.driver}" if url.driver else f"{url.dialect}'s default"
        way_out = "write postgresql+asyncpg://" if url.dialect == "postgresql" else "name an asynchronous driver"
        return f"{engine.label} needs an asynchronous driver, and {driver} is not one", way_out
    if not engine.is_async and url.is_async is True and engine.function == "create_engine":
        return f"create_engine() cannot use the asynchronous driver {url.driver}", "use create_async_engine()"
    if url.driver == "asyncpg":
        refused = [name for name, _ in url.query if name in ASYNCPG_REFUSES]
        if refused:
            return (
                f"asyncpg refuses the parameter {refused[0]} of the URL",
                "write ?ssl=require, and drop the other parameters",
            )
    refused = _refused_settings(url, engine) if url.is_pooled else []
    if refused:
        return (
            f"Neon's pooler refuses connections that set {refused[0]}, as `options` does here",
            f"ALTER ROLE … SET {refused[0]}, or SET LOCAL in the transaction, or connect directly",
        )
    return None


def _refused_settings(url: DatabaseUrl, engine: Engine) -> list[str]:
    """Settings that a transaction pooler cannot keep for a connection, and so refuses in its startup message."""
    given = (*url.query, *known(engine.connect_args))
    texts = [value for name, value in given if name == "options"]
    return [name for text in texts for name in re.findall(_SETTING, text) if name.lower() not in _POOLER_TAKES]


def _is_sync(url: DatabaseUrl, project: Project) -> bool:
    if url.dialect not in ("postgresql", "mysql", "sqlite") or "{…}" in url.masked.partition("://")[0]:
        return False
    if url.driver is None:
        # From 2.1 on, plain postgresql:// means psycopg 3, which serves both.
        return url.dialect != "postgresql" or (bool(project.sqlalchemy_version) and project.sqlalchemy_version < (2, 1))
    return url.is_async is False
