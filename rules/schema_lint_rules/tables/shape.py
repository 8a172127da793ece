"""TBL018, TBL026 to TBL028: tables that stand alone, that are empty or too wide, or that inherit."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Policies, Violation, rule
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._names import keeps_a_log, quoted, quoted_table
from schema_lint_rules._statements import alter
from schema_lint_rules._tables import is_lookup
from schema_lint_rules.shapes import listed


@rule(
    "TBL018", "unrelated-table", severity=INFO, on=False, strict=False, evidence="SMC", reference="models:Task",
    peers=("pg-index-health tables_not_linked_to_others", "tbls unrelatedTable", "db_verifier fk1007"),
)  # fmt: skip
def unrelated_table(table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """A table is tied to another by a foreign key.

    Why: rows that nothing references and that reference nothing are often copies, or the constraint was forgotten.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner: str = Field(max_length=100)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Exempt: a schema of one table; logs and histories; tables of the policy `lookup-tables`; views.
    """
    if table.is_view or keeps_a_log(table) or is_lookup(table, policies) or len(schema.tables.complete()) < 2:
        return
    if not table.foreign_keys.complete() and not schema.foreign_keys_to(table.key):
        yield Violation(message=f"no foreign key leads to or from {table.key}")


@rule(
    "TBL026", "table-without-columns", severity=WARNING, evidence="C", reference="models:Tag", silences=("KEY001",),
    peers=("pg-index-health tables_with_zero_or_one_column", "db_verifier"),
)  # fmt: skip
def table_without_columns(table: Table) -> Iterator[Violation]:
    """A table has columns.

    Why: a table without any holds rows that say nothing; it is mostly left over from a migration that failed half way.

    Bad:
        ```sql
        CREATE TABLE drafts ();
        ```

    Good:
        ```sql
        CREATE TABLE drafts (id uuid PRIMARY KEY);
        ```

    Exempt: a table of one column, which is a set of words if it is the key (and KEY001 if it is not).
    """
    if not table.is_view and not table.columns.complete():
        yield Violation(
            message=f"{table.key} has no columns",
            suggestion=f"drop {table.key}, or give it columns",
            sql=f"DROP TABLE {quoted_table(table)};",
        )


@rule(
    "TBL027", "wide-table", severity=INFO, evidence="SMC", reference="models:Profile",
    peers=("tbls columnCount", "pgdesigner"),
)  # fmt: skip
def wide_table(table: Table, *, most: int = 60) -> Iterator[Violation]:
    """A table has sixty columns at most.

    Why: a row that does not fit its page is cut up, every UPDATE writes all of it anew, and so many columns mostly tell
    of several things; PostgreSQL ends at 1,600, dropped ones included.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Column, Integer, MetaData, Table, Uuid

        metadata = MetaData()
        survey = Table(
            "survey",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            *[Column(f"{name}_{part}", Integer) for name in "abcdefghijklm" for part in ("u", "v", "w", "x", "y")],
        )
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Column, Integer, MetaData, Table, Uuid

        metadata = MetaData()
        survey = Table(
            "survey",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            *[Column(f"{name}_{part}", Integer) for name in "abc" for part in ("u", "v", "w", "x", "y")],
        )
        ```

    Exempt: views.

    Options:
        most: how many columns a table may have.

    Limits: an error from 1,500 columns on.
    """
    count = len(table.columns.known)
    if count > most and not table.is_view:
        yield Violation(
            message=f"{table.key} has {count:,} columns",
            suggestion="put what belongs together into tables of its own",
            severity=ERROR if count >= 1_500 else None,
        )


@rule(
    "TBL028", "table-inheritance", severity=WARNING, evidence="C", reference="models:Task",
    peers=("pg-index-health tables_with_inheritance", "pgrubic"),
)  # fmt: skip
def table_inheritance(table: Table) -> Iterator[Violation]:
    """A table does not inherit from another.

    Why: neither primary key nor unique constraint nor foreign key reach over the parent and its children: the same key
    may be there twice, and a foreign key to the parent refuses the children's rows (PostgreSQL documentation, 5.11.1
    Caveats).

    Bad:
        ```sql
        CREATE TABLE items (id uuid PRIMARY KEY, title text NOT NULL);
        CREATE TABLE tasks (due_at timestamptz, PRIMARY KEY (id)) INHERITS (items);
        ```

    Good:
        ```sql
        CREATE TABLE items (id uuid PRIMARY KEY, title text NOT NULL);
        CREATE TABLE tasks (id uuid PRIMARY KEY REFERENCES items (id), due_at timestamptz);
        ```

    Exempt: partitions; joined-table inheritance of an ORM, which is a foreign key.
    """
    parents = table.storage.inherits if table.storage is not None else ()
    if parents and not table.is_view:
        yield Violation(
            message=f"{table.key} inherits from {listed(parents)}",
            suggestion="make it a partition, or a table with a foreign key to the other",
            sql=alter(table, f"NO INHERIT {'.'.join(map(quoted, parents[0].split('.', 1)))}"),
        )
