"""MIG013: what a revision takes away."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.locks import column_before, type_before
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import ReplayedStep
from schema_lint.facts.schema import Column, Default
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._steps import about, adds_column, on_existing, text, upgrade
from schema_lint_rules.migrations.cascading import OF_OBJECTS, Lost, lost_object
from schema_lint_rules.migrations.overwriting import overwritten
from schema_lint_rules.migrations.with_rows import on_loss, unread_losses

_WHOLE = {"smallint": 2, "integer": 4, "bigint": 8}
_BINARY = {"real": 4, "double precision": 8}
_STOPS = "stop reading and writing it in a release before this one, and drop it in a later one"


@rule("MIG013", "data-loss", severity=WARNING, evidence="GR", reference="models:Task", steps=True, fix="sql",
      peers=("squawk", "strong_migrations", "Atlas", "django-migration-linter", "pg-migration-lint"))  # fmt: skip
def data_loss(revision: Revision | ReplayedStep, project: Project) -> Iterator[Violation]:
    """A revision neither drops, overwrites, narrows nor renames what the running code still uses.

    Why: what is dropped is gone when the release is rolled back, and `downgrade()` brings back an empty column. While
    a release is rolled out, the old code runs against the new schema: a column it selects and that is gone, or has
    another name, fails every one of its queries. `CASCADE` drops what nobody named, and an `UPDATE` without `WHERE`
    writes its value over all that users had entered.

    Bad:
        ```python
        # file: migrations/versions/2a_drop_notes.py
        \"\"\"Drop the notes of tasks\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.drop_column("task", "notes")


        def downgrade() -> None:
            op.add_column("task", sa.Column("notes", sa.Text()))
        ```

    Good:
        ```python
        # file: migrations/versions/2a_keep_notes.py
        \"\"\"Tasks may have no notes: the code stops writing them\"\"\"
        import sqlalchemy as sa
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            # A later release drops the column; say there: schema-lint: ignore[MIG013] unused since 2.3
            op.alter_column("task", "notes", existing_type=sa.Text(), nullable=True)


        def downgrade() -> None:
            op.alter_column("task", "notes", existing_type=sa.Text(), nullable=False)
        ```

    Exempt: tables and columns that the same revision made; a table or column whose rows the revision has copied before
    (`INSERT … SELECT`, or an `UPDATE` that names the column); generated columns; a renamed table or column whose old
    name the revision gives to a view or table; wider types; an `UPDATE` that fills a column which a revision added;
    a type dropped with CASCADE that no column has; what the downgrade brought back when it was replayed with rows
    (`--rows`); revisions up to `migrations.start-after`.
    """
    if isinstance(revision, ReplayedStep):
        yield from unread_losses(revision, project, _read)
    else:
        yield from _read(revision, project)


def _read(revision: Revision, project: Project) -> Iterator[Violation]:
    seen: list[Operation] = []
    replaced: set[object] = {
        step.name if step.kind == "create_view" else step.table
        for step in upgrade(revision)
        if step.kind in ("create_view", "create_table") and isinstance(step.name or step.table, str)
    }
    steps = on_existing(revision)
    for step in upgrade(revision):
        lost: Lost | None = None
        if step.kind in OF_OBJECTS:
            lost = lost_object(step, revision, seen)
        elif id(step) in steps:
            lost = overwritten(step, revision, seen, project) or _lost(step, seen, replaced, upgrade(revision))
        done = _observed(step, revision, project) if lost is not None else None
        if lost is not None and done is not None:
            message, suggestion, severity = lost
            yield Violation(
                message=f"revision {revision.identifier} {message}{done}",
                suggestion=suggestion,
                severity=severity,
                subject=about(revision, step, *_columns(step)),
                place=step.place,
            )
        seen.append(step)


def _columns(step: Operation) -> tuple[str, ...]:
    named = step.kind in ("drop_column", "alter_column") and isinstance(step.name, str)
    return (str(step.name),) if named else ()


def _observed(step: Operation, revision: Revision, project: Project) -> str | None:
    """What to add of what a server did to rows; `None` where it lost none for good."""
    if step.kind in ("drop_table", "drop_column", "truncate", "delete"):
        return on_loss(revision, step.table, _columns(step), project)
    if step.kind == "alter_column" and not isinstance(step.new_name, str):
        # That made up values fit says nothing of others.
        return on_loss(revision, step.table, _columns(step), project) or ""
    return ""


def _lost(step: Operation, seen: list[Operation], replaced: set[object], steps: tuple[Operation, ...]) -> Lost | None:
    table = text(step.table, "")
    if step.kind == "drop_table" and not _was_copied(step, seen):
        more = ", with what refers to it (CASCADE)" if step.cascade else ""
        return f"drops the table {table} with its rows{more}", _STOPS.replace("reading", "using", 1), WARNING
    if step.kind == "drop_column":
        return _drop_column(step, seen, table, steps)
    if step.kind == "drop_constraint" and step.cascade:
        return (
            f"drops the constraint {text(step.name, '')} of {table} with the foreign keys of other tables that depend "
            "on it (CASCADE)",
            "leave CASCADE out, and drop the foreign keys that it names by their own names",
            WARNING,
        )
    if step.kind == "rename_table" and step.table not in replaced and step.table not in _dropped(seen):
        new = text(step.name, "another name")
        return (
            f"renames the table {table} to {new}, while running code uses the old name",
            f"create a view {table} over {new} in the same revision, and drop it in a later release",
            WARNING,
        )
    if step.kind == "alter_column":
        return _alter_column(step, seen, table)
    if step.kind == "truncate":
        more = " and of all tables that refer to it (CASCADE)" if step.cascade else ""
        return f"empties the table {table}{more}", "delete only the rows that must go, by a condition", WARNING
    if step.kind == "delete" and step.condition is None and not _was_copied(step, seen):
        return f"deletes every row of {table}", "delete only the rows that must go, by a condition", WARNING
    return None


def _dropped(seen: list[Operation]) -> set[object]:
    """Names that were free before something was renamed."""
    return {str(step.name) for step in seen if step.kind == "rename_table" and isinstance(step.name, str)}


def _drop_column(step: Operation, seen: list[Operation], table: str, steps: tuple[Operation, ...]) -> Lost | None:
    name = text(step.name, "a column")
    column = column_before(step)
    if column is not None and isinstance(column.server_default, Default) and column.server_default.kind == "computed":
        return None
    if any(adds_column(earlier, step) for earlier in seen) or _was_moved(step, seen):
        return None
    more = " and all that depends on it (CASCADE)" if step.cascade else ""
    renamed = _alike(step, column, steps)
    hint = f'; if it is only to be named {renamed}: op.alter_column("{table}", "{name}", new_column_name="{renamed}")'
    return f"drops the column {table}.{name} with its values{more}", _STOPS + (hint if renamed else ""), WARNING


def _alike(step: Operation, column: Column | None, steps: tuple[Operation, ...]) -> str | None:
    """The column of the same type that the revision adds to the table, if it is one."""
    kind = column.type if column is not None else None
    added = [each for other in steps if other.kind == "add_column" and other.table == step.table
             and other.declared is not None for each in other.declared.columns.known]  # fmt: skip
    if not isinstance(kind, ColumnType) or len(added) != 1 or not isinstance(added[0].type, ColumnType):
        return None
    return added[0].name if added[0].type.sql == kind.sql else None


def _was_copied(step: Operation, seen: list[Operation]) -> bool:
    """Whether rows were put somewhere else before: by a query, or by code that cannot be followed."""
    return any(
        earlier.kind in ("insert", "bulk_insert", "update", "unread")
        and (not isinstance(earlier.table, str) or (earlier.table != step.table and earlier.condition is not None))
        for earlier in seen
    )


def _was_moved(step: Operation, seen: list[Operation]) -> bool:
    """Whether an earlier statement may have taken the column's values elsewhere."""
    for earlier in seen:
        if earlier.kind == "unread" and (earlier.words is None or str(step.name).lower() in earlier.words):
            return True
        if earlier.kind in ("update", "insert", "bulk_insert", "select"):
            if not isinstance(earlier.table, str) and earlier.kind != "select":
                return True
            if not isinstance(earlier.sql, str) and (earlier.kind != "select" or isinstance(earlier.sql, Unknown)):
                return True
            if isinstance(earlier.sql, str) and str(step.name).lower() in earlier.sql.lower():
                return True
    return False


def _alter_column(step: Operation, seen: list[Operation], table: str) -> Lost | None:
    name = text(step.name, "a column")
    if isinstance(step.new_name, str) and step.new_name != step.name and not any(adds_column(e, step) for e in seen):
        return (
            f"renames the column {table}.{name} to {step.new_name}, while running code uses the old name",
            f"add {step.new_name}, write both, copy the values, and drop {name} in a later release; or keep the name "
            "in the database and rename only the attribute",
            WARNING,
        )
    old, new = type_before(step), step.type
    if old is not None and isinstance(new, ColumnType):
        how = narrows(old, new)
        if how is not None:
            return (
                f"changes {table}.{name} from {old.sql} to {new.sql}, which {how}",
                "see first that no value is lost (SELECT those that do not fit), in a revision before this one",
                WARNING,
            )
    return None


def narrows(old: ColumnType, new: ColumnType) -> str | None:
    """How the new type takes less than the old one; `None` where it takes as much, or it is not known."""
    if old.name in ("varchar", "text") and new.name == "varchar" and new.length is not None:
        if old.length is None or new.length < old.length:
            return "longer values do not fit"
    elif old.name in _WHOLE and new.name in _WHOLE and _WHOLE[new.name] < _WHOLE[old.name]:
        return "larger values do not fit"
    elif old.name in ("numeric", *_BINARY) and new.name in _WHOLE:
        return "rounds the values"
    elif old.name == "double precision" and new.name == "real":
        return "takes away digits"
    elif old.name == new.name == "numeric" and new.precision is not None:
        if old.precision is None or (new.scale or 0) < (old.scale or 0):
            return "rounds the values"
        if new.precision - (new.scale or 0) < old.precision - (old.scale or 0):
            return "larger values do not fit"
    elif old.name.startswith("timestamp") and new.name == "date":
        return "takes away the time of day"
    elif old.name == "timestamp with time zone" and new.name == "timestamp without time zone":
        return "takes away the zone"
    return None
