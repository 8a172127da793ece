"""DRF020: domains that models state."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.difference import Difference
from schema_lint_rules._drift import value


@rule("DRF020", "domain-drift", severity=WARNING, evidence="X", reference="models:Task.priority", fix="sql")
def domain_drift(difference: Difference) -> Iterator[Violation]:
    """A domain has the type and the CHECK in the database that the model states.

    Why: every column of the domain takes values that the model rules out, or refuses some that it allows.
    `create_all` and autogenerate never change a domain that is there.

    Bad:
        ```python
        from sqlalchemy import Integer
        from sqlalchemy.dialects.postgresql import DOMAIN
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        priority = DOMAIN("priority", Integer, check="VALUE BETWEEN 1 AND 5")


        class Base(DeclarativeBase):
            pass


        class Task(Base):
            __tablename__ = "tasks"
            id: Mapped[int] = mapped_column(primary_key=True)
            priority: Mapped[int] = mapped_column(priority)
        ```
        ```sql
        -- file: schema.sql
        CREATE DOMAIN priority AS int CONSTRAINT small CHECK (VALUE BETWEEN 1 AND 3);
        CREATE TABLE tasks (id serial PRIMARY KEY, priority priority NOT NULL);
        ```

    Good:
        ```python
        from sqlalchemy import Integer
        from sqlalchemy.dialects.postgresql import DOMAIN
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

        priority = DOMAIN("priority", Integer, check="VALUE BETWEEN 1 AND 5")


        class Base(DeclarativeBase):
            pass


        class Task(Base):
            __tablename__ = "tasks"
            id: Mapped[int] = mapped_column(primary_key=True)
            priority: Mapped[int] = mapped_column(priority)
        ```
        ```sql
        -- file: schema.sql
        CREATE DOMAIN priority AS int CONSTRAINT small CHECK (VALUE BETWEEN 1 AND 5);
        CREATE TABLE tasks (id serial PRIMARY KEY, priority priority NOT NULL);
        ```

    Exempt: domains that only the database has; names of their CHECKs; `create_type=False`, which says that somebody
    else makes it.
    """
    if difference.kind == "domain":
        yield Violation(
            message=f"the domain {difference.subject} {_WORDS[difference.field or '']} {value(difference.left)} in the "
            f"model, {value(difference.right)} in the database",
            sql=difference.sql,
        )


_WORDS = {"type": "is of type", "nullable": "admits NULL:", "checks": "has the CHECK"}
