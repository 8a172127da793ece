"""IDX006, IDX007 and IDX010: indexes that do not do what they are for, or do not say what that is."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Fix, Subject
from schema_lint.checking.rule import INFO, WARNING, Policies, Violation, rule
from schema_lint.facts.place import Place
from schema_lint.facts.schema import Column, Index, Table
from schema_lint_rules._fixes import one_edit
from schema_lint_rules._names import quoted
from schema_lint_rules._statements import drop_index, in_database
from schema_lint_rules.shapes import is_timestamp, known_type, label, listed, soft_delete_columns


@rule(
    "IDX006", "boolean-index", severity=INFO, evidence="SMC", reference="models:Task.__table_args__", fix="unsafe",
    peers=("pg-index-health indexes_with_boolean", "pgdesigner I016"),
)  # fmt: skip
def boolean_index(index: Index, table: Table) -> Iterator[Violation]:
    """A boolean has no index of its own.

    Why: it leads to half of the rows, which a scan reads faster. Where one of the two values is rare, a partial index
    on what is searched among those rows is small and serves well (PostgreSQL documentation, "Partial Indexes").

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            completed: bool = Field(default=False, index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Index, text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_open", "id", postgresql_where=text("NOT completed")),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            completed: bool = Field(default=False)
        ```

    Exempt: partial and unique indexes; indexes over several columns; other methods.
    """
    if len(index.parts) != 1 or index.unique is not False or index.predicate is not None or index.method != "btree":
        return
    name = index.parts[0].column
    column = table.column(name) if name is not None else None
    kind = known_type(column) if column is not None else None
    if column is not None and kind is not None and kind.name == "boolean":
        yield Violation(
            message=f"{label(column)} is a boolean with an index of its own",
            suggestion=f"remove it, or make a partial index WHERE {column.name} on what is searched among those rows",
            sql=drop_index(table, index.name),
            fix=_without_index(column) if index.implied_by_column is not None else None,
        )


def _without_index(column: Column) -> Fix | None:
    argument = column.declaration.argument("index") if column.declaration is not None else None
    return one_edit("remove-argument", argument.place, "index") if argument is not None else None


@rule(
    "IDX007", "index-without-rationale", severity=INFO, on=False, evidence="S", reference="models:Task.__table_args__"
)
def index_without_rationale(index: Index, table: Table) -> Iterator[Violation]:
    """An index that is written out says which query it is for.

    Why: every write pays for it, and nobody dares to drop an index whose query is not known.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_status_title", "status", "title"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: str = Field(max_length=20)
            title: str = Field(max_length=200)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (
                # The board lists tasks by status, then alphabetically.
                Index("ix_task_status_title", "status", "title"),
            )
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: str = Field(max_length=20)
            title: str = Field(max_length=200)
        ```

    Exempt: `index=True` on a column; unique indexes, which hold a rule rather than serve a query.
    """
    if index.implied_by_column is None and index.unique is False and not index.explanation:
        name = (
            index.name if isinstance(index.name, str) else f"on ({listed(c or 'an expression' for c in index.columns)})"
        )
        yield Violation(
            message=f"the index {name} of {table.key} does not say what it is for",
            suggestion="say in a comment above it which query it serves",
        )


@rule(
    "IDX010", "soft-delete-unaware-unique", severity=WARNING, evidence="SMC", reference="models:Tag",
    needs_policy="soft-delete", peers=("active_record_doctor unindexed_deleted_at",),
)  # fmt: skip
def soft_delete_unaware_unique(table: Table, policies: Policies) -> Iterator[Violation]:
    """A deleted row does not block the name of a living one.

    Why: a unique key over all rows also counts those that are only marked as deleted: a user who deletes a tag cannot
    make it again. A partial unique index counts the living alone (PostgreSQL documentation, "Partial Indexes").

    Bad:
        ```python
        # file: models.py
        import uuid
        from datetime import datetime
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Tag(SQLModel, table=True):
            __table_args__ = (Index("uq_tag_name", "name", unique=True),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=50)
            deleted_at: datetime | None = None
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        soft-delete = ["deleted_at"]
        ```

    Good:
        ```python
        # file: models.py
        import uuid
        from datetime import datetime
        from sqlalchemy import Index, text
        from sqlmodel import Field, SQLModel


        class Tag(SQLModel, table=True):
            __table_args__ = (
                Index("uq_tag_name", "name", unique=True, postgresql_where=text("deleted_at IS NULL")),
            )
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=50)
            deleted_at: datetime | None = None
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        soft-delete = ["deleted_at"]
        ```

    Exempt: primary keys; partial and expression indexes; keys that hold the mark itself; keys of machine-made
    values (UUIDs, tokens) or of foreign keys alone; tables without such a column.

    Limits: the policy `soft-delete` names it; without the policy usual names are an info.
    """
    marks = soft_delete_columns(table, policies)
    if not marks or table.is_view:
        return
    for columns, name, place in _whole_unique_keys(table):
        found = [table.column(column) for column in columns]
        if any(mark.name in columns for mark in marks) or not any(_is_chosen(c, table) for c in found if c is not None):
            continue
        yield Violation(
            message=f"the unique key ({', '.join(columns)}) of {table.key} also counts deleted rows",
            suggestion=f"make it a partial unique index, WHERE {_is_alive(marks[0])}"
            if in_database(table)
            else f"make it a unique index with postgresql_where on {marks[0].name}",
            subject=Subject(kind="constraint", schema=table.schema, table=table.name, columns=columns, name=name),
            place=place,
        )


def _is_alive(mark: Column) -> str:
    return f"{quoted(mark.name)} IS NULL" if is_timestamp(mark) else f"NOT {quoted(mark.name)}"


def _whole_unique_keys(table: Table) -> Iterator[tuple[tuple[str, ...], str | None, Place | None]]:
    for unique in table.unique_constraints.known:
        yield unique.columns, unique.name if isinstance(unique.name, str) else None, unique.place
    for index in table.indexes.known:
        columns = tuple(column for column in index.columns if column is not None)
        if index.unique is True and index.predicate is None and len(columns) == len(index.parts):
            yield columns, index.name if isinstance(index.name, str) else None, index.place


def _is_chosen(column: Column, table: Table) -> bool:
    """People choose the value, so that they may want it again."""
    kind = known_type(column)
    if kind is None or kind.name == "uuid" or any(column.name in key.columns for key in table.foreign_keys.known):
        return False
    return not any(word in column.name.lower() for word in ("token", "uuid", "guid", "hash", "key", "secret"))
