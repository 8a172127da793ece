"""TBL001 and TBL002: when a row was made, and when it last changed."""

from __future__ import annotations

import functools
from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import INFO, WARNING, Policies, Violation, rule
from schema_lint.checking.subjects import is_bookkeeping
from schema_lint.facts.place import CatalogPlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Column, Default, Table
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._databases import is_only_described
from schema_lint_rules._names import keeps_a_log, quoted
from schema_lint_rules._statements import alter, in_database
from schema_lint_rules.shapes import (
    is_creation_time,
    is_joined_child,
    is_junction,
    is_now,
    is_timestamp,
    is_update_time,
    label,
    listed,
    matches,
    table_subject,
)


@rule(
    "TBL001", "missing-timestamps", severity=WARNING, evidence="SMC", reference="models:TimestampMixin",
    peers=("active_record_doctor table_without_timestamps", "schemalint mandatory-columns", "tbls requireColumns"),
)  # fmt: skip
def missing_timestamps(schema: Schema, project: Project, policies: Policies) -> Iterator[Violation]:
    """A table says when each row was made and when it last changed.

    Why: the first question about a wrong row is when it came to be so. The two columns cost sixteen bytes and cannot be
    filled in afterwards.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            completed: bool = Field(default=False)
        ```

    Good:
        ```python
        import uuid
        from datetime import datetime, timezone
        from sqlmodel import Field, SQLModel


        def utc_now() -> datetime:
            return datetime.now(timezone.utc)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            completed: bool = Field(default=False)
            created_at: datetime = Field(default_factory=utc_now)
            updated_at: datetime = Field(default_factory=utc_now, sa_column_kwargs={"onupdate": utc_now})
        ```

    Exempt: junction tables; tables whose key holds a foreign key, since their rows are part of another's; tables
    with one or two columns; tables of subclasses, whose parent's row has the times; tables named by the policies
    `lookup-tables` (none are needed) and `append-only` (no update time is needed, nor in tables named after logs and
    events); views; the bookkeeping of migration tools; a `MetaData` that only describes what queries of another storage
    see (KEY001).

    Limits: a name from the policy `timestamps`, one that contains `created` or `updated`, names of events such as
    `timestamp` and `logged_at`, and any time that defaults to now, count. An info where only one of the two is
    missing, and where most tables of the project have neither. Where four of five have neither, the project does
    not keep times: that is one finding.
    """
    if is_only_described(schema, project):
        return
    candidates = [table for table in schema.tables.known if _keeps_rows(table, schema, policies)]
    complete = [table for table in candidates if table.columns.rest is None]
    bare = [table for table in complete if not _has_creation(table, policies) and not _has_update(table, policies)]
    keys = {table.key for table in bare}
    if len(complete) >= 5 and len(bare) >= 0.8 * len(complete):
        yield _kept_nowhere(schema, bare, len(complete), policies)
    else:
        usual = len(complete) < 5 or 2 * len(bare) <= len(complete)
        for table in bare:
            yield Violation(
                message=f"{table.key} says neither when a row was made nor when it last changed",
                suggestion=_add(table, policies.timestamps.created[0], policies.timestamps.updated[0]),
                sql=_added(table, policies.timestamps.created[0], policies.timestamps.updated[0]),
                severity=WARNING if usual else INFO,
                subject=table_subject(table),
                place=table.place,
            )
    for table in complete:
        if table.key not in keys and (missing := _missing(table, policies)):
            when = "was made" if missing == policies.timestamps.created[0] else "last changed"
            yield Violation(
                message=f"{table.key} does not say when a row {when}",
                suggestion=_add(table, missing),
                sql=_added(table, missing),
                severity=INFO,
                subject=table_subject(table),
                place=table.place,
            )
    for table in candidates:
        table.columns.complete()


def _keeps_rows(table: Table, schema: Schema, policies: Policies) -> bool:
    """The table holds rows of its own that somebody adds and changes."""
    if table.key in policies.external_tables or table.is_view or is_bookkeeping(table.key):
        return False
    if len(table.columns.known) <= 2 and table.columns.rest is None:
        return False
    if matches(policies.lookup_tables, table) or is_joined_child(table, schema):
        return False
    return not (is_junction(table) or _is_part_of_another(table))


def _is_part_of_another(table: Table) -> bool:
    """The rows belong to other tables' rows: their key holds a foreign key, or they add one column to several."""
    referencing = table.foreign_key_columns
    own = [c for c in table.columns.known if c.name not in referencing and c.name not in table.primary_key.columns]
    if len(table.foreign_keys.known) > 1 and len(own) <= 1:
        return True
    return any(name in referencing for name in table.primary_key.columns)


_EVENTS = frozenset({
    "timestamp", "ts", "time", "logged_at", "recorded_at", "collected_at", "occurred_at", "received_at", "submitted_at",
    "measured_at", "observed_at", "issued_at", "registered_at", "added_at", "added_on", "date_added", "joined_at",
    "granted_at", "uploaded_at", "imported_at", "sent_at", "event_time", "event_at", "registered_on",
})  # fmt: skip
"""Names of a time at which something happened that the row was made for."""


def _has_creation(table: Table, policies: Policies) -> bool:
    for column in table.columns.known:
        if _tells_of_creation(column.name) or is_creation_time(column.name, policies):
            return True
        made_now = is_timestamp(column) and (is_now(column.default) or is_now(column.server_default))
        if made_now and not _moves(column):
            return True
    return False


def _has_update(table: Table, policies: Policies) -> bool:
    for column in table.columns.known:
        if _tells_of_change(column.name) or is_update_time(column.name, policies):
            return True
        if is_timestamp(column) and _moves(column):
            return True
    return False


@functools.lru_cache(maxsize=4096)
def _tells_of_creation(name: str) -> bool:
    name = name.lower()
    return name in _EVENTS or any(word in name for word in ("created", "creation", "inserted"))


@functools.lru_cache(maxsize=4096)
def _tells_of_change(name: str) -> bool:
    return any(word in name.lower() for word in ("updated", "modified", "last_update", "last_change"))


def _moves(column: Column) -> bool:
    """Something sets it whenever its row changes. A database does not know what its clients do."""
    hidden = isinstance(column.onupdate, Unknown) and isinstance(column.place, CatalogPlace)
    return column.onupdate is not None and not hidden


def _missing(table: Table, policies: Policies) -> str | None:
    if not _has_creation(table, policies):
        return policies.timestamps.created[0]
    if not (_has_update(table, policies) or matches(policies.append_only, table) or keeps_a_log(table)):
        return policies.timestamps.updated[0]
    return None


def _kept_nowhere(schema: Schema, bare: list[Table], of: int, policies: Policies) -> Violation:
    subjects = tuple(table_subject(table) for table in bare)
    return Violation(
        message=f"{len(bare)} of {of} tables say neither when a row was made nor when it last changed: "
        f"{listed(table.key for table in bare)}",
        suggestion=f"{'add both times to them' if in_database(bare[0]) else 'give the models a mixin with both times'}"
        ", or list the tables that need none under append-only or lookup-tables in the policies",
        subject=Subject(kind="metadata", name=schema.label),
        subjects=subjects,
        place=schema.place if schema.place is not None else bare[0].place,
    )


def _add(table: Table, *names: str) -> str:
    return f"add {listed(names)}" if in_database(table) else f"add {listed(names)}, from a mixin that all models share"


def _added(table: Table, *names: str) -> str | None:
    columns = (f"ADD COLUMN {quoted(name)} timestamp with time zone NOT NULL DEFAULT now()" for name in names)
    return alter(table, ", ".join(columns))


@rule(
    "TBL002", "stale-updated-at", severity=WARNING, evidence="SM", reference="models:TimestampMixin.updated_at",
    names=is_update_time,
)  # fmt: skip
def stale_updated_at(
    column: Column, table: Table, schema: Schema, project: Project, policies: Policies
) -> Iterator[Violation]:
    """The time of the last change moves with every change.

    Why: a default fills the column when the row is made and never again. Without `onupdate` or a trigger it shows the
    last change only where every writer remembers it.

    Bad:
        ```python
        import uuid
        from datetime import datetime, timezone
        from sqlmodel import Field, SQLModel


        def utc_now() -> datetime:
            return datetime.now(timezone.utc)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            updated_at: datetime = Field(default_factory=utc_now)
        ```

    Good:
        ```python
        import uuid
        from datetime import datetime, timezone
        from sqlmodel import Field, SQLModel


        def utc_now() -> datetime:
            return datetime.now(timezone.utc)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            updated_at: datetime = Field(default_factory=utc_now, sa_column_kwargs={"onupdate": utc_now})
        ```

    Exempt: `server_onupdate`; a `before_update` or `before_flush` listener on the class, one of its bases or all
    sessions; triggers that the source creates; tables named by the policy `append-only`; views; names that are not the
    policy's (`timestamps`), and types other than times.
    """
    if not is_timestamp(column) or table.is_view:
        return
    if known(column.onupdate) is not None or known(column.server_onupdate) is not None:
        return
    if matches(policies.append_only, table) or _is_hooked(table, schema, project):
        return
    yield Violation(
        message=f"{label(column)} does not change when its row does",
        suggestion=f"give {label(column)} an onupdate: {_onupdate(column)}",
    )


def _onupdate(column: Column) -> str:
    default, value = column.default, "func.now()"
    if isinstance(default, Default) and default.kind == "callable" and not default.naive_time:
        value = default.value if isinstance(default.value, str) and default.value.isidentifier() else value
        value = next((text for text in _written(column) if text.replace(".", "").isidentifier()), value)
    declaration = column.declaration
    if declaration is not None and declaration.form in ("Field", "annotation") and declaration.sa_column is None:
        return f'sa_column_kwargs={{"onupdate": {value}}}'
    return f"onupdate={value}"


def _written(column: Column) -> Iterator[str]:
    """The default's function as the source calls it there."""
    declaration = column.declaration
    for argument in (*declaration.arguments, *(declaration.sa_column or ())) if declaration is not None else ():
        if argument.name in ("default", "default_factory"):
            yield argument.text


def _is_hooked(table: Table, schema: Schema, project: Project) -> bool:
    """Something besides `onupdate` may set columns of the table when a row changes."""
    classes = {key for name in table.models if (model := schema.model(name)) for key in (name, *model.bases)}
    return any(
        hook.target is None or hook.target in classes or hook.target == table.key for hook in project.update_hooks
    )
