"""IDX008 and IDX009: indexes over columns that do not exist, and look-ups that nothing keeps unique."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Severity, Violation, rule
from schema_lint.facts.models import MappingError
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import quoted
from schema_lint_rules._statements import create_index, in_database
from schema_lint_rules.shapes import known_type, label


@rule(
    "IDX008", "index-on-unknown-column", severity=ERROR, evidence="S", reference="models:Task.__table_args__",
    minimal=True, peers=("django models.E012",),
)  # fmt: skip
def index_on_unknown_column(error: MappingError) -> Iterator[Violation]:
    """An index or constraint names columns that exist.

    Why: SQLAlchemy raises `ConstraintColumnNotFoundError` when the module is imported.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_state", "state"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: str
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_status", "status"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: str
        ```

    Exempt: tables whose columns are not all known; expressions.
    """
    if error.kind == "unknown-column":
        yield Violation(
            message=error.message,
            suggestion="write the column's name as the table has it, or add the column",
            related=error.related,
        )


_LOGINS = frozenset({"email", "email_address", "username", "user_name"})
_IDENTITIES = _LOGINS | {"name", "login", "handle", "nickname", "external_id", "subject", "sub"}
_TOKENS = frozenset({"slug", "token", "api_key", "access_key", "session_token", "refresh_token"})
_TEXT = frozenset({"varchar", "text", "char", "citext", "uuid"})


@rule(
    "IDX009", "lookup-column-without-unique", severity=WARNING, evidence="SMC", reference="models:User.email",
    peers=("active_record_doctor missing_unique_indexes", "database_consistency missing unique index"),
    names=lambda name, _: name.lower() in _TOKENS | _LOGINS,
)  # fmt: skip
def lookup_column_without_unique(column: Column, table: Table) -> Iterator[Violation]:
    """What a row is looked up by is unique.

    Why: a query by email expects one user. A check before the INSERT does not help: two requests at once both find the
    address free. Only a unique key in the database keeps the second out.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            email: str = Field(max_length=320, index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            email: str = Field(max_length=320, index=True, unique=True)
        ```

    Exempt: any unique key that holds the column: composite (a name within a tenant), partial (among the living) or
    over an expression (`lower(email)`); tables that are not named after users, such as invitations; encrypted or
    otherwise converted values; foreign keys.

    Limits: a warning for the email and user name of a table of users; an info where another of them is unique, so
    that a user has an identity, and for `slug`, `token` and the like.
    """
    severity = _severity(column, table)
    kind = known_type(column)
    if severity is None or kind is None or kind.decorated or kind.name not in _TEXT or table.is_view:
        return
    if any(column.name in key.columns for key in table.foreign_keys.known) or _is_in_unique_key(column, table):
        return
    others = [c for c in table.columns.known if c is not column and c.name.lower() in _IDENTITIES]
    if any(_is_in_unique_key(other, table) for other in others):
        severity = INFO
    yield Violation(
        message=f"{label(column)} finds a row of {table.key}, but is not unique",
        suggestion=f"add unique=True to {label(column)}"
        if column.declaration is not None
        else f"add a unique constraint on {table.key} ({column.name})",
        severity=severity,
        sql=create_index(table, f"uq_{table.name}_{column.name}", [quoted(column.name)], unique=True)
        if in_database(table)
        else None,
    )


def _severity(column: Column, table: Table) -> Severity | None:
    name = column.name.lower()
    if name in _TOKENS:
        return INFO
    return WARNING if name in _LOGINS and _holds_users(table) else None


def _holds_users(table: Table) -> bool:
    """The table is named after users, and does not hang on another table of users."""
    words = table.name.lower().split("_")
    if words[-1] not in ("user", "users") and words not in (["account"], ["accounts"], ["member"], ["members"]):
        return False
    targets = {key.target_table.rpartition(".")[2].lower().split("_")[-1] for key in table.foreign_keys.known}
    owners = {"user", "users", "account", "accounts"}
    return not any(target in owners for target in targets - {table.name})


def _is_in_unique_key(column: Column, table: Table) -> bool:
    if column.name in table.primary_key.columns or known(column.unique):
        return True
    if any(column.name in unique.columns for unique in table.unique_constraints.complete()):
        return True
    if any(column.name in constraint.columns for constraint in table.exclusion_constraints.complete()):
        return True
    for index in table.indexes.complete():
        if index.unique is not False and any(
            _mentions(part.column, part.expression, column.name) for part in index.parts
        ):
            return True
    return False


def _mentions(column: str | None, expression: str | Unknown | None, name: str) -> bool:
    if column is not None:
        return column == name
    return isinstance(expression, Unknown) or re.search(rf"\b{re.escape(name)}\b", expression or "") is not None
