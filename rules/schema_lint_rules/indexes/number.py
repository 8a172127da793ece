"""IDX015, IDX018 to IDX020: indexes that are many, wide, or hold what nobody asks for."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, Policies, Violation, rule
from schema_lint.facts.schema import Index, Table
from schema_lint_rules.indexes.suitability import name_of
from schema_lint_rules.shapes import is_timestamp, known_type, label, soft_delete_columns


@rule(
    "IDX015", "time-before-other-columns", severity=INFO, on=False, strict=False, evidence="SMC",
    reference="models:Task.__table_args__", peers=("pg-index-health indexes_with_timestamp_in_the_middle",),
)  # fmt: skip
def time_before_other_columns(index: Index, table: Table) -> Iterator[Violation]:
    """In an index, a time comes last.

    Why: times are mostly searched by range, and what stands behind a range narrows nothing: the columns that are
    compared by equality come first.

    Bad:
        ```python
        import uuid
        from datetime import datetime
        from sqlalchemy import DateTime, Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_due_at_priority", "due_at", "priority"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int
            due_at: datetime = Field(sa_type=DateTime(timezone=True))
        ```

    Good:
        ```python
        import uuid
        from datetime import datetime
        from sqlalchemy import DateTime, Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_priority_due_at", "priority", "due_at"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int
            due_at: datetime = Field(sa_type=DateTime(timezone=True))
        ```

    Exempt: unique indexes; a list that is sorted by the time first, which only its query shows.
    """
    if index.unique is not False or index.method != "btree" or len(index.parts) < 2 or not index.valid:
        return
    for part in index.parts[:-1]:
        column = table.column(part.column) if part.column is not None else None
        kind = known_type(column) if column is not None else None
        if column is not None and kind is not None and (is_timestamp(column) or kind.name == "date"):
            yield Violation(
                message=f"{name_of(index)} of {table.key} has the time {column.name} before other columns",
                suggestion=f"put {column.name} last, unless queries sort by it alone",
            )
            return


@rule(
    "IDX018", "wide-index", severity=INFO, on=False, strict=False, evidence="SMC",
    reference="models:Task.__table_args__", peers=("bytebase INDEX_KEY_NUMBER_LIMIT", "pgrubic"),
)  # fmt: skip
def wide_index(index: Index, table: Table, *, most: int = 5) -> Iterator[Violation]:
    """An index has five columns at most.

    Why: few queries narrow by so many columns, and the index comes near the table's own size.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Place(SQLModel, table=True):
            __table_args__ = (Index("ix_place", "continent", "land", "region", "town", "street", "house"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            continent: int
            land: int
            region: int
            town: int
            street: int
            house: int
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Place(SQLModel, table=True):
            __table_args__ = (Index("ix_place", "town", "street", "house"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            continent: int
            land: int
            region: int
            town: int
            street: int
            house: int
        ```

    Exempt: unique indexes, which hold a rule; columns that are merely INCLUDEd.

    Options:
        most: how many columns an index may have.
    """
    if index.unique is False and len(index.parts) > most:
        yield Violation(
            message=f"{name_of(index)} of {table.key} has {len(index.parts)} columns",
            suggestion="keep the columns that queries narrow by, and INCLUDE what they only read",
        )


@rule(
    "IDX019", "many-indexes", severity=INFO, evidence="SMC", reference="models:Task.__table_args__",
    peers=("sqlcheck 2003", "bytebase INDEX_TOTAL_NUMBER_LIMIT", "pgdesigner"),
)  # fmt: skip
def many_indexes(table: Table, *, most: int = 10) -> Iterator[Violation]:
    """A table has ten indexes at most.

    Why: every INSERT writes all of them, and every UPDATE that moves the row, too.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Column, Index, Integer, MetaData, Table, Uuid

        metadata = MetaData()
        names = "abcdefghijk"
        numbers = Table(
            "numbers",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            *[Column(name, Integer, nullable=False) for name in names],
            *[Index(f"ix_numbers_{name}", name) for name in names],
        )
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Column, Index, Integer, MetaData, Table, Uuid

        metadata = MetaData()
        names = "abcdefghijk"
        numbers = Table(
            "numbers",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            *[Column(name, Integer, nullable=False) for name in names],
            *[Index(f"ix_numbers_{name}", name) for name in "abc"],
        )
        ```

    Exempt: what constraints make; indexes that lead from foreign keys back to them; invalid ones (IDX011).

    Options:
        most: how many indexes a table may have.
    """
    references = {fk.columns for fk in table.foreign_keys.known}
    counted = [index for index in table.indexes.known if index.valid and index.columns not in references]
    if len(counted) > most:
        yield Violation(
            message=f"{table.key} has {len(counted)} indexes besides those of its keys",
            suggestion="drop those that no query needs",
        )


@rule(
    "IDX020", "index-of-deleted-rows", severity=INFO, on=False, strict=False, evidence="SMC",
    reference="models:Task.__table_args__", needs_policy="soft-delete",
    peers=("active_record_doctor unindexed_deleted_at",),
)  # fmt: skip
def index_of_deleted_rows(index: Index, table: Table, policies: Policies) -> Iterator[Violation]:
    """Where rows are only marked as deleted, an index leaves them out.

    Why: queries ask for living rows. The others pile up, and make every index larger that holds them.

    Bad:
        ```python
        import uuid
        from datetime import datetime
        from sqlalchemy import DateTime
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int = Field(index=True)
            deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
        ```

    Good:
        ```python
        import uuid
        from datetime import datetime
        from sqlalchemy import DateTime, Index, text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_priority", "priority", postgresql_where=text("deleted_at IS NULL")),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int
            deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
        ```

    Exempt: partial indexes; indexes that begin with the mark; unique ones (IDX010); an index that serves a foreign key,
    which must hold all rows.
    """
    marks = soft_delete_columns(table, policies)
    if not marks or index.predicate is not None or index.unique is not False or not index.valid:
        return
    if any(mark.name in index.columns for mark in marks):
        return
    keys = (frozenset(fk.columns) for fk in table.foreign_keys.known)
    if any(frozenset(index.columns[: len(key)]) == key for key in keys):
        return
    yield Violation(
        message=f"{name_of(index)} of {table.key} also holds rows that {label(marks[0])} marks as deleted",
        suggestion=f"make it partial, for living rows: {marks[0].name}",
    )
