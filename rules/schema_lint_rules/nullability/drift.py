"""NUL010: models and database disagree on what may be NULL."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.difference import Difference
from schema_lint_rules._drift import part


@rule(
    "NUL010",
    "nullability-drift",
    severity=ERROR,
    evidence="X",
    reference="models:Task.description",
    fix="sql",
    minimal=True,
    peers=("alembic check", "database_consistency ColumnPresenceChecker"),
)
def nullability_drift(difference: Difference) -> Iterator[Violation]:
    """A column may be NULL in the database if it may be in the model.

    Why: NULLs that are there break code that expects none, and inserts of None fail where the model allows it.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar);
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL);
        ```

    Exempt: a column that a CHECK or its domain keeps from being NULL; primary keys and identities; columns of views.
    """
    if difference.kind != "column" or difference.field != "nullable":
        return
    if difference.left:
        yield Violation(
            message=f"{part(difference)} may be NULL in the model, not in the database",
            suggestion="make the model's type non-optional, or allow NULL by a revision",
            sql=difference.sql,
        )
    else:
        yield Violation(
            message=f"{part(difference)} is never NULL in the model, and may be in the database",
            suggestion="set NOT NULL by a revision, once no row has a NULL; or make the model's type optional",
            sql=difference.sql,
        )
