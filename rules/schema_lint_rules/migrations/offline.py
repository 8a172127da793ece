"""MIG030: revisions of which no script of SQL can be written."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint.facts.project import Project


@rule("MIG030", "offline-incompatible-revision", severity=INFO, evidence="G", reference="models:Task", steps=True,
      peers=("Alembic",))  # fmt: skip
def offline_incompatible_revision(revision: Revision, project: Project) -> Iterator[Violation]:
    """A revision does without answers of the database, where `env.py` writes scripts of SQL, too.

    Why: `alembic upgrade --sql`, for databases that only somebody else may change, has no connection: `execute()` gives
    `None`, and `inspect()` raises. The script ends at the first revision that wants to know something (Alembic's
    documentation, "Generating SQL Scripts (a.k.a. Offline Mode)").

    Bad:
        ```python
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine

        url = context.config.get_main_option("sqlalchemy.url")
        if context.is_offline_mode():
            context.configure(url=url, literal_binds=True)
            with context.begin_transaction():
                context.run_migrations()
        else:
            with create_engine(url).connect() as connection:
                context.configure(connection=connection)
                with context.begin_transaction():
                    context.run_migrations()
        # file: migrations/versions/2a_rank_tasks.py
        \"\"\"Rank the tasks by the time they are due\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            tasks = op.get_bind().execute(sa.text("SELECT id FROM task ORDER BY due_at")).scalars().all()
            for rank, task in enumerate(tasks, 1):
                op.execute(sa.text("UPDATE task SET priority = :rank WHERE id = :id").bindparams(rank=rank, id=task))


        def downgrade() -> None:
            raise NotImplementedError
        ```

    Good:
        ```python
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine

        url = context.config.get_main_option("sqlalchemy.url")
        if context.is_offline_mode():
            context.configure(url=url, literal_binds=True)
            with context.begin_transaction():
                context.run_migrations()
        else:
            with create_engine(url).connect() as connection:
                context.configure(connection=connection)
                with context.begin_transaction():
                    context.run_migrations()
        # file: migrations/versions/2a_rank_tasks.py
        \"\"\"Rank the tasks by the time they are due\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.execute(
                "UPDATE task SET priority = ranked.rank FROM (SELECT id, row_number() OVER (ORDER BY due_at) AS rank "
                "FROM task) ranked WHERE ranked.id = task.id"
            )


        def downgrade() -> None:
            raise NotImplementedError
        ```

    Exempt: what a condition guards, such as `if not context.is_offline_mode():`; an `env.py` that has no offline mode;
    revisions up to `migrations.start-after`.
    """
    if revision.asks is None or revision.applied:
        return
    environment = project.environment_of(revision)
    if environment is None or not any(configuration.offline for configuration in environment.configurations):
        return
    yield Violation(
        message=f"revision {revision.identifier} wants an answer of the database, and env.py also writes scripts of "
        "SQL, for which there is none",
        suggestion="say it in one statement; or guard it: if not context.is_offline_mode():",
        place=revision.asks,
    )
