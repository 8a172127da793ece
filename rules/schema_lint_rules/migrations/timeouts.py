"""MIG017: a migration that waits for a lock, and everybody behind it."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.locks import ACCESS_EXCLUSIVE, BLOCKS, lock_of
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.project import Project
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._steps import on_existing, upgrade
from schema_lint_rules.shapes import listed

_TOLD = 3


@rule("MIG017", "missing-lock-timeout", severity=WARNING, evidence="G", reference="models:Task", steps=True,
      postgresql_only=True, fix="sql", peers=("squawk", "eugene", "strong_migrations"))  # fmt: skip
def missing_lock_timeout(environment: MigrationEnvironment, project: Project) -> Iterator[Violation]:
    """A migration gives up after some seconds in which it did not get its lock.

    Why: `ALTER TABLE` waits for the longest query on the table, and every query that comes after it waits behind it,
    however short the change itself is. With a `lock_timeout` the migration fails in their stead, and is tried again
    (PostgreSQL's documentation, "Client Connection Defaults").

    Bad:
        ```python
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine


        def run_migrations_online() -> None:
            with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
                context.configure(connection=connection)
                with context.begin_transaction():
                    context.run_migrations()


        run_migrations_online()
        # file: migrations/versions/2a_add_due_date.py
        \"\"\"Add a due date to tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.add_column("task", sa.Column("due_at", sa.DateTime(timezone=True)))


        def downgrade() -> None:
            op.drop_column("task", "due_at")
        ```

    Good:
        ```python
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine, text


        def run_migrations_online() -> None:
            with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
                connection.execute(text("SET lock_timeout = '5s'"))
                connection.commit()
                context.configure(connection=connection)
                with context.begin_transaction():
                    context.run_migrations()


        run_migrations_online()
        # file: migrations/versions/2a_add_due_date.py
        \"\"\"Add a due date to tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.add_column("task", sa.Column("due_at", sa.DateTime(timezone=True)))


        def downgrade() -> None:
            op.drop_column("task", "due_at")
        ```

    Exempt: histories in which every such revision sets `lock_timeout` itself; projects of which some Python file
    mentions `lock_timeout` (one that makes the engine, say); projects that support other databases, too; revisions up
    to `migrations.start-after`.

    Note:
        A concurrent index build waits, by its nature, for every older transaction, and counts that wait: begin its
        `autocommit_block()` with `op.execute("SET lock_timeout = 0")`. Behind a pooler in transaction mode `SET` may
        stay with another client's connection: use a direct address for migrations.
    """
    if "lock_timeout" in environment.words or project.sets_lock_timeout or environment.place is None:
        return
    found = [(revision, step) for revision in environment.revisions if (step := _unlimited(revision)) is not None]
    if not found:
        return
    revision, step = found[0]
    lock = lock_of(step) or ACCESS_EXCLUSIVE
    names = listed([each.identifier for each, _ in found], _TOLD)
    many = "revisions" if len(found) > 1 else "revision"
    yield Violation(
        message=f"{environment.folder or 'the project'} sets no lock_timeout: {many} {names} would wait for the lock, "
        f"and {BLOCKS[lock]} of the table behind it ({revision.identifier}: {lock} on {step.table})",
        suggestion="set it in env.py, on the connection that migrations use",
        sql="connection.execute(text(\"SET lock_timeout = '5s'\"))",
        related=tuple(step.place for _, step in found[:_TOLD] if step.place is not None),
    )


def _unlimited(revision: Revision) -> Operation | None:
    """The first step that waits for a lock that others wait behind, with no limit to it."""
    if revision.applied or isinstance(revision.operations, Unknown):
        return None
    steps = on_existing(revision)
    for step in upgrade(revision):
        if step.kind == "set" and step.name == "lock_timeout":
            return None
        if step.kind == "unread":
            return None
        if id(step) in steps and lock_of(step) in BLOCKS:
            return step
    return None
