"""MIG014: columns that become NOT NULL while rows have no value for them."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, WARNING, Violation, rule
from schema_lint.facts.locks import column_before
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import ReplayedStep
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._steps import about, on_existing, upgrade
from schema_lint_rules.migrations.with_rows import on_missing_values, unread_missing_values


@rule("MIG014", "not-null-without-backfill", severity=ERROR, evidence="GR", reference="models:Task", steps=True,
      minimal=True, fix="sql", silences=("MIG018",),
      peers=("squawk", "strong_migrations", "Atlas", "pg-migration-lint"))  # fmt: skip
def not_null_without_backfill(revision: Revision | ReplayedStep, project: Project) -> Iterator[Violation]:
    """A column becomes NOT NULL only when every row has a value.

    Why: on a table that has rows, `ADD COLUMN … NOT NULL` without a server default fails (column contains null values),
    and so does `SET NOT NULL` where one row has none. It works on the empty database of a developer and of CI, and
    fails in production. A default of the model does not help: only the application knows it.

    Bad:
        ```python
        # file: migrations/versions/2a_add_priority.py
        \"\"\"Add a priority to tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.add_column("task", sa.Column("priority", sa.Integer(), nullable=False))


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
            op.add_column("task", sa.Column("priority", sa.Integer(), server_default="0", nullable=False))


        def downgrade() -> None:
            op.drop_column("task", "priority")
        ```

    Note:
        Where there is no value that fits every row: add the column without NOT NULL; let the application write it; fill
        the older rows in batches, in a revision of its own; then `SET NOT NULL`, behind a CHECK as MIG015 shows.

    Exempt: tables that the revision made or has emptied; keys, generated columns and identities; `SET NOT NULL` of a
    column that has a server default or a validated CHECK against NULL, or that this revision or an earlier one fills by
    an UPDATE; whatever follows a statement that could not be read; columns that the server took when the revision was
    replayed with rows (`--rows`); revisions up to `migrations.start-after`.
    """
    if isinstance(revision, ReplayedStep):
        yield from unread_missing_values(revision, project, _read)
    else:
        yield from _read(revision, project)


def _read(revision: Revision, project: Project) -> Iterator[Violation]:
    seen: list[Operation] = []
    emptied: set[str] = set()
    steps = on_existing(revision)
    for step in upgrade(revision):
        _note_emptied(step, emptied)
        if id(step) in steps and step.table not in emptied:
            if step.kind == "add_column":
                yield from _added(revision, step, project)
            elif step.kind == "alter_column" and step.nullable is False:
                yield from _altered(revision, step, seen, project)
        seen.append(step)


def _note_emptied(step: Operation, emptied: set[str]) -> None:
    """Take up a table that has no rows from here on, as far as is known."""
    if isinstance(step.table, str):
        if step.kind == "truncate" or (step.kind == "delete" and not isinstance(step.condition, str)):
            emptied.add(step.table)
        elif step.kind == "rename_table" and step.table in emptied and isinstance(step.name, str):
            emptied.add(step.name)


def _added(revision: Revision, step: Operation, project: Project) -> Iterator[Violation]:
    for column in step.declared.columns.known if step.declared is not None else ():
        if not is_wanted(column):
            continue
        done = on_missing_values(revision, step.table, column.name, project, is_new=True)
        if done is None:
            continue
        hint = " (the default of the model, which only the application knows)" if column.default is not None else ""
        yield Violation(
            message=f"revision {revision.identifier} adds {step.table}.{column.name} as NOT NULL without a server "
            f"default{hint}: it fails where the table has rows{done}",
            suggestion="give it a server_default; or add it as nullable, fill it, and set NOT NULL in a later revision",
            sql=_recipe(str(step.table), column),
            subject=about(revision, step, column.name),
            place=step.place,
        )


def is_wanted(column: Column) -> bool:
    """Whether an INSERT fails that does not name it."""
    return column.nullable is False and column.server_default is None and column.primary_key is False


def _recipe(table: str, column: Column) -> str:
    return (
        f'op.add_column("{table}", sa.Column("{column.name}", …, nullable=True))\n'
        f"# in a later revision, when the application writes it:\n"
        f'op.execute("UPDATE {table} SET {column.name} = … WHERE {column.name} IS NULL")\n'
        f'op.alter_column("{table}", "{column.name}", nullable=False)'
    )


def _altered(revision: Revision, step: Operation, seen: list[Operation], project: Project) -> Iterator[Violation]:
    column = column_before(step)
    if column is None or column.nullable is not True or column.server_default is not None:
        return
    assert isinstance(step.before, Table)
    if is_checked(step.before, column.name) or any(_fills(earlier, step) for earlier in seen):
        return
    if any(_fills(earlier, step) for earlier in earlier_steps(revision, project)):
        return
    done = on_missing_values(revision, step.table, column.name, project, is_new=False)
    if done is None:
        return
    yield Violation(
        message=f"revision {revision.identifier} makes {step.table}.{column.name} NOT NULL, and no revision gives the "
        f"rows a value that have none{done}",
        suggestion=f"fill it first: UPDATE {step.table} SET {column.name} = … WHERE {column.name} IS NULL",
        severity=WARNING,
        subject=about(revision, step, column.name),
        place=step.place,
    )


def earlier_steps(revision: Revision, project: Project) -> Iterator[Operation]:
    """The steps of the revisions that lead to this one."""
    environment = project.environment_of(revision)
    if environment is None:
        return
    for name in environment.ancestors(revision.identifier) - {revision.identifier}:
        yield from environment.by_identifier[name].steps


def _fills(earlier: Operation, step: Operation) -> bool:
    """Whether a statement may give the column values, or take away rows that have none."""
    if earlier.kind == "unread":
        return earlier.words is None or str(step.name).lower() in earlier.words
    if earlier.kind not in ("update", "delete", "insert", "bulk_insert"):
        return False
    if not isinstance(earlier.table, str):
        return True
    if earlier.table != step.table:
        return False
    columns = earlier.columns
    return isinstance(columns, Unknown) or not columns or step.name in columns or earlier.kind == "delete"


def is_checked(table: Table, column: str) -> bool:
    """Whether a validated CHECK says that the column is not NULL."""
    wanted = f"{column.lower()} is not null"
    return any(
        check.validated and isinstance(check.expression, str)
        and " ".join(check.expression.replace('"', "").strip("() ").lower().split()) == wanted
        for check in table.check_constraints.known
    )  # fmt: skip
