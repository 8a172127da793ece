"""MIG025: uniqueness that rows may not have."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Severity, Violation, rule
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.project import Project
from schema_lint.facts.schema import Default, Table
from schema_lint_rules._steps import about, on_existing, text, upgrade
from schema_lint_rules.migrations.backfill import earlier_steps
from schema_lint_rules.shapes import listed


@rule("MIG025", "unique-over-existing-rows", severity=INFO, evidence="G", reference="models:User.email", steps=True,
      peers=("Atlas",))  # fmt: skip
def unique_over_existing_rows(revision: Revision, project: Project) -> Iterator[Violation]:
    """What becomes unique is made unique first.

    Why: one pair of equal rows, and the revision fails: in production, where the rows are. A concurrent build leaves an
    invalid index behind besides. Of a column that is added with a constant default, any two rows are equal.

    Bad:
        ```python
        # file: migrations/versions/1a_create_task.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table(
                "task",
                sa.Column("id", sa.Uuid(), primary_key=True),
                sa.Column("owner_id", sa.Uuid(), nullable=False),
                sa.Column("title", sa.Text(), nullable=False),
            )


        def downgrade() -> None:
            op.drop_table("task")
        # file: migrations/versions/2a_unique_titles.py
        \"\"\"Titles of tasks are unique for their owner\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            op.create_unique_constraint("uq_task_owner_id_title", "task", ["owner_id", "title"])


        def downgrade() -> None:
            op.drop_constraint("uq_task_owner_id_title", "task", type_="unique")
        ```

    Good:
        ```python
        # file: migrations/versions/1a_create_task.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table(
                "task",
                sa.Column("id", sa.Uuid(), primary_key=True),
                sa.Column("owner_id", sa.Uuid(), nullable=False),
                sa.Column("title", sa.Text(), nullable=False),
            )


        def downgrade() -> None:
            op.drop_table("task")
        # file: migrations/versions/2a_unique_titles.py
        \"\"\"Titles of tasks are unique for their owner\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            # Of several of the same title all but one get their key behind it.
            op.execute(
                "UPDATE task SET title = task.title || ' ' || task.id FROM task AS other "
                "WHERE other.owner_id = task.owner_id AND other.title = task.title AND other.id > task.id"
            )
            op.create_unique_constraint("uq_task_owner_id_title", "task", ["owner_id", "title"])


        def downgrade() -> None:
            op.drop_constraint("uq_task_owner_id_title", "task", type_="unique")
        ```

    Exempt: tables that the revision made; columns of a key that was unique before, or that the revision added without a
    default (NULLs differ); tables of which this revision or an earlier one changes or deletes rows; what follows a
    statement that could not be read; revisions up to `migrations.start-after`.
    """
    steps = on_existing(revision)
    seen: list[Operation] = []
    for step in upgrade(revision):
        columns = _columns(step) if id(step) in steps else ()
        if columns and not step.guarded:
            default = _constant_default(step, columns, seen)
            severity: Severity = INFO if default is None else WARNING
            if default is not None or _may_repeat(step, columns, revision, seen, project):
                names = f"{step.table}.{columns[0]}" if len(columns) == 1 else f"{listed(columns)} of {step.table}"
                why = (
                    f", which it has just added with the default {default} in every row"
                    if default is not None
                    else (", and nothing before it sees to rows that are equal")
                )
                yield Violation(
                    message=f"revision {revision.identifier} makes {names} unique{why}",
                    suggestion="change or delete the rows that are equal first, in a revision before this one",
                    severity=severity,
                    subject=about(revision, step, *columns),
                    place=step.place,
                )
        seen.append(step)


def _columns(step: Operation) -> tuple[str, ...]:
    """Of what becomes unique; none, where that is an expression, or nothing does."""
    unique = step.kind in ("create_unique_constraint", "create_primary_key") and step.index is None
    if not unique and (step.kind != "create_index" or step.unique is not True):
        return ()
    declared = step.declared.indexes.known if step.kind == "create_index" and step.declared is not None else ()
    if any(index.predicate is not None for index in declared):
        return ()
    return step.columns if isinstance(step.columns, tuple) else ()


def _constant_default(step: Operation, columns: tuple[str, ...], seen: list[Operation]) -> str | None:
    """The default that the revision gave the only column, with which all rows got it."""
    if len(columns) != 1 or any(e.table == step.table and e.kind in ("update", "delete", "truncate") for e in seen):
        return None
    for earlier in seen:
        if earlier.kind == "add_column" and earlier.table == step.table and earlier.declared is not None:
            column = earlier.declared.column(columns[0])
            default = column.server_default if column is not None else None
            if isinstance(default, Default) and default.quoted and isinstance(default.value, str):
                return repr(default.value)
    return None


def _may_repeat(
    step: Operation, columns: tuple[str, ...], revision: Revision, seen: list[Operation], project: Project
) -> bool:
    table = step.before
    if not isinstance(table, Table) or table.columns.rest is not None:
        return False
    start = revision.before.by_key.get(text(step.table, "")) if revision.before is not None else None
    keys = [key for known in (table, start) if known is not None for key in _keys(known)]
    if any(key and set(key) <= set(columns) for key in keys):
        return False
    if any(e.kind == "add_column" and e.table == step.table and e.name in columns for e in seen):
        return False
    for earlier in (*earlier_steps(revision, project), *seen):
        if earlier.kind in ("unread", "all"):
            return False
        if earlier.changes_rows and (not isinstance(earlier.table, str) or earlier.table == step.table):
            return False
    return True


def _keys(table: Table) -> Iterator[tuple[str | None, ...]]:
    """Column lists that are unique."""
    yield table.primary_key.columns
    yield from (unique.columns for unique in table.unique_constraints.known)
    yield from (index.columns for index in table.indexes.known if index.unique is True and index.predicate is None)
