"""MIG007: a revision that changes a table and its rows."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, Violation, rule
from schema_lint.facts.locks import BLOCKS, lock_of
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint_rules._steps import about, on_existing, upgrade


@rule("MIG007", "mixed-schema-and-data", severity=INFO, evidence="G", reference="models:Task", steps=True,
      peers=("django-migration-linter", "strong_migrations", "eugene", "pg-migration-lint"))  # fmt: skip
def mixed_schema_and_data(revision: Revision) -> Iterator[Violation]:
    """A revision changes the schema, or the rows of a table, not both.

    Why: both run in one transaction, so that the lock of the `ALTER TABLE` is held until the last row is written: the
    table is gone for its users meanwhile. Rows that are changed by a revision of their own can be changed in batches,
    while all goes on, and again if it failed halfway.

    Bad:
        ```python
        # file: migrations/versions/2a_add_priority.py
        \"\"\"Add a priority to tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.add_column("task", sa.Column("priority", sa.Integer()))
            op.execute("UPDATE task SET priority = 0 WHERE priority IS NULL")


        def downgrade() -> None:
            op.drop_column("task", "priority")
        ```

    Good:
        ```python
        # file: migrations/versions/2a_add_priority.py
        \"\"\"Add a priority to tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.add_column("task", sa.Column("priority", sa.Integer()))


        def downgrade() -> None:
            op.drop_column("task", "priority")
        # file: migrations/versions/3a_fill_priority.py
        \"\"\"Give every task a priority\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            op.execute("UPDATE task SET priority = 0 WHERE priority IS NULL")


        def downgrade() -> None:
            # The column goes with the revision that added it.
            pass
        ```

    Exempt: rows of tables that the same revision made; rows that are listed in the revision (`INSERT … VALUES`,
    `bulk_insert`); statements inside of an `autocommit_block()`; revisions up to `migrations.start-after`.
    """
    locked: Operation | None = None
    steps = on_existing(revision)
    for step in upgrade(revision):
        if step.autocommit or step.kind == "commit":
            locked = None
        elif id(step) in steps and locked is None and not step.changes_rows and lock_of(step) in BLOCKS:
            locked = step
        elif locked is not None and _writes_many(step, steps):
            table = step.table if isinstance(step.table, str) else "a table"
            yield Violation(
                message=f"revision {revision.identifier} changes rows of {table} while it holds {lock_of(locked)} on "
                f"{locked.table}: {BLOCKS[str(lock_of(locked))]} of {locked.table} wait until the rows are written",
                suggestion="change the rows in a revision of its own, in batches",
                subject=about(revision, step),
                place=step.place,
            )
            return


def _writes_many(step: Operation, steps: frozenset[int]) -> bool:
    """Whether it may write many rows that were there before."""
    if step.kind not in ("update", "delete", "insert"):
        return False
    if not isinstance(step.table, str):
        return step.kind in ("update", "delete")
    return id(step) in steps and (step.kind != "insert" or step.condition == "select")
