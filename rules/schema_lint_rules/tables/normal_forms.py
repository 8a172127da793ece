"""TBL011 and TBL012: what belongs in another table, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.rule import INFO, Violation, rule
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Table
from schema_lint_rules.shapes import is_described, known_type, label, listed

_NUMBERED = re.compile(r"([a-z_]*[a-z])_?(\d{1,2})")
_NOT_REPEATED = frozenset(
    {"address_line", "address", "line", "street", "md", "sha", "base", "utf", "ipv", "x", "y", "z"}
)


@rule(
    "TBL011", "repeating-group", severity=INFO, evidence="SMC", reference="models:TaskTag",
    peers=("pg-index-health tables_with_incrementing_columns", "SchemaCrawler LinterTableWithIncrementingColumns",
           "sqlcheck 1007",
           "SchemaSpy anomalies"),
)  # fmt: skip
def repeating_group(table: Table) -> Iterator[Violation]:
    """A table does not number columns of one kind.

    Why: `phone1`, `phone2`, `phone3` need three conditions to find one number, and a fourth number a migration. Rows of
    another table have no such limit (first normal form).

    Bad:
        ```python
        import uuid
        from datetime import datetime, timezone
        from sqlmodel import Field, SQLModel


        def utc_now() -> datetime:
            return datetime.now(timezone.utc)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            label1: str = Field(max_length=50)
            label2: str = Field(max_length=50)
            label3: str = Field(max_length=50)
            created_at: datetime = Field(default_factory=utc_now)
            updated_at: datetime = Field(default_factory=utc_now, sa_column_kwargs={"onupdate": utc_now})
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
            updated_at: datetime = Field(default_factory=utc_now, sa_column_kwargs={"onupdate": utc_now})


        class Label(SQLModel, table=True):
            \"\"\"One of the labels of a task; a task may have any number.\"\"\"

            task_id: uuid.UUID = Field(primary_key=True)
            label: str = Field(max_length=50, primary_key=True)
        ```

    Exempt: two columns; numbers that do not follow each other, and other types; lines of an address; names such as
    `sha256` and `ipv4`; views.
    """
    if table.is_view:
        return
    groups: dict[tuple[str, str], list[tuple[int, Column]]] = {}
    for column in table.columns.known:
        found, kind = _NUMBERED.fullmatch(column.name.lower()), known_type(column)
        if found is not None and kind is not None and found[1].strip("_") not in _NOT_REPEATED:
            groups.setdefault((found[1].strip("_"), kind.sql), []).append((int(found[2]), column))
    for (name, _), members in groups.items():
        numbers = sorted(number for number, _ in members)
        if len(members) >= 3 and numbers[0] in (0, 1) and numbers == list(range(numbers[0], numbers[0] + len(numbers))):
            columns = [column for _, column in members]
            yield Violation(
                message=f"{table.key} numbers columns of one kind: {listed(column.name for column in columns)}",
                suggestion=f"give each {name} a row of its own in another table",
            )


@rule("TBL012", "partial-dependency", severity=INFO, evidence="SMC", reference="models:TaskTag")
def partial_dependency(table: Table, schema: Schema) -> Iterator[Violation]:
    """In a table with a key of several columns, no other column depends on a part of it.

    Why: the name of a tag beside every pair of task and tag must be changed in every row when the tag is renamed, and
    sooner or later two rows disagree (second normal form).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Tag(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=50)


        class TaskTag(SQLModel, table=True):
            task_id: uuid.UUID = Field(foreign_key="task.id", ondelete="CASCADE", primary_key=True)
            tag_id: uuid.UUID = Field(foreign_key="tag.id", ondelete="CASCADE", primary_key=True, index=True)
            position: int
            tag_name: str = Field(max_length=50)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Tag(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=50)


        class TaskTag(SQLModel, table=True):
            task_id: uuid.UUID = Field(foreign_key="task.id", ondelete="CASCADE", primary_key=True)
            tag_id: uuid.UUID = Field(foreign_key="tag.id", ondelete="CASCADE", primary_key=True, index=True)
            position: int
        ```

    Exempt: columns that the referenced table does not have under the name, with the same type; columns that are foreign
    keys or have a comment, which may say that the value is kept as it was; views.
    """
    key = table.primary_key.columns
    if len(key) < 2 or table.is_view:
        return
    for reference in table.foreign_keys.known:
        if len(reference.columns) != 1 or reference.columns[0] not in key:
            continue
        stem = reference.columns[0].rpartition("_")[0]
        target = schema.table(reference.target_table)
        for column in table.columns.known if stem and target is not None else ():
            part = column.name.removeprefix(f"{stem}_")
            if column.name in key or part == column.name or is_described(column, table) or _references(column, table):
                continue
            source = target.column(part) if target is not None else None
            if source is not None and part not in target_key(target) and _same_type(column, source):
                yield Violation(
                    message=f"{label(column)} depends on {reference.columns[0]} alone: it repeats {label(source)}",
                    suggestion=f"remove {label(column)}, and join {reference.target_table} where it is needed",
                    subject=None,
                    place=column.place,
                )


def target_key(table: Table | None) -> tuple[str, ...]:
    """Columns of a table's primary key."""
    return table.primary_key.columns if table is not None else ()


def _references(column: Column, table: Table) -> bool:
    return any(column.name in key.columns for key in table.foreign_keys.known)


def _same_type(one: Column, other: Column) -> bool:
    first, second = known_type(one), known_type(other)
    return first is not None and second is not None and first.name == second.name
