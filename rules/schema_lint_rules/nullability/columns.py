"""NUL004 to NUL006 and NUL009: columns that had better be NOT NULL."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Policies, Violation, rule
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.unknown import known
from schema_lint_rules._statements import in_database, set_not_null
from schema_lint_rules.shapes import (
    database_decides,
    has_default,
    is_audit_time,
    is_creation_time,
    is_filled,
    is_timestamp,
    is_update_time,
    label,
    on_single_table_child,
)


@rule(
    "NUL004", "nullable-boolean", severity=WARNING, evidence="SMC", reference="models:Task.completed",
    silences=("NUL009",), peers=("database_consistency three-state boolean",),
    types=("boolean",),
)  # fmt: skip
def nullable_boolean(column: Column, table: Table, schema: Schema) -> Iterator[Violation]:
    """A boolean column is NOT NULL.

    Why: a nullable boolean has three values, and `WHERE NOT completed` leaves out the rows with the third (SQL's
    three-valued logic; PostgreSQL documentation, "Logical Operators").

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            completed: bool | None = None
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            completed: bool = Field(default=False)
        ```

    Exempt: a column whose annotation or `nullable=` admits NULL and whose comment or description says what it
    means; columns that only subclasses of a single-table hierarchy declare; views.

    Limits: an info where a default fills the column, so that NULL is there only if somebody writes it; but for a
    SQLModel field with `None` in its annotation, which lets clients send it.
    """
    if table.is_view or not known(column.nullable):
        return
    if _explained(column) or on_single_table_child(column, table, schema):
        return
    filled = is_filled(column) and not (in_database(table) and column.server_default is None)
    yield Violation(
        message=f"{label(column)} is a boolean that can also be NULL",
        suggestion=f"{_make_not_null(column)}{'' if filled else ' and give it a default'}, "
        "or say in a comment what NULL means",
        sql=set_not_null(column, table),
        severity=INFO if filled and not _admits_none(column) else WARNING,
    )


def _admits_none(column: Column) -> bool:
    """A SQLModel field whose annotation, which is also what clients may send, has `None` in it."""
    declaration = column.declaration
    return declaration is not None and declaration.form in ("Field", "annotation") and declaration.optional is True


def _explained(column: Column) -> bool:
    """NULL is admitted expressly, and a comment stands beside it."""
    expressly = column.nullable_stated or (column.declaration is not None and column.declaration.optional is True)
    described = bool(column.explanation) or (isinstance(column.comment, str) and bool(column.comment))
    return described and (expressly or column.declaration is None)


def _make_not_null(column: Column) -> str:
    declaration = column.declaration
    by_annotation = declaration is not None and declaration.sa_column is None and declaration.form != "Column"
    if declaration is None:
        return f"set {column.table}.{column.name} NOT NULL"
    if by_annotation and declaration.optional is True and not column.nullable_stated:
        return f"annotate {label(column)} without None"
    return f"write nullable=False in {label(column)}"


@rule(
    "NUL005", "nullable-timestamp", severity=WARNING, evidence="SMC", reference="models:TimestampMixin.created_at",
    silences=("NUL009",), peers=("active_record_doctor missing_non_null_constraint",),
    names=is_audit_time,
)  # fmt: skip
def nullable_timestamp(column: Column, table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """The times at which a row was made and last changed are NOT NULL.

    Why: every row was made at some time. A NULL there sorts last or first by accident, drops out of ranges, and shows
    only that some writer forgot the column.

    Bad:
        ```python
        import uuid
        from datetime import datetime, timezone
        from sqlmodel import Field, SQLModel


        def utc_now() -> datetime:
            return datetime.now(timezone.utc)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            created_at: datetime | None = Field(default_factory=utc_now)
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
            created_at: datetime = Field(default_factory=utc_now)
        ```

    Exempt: an update time without a default, where NULL means that the row never changed; columns that only subclasses
    of a single-table hierarchy declare; views; names that are not the policy's (`timestamps`), and other types.
    """
    created, updated = is_creation_time(column.name, policies), is_update_time(column.name, policies)
    if not is_timestamp(column) or table.is_view or not known(column.nullable):
        return
    if on_single_table_child(column, table, schema) or (updated and not has_default(column)):
        return
    yield Violation(
        message=f"{label(column)} can be NULL, though every row {'was made' if created else 'changed'} at some time",
        suggestion=_make_not_null(column),
        sql=set_not_null(column, table),
    )


_OWNERS = frozenset({"owner_id", "user_id"})


def _is_owner(name: str, policies: Policies) -> bool:
    return name in (policies.owner if "owner" in policies.stated else _OWNERS)


@rule(
    "NUL006", "nullable-owner", severity=WARNING, evidence="SMC", reference="models:Task.owner_id",
    needs_policy="owner",
    names=_is_owner,
)  # fmt: skip
def nullable_owner(column: Column, table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """The column that isolates one user's rows from another's is NOT NULL.

    Why: a row without an owner belongs to nobody: queries by owner never show it, and a forgotten filter shows it to
    everybody.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            owner_id: uuid.UUID | None = Field(default=None, foreign_key="users.id", ondelete="RESTRICT", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)
        ```

    Exempt: columns that only subclasses of a single-table hierarchy declare; views.

    Limits: where the policy `owner` names no column, only `owner_id` and `user_id` with a foreign key to a table of
    users are looked at, and not where ON DELETE SET NULL or a comment shows that rows outlive their owner.
    """
    if table.is_view or on_single_table_child(column, table, schema):
        return
    if "owner" not in policies.stated and not _owns_rows(column, table):
        return
    if known(column.nullable):
        yield Violation(
            message=f"{label(column)} says whose row it is, but can be NULL",
            suggestion=_make_not_null(column),
            sql=set_not_null(column, table),
        )


_USER_TABLES = frozenset({"user", "users", "account", "accounts"})


def _owns_rows(column: Column, table: Table) -> bool:
    if _explained(column):
        return False
    keys = [key for key in table.foreign_keys.known if key.columns == (column.name,)]
    return any(
        key.target_table.rpartition(".")[2] in _USER_TABLES
        and not (isinstance(key.ondelete, str) and key.ondelete.upper() == "SET NULL")
        for key in keys
    )


@rule("NUL009", "nullable-with-default", severity=INFO, evidence="SM", reference="models:Task.status")
def nullable_with_default(column: Column, table: Table, schema: Schema) -> Iterator[Violation]:
    """A column with a default is NOT NULL.

    Why: the default says what a row has when nobody gives a value; NULL is then a second way to say the same, and only
    code that writes it on purpose makes it.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            priority: int | None = Field(default=3)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            priority: int = Field(default=3)
        ```

    Exempt: `default=None`; computed columns; columns whose comment or description says what NULL means; columns that
    only subclasses of a single-table hierarchy declare; foreign keys, where NULL means that nothing is referenced.
    """
    if table.is_view or database_decides(column) or not is_filled(column):
        return
    known(column.default), known(column.server_default)
    if not known(column.nullable) or _explained(column) or column.name in table.foreign_key_columns:
        return
    if not on_single_table_child(column, table, schema):
        yield Violation(
            message=f"{label(column)} has a default and can be NULL all the same",
            suggestion=_make_not_null(column),
        )
