"""COL002 to COL004: times, their zones and defaults."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.finding import Fix
from schema_lint.checking.rule import ERROR, WARNING, Policies, Shared, Violation, rule
from schema_lint.checking.subjects import is_bookkeeping
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Column, Declaration, Default, Table
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._fixes import one_edit, set_argument
from schema_lint_rules._names import quoted
from schema_lint_rules._statements import change_type, in_database
from schema_lint_rules.shapes import (
    column_subject,
    has_default,
    is_audit_time,
    is_timestamp,
    known_type,
    label,
    listed,
)

NAIVE = "timestamp without time zone"


@rule(
    "COL002", "naive-timestamp", severity=WARNING, evidence="SMCG", reference="models:TimestampMixin.created_at",
    fix="unsafe", silences=("COL003",),
    peers=("squawk prefer-timestamp-tz", "pg-index-health columns_with_timestamp_or_timetz_type",
           "schemalint prefer-timestamptz-to-timestamp", "dbcritic timestamptz", "pg-migration-lint PGM101",
           "pgdesigner I005"),
    types=(NAIVE, None),
)  # fmt: skip
def naive_timestamp(column: Column, table: Table, schema: Schema, shared: Shared) -> Iterator[Violation]:
    """A time is stored with its time zone.

    Why: `timestamp without time zone` keeps a clock's reading and forgets which clock. Servers, users and PostgreSQL
    sessions in different zones then read different moments from one row (PostgreSQL wiki, "Don't Do This").
    SQLModel stores a plain `datetime` with its zone from version 0.0.45 on, and without it before: the version in use
    decides.

    Bad:
        ```python
        import uuid
        from datetime import datetime
        from sqlalchemy import DateTime
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            due_at: datetime = Field(sa_type=DateTime)
        ```

    Good:
        ```python
        import uuid
        from datetime import datetime
        from sqlalchemy import DateTime
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            due_at: datetime = Field(sa_type=DateTime(timezone=True))
        ```

    Exempt: names that say the time is local (`local_start`, `starts_at_local`); `pydantic.NaiveDatetime`, which says so
    in the annotation; types of the project's own, which convert values on the way; views.

    Limits: where four of five times have no zone, it is the project's habit: that is one finding.
    """
    known(column.type)
    if table.is_view or not _is_naive(column):
        return
    habit = shared.of(_habit)
    if habit:
        if column is habit[0]:
            yield _everywhere(schema, habit)
        return
    declaration = column.declaration
    naive = [d for d in (column.default, column.onupdate) if _is_naive_now(d)]
    yield Violation(
        message=f"{label(column)} stores a time without its time zone",
        suggestion=_with_zone(column, declaration) + (f", and {_NOW} as its default" if naive else ""),
        fix=_zone_fix(declaration),
        sql=change_type(column, table, "timestamp with time zone", f"{quoted(column.name)} AT TIME ZONE 'UTC'"),
    )


_NOW = "datetime.now(timezone.utc)"


def _is_naive(column: Column) -> bool:
    kind = known_type(column)
    if kind is None or kind.name != NAIVE or kind.decorated or "local" in column.name.lower().split("_"):
        return False
    declaration = column.declaration
    return declaration is None or not (declaration.python_type or "").endswith("NaiveDatetime")


def _habit(schema: Schema, policies: Policies) -> list[Column]:
    """The naive columns, where nearly all times are; none elsewhere."""

    def of_tables(kind: str) -> list[Column]:
        found = schema.columns_of_type(kind)
        tables = ((c, schema.table(c.table)) for c in found if not is_bookkeeping(c.table))
        return [c for c, table in tables if table is not None and not table.is_view]

    naive = [c for c in of_tables(NAIVE) if _is_naive(c) and c.table not in policies.external_tables]
    times = len(naive) + len(of_tables("timestamp with time zone"))
    return naive if len(naive) >= 5 and len(naive) >= 0.8 * times else []


def _everywhere(schema: Schema, columns: list[Column]) -> Violation:
    names = listed(dict.fromkeys(label(column) for column in columns))
    kind = "timestamp with time zone" if in_database(schema.table(columns[0].table)) else "DateTime(timezone=True)"
    return Violation(
        message=f"{names} store times without their time zones ({len(columns)} columns)",
        suggestion=f"give them the type {kind}, all in one migration that says in which zone they are",
        subject=column_subject(columns[0], schema),
        subjects=tuple(column_subject(column, schema) for column in columns[1:]),
        place=schema.place if schema.place is not None else columns[0].place,
    )


def _with_zone(column: Column, declaration: Declaration | None) -> str:
    if declaration is None:
        return f"make the type of {column.table}.{column.name} timestamp with time zone"
    if declaration.form in ("Field", "annotation") and declaration.sa_column is None:
        return f"give {label(column)} sa_type=DateTime(timezone=True)"
    return f"give {label(column)} the type DateTime(timezone=True)"


def _zone_fix(declaration: Declaration | None) -> Fix | None:
    if declaration is None or declaration.place is None or declaration.sa_column is not None:
        return None
    aware, imports = "DateTime(timezone=True)", ("sqlalchemy.DateTime",)
    if declaration.form in ("Field", "annotation"):
        return set_argument(declaration, "sa_type", aware, imports=imports)
    if declaration.form == "Mapped":
        both = ("sqlalchemy.orm.mapped_column", *imports)
        return one_edit("set-value", declaration.place, value=f"mapped_column({aware})", imports=both)
    stated = next((a for a in declaration.arguments if re.fullmatch(_PLAIN_DATETIME, a.text)), None)
    if stated is None:
        return None
    return one_edit("replace-text", stated.place, stated.name, f"{stated.text.removesuffix('()')}(timezone=True)")


_PLAIN_DATETIME = r"(?:\w+\.)*DateTime(?:\(\))?"


def _is_naive_now(default: Default | Unknown | None) -> bool:
    return isinstance(default, Default) and default.naive_time


@rule(
    "COL003", "utcnow-default", severity=WARNING, evidence="SM", reference="models:TimestampMixin.created_at",
    fix="unsafe", minimal=True, peers=("ruff DTZ003", "ruff DTZ005"),
)  # fmt: skip
def utcnow_default(column: Column) -> Iterator[Violation]:
    """A time that the application fills in has a time zone.

    Why: `datetime.utcnow` and `datetime.now` return a time without a zone. PostgreSQL takes it for the session's local
    time, which is wrong unless all clocks agree, and SQLModel's own type refuses it from version 0.0.45 on: the INSERT
    raises. Python 3.12 deprecates `utcnow` for this.

    Bad:
        ```python
        import uuid
        from datetime import datetime
        from sqlalchemy import DateTime
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            started_at: datetime = Field(default_factory=datetime.utcnow, sa_type=DateTime(timezone=True))
        ```

    Good:
        ```python
        import uuid
        from datetime import datetime, timezone
        from sqlalchemy import DateTime
        from sqlmodel import Field, SQLModel


        def utc_now() -> datetime:
            return datetime.now(timezone.utc)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            started_at: datetime = Field(default_factory=utc_now, sa_type=DateTime(timezone=True))
        ```

    Exempt: dates without a time; types of the project's own, which may add the zone; SQL functions such as
    `func.now()`, which the server evaluates.

    Limits: an error where the type refuses naive values, else a warning.
    """
    function = _naive_clock(column)
    if function is None:
        return
    kind = known(column.type)
    if not kind.name.startswith("timestamp") or kind.decorated:
        return
    refused = ", and SQLModel's type refuses such values from 0.0.45 on" if kind.rejects_naive else ""
    yield Violation(
        message=f"{label(column)} is filled by {function}, whose time has no zone{refused}",
        suggestion=f"write a function that returns {_NOW}, and name it in {label(column)}",
        severity=ERROR if kind.rejects_naive else WARNING,
        fix=_aware(column) if kind.timezone else None,
    )


def _aware(column: Column) -> Fix | None:
    """A clock with a zone in the place of `datetime.utcnow` or the like, where the declaration says just that."""
    declaration = column.declaration
    if declaration is None:
        return None
    stated = [
        a for a in declaration.arguments if a.name in ("default", "default_factory") and re.fullmatch(_CLOCK, a.text)
    ]
    if len(stated) != 1:
        return None
    clock = stated[0].text.rpartition(".")[0]
    module = clock.rpartition(".")[0]
    zone, imports = (f"{module}.timezone.utc", ()) if module else ("timezone.utc", ("datetime.timezone",))
    return set_argument(declaration, stated[0].name, f"lambda: {clock}.now({zone})", imports=imports)


_CLOCK = r"(?:\w+\.)*datetime\.(?:utcnow|now|today)"


def _naive_clock(column: Column) -> str | None:
    """What fills the column with a time that has no zone."""
    for default in (column.default, column.onupdate):
        if _is_naive_now(default):
            return default.value if isinstance(default, Default) and isinstance(default.value, str) else "a function"
    declaration = column.declaration
    if declaration is not None and declaration.sa_column is not None:
        # Beside sa_column SQLModel's constructor calls the factory, and the column knows nothing of it.
        factory = declaration.argument("default_factory")
        return factory.text if factory is not None and re.fullmatch(_CLOCK, factory.text) else None
    return None


@rule(
    "COL004", "timestamp-without-default", severity=WARNING, evidence="SM",
    reference="models:TimestampMixin.created_at",
    names=is_audit_time,
)  # fmt: skip
def timestamp_without_default(column: Column, table: Table, project: Project) -> Iterator[Violation]:
    """The times at which a row was made and last changed are filled in by a default.

    Why: without one every writer must set them, and the first that forgets fails on NOT NULL.

    Bad:
        ```python
        import uuid
        from datetime import datetime
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            created_at: datetime
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
            created_at: datetime = Field(default_factory=utc_now)
        ```

    Exempt: nullable columns (NUL005); primary keys; views; what the class's own constructor sets; names that are not
    the policy's (`timestamps`), and other types.
    """
    if table.is_view or not is_timestamp(column) or known(column.nullable):
        return
    if known(column.primary_key) or has_default(column):
        return
    if any(f"{model}.{column.attribute}" in project.constructed for model in table.models):
        return
    yield Violation(
        message=f"{label(column)} is NOT NULL, and nothing fills it in",
        suggestion=f"give {label(column)} server_default=func.now(), or a default that returns {_NOW}",
    )
