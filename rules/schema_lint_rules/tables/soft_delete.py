"""TBL009 and TBL010: rows that are hidden, and rows that are somebody's."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Policies, Violation, rule
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules.shapes import listed, matches, soft_delete_columns, table_subject

_OWNERS = ("owner_id", "user_id")


@rule(
    "TBL009", "soft-delete-inconsistent", severity=INFO, evidence="SMC", reference="models:SoftDeleteMixin.deleted_at",
)  # fmt: skip
def soft_delete_inconsistent(schema: Schema, policies: Policies) -> Iterator[Violation]:
    """All tables mark a deleted row in the same way.

    Why: a query, a filter or a trigger that hides deleted rows is written once, and silently shows those of the table
    that marks them otherwise.

    Bad:
        ```python
        import uuid
        from datetime import datetime
        from sqlmodel import Field, SQLModel


        class Tag(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            deleted_at: datetime | None = None


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            is_deleted: bool = Field(default=False)
        ```

    Good:
        ```python
        import uuid
        from datetime import datetime
        from sqlmodel import Field, SQLModel


        class Tag(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            deleted_at: datetime | None = None


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            deleted_at: datetime | None = None
        ```

    Exempt: tables without such a column; a flag and a time in one table.

    Limits: the policy `soft-delete` says which names count, and the first of them is the one that is wanted;
    without it the most frequent one is.
    """
    marks: dict[str, list[Table]] = {}
    for table in schema.tables.known:
        found = soft_delete_columns(table, policies)
        if found and table.key not in policies.external_tables and not table.is_view:
            marks.setdefault(found[0].name, []).append(table)
    if len(marks) < 2:
        return
    stated = [name for name in policies.soft_delete if name in marks]
    wanted = stated[0] if stated else max(marks, key=lambda name: len(marks[name]))
    for name, tables in marks.items():
        for table in tables if name != wanted else ():
            if any(column.name == wanted for column in soft_delete_columns(table, policies)):
                continue
            yield Violation(
                message=f"{table.key} marks deleted rows by {name}, and {marks[wanted][0].key} by {wanted}",
                suggestion=f"mark them by {wanted} in both",
                subject=table_subject(table),
                place=table.place,
            )


@rule(
    "TBL010", "table-without-owner", severity=WARNING, evidence="SMC", reference="models:Task.owner_id",
    needs_policy="user-owned", peers=("eslint-plugin-postgresql require-fk-include-columns",),
)  # fmt: skip
def table_without_owner(table: Table, policies: Policies) -> Iterator[Violation]:
    """A table that holds users' own rows says whose each one is.

    Why: isolation by owner needs the owner in the row. Through a join it is forgotten in the first query that does not
    need the other table.

    Bad:
        ```python
        # file: models.py
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        user-owned = ["tasks"]
        owner = ["owner_id"]
        ```

    Good:
        ```python
        # file: models.py
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        user-owned = ["tasks"]
        owner = ["owner_id"]
        ```

    Exempt: tables that the policy `user-owned` does not name; views.

    Limits: the policy `owner` says which columns count; without it `owner_id` and `user_id` do.
    """
    if table.is_view or not matches(policies.user_owned, table):
        return
    owners = policies.owner or _OWNERS
    if not any(column.name in owners for column in table.columns.complete()):
        yield Violation(
            message=f"{table.key} holds users' rows, but does not say whose",
            suggestion=f"add {listed(owners[:1])} to {table.key}, NOT NULL and with a foreign key",
        )
