"""TBL016 and TBL017: what SQLAlchemy itself says of the models."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, WARNING, Violation, rule
from schema_lint.facts.models import MappingError


@rule("TBL016", "mapper-configuration-fails", severity=ERROR, evidence="M", reference="models:Task.owner", minimal=True)
def mapper_configuration_fails(error: MappingError) -> Iterator[Violation]:
    """SQLAlchemy can configure every mapper.

    Why: mappers are configured at the first query, all at once: one that cannot be fails every query of the program,
    also those on other tables.

    Bad:
        ```python
        import uuid

        from sqlmodel import Field, Relationship, SQLModel


        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(
                back_populates="owner", sa_relationship_kwargs={"primaryjoin": "User.id == Task.owner"}
            )


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Good:
        ```python
        import uuid

        from sqlmodel import Field, Relationship, SQLModel


        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(
                back_populates="owner", sa_relationship_kwargs={"primaryjoin": "User.id == Task.owner_id"}
            )


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt: what a rule of its own says: a missing target, foreign key or other side, an ambiguous one, a missing
    `remote_side`.
    """
    if error.kind == "configuration":
        yield Violation(
            message=f"SQLAlchemy cannot configure {error.subject}: {error.message}",
            suggestion="mend what SQLAlchemy names; no query runs until then",
        )


@rule("TBL017", "sqlalchemy-warning", severity=WARNING, evidence="M", reference="models:Task.owner")
def sqlalchemy_warning(error: MappingError) -> Iterator[Violation]:
    """Importing and configuring the models makes SQLAlchemy warn of nothing.

    Why: SQLAlchemy's warnings tell of models that work otherwise than they look: two relationships that write one
    column, a class that takes another's name. They are shown once, in the log of whoever starts the program.

    Bad:
        ```python
        import uuid

        from sqlmodel import Field, Relationship, SQLModel


        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")
            open_tasks: list["Task"] = Relationship(
                sa_relationship_kwargs={"primaryjoin": "and_(User.id == Task.owner_id, Task.completed == False)"}
            )


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            completed: bool = False
            owner: User = Relationship(back_populates="tasks")
        ```

    Good:
        ```python
        import uuid

        from sqlmodel import Field, Relationship, SQLModel


        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")
            open_tasks: list["Task"] = Relationship(
                sa_relationship_kwargs={
                    "primaryjoin": "and_(User.id == Task.owner_id, Task.completed == False)", "viewonly": True
                }
            )


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            completed: bool = False
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt: warnings that the program filters out itself; relationships of which REL001, REL002 or REL003 says what is
    wrong.
    """
    if error.kind == "warning":
        said, _, advice = error.message.partition(". ")
        yield Violation(
            message=f"SQLAlchemy warns: {said.rstrip('.')}",
            suggestion=advice.strip().rstrip(".") or "mend what it names, or filter the warning out where it is meant",
        )
