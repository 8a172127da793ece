"""ENV: the address that migrations connect to."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.application import DatabaseUrl, UrlLiteral, UrlSource
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project

_STATED = ("literal", "built")
"""Sources whose URL is what the code says, whatever the environment says."""


@rule(
    "ENV012",
    "pooled-url-for-migrations",
    severity=WARNING,
    evidence="SGR",
    reference="settings:DatabaseSettings",
    peers=("Neon documentation",),
)
def pooled_url_for_migrations(subject: UrlLiteral | MigrationEnvironment, project: Project) -> Iterator[Violation]:
    """Migrations connect directly, not through a pooler.

    Why: a transaction pooler gives each transaction another server session, so session advisory locks, `SET` and
    prepared statements of a migration do not hold, and a concurrent index build or a long statement may be cut off
    (Neon documentation, Connection pooling; PgBouncer's documentation, "SQL feature map for pooling modes").

    Bad:
        ```ini
        # file: alembic.ini
        [alembic]
        script_location = migrations
        sqlalchemy.url = postgresql+psycopg://app:password@ep-cool-dew-123456-pooler.eu-central-1.aws.neon.tech/todo?sslmode=require
        ```

    Good:
        ```ini
        # file: alembic.ini
        [alembic]
        script_location = migrations
        sqlalchemy.url = postgresql+psycopg://app:password@ep-cool-dew-123456.eu-central-1.aws.neon.tech/todo?sslmode=require
        ```

    Bad:
        ```python
        # file: migrations/env.py
        import os

        from alembic import context
        from sqlalchemy import create_engine

        with create_engine(os.environ["DATABASE_URL"]).connect() as connection:
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
        # file: migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("tasks", sa.Column("id", sa.Integer(), primary_key=True))


        def downgrade() -> None:
            op.drop_table("tasks")
        ```
        ```env
        # file: .env
        DATABASE_URL=postgresql+psycopg://app:password@ep-cool-dew-123456-pooler.eu-central-1.aws.neon.tech/todo
        ```

    Good:
        ```python
        # file: migrations/env.py
        import os

        from alembic import context
        from sqlalchemy import create_engine

        with create_engine(os.environ["DIRECT_URL"]).connect() as connection:
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
        # file: migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("tasks", sa.Column("id", sa.Integer(), primary_key=True))


        def downgrade() -> None:
            op.drop_table("tasks")
        ```
        ```env
        # file: .env
        DATABASE_URL=postgresql+psycopg://app:password@ep-cool-dew-123456-pooler.eu-central-1.aws.neon.tech/todo
        DIRECT_URL=postgresql+psycopg://app:password@ep-cool-dew-123456.eu-central-1.aws.neon.tech/todo
        ```

    Exempt: an `alembic.ini` value that `env.py` replaces; a URL that code changes on its way, which may well lead to
    another host. At `info`, where only a `.env` or compose file of the project or the default of a setting says the
    address, since whoever deploys may set another; and for PgBouncer, which may pool sessions.

    Note:
        `schema-lint migrations --replay` tells which address `env.py` asked for when it was run, whatever code it came
        through.
    """
    if isinstance(subject, UrlLiteral):
        if subject.file_kind == "alembic.ini" and not subject.overridden and subject.url.pooler is not None:
            yield _violation(subject.url, subject.place)
        return
    stated = [(_severity(source), url, source.place) for source, url in _pooled(subject, project)]
    if stated:
        severity, url, place = min(stated, key=lambda each: each[0] == INFO)
        yield _violation(url, place or subject.place, certain=severity == WARNING)
        return
    asked = (url for replay in project.replays_of(subject) for url in replay.asked)
    pooled = next((url for url in asked if url.pooler is not None), None)
    if pooled is not None:
        yield _violation(pooled, subject.place, told=" (replayed: env.py asked for it)")


def _violation(url: DatabaseUrl, place: SourcePlace | None, *, certain: bool = True, told: str = "") -> Violation:
    host = url.host or ""
    direct = (
        f"use the direct host {host.replace('-pooler', '', 1)}" if url.is_pooled else "use the server's own address"
    )
    return Violation(
        message=f"migrations connect to {host}, which is {url.pooler}{told}",
        suggestion=f"{direct}, in a variable of its own for migrations",
        severity=WARNING if certain and url.pooler != "PgBouncer" else INFO,
        place=place,
    )


def _severity(source: UrlSource) -> str:
    return WARNING if source.kind in _STATED else INFO


def _pooled(environment: MigrationEnvironment, project: Project) -> Iterator[tuple[UrlSource, DatabaseUrl]]:
    """Where `env.py` may have a pooler's address from; an `alembic.ini` speaks for itself."""
    for source in environment.addresses.known:
        if source.rewritten or source.kind == "file":
            continue
        name = (source.name or "").lower()
        urls = [source.url] if source.url is not None else []
        urls += [each.url for each in project.settings if name and each.name.lower() == name and each.url is not None]
        # Where one file names a pooler and another the server, nobody knows which of them counts.
        if urls and all(url.pooler is not None for url in urls):
            yield source, urls[0]
