"""MIG018: code that still runs while a revision is applied, and cannot work with what it leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from schema_lint.checking.rule import ERROR, WARNING, Policies, Severity, Violation, rule
from schema_lint.facts.migrations import MigrationEnvironment, Revision, Snapshot
from schema_lint.facts.operations import Operation
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Base, Project
from schema_lint.facts.schema import Column, Default, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._steps import about, about_replayed
from schema_lint_rules.migrations.backfill import is_wanted
from schema_lint_rules.migrations.loss import narrows
from schema_lint_rules.migrations.running_replayed import NOT_WRITTEN, STILL, Loss, losses

_Tables = dict[str, Table]


@rule("MIG018", "running-code-breaks", severity=ERROR, evidence="GR", reference="models:Task", steps=True,
      silences=("MIG013",), peers=("pylint-django", "strong_migrations", "squawk"))  # fmt: skip
def running_code_breaks(environment: MigrationEnvironment, project: Project, policies: Policies) -> Iterator[Violation]:
    """The code of the base branch goes on working with the schema that this branch leads to.

    Why: revisions are applied before the new code runs everywhere, and the old code runs until the last instance is
    replaced, or again after a rollback. It selects every column that its models have and writes those it knows: what is
    gone, renamed, or wanted without a default makes each of these statements an error.

    Bad:
        ```python
        # file: main:app/models.py
        from sqlalchemy import Text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "task"
            id: int | None = Field(default=None, primary_key=True)
            notes: str | None = Field(default=None, sa_type=Text)
        # file: main:migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("notes", sa.Text()))


        def downgrade() -> None:
            op.drop_table("task")
        # file: app/models.py
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "task"
            id: int | None = Field(default=None, primary_key=True)
        # file: migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("notes", sa.Text()))


        def downgrade() -> None:
            op.drop_table("task")
        # file: migrations/versions/2a_drop_notes.py
        \"\"\"Drop the notes of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            op.drop_column("task", "notes")


        def downgrade() -> None:
            op.add_column("task", sa.Column("notes", sa.Text()))
        ```

    Good:
        ```python
        # file: main:app/models.py
        from sqlalchemy import Text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "task"
            id: int | None = Field(default=None, primary_key=True)
            notes: str | None = Field(default=None, sa_type=Text)
        # file: main:migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("notes", sa.Text()))


        def downgrade() -> None:
            op.drop_table("task")
        # file: app/models.py
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "task"
            id: int | None = Field(default=None, primary_key=True)
        # file: migrations/versions/1a_create_tasks.py
        \"\"\"Create the table of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "1a"
        down_revision = None


        def upgrade() -> None:
            op.create_table("task", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("notes", sa.Text()))


        def downgrade() -> None:
            op.drop_table("task")
        # file: migrations/versions/2a_add_priority.py
        \"\"\"Add a priority to tasks; the next release drops their notes, which the model has no more\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = "1a"


        def upgrade() -> None:
            op.add_column("task", sa.Column("priority", sa.Integer(), nullable=False, server_default="0"))


        def downgrade() -> None:
            op.drop_column("task", "priority")
        ```

    Exempt: revisions that the base branch has, too; tables and columns that its models do not have; what a later
    revision of this branch puts right; a renamed table whose old name is given to a view; steps under a condition that
    the database decides; models that this `env.py` does not import; the policy `external-tables`. At `warning`:
    narrower types and columns that become NOT NULL, which the old code need not violate.

    Note:
        It compares with another branch: `schema-lint check --since origin/main`, or `migrations --replay --since
        origin/main`, which also knows what statements do that could not be read. Where the application is stopped
        during migrations, ignore the rule.
    """
    base = project.base
    if base is None:
        return
    mapped = {
        key: table for key, table in _mapped(environment, base, project).items() if key not in policies.external_tables
    }
    told: set[tuple[str, str | None]] = set()
    for found in _last(_read(environment, base, mapped)):
        told |= {(found.table, found.column), (found.table, None)}
        yield _violation(found, mapped[found.table], base)
    for loss in losses(environment, base, project, mapped):
        if (loss.table, loss.column) not in told:
            yield _replayed(loss, mapped[loss.table], base)


class _Break(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the running code cannot work with."""

    revision: Revision
    step: Operation
    table: str
    column: str | None = None
    what: str
    consequence: str
    severity: Severity = ERROR


def _violation(found: _Break, table: Table, base: Base) -> Violation:
    return Violation(
        message=f"revision {found.revision.identifier} {found.what}, {found.consequence.format(_who(table, base))}",
        suggestion=_WAYS_OUT[found.step.kind if found.step.kind in _WAYS_OUT else "drop"],
        severity=found.severity,
        subject=about(found.revision, found.step, *((found.column,) if found.column is not None else ())),
        place=found.step.place,
        related=_places(table),
    )


def _replayed(loss: Loss, table: Table, base: Base) -> Violation:
    return Violation(
        message=f"revision {loss.step.revision} {loss.what}, {loss.consequence.format(_who(table, base))} (replayed)",
        suggestion=_WAYS_OUT["add_column" if loss.consequence == NOT_WRITTEN else "drop"],
        subject=about_replayed(loss.step, loss.table, *((loss.column,) if loss.column is not None else ())),
        place=loss.step.place,
        related=_places(table),
    )


def _who(table: Table, base: Base) -> str:
    """Whose code it is: `Task on origin/main`."""
    name = table.models[0].rpartition(".")[2] if table.models else f"the table {table.name}"
    return f"{name} on {base.name}"


def _places(table: Table) -> tuple[SourcePlace, ...]:
    return (table.place,) if isinstance(table.place, SourcePlace) else ()


_WAYS_OUT = {
    "drop": "release code that does not use it first, and drop it in the release after that",
    "rename_table": "create a view of the old name in the same revision, and drop it in the release after that",
    "add_column": "give it a server_default, or let it be NULL until code that writes it runs everywhere",
    "alter_column": "release code that does without it first, and change it in the release after that",
}


def _last(found: Iterable[_Break]) -> Iterable[_Break]:
    """Of several steps that lead to one break the last."""
    return {(each.table, each.column, each.consequence): each for each in found}.values()


def _read(environment: MigrationEnvironment, base: Base, mapped: _Tables) -> Iterator[_Break]:
    """What reading the new revisions shows."""
    history = list(environment.in_order())
    new = [revision for revision in history if revision.identifier not in base.revisions]
    first = new[0].before if new else None
    head = history[-1].after if history else None
    if head is None or first is None:
        return
    for revision in new:
        views = {step.name for step in revision.steps if step.kind == "create_view" and isinstance(step.name, str)}
        for step in revision.on_existing():
            if step.guarded or not isinstance(step.table, str) or step.table not in mapped:
                continue
            yield from _of_step(revision, step, mapped[step.table], first, head, views)


def _of_step(
    revision: Revision, step: Operation, old: Table, first: Snapshot, head: Snapshot, views: set[str]
) -> Iterator[_Break]:
    table = str(step.table)
    left = head.by_key.get(table)
    if step.kind in ("drop_table", "rename_table"):
        if left is None and table not in views:
            verb = "drops" if step.kind == "drop_table" else "renames"
            yield _Break(revision=revision, step=step, table=table, what=f"{verb} the table {table}", consequence=STILL)
        return
    if step.kind not in ("drop_column", "alter_column", "add_column") or not isinstance(step.name, str):
        return
    name = step.name
    mine, now = old.column(name), left.column(name) if left is not None else None
    if mine is not None and left is not None and now is None:
        renames = isinstance(step.new_name, str) and step.new_name != name
        if step.kind == "drop_column" or renames:
            verb = "renames" if renames else "drops"
            yield _Break(
                revision=revision, step=step, table=table, column=name, what=f"{verb} {table}.{name}",
                consequence=STILL,
            )  # fmt: skip
    elif now is not None and step.kind != "drop_column":
        before = first.by_key.get(table)
        was = before.column(name) if before is not None else None
        if before is not None and (mine is not None or old.columns.rest is None):
            yield from _unwritten(revision, step, was, now, mine)


def _unwritten(
    revision: Revision, step: Operation, was: Column | None, now: Column, mine: Column | None
) -> Iterator[_Break]:
    """A column that rows must have a value of, or a shorter one, where they needed not."""
    named = f"{step.table}.{now.name}"

    def broken(what: str, consequence: str, severity: Severity = ERROR) -> _Break:
        return _Break(
            revision=revision, step=step, table=str(step.table), column=now.name, what=what, consequence=consequence,
            severity=severity,
        )  # fmt: skip

    wanted = is_wanted(now) and not (was is not None and is_wanted(was))
    if wanted and mine is None:
        verb = "adds" if was is None else "wants"
        yield broken(f"{verb} {named}, NOT NULL and without a server default", NOT_WRITTEN)
    elif wanted and mine is not None and _is_left_to_server(mine):
        yield broken(f"takes the server default from {named}", "which {} leaves it to")
    elif wanted and mine is not None and step.nullable is False and mine.nullable is True and mine.default is None:
        yield broken(f"makes {named} NOT NULL", "which may be None in {}", WARNING)
    if mine is None or step.kind != "alter_column" or step.type is None:
        return
    old, new = mine.type, now.type
    if isinstance(old, ColumnType) and isinstance(new, ColumnType) and narrows(old, new) is not None:
        yield broken(f"changes {named} to {new.sql}", f"narrower than {{}} has it ({old.sql})", WARNING)


def _is_left_to_server(column: Column) -> bool:
    declared = column.declaration is not None and column.declaration.has_default is not False
    return isinstance(column.server_default, Default) and column.default is None and not declared


def _mapped(environment: MigrationEnvironment, base: Base, project: Project) -> _Tables:
    """The tables of the base branch's models that this environment is about, by key."""
    candidates: dict[str, list[Table]] = {}
    for schema in base.schemas:
        for table in schema.tables.known:
            if _is_of(table, environment, project):
                candidates.setdefault(table.key.removeprefix("public."), []).append(table)
    nearest = {key: _nearest(tables, environment.folder) for key, tables in candidates.items()}
    return {key: tables[0] for key, tables in nearest.items() if len(tables) == 1}


def _is_of(table: Table, environment: MigrationEnvironment, project: Project) -> bool:
    if not isinstance(table.place, SourcePlace):
        return False
    imported, path = environment.imported, table.place.path
    return isinstance(imported, Unknown) or path in imported or path not in project.declaring


def _nearest(tables: list[Table], folder: str) -> list[Table]:
    """Of several applications' tables of one name those that lie nearest to the environment."""

    def shared(table: Table) -> int:
        assert isinstance(table.place, SourcePlace)
        parts = zip(folder.split("/"), table.place.path.split("/"), strict=False)
        return next((at for at, (one, other) in enumerate(parts) if one != other), len(folder.split("/")))

    most = max(map(shared, tables))
    return [table for table in tables if shared(table) == most]
