"""MIG020: constraints of which nobody knows whether the rows keep them."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._steps import about

_Pending = dict[str, tuple[Revision, Operation]]


@rule("MIG020", "constraint-never-validated", severity=WARNING, evidence="G", reference="models:Task", steps=True,
      postgresql_only=True, fix="sql", peers=("squawk", "strong_migrations"))  # fmt: skip
def constraint_never_validated(environment: MigrationEnvironment) -> Iterator[Violation]:
    """A constraint that was added as NOT VALID is validated by a later revision.

    Why: NOT VALID keeps the table's users from waiting, and checks new rows alone. Until it is validated, older rows
    may break the constraint, the planner does not rest on it, and `SET NOT NULL` reads the whole table in spite of the
    CHECK (PostgreSQL's documentation, "ALTER TABLE"). The second half is what gets forgotten.

    Bad:
        ```python
        # file: migrations/versions/2a_owner_without_validation.py
        \"\"\"Tasks refer to their owner: new rows are checked\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.create_foreign_key("fk_task_owner", "task", "user", ["owner_id"], ["id"], postgresql_not_valid=True)


        def downgrade() -> None:
            op.drop_constraint("fk_task_owner", "task", type_="foreignkey")
        # file: migrations/versions/3a_add_color.py
        \"\"\"Tasks have a colour\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            op.add_column("task", sa.Column("color", sa.String(20)))


        def downgrade() -> None:
            op.drop_column("task", "color")
        ```

    Good:
        ```python
        # file: migrations/versions/2a_owner_without_validation.py
        \"\"\"Tasks refer to their owner: new rows are checked\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.create_foreign_key("fk_task_owner", "task", "user", ["owner_id"], ["id"], postgresql_not_valid=True)


        def downgrade() -> None:
            op.drop_constraint("fk_task_owner", "task", type_="foreignkey")
        # file: migrations/versions/3a_owner_validated.py
        \"\"\"Tasks refer to their owner: older rows are checked, while all goes on\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            op.execute("ALTER TABLE task VALIDATE CONSTRAINT fk_task_owner")


        def downgrade() -> None:
            # A constraint stays validated: there is nothing to undo.
            pass
        ```

    Exempt: a constraint of the last revision, since the next one may validate it; one that is dropped or renamed later;
    what was added before a revision that cannot be read, or before a statement that may be about it.
    """
    pending: _Pending = {}
    heads = set(environment.heads)
    for revision in environment.in_order():
        steps = revision.operations
        if isinstance(steps, Unknown):
            pending.clear()
            continue
        for step in steps:
            _settle(step, pending)
            named = isinstance(step.name, str) and isinstance(step.table, str)
            if named and step.unvalidated is True and not step.guarded and revision.identifier not in heads:
                pending[str(step.name)] = (revision, step)
    for name, (revision, step) in pending.items():
        yield Violation(
            message=f"revision {revision.identifier} adds {name} to {step.table} as NOT VALID, and no later revision "
            "validates it",
            suggestion="validate it in a new revision",
            sql=f'op.execute("ALTER TABLE {step.table} VALIDATE CONSTRAINT {name}")',
            subject=about(revision, step),
            place=step.place,
        )


def _settle(step: Operation, pending: _Pending) -> None:
    """Take away what a step validates or drops, or may."""
    if step.kind in ("unread", "all"):
        for name in [each for each in pending if step.words is None or each.lower() in step.words]:
            del pending[name]
    elif step.kind in ("validate_constraint", "drop_constraint", "rename_constraint"):
        for name in [each for each in pending if step.name in (None, each) or isinstance(step.name, Unknown)]:
            del pending[name]
    elif step.kind in ("drop_table", "drop_column", "drop_schema") and not isinstance(step.table, str):
        pending.clear()
    elif step.kind in ("drop_table", "drop_column"):
        for name in [name for name, (_, added) in pending.items() if added.table == step.table]:
            del pending[name]
