"""REL008, REL009: where a relationship leads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import ERROR, Violation, rule
from schema_lint.facts.unknown import known
from schema_lint_rules._names import relationship_name, short
from schema_lint_rules._relations import OWN_JOIN
from schema_lint_rules.shapes import listed

if TYPE_CHECKING:
    from schema_lint.facts.models import Relationship
    from schema_lint.facts.project import Schema


@rule(
    "REL008",
    "ambiguous-relationship",
    severity=ERROR,
    evidence="SM",
    reference="models:Task.owner",
    minimal=True,
    peers=("Django fields.E333", "Django fields.E334", "Django fields.E335", "SQLAlchemy AmbiguousForeignKeys"),
)
def ambiguous_relationship(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """A relationship between tables that several foreign keys join says which of them it follows.

    Why: SQLAlchemy does not choose: it fails to configure the mappers at the first query (`AmbiguousForeignKeysError`).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(
                back_populates="owner", sa_relationship_kwargs={"foreign_keys": "Task.owner_id"}
            )

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            reviewer_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(
                back_populates="owner", sa_relationship_kwargs={"foreign_keys": "Task.owner_id"}
            )

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            reviewer_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(
                back_populates="tasks", sa_relationship_kwargs={"foreign_keys": "Task.owner_id"}
            )
        ```

    Exempt: `foreign_keys`, `primaryjoin` or `secondaryjoin` are stated.
    """
    if relationship.generated_by_backref or not known(relationship.target_found):
        return
    if any(relationship.argument(name) is not None for name in ("foreign_keys", *OWN_JOIN)):
        return
    if known(relationship.foreign_key_candidates) < 2:
        return
    model, target = schema.model(relationship.model), schema.model(known(relationship.target))
    own, other = (model.table if model else None), (target.table if target else None)
    columns = _joining(own, other, schema)
    yield Violation(
        message=f"{relationship_name(relationship)} could follow any of several foreign keys"
        + (f": {listed(columns)}" if columns else ""),
        suggestion=f"say which with foreign_keys={columns[0] if columns else '…'}, on both sides",
    )


def _joining(own: str | None, other: str | None, schema: Schema) -> list[str]:
    return [
        f"{short(table.models[0]) if table.models else table.key}.{fk.columns[0]}"
        for here, there in dict.fromkeys([(own, other), (other, own)])
        if here is not None and (table := schema.table(here)) is not None
        for fk in table.foreign_keys.known
        if fk.target_table == there
    ]


@rule(
    "REL009",
    "relationship-target-missing",
    severity=ERROR,
    evidence="SM",
    reference="models:User.tasks",
    minimal=True,
    peers=("active_record_doctor undefined_table_references", "Django fields.E300", "Django fields.E307"),
)
def relationship_target_missing(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """The class that a relationship leads to exists and is mapped.

    Why: a class named by a string is looked up at the first query; if it is not there, no mapper of the project can be
    configured.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Tasks"] = Relationship(back_populates="owner")

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
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt: everything, where a class of the same registry has a base class that could not be read, since what brings
    the base may bring the target too.
    """
    if known(relationship.target_found):
        return
    schema.models.complete()
    schema.tables.complete()
    for model in schema.models:
        if model.rest is not None:
            known(model.rest)
    wanted = known(relationship.target)
    nearest, why = _nearest_class(wanted, schema)
    yield Violation(
        message=f"{relationship_name(relationship)} leads to {wanted}, but there is no such mapped class{why}",
        suggestion=f'name "{nearest}"' if nearest else f"define {short(wanted)}, or import the module that does",
    )


def _nearest_class(wanted: str, schema: Schema) -> tuple[str | None, str]:
    from difflib import get_close_matches

    bare = short(wanted)
    for table in schema.tables:
        if table.name == bare and table.models:
            name = short(table.models[0])
            return name, f": {bare} is the table, {name} the class"
    names = [model.name for model in schema.models if model.table is not None]
    close = get_close_matches(bare, names, 1)
    return (close[0], f"; the nearest is {close[0]}") if close else (None, "")
