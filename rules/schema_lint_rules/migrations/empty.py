"""MIG026: revisions that do nothing."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.migrations import Revision


@rule("MIG026", "empty-revision", severity=WARNING, evidence="G", reference="models:Task")
def empty_revision(revision: Revision) -> Iterator[Violation]:
    """A revision does something, or says why it does not.

    Why: `alembic revision --autogenerate` writes an empty one where it finds no difference. Mostly there is one, and
    `env.py` does not import the model; then the table is missing in every database, and the history looks as if it had
    been made.

    Bad:
        ```python
        # file: migrations/versions/2a_add_due_date.py
        \"\"\"Add a due date to tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            pass


        def downgrade() -> None:
            pass
        ```

    Good:
        ```python
        # file: migrations/versions/2a_add_due_date.py
        \"\"\"Add a due date to tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            op.add_column("task", sa.Column("due_at", sa.DateTime(timezone=True)))


        def downgrade() -> None:
            op.drop_column("task", "due_at")
        ```

    Exempt: merges, revisions with a branch label or that depend on another; the first one; one that says in a comment
    or below its title why it is empty; revisions up to `migrations.start-after`.
    """
    if revision.applied or revision.upgrade != "empty" or revision.downgrade not in ("empty", "missing"):
        return
    if len(revision.parents) != 1 or revision.labels or revision.depends_on:
        return
    if not revision.explained and not revision.downgrade_explained:
        yield Violation(
            message=f"revision {revision.identifier} does nothing",
            suggestion="see that env.py imports the model it was made for, and make it anew; or say in it why it is "
            "empty",
        )
