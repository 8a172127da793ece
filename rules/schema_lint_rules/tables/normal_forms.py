"""TBL011 to TBL013: what belongs in another table, by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.copies import copies
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.unknown import known
from schema_lint_rules.shapes import is_described, known_type, label, listed

_NUMBERED = re.compile(r"([a-z_]*[a-z])_?(\d{1,2})")
_NOT_REPEATED = frozenset(
    {"address_line", "address", "line", "street", "md", "sha", "base", "utf", "ipv", "x", "y", "z"}
)
_ENOUGH = 100
"""Rows of a sample in which no value differs, from which on that is no accident."""


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
    for copy in copies(table, schema):
        determinant, column = copy.key.columns[0], copy.column
        if determinant in key and column.name not in key and not is_described(column, table):
            yield Violation(
                message=f"{label(column)} depends on {determinant} alone: it repeats {label(copy.source)}",
                suggestion=f"remove {label(column)}, and join {copy.key.target_table} where it is needed",
                place=column.place,
            )


@rule("TBL013", "transitive-dependency", severity=INFO, evidence="SMC", reference="models:Task.owner_id")
def transitive_dependency(table: Table, schema: Schema) -> Iterator[Violation]:
    """A table does not repeat what the row that it references says.

    Why: the address of a user beside the key of that user must be changed in every row when the user moves, and sooner
    or later two rows disagree (third normal form).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            city: str = Field(max_length=50)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)
            user_city: str = Field(max_length=50)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            city: str = Field(max_length=50)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)
        ```

    Exempt: columns that the referenced table does not have under the name, with the same type; columns that are foreign
    keys, stand in a key, or have a comment, which may say that the value is kept as it was; views; what depends on a
    part of a primary key of several columns, which is TBL012's.

    In a database, `live --sample` looks at some rows: where a value differs from the referenced row's, it is one that
    is kept as it was, and nothing is said; where none of a hundred or more does, the finding is a warning.
    """
    key = table.primary_key.columns
    if table.is_view:
        return
    for copy in copies(table, schema):
        determinant, column = copy.key.columns[0], copy.column
        if (len(key) > 1 and determinant in key) or column.name in key or is_described(column, table):
            continue
        sample = schema.sample_of(table.key, determinant, column.name)
        if sample is not None and known(sample.differing):
            continue
        proven = sample is not None and sample.rows >= _ENOUGH
        yield Violation(
            message=f"{label(column)} repeats {label(copy.source)}, which {determinant} leads to"
            + (f": so it is in all of {sample.rows:,} rows" if sample is not None and proven else ""),
            suggestion=f"remove {label(column)}, and join {copy.key.target_table} where it is needed; or say in a "
            "comment that the value is kept as it was",
            severity=WARNING if proven else None,
            place=column.place,
        )
