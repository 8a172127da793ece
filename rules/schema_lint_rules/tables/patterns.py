"""TBL023 to TBL025: names and columns that a project wants in all of its tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.place import Place
from schema_lint.facts.schema import Table
from schema_lint_rules._names import quoted, quoted_table, singular_name, words
from schema_lint_rules._statements import alter, in_database, in_schema_of
from schema_lint_rules.shapes import listed


@rule(
    "TBL023", "naming-pattern", severity=WARNING, on=False, evidence="SMC", reference="models:NAMING_CONVENTION",
    peers=("schemalint name-casing", "bytebase NAMING_TABLE", "pgdesigner W007", "pgrubic", "atlas"),
)  # fmt: skip
def naming_pattern(
    table: Table, *, tables: str = "", columns: str = "", indexes: str = "", foreign_keys: str = "", checks: str = ""
) -> Iterator[Violation]:
    """Names have the pattern that the project chose.

    Why: what is named alike is found without being looked up, and error messages tell by a constraint's name what it is
    about.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200, index=True)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.TBL023]
        indexes = "idx_.*"
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("idx_task_title", "title"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.TBL023]
        indexes = "idx_.*"
        ```

    Exempt: kinds of names that no option has a pattern for.

    Options:
        tables: a regular expression that the whole name of a table fits.
        columns: the same for columns.
        indexes: the same for indexes.
        foreign-keys: the same for the names of foreign keys.
        checks: the same for the names of CHECKs.
    """
    named: list[tuple[str, str, object, Place | None]] = [("table", tables, table.name, table.place)]
    named += [("column", columns, column.name, column.place) for column in table.columns.known]
    named += [("index", indexes, index.name, index.place) for index in table.indexes.known]
    named += [("foreign key", foreign_keys, fk.name, fk.place) for fk in table.foreign_keys.known]
    named += [("CHECK", checks, check.name, check.place) for check in table.check_constraints.known]
    for kind, pattern, name, place in named:
        if pattern and isinstance(name, str) and not _fits(pattern, name):
            yield Violation(
                message=f"the {kind} {name} of {table.key} does not fit {pattern}",
                suggestion="name it so that it does",
                subject=Subject(kind="name", schema=table.schema, table=table.name, name=name),
                place=place,
                sql=_rename(kind, name, table),
            )


def _fits(pattern: str, name: str) -> bool:
    try:
        return re.fullmatch(pattern, name) is not None
    except re.error:
        return True


def _rename(kind: str, name: str, table: Table) -> str | None:
    if not in_database(table):
        return None
    if kind == "index":
        return f"ALTER INDEX {in_schema_of(table, name)} RENAME TO …;"
    if kind == "table":
        return f"ALTER TABLE {quoted_table(table)} RENAME TO …;"
    what = "COLUMN" if kind == "column" else "CONSTRAINT"
    return alter(table, f"RENAME {what} {quoted(name)} TO …")


@rule(
    "TBL024", "table-name-number", severity=INFO, on=False, strict=False, evidence="SMC", reference="models:Task",
    peers=("schemalint name-inflection", "pgdesigner"),
)  # fmt: skip
def table_name_number(table: Table, *, wanted: str = "plural") -> Iterator[Violation]:
    """Tables are all named in the plural, or all in the singular.

    Why: nobody then has to look up whether it is `task` or `tasks`.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt: words of which the plural is no other (`news`, `series`), as far as English endings tell; views.

    Options:
        wanted: `plural` or `singular`.
    """
    last = (words(table.name) or (table.name,))[-1]
    plural = singular_name(table.name) != "_".join(words(table.name))
    if table.is_view or plural == (wanted == "plural") or last in ("data", "series", "news", "status", "metadata"):
        return
    yield Violation(
        message=f"the table {table.key} is named in the {'plural' if plural else 'singular'}",
        suggestion=f"name it in the {wanted}",
    )


@rule(
    "TBL025", "missing-column", severity=WARNING, on=False, evidence="SMC", reference="models:TimestampMixin",
    peers=("schemalint mandatory-columns", "tbls requireColumns", "bytebase COLUMN_REQUIRED", "pgrubic"),
)  # fmt: skip
def missing_column(table: Table, *, columns: tuple[str, ...] = ()) -> Iterator[Violation]:
    """Every table has the columns that the project wants in all.

    Why: what reads all tables alike, an export or an audit, fails at the one that lacks it.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.TBL025]
        columns = ["tenant_id"]
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tenant_id: uuid.UUID
            title: str = Field(max_length=200)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.TBL025]
        columns = ["tenant_id"]
        ```

    Exempt: everything, unless the option names columns; views.

    Options:
        columns: names of the columns.
    """
    if table.is_view or not columns:
        return
    have = {column.name for column in table.columns.complete()}
    missing = [name for name in columns if name not in have]
    if missing:
        yield Violation(
            message=f"{table.key} has no {listed(missing)}",
            suggestion=f"add {listed(missing)} to {table.key}",
        )
