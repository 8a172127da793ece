"""FK011, FK012, FK018: foreign keys over several columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._statements import in_database
from schema_lint_rules._tables import reference, resolve
from schema_lint_rules.shapes import listed

if TYPE_CHECKING:
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import ForeignKey, Table


@rule(
    "FK011", "overlapping-foreign-keys", severity=INFO, on=False, evidence="SMC", reference="models:Task.owner_id",
    peers=("pg-index-health intersected_foreign_keys", "db_verifier fk1011"),
)  # fmt: skip
def overlapping_foreign_keys(fk: ForeignKey, table: Table, *, shared: tuple[str, ...] = ()) -> Iterator[Violation]:
    """Two foreign keys from one table to another share no column.

    Why: each says which row of the other table is meant. Where they share a column and differ in the rest, they can
    name two rows, and nothing says which of them counts.

    Bad:
        ```python
        import uuid
        from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("id", "region"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            region: str = Field(max_length=10)

        class Task(SQLModel, table=True):
            __table_args__ = (
                ForeignKeyConstraint(["owner_id", "region"], ["user.id", "user.region"], ondelete="RESTRICT"),
            )
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            region: str = Field(max_length=10)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("id", "region"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            region: str = Field(max_length=10)

        class Task(SQLModel, table=True):
            __table_args__ = (
                ForeignKeyConstraint(["owner_id", "region"], ["user.id", "user.region"], ondelete="RESTRICT"),
            )
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(index=True)
            region: str = Field(max_length=10)
        ```

    Exempt: the same pairs of columns (FK010); a column of the option `shared`, which several references share on
    purpose.

    Options:
        shared: columns that the foreign keys of a table may share, such as the tenant's.
    """
    columns = frozenset(fk.columns)
    for earlier in table.foreign_keys.known:
        if earlier is fk:
            return
        common = columns.intersection(earlier.columns) - frozenset(shared)
        if earlier.target_table == fk.target_table and common and columns != frozenset(earlier.columns):
            yield Violation(
                message=f"{reference(earlier)} and {reference(fk)} share {listed(sorted(common))}",
                suggestion="keep the one that says it all",
                related=(earlier.place,) if isinstance(earlier.place, SourcePlace) else (),
            )
            return


@rule(
    "FK012", "partly-null-foreign-key", severity=WARNING, evidence="SMC", reference="models:Task.owner_id",
    peers=("pg-index-health foreign_keys_with_null_values", "db_verifier fk1002"),
)  # fmt: skip
def partly_null_foreign_key(fk: ForeignKey, table: Table) -> Iterator[Violation]:
    """The columns of a foreign key are NULL together or not at all.

    Why: with MATCH SIMPLE, which is the default, one NULL is enough for PostgreSQL to check nothing: the other columns
    may then name a row that never was (PostgreSQL documentation, CREATE TABLE, REFERENCES).

    Bad:
        ```python
        import uuid
        from sqlalchemy import ForeignKeyConstraint, Index
        from sqlmodel import Field, SQLModel

        class Seat(SQLModel, table=True):
            row: int = Field(primary_key=True)
            number: int = Field(primary_key=True)

        class Ticket(SQLModel, table=True):
            __table_args__ = (
                ForeignKeyConstraint(["row", "number"], ["seat.row", "seat.number"], ondelete="RESTRICT"),
                Index("ix_ticket_row_number", "row", "number"),
            )
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            row: int | None = None
            number: int | None = None
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import ForeignKeyConstraint, Index
        from sqlmodel import Field, SQLModel

        class Seat(SQLModel, table=True):
            row: int = Field(primary_key=True)
            number: int = Field(primary_key=True)

        class Ticket(SQLModel, table=True):
            __table_args__ = (
                ForeignKeyConstraint(["row", "number"], ["seat.row", "seat.number"], ondelete="RESTRICT", match="FULL"),
                Index("ix_ticket_row_number", "row", "number"),
            )
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            row: int | None = None
            number: int | None = None
        ```

    Exempt: MATCH FULL; a CHECK that speaks of NULL and two of the columns; a single column that may be NULL, beside
    others that may not (a parent within the same tenant): there NULL can only mean that nothing is referenced.
    """
    if len(fk.columns) < 2 or fk.match == "FULL":
        return
    columns = [column for column in map(table.column, fk.columns) if column is not None]
    nullable = [column.name for column in columns if known(column.nullable) and column.primary_key is not True]
    if len(nullable) < 2:
        return
    for check in table.check_constraints.complete():
        text = known(check.expression).lower()
        if "null" in text and sum(bool(re.search(rf"\b{re.escape(name.lower())}\b", text)) for name in nullable) > 1:
            return
    names = ", ".join(nullable)
    yield Violation(
        message=f"{reference(fk)} is not checked where one of {listed(nullable)} is NULL and another is not",
        suggestion=f"say MATCH FULL, or add CHECK (num_nulls({names}) IN (0, {len(nullable)}))"
        if in_database(table)
        else f'say match="FULL", or add CheckConstraint("num_nulls({names}) IN (0, {len(nullable)})")',
    )


@rule(
    "FK018", "foreign-key-without-shared-column", severity=WARNING, on=False, evidence="SMC",
    reference="models:Task.owner_id", peers=("eslint-plugin-postgresql require-fk-include-columns",),
)  # fmt: skip
def foreign_key_without_shared_column(
    fk: ForeignKey, table: Table, schema: Schema, *, columns: tuple[str, ...] = ()
) -> Iterator[Violation]:
    """A foreign key between two tables of one tenant holds the tenant.

    Why: a foreign key over the id alone lets a row of one tenant reference a row of another.

    Bad:
        ```python
        import uuid
        from sqlalchemy import UniqueConstraint
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("tenant_id", "id"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tenant_id: uuid.UUID

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tenant_id: uuid.UUID
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.FK018]
        columns = ["tenant_id"]
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("tenant_id", "id"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tenant_id: uuid.UUID

        class Task(SQLModel, table=True):
            __table_args__ = (
                ForeignKeyConstraint(["tenant_id", "owner_id"], ["user.tenant_id", "user.id"], ondelete="RESTRICT"),
                Index("ix_task_tenant_id_owner_id", "tenant_id", "owner_id"),
            )
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tenant_id: uuid.UUID
            owner_id: uuid.UUID
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.FK018]
        columns = ["tenant_id"]
        ```

    Exempt: everything, unless the option names columns; tables of which one lacks the column.

    Options:
        columns: columns that a foreign key holds where both tables have them.
    """
    target = resolve(fk.target_table, schema)
    if target is None:
        return
    for name in columns:
        if table.column(name) is None or target.column(name) is None or name in fk.columns or name in fk.target_columns:
            continue
        if not isinstance(target.columns.rest, Unknown):
            yield Violation(
                message=f"{reference(fk)} does not hold {name}, which both tables have",
                suggestion=f"reference ({name}, {', '.join(fk.target_columns)}), unique together, by "
                f"({name}, {', '.join(fk.columns)})",
            )
