"""REL012, REL013: what the ORM deletes, and what the database does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import ERROR, INFO, WARNING, Violation, rule
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import columns_of, relationship_name, short, with_article
from schema_lint_rules.shapes import label

if TYPE_CHECKING:
    from schema_lint.facts.models import Relationship
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import ForeignKey


@rule(
    "REL012",
    "cascade-disagreement",
    severity=WARNING,
    evidence="SMC",
    reference="models:User.tags",
    peers=("database_consistency ForeignKeyCascade", "active_record_doctor incorrect_dependent_option"),
)
def cascade_disagreement(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """The ORM and the database do the same when a parent is deleted.

    Why: with `passive_deletes` the ORM leaves the children to the database; if the foreign key does nothing, the delete
    fails. With `cascade_delete` and no ON DELETE, only deletes through the ORM work, one child at a time (SQLAlchemy,
    Using foreign key ON DELETE cascade with ORM relationships).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner", cascade_delete=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner", cascade_delete=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt:
        - ON DELETE CASCADE and an ORM cascade without `passive_deletes`: both delete, merely one by one
        - RESTRICT or NO ACTION where it is stated: beside `passive_deletes="all"` it is meant to refuse, beside an ORM
          cascade it guards against other writers
        - ON DELETE SET NULL without an ORM cascade: both set NULL
        - at `info`: `cascade="all, delete"` in SQLAlchemy's own spelling without ON DELETE; ON DELETE CASCADE under a
          list that neither cascades nor has `passive_deletes`; ON DELETE SET NULL under an ORM cascade
    """
    if relationship.direction != "ONETOMANY" or known(relationship.viewonly):
        return
    for table, columns in known(relationship.foreign_keys):
        own = schema.table(table)
        fk = next((key for key in own.foreign_keys.known if key.columns == columns), None) if own else None
        if fk is not None:
            yield from _compare(relationship, fk, schema)


def _compare(relationship: Relationship, fk: ForeignKey, schema: Schema) -> Iterator[Violation]:
    action, passive = known(fk.ondelete), known(relationship.passive_deletes)
    deletes = "delete" in known(relationship.cascade)
    name, where = relationship_name(relationship), _foreign_key_name(fk, schema)
    if passive and not (passive == "all" and action) and action in (None, "NO ACTION", "RESTRICT"):
        does = f"says ON DELETE {action}" if action else "has no ON DELETE"
        yield Violation(
            message=f"{name} leaves its rows to the database (passive_deletes), but {where} {does}",
            suggestion=f'add ondelete="CASCADE" or "SET NULL" to {where}, or remove passive_deletes from {name}',
        )
    elif deletes and action is None:
        flag = relationship.argument("cascade_delete") is not None
        yield Violation(
            message=f"{name} deletes its rows with {short(relationship.model)}, but {where} has no ON DELETE, so that "
            "only the ORM can",
            suggestion=f'add ondelete="CASCADE" to {where}',
            severity=None if flag else INFO,
        )
    elif deletes and action == "SET NULL":
        yield Violation(
            message=f"{name} deletes its rows with {short(relationship.model)}, but {where} says ON DELETE SET NULL",
            suggestion=f'use ondelete="CASCADE" on {where}, or remove the cascade from {name}',
            severity=INFO,
        )
    elif not deletes and not passive and action == "CASCADE":
        yield _set_null_before_cascade(name, where, fk, schema)


def _set_null_before_cascade(name: str, where: str, fk: ForeignKey, schema: Schema) -> Violation:
    columns = [schema.column(fk.table, column) for column in fk.columns]
    refused = all(column is not None and column.nullable is False for column in columns)
    outcome = "which NOT NULL refuses" if refused else "and they stay"
    return Violation(
        message=f"{where} says ON DELETE CASCADE, but before a delete the ORM sets the rows of {name} to NULL, "
        f"{outcome}",
        suggestion=f"set passive_deletes=True on {name}",
        severity=INFO,
    )


def _foreign_key_name(fk: ForeignKey, schema: Schema) -> str:
    column = schema.column(fk.table, fk.columns[0]) if len(fk.columns) == 1 else None
    return label(column) if column is not None else columns_of(fk.table, fk.columns)


@rule(
    "REL013",
    "delete-cascade-on-many-to-one",
    severity=ERROR,
    evidence="SM",
    reference="models:User.tags",
    minimal=True,
    peers=("SQLAlchemy mapper configuration (delete-orphan)",),
)
def delete_cascade_on_many_to_one(relationship: Relationship, schema: Schema) -> Iterator[Violation]:
    """A delete cascades from the parent to its children, not from a child to its parent.

    Why: with `cascade="all, delete"` on the side that has the foreign key, deleting one child deletes the parent, and
    with it every other child or the delete itself. `delete-orphan` there does not configure at all.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks", cascade_delete=True)
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

    Exempt:
        - `single_parent=True`
        - a foreign key that is unique: the row owns the one it points to
        - `viewonly`
    """
    if relationship.direction != "MANYTOONE" or relationship.viewonly is True:
        return
    cascade = relationship.cascade
    if isinstance(cascade, Unknown) or "delete" not in cascade or known(relationship.single_parent):
        return
    if _owns_its_target(relationship, schema):
        return
    name, target = relationship_name(relationship), short(known(relationship.target))
    orphan = "delete-orphan" in cascade
    yield Violation(
        message=f"{name} asks for delete-orphan on the side that has the foreign key, which SQLAlchemy refuses"
        if orphan
        else f"deleting {with_article(short(relationship.model))} deletes the {target} that {name} leads to",
        suggestion=f"remove the delete cascade from {name}; if each {target} belongs to one "
        f"{short(relationship.model)} alone, say single_parent=True",
    )


def _owns_its_target(relationship: Relationship, schema: Schema) -> bool:
    """The foreign key is unique, so no other row points to the same target."""
    if "delete-orphan" in known(relationship.cascade):
        return False
    for key, columns in known(relationship.foreign_keys):
        table = schema.table(key)
        if table is None or any(unique <= frozenset(columns) for unique in schema.unique_sets(table)):
            return True
        table.unique_constraints.complete()
        table.exclusion_constraints.complete()
        table.indexes.complete()
    return False
