"""MIG012: steps outside of the transaction that cannot be run again."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint_rules._steps import about, text, upgrade

_GUARDED = {
    "create_table": "IF NOT EXISTS", "drop_table": "IF EXISTS", "add_column": "IF NOT EXISTS",
    "drop_column": "IF EXISTS", "create_index": "IF NOT EXISTS", "drop_index": "IF EXISTS",
    "add_value": "IF NOT EXISTS", "create_schema": "IF NOT EXISTS", "create_extension": "IF NOT EXISTS",
}  # fmt: skip


@rule("MIG012", "non-idempotent-sql", severity=WARNING, evidence="G", reference="models:Task", steps=True, on=False,
      postgresql_only=True, peers=("squawk", "pg-migration-lint"))  # fmt: skip
def non_idempotent_sql(revision: Revision) -> Iterator[Violation]:
    """A step that runs outside of the transaction can be run again after a failure.

    Why: what an `autocommit_block()` did stays when a later step fails, while Alembic does not note the revision as
    applied. The next attempt then fails at its first step, since the index or the enum's value is there already.

    Bad:
        ```python
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
                op.drop_index("ix_task_due_at", table_name="task", postgresql_concurrently=True, if_exists=True)
        ```

    Good:
        ```python
        # file: migrations/versions/2a_index_due_dates.py
        \"\"\"Index the due dates of tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            with op.get_context().autocommit_block():
                # A build that failed leaves an invalid index of this name.
                op.drop_index("ix_task_due_at", table_name="task", postgresql_concurrently=True, if_exists=True)
                op.create_index("ix_task_due_at", "task", ["due_at"], postgresql_concurrently=True)


        def downgrade() -> None:
            with op.get_context().autocommit_block():
                op.drop_index("ix_task_due_at", table_name="task", postgresql_concurrently=True, if_exists=True)
        ```

    Exempt: steps inside of the transaction, which undoes them; what the revision drops before, if it exists; steps
    under a condition; projects that support other databases, too; revisions up to `migrations.start-after`.
    """
    gone: set[str] = set()
    for step in upgrade(revision):
        if step.kind.startswith("drop_") and step.if_exists and isinstance(step.name, str):
            gone.add(step.name)
        how = _GUARDED.get(step.kind)
        if how is None or not step.autocommit or step.if_exists or step.guarded or step.name in gone:
            continue
        yield Violation(
            message=f"revision {revision.identifier} {_what(step)} outside of its transaction without {how}: run again "
            "after a failure, it fails there",
            suggestion=f"say {how}" if step.kind == "add_value" else f"say {how.lower().replace(' ', '_')}=True",
            subject=about(revision, step),
            place=step.place,
        )


def _what(step: Operation) -> str:
    verb, _, thing = step.kind.partition("_")
    name = text(step.name if step.name is not None else step.table, "")
    return f"{verb}s the {thing} {name}".rstrip() if verb != "add" else f"adds the {thing} {name}".rstrip()
