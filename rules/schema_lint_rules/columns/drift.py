"""COL008: an enum has other labels in the database than in the model."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, Violation, rule
from schema_lint.facts.difference import Difference
from schema_lint_rules.shapes import listed


@rule(
    "COL008",
    "enum-drift",
    severity=ERROR,
    evidence="X",
    reference="models:Task.status",
    fix="sql",
    minimal=True,
    peers=("database_consistency EnumValueChecker", "alembic-postgresql-enum"),
)
def enum_drift(difference: Difference) -> Iterator[Violation]:
    """A database's enum has the labels of the model's, in their order.

    Why: a value that the database does not know is refused when it is written, one that the model does not know
    raises LookupError when it is read. SQLAlchemy stores the members' names, not their values, unless
    `values_callable` says otherwise.

    Bad:
        ```python
        import uuid
        from enum import Enum
        from sqlmodel import Field, SQLModel


        class Status(Enum):
            OPEN = "open"
            DONE = "done"


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: Status
        ```
        ```sql
        -- file: schema.sql
        CREATE TYPE status AS ENUM ('OPEN');
        CREATE TABLE tasks (id uuid PRIMARY KEY, status status NOT NULL);
        ```

    Good:
        ```python
        import uuid
        from enum import Enum
        from sqlmodel import Field, SQLModel


        class Status(Enum):
            OPEN = "open"
            DONE = "done"


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: Status
        ```
        ```sql
        -- file: schema.sql
        CREATE TYPE status AS ENUM ('OPEN', 'DONE');
        CREATE TABLE tasks (id uuid PRIMARY KEY, status status NOT NULL);
        ```

    Exempt: enums that are kept as text, whose CHECK is compared (DRF013); enums that could not be decided.
    """
    if difference.kind != "enum":
        return
    ours, theirs = difference.left, difference.right
    assert isinstance(ours, tuple)
    assert isinstance(theirs, tuple)
    if difference.field == "values":
        yield Violation(
            message=f"the enum {difference.subject} holds the members' values in the database ({', '.join(theirs)}); "
            f"the model stores their names ({', '.join(ours)})",
            suggestion="say values_callable=lambda e: [member.value for member in e] in the model's Enum",
        )
    elif difference.field == "order":
        yield Violation(
            message=f"the enum {difference.subject} sorts as {', '.join(theirs)} in the database, the model says "
            f"{', '.join(ours)}",
            severity=INFO,
        )
    else:
        missing = [label for label in ours if label not in theirs]
        more = [label for label in theirs if label not in ours]
        parts = [f"lacks {listed(missing)}"] if missing else []
        parts += [f"has {listed(more)} besides"] if more else []
        yield Violation(
            message=f"the enum {difference.subject} of {difference.table} {' and '.join(parts)} in the database",
            suggestion="add the labels to the model's enum" if not missing else "add the labels by a revision",
            sql=difference.sql,
        )
