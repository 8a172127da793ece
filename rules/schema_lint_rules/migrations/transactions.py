"""MIG019: revisions that commit in the middle."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint_rules._steps import about, text, upgrade

_NO_CHANGES = frozenset({"set", "select", "begin", "commit", "rollback", "lock", "other", "grant", "vacuum"})


@rule("MIG019", "commit-in-the-middle", severity=WARNING, evidence="G", reference="models:Task", steps=True,
      postgresql_only=True, peers=("squawk",))  # fmt: skip
def commit_in_the_middle(revision: Revision) -> Iterator[Violation]:
    """A revision is applied as a whole, or not at all.

    Why: Alembic runs a revision in a transaction, so that one which fails leaves nothing behind. An
    `autocommit_block()` commits what came before it, and so does a `COMMIT` of one's own. When what follows fails (a
    concurrent build meets a duplicate, or its lock_timeout), the first half stays while the revision counts as not
    applied: the next attempt fails at its first step, and somebody has to mend the database by hand.

    Bad:
        ```python
        # file: migrations/versions/2a_add_priority.py
        \"\"\"Add a priority to tasks, and find them by it\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.add_column("task", sa.Column("priority", sa.Integer()))
            with op.get_context().autocommit_block():
                op.create_index(
                    "ix_task_priority", "task", ["priority"], postgresql_concurrently=True, if_not_exists=True
                )


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
        # file: migrations/versions/3a_index_priority.py
        \"\"\"Find tasks by their priority\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.create_index(
                    "ix_task_priority", "task", ["priority"], postgresql_concurrently=True, if_not_exists=True
                )


        def downgrade() -> None:
            with op.get_context().autocommit_block():
                op.drop_index("ix_task_priority", table_name="task", postgresql_concurrently=True, if_exists=True)
        ```

    Exempt: a block before which the revision changes nothing of the schema, or only what can be done again
    (`if_not_exists`, `if_exists`); steps that a condition may leave out; projects that support other databases, too;
    revisions up to `migrations.start-after`.
    """
    done: Operation | None = None
    for step in upgrade(revision):
        if done is not None and not step.guarded and (step.autocommit or step.kind == "commit"):
            how = "commits by itself" if step.kind == "commit" else "goes on outside of its transaction"
            yield Violation(
                message=f"revision {revision.identifier} {how} after it {_told(done)}: if what follows fails, that "
                "stays, and the next attempt fails at it",
                suggestion="put what runs outside of the transaction into a revision of its own",
                subject=about(revision, step),
                place=step.place,
                related=(done.place,) if done.place is not None else (),
            )
            return
        if done is None and _cannot_be_repeated(step):
            done = step


def _cannot_be_repeated(step: Operation) -> bool:
    """Whether it changes the schema, in the transaction, and would fail a second time."""
    if step.autocommit or step.guarded or step.if_exists or step.changes_rows or step.kind in _NO_CHANGES:
        return False
    return step.kind not in ("unread", "all", "alter_column", "validate_constraint") or step.new_name is not None


def _told(step: Operation) -> str:
    verb, _, thing = step.kind.partition("_")
    verb = {"add": "adds", "drop": "drops", "create": "creates", "rename": "renames"}.get(verb, "changes")
    name = text(step.name, "")
    if thing == "column" and isinstance(step.table, str):
        name = f"{step.table}.{name}"
    elif thing == "table" or not name:
        name = text(step.table, "")
    return f"{verb} the {thing.replace('_', ' ')} {name}".rstrip()
