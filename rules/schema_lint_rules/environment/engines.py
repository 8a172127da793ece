"""ENV006–ENV009, ENV013 and ENV014: how engines are made."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Policies, Violation, rule
from schema_lint.facts.application import DatabaseUrl, Engine
from schema_lint.facts.project import Project
from schema_lint.facts.unknown import Undecided, Unknown, known
from schema_lint_rules._fixes import one_edit

POOLS = (None, "QueuePool", "AsyncAdaptedQueuePool")
"""Values of `poolclass` that pool: the default, by either name."""


def _urls(engine: Engine, project: Project) -> tuple[DatabaseUrl, ...]:
    """What is known of the engine's URL: its literals and defaults, and the same variable in `.env` or compose."""
    sources = known(engine.sources)
    names = {source.name for source in sources if source.name is not None}
    urls = [source.url for source in sources if source.url is not None]
    urls += [setting.url for setting in project.settings if setting.name in names and setting.url is not None]
    return tuple(urls)


def _on_postgresql(engine: Engine, project: Project) -> bool:
    """Whether the engine talks to PostgreSQL.

    Raises:
        Undecided: if nothing shows what it talks to.
    """
    urls = _urls(engine, project)
    if not urls:
        raise Undecided(Unknown("the database that the engine connects to is not known", engine.place))
    return all(url.dialect in ("postgresql", "postgres") for url in urls)


def _on_neon(engine: Engine, project: Project, policies: Policies) -> bool:
    if policies.deployment != "auto":
        return policies.deployment == "neon"
    return any(url.is_neon for url in _urls(engine, project))


def _stated(engine: Engine, *names: str) -> bool:
    """Whether the engine is given one of the arguments.

    Raises:
        Undecided: if it is not seen, but could be among arguments that are not known.
    """
    if any(engine.argument(name) for name in names):
        return True
    if not engine.arguments_complete:
        raise Undecided(Unknown("not all arguments of the engine are known", engine.place))
    return False


def _pools(engine: Engine) -> bool:
    return (
        not engine.is_test
        and not engine.is_migration
        and known(engine.pool_class) in (None, "QueuePool", "AsyncAdaptedQueuePool")
    )


@rule(
    "ENV006",
    "sql-echo-enabled",
    severity=WARNING,
    evidence="S",
    reference="db:create_server_engine",
    fix="unsafe",
)
def sql_echo_enabled(engine: Engine) -> Iterator[Violation]:
    """SQL is not echoed unless the environment asks for it.

    Why: `echo=True` writes every statement with its parameters, personal data included, to the log, and slows each
    request down.

    Bad:
        ```python
        # file: db.py
        import os

        from sqlalchemy import create_engine

        engine = create_engine(os.environ["DATABASE_URL"], echo=True, pool_pre_ping=True)
        ```

    Good:
        ```python
        # file: db.py
        import os

        from sqlalchemy import create_engine

        engine = create_engine(os.environ["DATABASE_URL"], echo="SQL_ECHO" in os.environ, pool_pre_ping=True)
        ```

    Exempt: a value that is computed; tests and migrations.
    """
    if engine.is_test or engine.is_migration:
        return
    if engine.echo is True:
        argument = engine.argument("echo")
        yield Violation(
            message=f"{engine.label} echoes every SQL statement with its parameters",
            suggestion="remove echo=True, or let a setting decide",
            place=argument.place if argument else engine.place,
            fix=one_edit("remove-argument", argument.place, "echo") if argument else None,
        )


@rule(
    "ENV007",
    "missing-pool-pre-ping",
    severity=INFO,
    evidence="S",
    reference="db:create_server_engine",
    fix="unsafe",
)
def missing_pool_pre_ping(engine: Engine, project: Project, policies: Policies) -> Iterator[Violation]:
    """A pool checks a connection before it hands it out.

    Why: a connection that the server, a proxy or a scaled-to-zero compute has closed meanwhile fails the first request
    that gets it (SQLAlchemy documentation, Dealing with Disconnects). Neon suspends a compute after five idle minutes.

    Bad:
        ```python
        # file: db.py
        import os

        from sqlalchemy import create_engine

        engine = create_engine(os.getenv("DATABASE_URL", "postgresql+psycopg://localhost/todo"))
        ```

    Good:
        ```python
        # file: db.py
        import os

        from sqlalchemy import create_engine

        engine = create_engine(os.getenv("DATABASE_URL", "postgresql+psycopg://localhost/todo"), pool_pre_ping=True)
        ```

    Exempt: engines that do not pool (`NullPool`, `StaticPool`); other databases; migrations; tests.
    """
    if not _pools(engine) or not _on_postgresql(engine, project) or _stated(engine, "pool_pre_ping", "creator", "pool"):
        return
    neon = _on_neon(engine, project, policies)
    yield Violation(
        message=f"{engine.label} hands out connections without checking that they still live",
        suggestion="add pool_pre_ping=True",
        fix=one_edit("set-argument", engine.place, "pool_pre_ping", "True"),
        severity=WARNING if neon else INFO,
    )


@rule(
    "ENV008",
    "pool-policy",
    severity=WARNING,
    evidence="S",
    reference="db:create_neon_engine",
)
def pool_policy(engine: Engine, project: Project, policies: Policies) -> Iterator[Violation]:
    """The pool fits the deployment: none in front of Neon's pooler, a sized one on a server of one's own.

    Why: Neon pools connections itself, so that a second pool in each process only holds them open; on a server of
    one's own, the default of 5 + 10 connections for each process is seldom what `max_connections` allows, and without
    `pool_recycle` connections outlive firewalls (SQLAlchemy documentation, Connection Pooling; Neon documentation,
    Connection pooling).

    Bad:
        ```python
        # file: db.py
        import os

        from sqlalchemy import create_engine

        engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint]
        deployment = "traditional"
        ```

    Good:
        ```python
        # file: db.py
        import os

        from sqlalchemy import create_engine

        engine = create_engine(
            os.environ["DATABASE_URL"], pool_size=5, max_overflow=5, pool_recycle=1800, pool_pre_ping=True
        )
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint]
        deployment = "traditional"
        ```

    Exempt: tests and migrations; other databases; a deployment that is not stated and does not show.
    """
    if engine.is_test or engine.is_migration:
        return
    urls = _urls(engine, project)
    if urls and not any(url.dialect in ("postgresql", "postgres") for url in urls):
        return
    if policies.deployment == "auto" and not any(url.is_neon for url in urls):
        raise Undecided(Unknown("the policy `deployment` (neon or traditional) is not stated", engine.place))
    if _on_neon(engine, project, policies):
        yield from _for_neon(engine, urls, project)
    elif known(engine.pool_class) in POOLS:
        missing = [name for name in ("pool_size", "max_overflow", "pool_recycle") if not _stated(engine, name)]
        if missing:
            yield Violation(
                message=f"{engine.label} leaves {', '.join(missing)} to the defaults",
                suggestion=f"state {', '.join(missing)} for the server's max_connections",
            )


def _for_neon(engine: Engine, urls: tuple[DatabaseUrl, ...], project: Project) -> Iterator[Violation]:
    pooled = not urls or any(url.is_pooled for url in urls)
    if pooled and known(engine.pool_class) is None and not _stated(engine, "poolclass", "pool", "pool_size"):
        yield Violation(
            message=f"{engine.label} pools connections that Neon's pooler pools again",
            suggestion="add poolclass=NullPool",
        )
    elif not project.sets_statement_timeout:
        yield Violation(
            message=f"no statement that {engine.label}'s connections run has a time limit",
            suggestion="set statement_timeout for the role (ALTER ROLE … SET statement_timeout = '30s')",
        )


@rule(
    "ENV009",
    "prepared-statements-behind-pooler",
    severity=WARNING,
    evidence="S",
    reference="db:create_neon_engine",
    peers=("asyncpg FAQ", "SQLAlchemy documentation"),
)
def prepared_statements_behind_pooler(engine: Engine, project: Project) -> Iterator[Violation]:
    """asyncpg does not reuse the names of prepared statements behind a transaction pooler.

    Why: the pooler hands each transaction another server session, where a statement of the same name may exist already,
    or not at all: "prepared statement "__asyncpg_stmt_1__" already exists" (SQLAlchemy documentation, asyncpg, Prepared
    Statement Name with PGBouncer).

    Bad:
        ```python
        # file: db.py
        import os

        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.pool import NullPool

        engine = create_async_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
        ```
        ```env
        # file: .env.example
        DATABASE_URL=postgresql+asyncpg://app:password@ep-cool-dew-123456-pooler.eu-central-1.aws.neon.tech/todo?ssl=require
        ```

    Good:
        ```python
        # file: db.py
        import os
        from uuid import uuid4

        from sqlalchemy.ext.asyncio import create_async_engine
        from sqlalchemy.pool import NullPool

        engine = create_async_engine(
            os.environ["DATABASE_URL"],
            poolclass=NullPool,
            connect_args={"statement_cache_size": 0, "prepared_statement_name_func": lambda: f"__asyncpg_{uuid4()}__"},
        )
        ```
        ```env
        # file: .env.example
        DATABASE_URL=postgresql+asyncpg://app:password@ep-cool-dew-123456-pooler.eu-central-1.aws.neon.tech/todo?ssl=require
        ```

    Exempt: direct hosts; other drivers.
    """
    urls = [url for url in _urls(engine, project) if url.is_pooled and url.driver == "asyncpg"]
    if not urls:
        return
    given = {name for name, _ in known(engine.connect_args)} | {name for url in urls for name, _ in url.query}
    if not given & {"prepared_statement_name_func", "prepared_statement_cache_size", "statement_cache_size"}:
        yield Violation(
            message=f"asyncpg names prepared statements that the pooler at {urls[0].host} mixes up",
            suggestion='add connect_args={"statement_cache_size": 0, "prepared_statement_name_func": …}',
        )


@rule(
    "ENV013",
    "engine-per-call",
    severity=WARNING,
    evidence="S",
    reference="db:create_server_engine",
)
def engine_per_call(engine: Engine) -> Iterator[Violation]:
    """An engine is made once, not in each request.

    Why: each engine has a pool of its own, so that every request opens new connections and leaves them to the garbage
    collector until the server refuses more (SQLAlchemy documentation, Engine Configuration).

    Bad:
        ```python
        # file: main.py
        import os

        from fastapi import FastAPI
        from sqlalchemy import create_engine, text

        app = FastAPI()


        @app.get("/health")
        def health() -> bool:
            engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)
            with engine.connect() as connection:
                return bool(connection.scalar(text("SELECT true")))
        ```

    Good:
        ```python
        # file: main.py
        import os

        from fastapi import FastAPI
        from sqlalchemy import create_engine, text

        app = FastAPI()
        engine = create_engine(os.environ["DATABASE_URL"], pool_pre_ping=True)


        @app.get("/health")
        def health() -> bool:
            with engine.connect() as connection:
                return bool(connection.scalar(text("SELECT true")))
        ```

    Exempt: functions that run once (`lru_cache`, a lifespan); engines that are disposed of; tests and migrations.
    """
    if engine.is_test or engine.is_migration or engine.cached or engine.disposed or not engine.in_request_path:
        return
    yield Violation(
        message=f"{engine.function_scope}() makes an engine, and a pool, for every request",
        suggestion="make the engine once, at module level or in the application's lifespan",
    )


@rule(
    "ENV014",
    "missing-connect-timeout",
    severity=INFO,
    evidence="S",
    reference="db:create_neon_engine",
)
def missing_connect_timeout(engine: Engine, project: Project, policies: Policies) -> Iterator[Violation]:
    """Connecting has a time limit.

    Why: libpq waits for ever by default, so that a host that does not answer holds a worker; a limit of at least ten
    seconds leaves a suspended Neon compute time to start (PostgreSQL documentation, connect_timeout; Neon
    documentation, Connection latency).

    Bad:
        ```python
        # file: db.py
        from sqlalchemy import create_engine

        engine = create_engine("postgresql+psycopg://localhost/todo", pool_pre_ping=True)
        ```

    Good:
        ```python
        # file: db.py
        from sqlalchemy import create_engine

        engine = create_engine(
            "postgresql+psycopg://localhost/todo", pool_pre_ping=True, connect_args={"connect_timeout": 10}
        )
        ```

    Exempt: asyncpg, which gives up after a minute; other databases; tests and migrations.
    """
    if engine.is_test or engine.is_migration or not _on_postgresql(engine, project):
        return
    urls = _urls(engine, project)
    given = {name for name, _ in known(engine.connect_args)} | {name for url in urls for name, _ in url.query}
    if given & {"connect_timeout", "timeout"} or any(url.driver == "asyncpg" for url in urls):
        return
    if engine.is_async and all(url.driver is None for url in urls):
        return
    if not _stated(engine, "creator", "async_creator"):
        yield Violation(
            message=f"{engine.label} waits for ever for a server that does not answer",
            suggestion='add connect_args={"connect_timeout": 10}',
            severity=WARNING if _on_neon(engine, project, policies) else INFO,
        )
