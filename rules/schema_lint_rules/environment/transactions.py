"""ENV: the transaction that migrations run in: who begins it, and how far it goes."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, WARNING, Violation, rule
from schema_lint.facts.environments import Begun, Configuration
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules.migrations.enums import uses_label
from schema_lint_rules.shapes import listed

_TOLD = 3


@rule("ENV017", "autocommit-block-in-open-transaction", severity=ERROR, evidence="G", reference="models:Task",
      steps=True, minimal=True, fix="sql", peers=("Alembic",))  # fmt: skip
def autocommit_block_in_open_transaction(environment: MigrationEnvironment, project: Project) -> Iterator[Violation]:
    """Alembic itself begins the transaction that an `autocommit_block()` has to leave.

    Why: a connection that is in a transaction when `context.configure()` gets it stays its owner's: Alembic neither
    begins nor commits, and `autocommit_block()`, which would have to commit, raises an AssertionError. Since SQLAlchemy
    2.0 each `execute()` begins a transaction by itself, so that `SET lock_timeout` in `env.py` is enough (Alembic's
    documentation, `MigrationContext.autocommit_block`).

    Bad:
        ```python
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine, text

        with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
            connection.execute(text("SET lock_timeout = '5s'"))
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
        # file: migrations/versions/2a_index_due_dates.py
        \"\"\"Index the due dates of tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.create_index("ix_task_due_at", "task", ["due_at"], postgresql_concurrently=True)


        def downgrade() -> None:
            with op.get_context().autocommit_block():
                op.drop_index("ix_task_due_at", "task", postgresql_concurrently=True)
        ```

    Good:
        ```python
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine, text

        with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
            connection.execute(text("SET lock_timeout = '5s'"))
            connection.commit()
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations()
        # file: migrations/versions/2a_index_due_dates.py
        \"\"\"Index the due dates of tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.create_index("ix_task_due_at", "task", ["due_at"], postgresql_concurrently=True)


        def downgrade() -> None:
            with op.get_context().autocommit_block():
                op.drop_index("ix_task_due_at", "task", postgresql_concurrently=True)
        ```

    Exempt: revisions that end the transaction before (`op.get_bind().commit()`); connections that are begun on one way
    only of several on which `env.py` may run; connections that it does not make itself; `execute()` before SQLAlchemy
    2.0.
    """
    found = environment.online
    broken = [(revision, place) for revision in environment.revisions if (place := _block_of(revision)) is not None]
    if not found or not broken or not all(_is_begun(each, project) for each in found):
        return
    begun = known(found[0].begun)
    assert begun is not None
    many = "revisions" if len(broken) > 1 else "revision"
    names = listed([revision.identifier for revision, _ in broken], _TOLD)
    yield Violation(
        message=f"{begun.by} begins a transaction before Alembic gets the connection, and the autocommit_block() of "
        f"{many} {names} fails in it",
        suggestion=_way_out(begun),
        sql="connection.commit()" if begun.by.endswith(".execute()") else None,
        place=begun.place,
        related=tuple(place for _, place in broken[:_TOLD]),
    )


def _is_begun(configuration: Configuration, project: Project) -> bool:
    begun = known(configuration.begun)
    if begun is None:
        return False
    by_itself = not begun.by.endswith(("begin()", "begin_nested()"))
    return not (by_itself and project.sqlalchemy_version and project.sqlalchemy_version < (2,))


def _way_out(begun: Begun) -> str:
    if begun.by.endswith(("begin()", "begin_nested()")):
        return "connect by connect(), and leave the transaction to context.begin_transaction()"
    return "end it by connection.commit() before context.configure()"


def _block_of(revision: Revision) -> SourcePlace | None:
    """Where the upgrade's first `autocommit_block()` acts, unless the revision has ended the transaction before."""
    for step in revision.steps:
        if step.block:
            return step.place
        if step.kind in ("commit", "unread") and not isinstance(step.sql, str):
            return None
    return None


@rule("ENV020", "new-enum-label-in-one-transaction", severity=WARNING, evidence="G", reference="models:Task",
      steps=True, postgresql_only=True, fix="sql", peers=("PostgreSQL documentation",))  # fmt: skip
def new_enum_label_in_one_transaction(environment: MigrationEnvironment) -> Iterator[Violation]:
    """A label is committed before a later revision uses it.

    Why: Alembic runs all revisions of an upgrade in one transaction, and in that PostgreSQL refuses a label that it has
    added: "unsafe use of new value of enum type" (PostgreSQL's documentation, ALTER TYPE). Who applies the revisions
    release by release never sees it; a database that is several behind does, and on older servers every new one.

    Bad:
        ```python
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine

        with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
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
            op.create_table("task", sa.Column("state", sa.Enum("open", "done", name="state")))
        # file: migrations/versions/2a_tasks_may_wait.py
        \"\"\"Tasks may wait\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            op.execute("ALTER TYPE state ADD VALUE 'waiting'")
        # file: migrations/versions/3a_open_tasks_wait.py
        \"\"\"Tasks that are open wait\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            op.execute("UPDATE task SET state = 'waiting' WHERE state = 'open'")
        ```

    Good:
        ```python
        # file: migrations/env.py
        from alembic import context
        from sqlalchemy import create_engine

        with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
            context.configure(connection=connection, transaction_per_migration=True)
            with context.begin_transaction():
                context.run_migrations()
        # file: migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("state", sa.Enum("open", "done", name="state")))
        # file: migrations/versions/2a_tasks_may_wait.py
        \"\"\"Tasks may wait\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            op.execute("ALTER TYPE state ADD VALUE 'waiting'")
        # file: migrations/versions/3a_open_tasks_wait.py
        \"\"\"Tasks that are open wait\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            op.execute("UPDATE task SET state = 'waiting' WHERE state = 'open'")
        ```

    Exempt: `transaction_per_migration=True`, and a connection whose transaction is `env.py`'s own; labels that are
    added in an `autocommit_block()`; whatever commits or cannot be read between the two. A label that its own revision
    uses is MIG003.
    """
    found = environment.online
    if not found or any(known(each.transaction_per_migration) or each.begun is not None for each in found):
        return
    added: dict[str, tuple[Operation, Revision]] = {}
    for revision in environment.in_order():
        if isinstance(revision.operations, Unknown):
            added = {}
            continue
        for step in revision.operations:
            if step.autocommit or step.kind in ("commit", "unread", "all"):
                added = {}
                continue
            for label, (adding, earlier) in added.items():
                if earlier is not revision and not step.guarded and uses_label(step, label, str(adding.name)):
                    yield _too_early(revision, step, label, adding, earlier, found[0])
                    return
            if step.kind == "add_value" and isinstance(step.name, str) and isinstance(step.labels, tuple):
                added |= {} if step.guarded else dict.fromkeys(step.labels, (step, revision))


def _too_early(
    revision: Revision, step: Operation, label: str, adding: Operation, earlier: Revision, found: Configuration
) -> Violation:
    return Violation(
        message=f"revision {revision.identifier} uses the label '{label}' of {adding.name} that {earlier.identifier} "
        "adds, and env.py runs both in one transaction, in which PostgreSQL refuses that",
        suggestion="add transaction_per_migration=True to context.configure()",
        sql="transaction_per_migration=True",
        place=found.place,
        related=tuple(place for place in (adding.place, step.place) if place is not None),
    )
