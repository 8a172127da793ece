"""REL006, REL007, REL018: what a relationship joins by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import ERROR, INFO, WARNING, Violation, rule
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import relationship_name, short
from schema_lint_rules._relations import OWN_JOIN, ensure_read, is_implicit_many_to_many
from schema_lint_rules._tables import external_columns, links_rows, reference, resolve, shares_primary_key
from schema_lint_rules.shapes import listed

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.models import Relationship
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import ForeignKey, Table


@rule(
    "REL006",
    "foreign-key-without-relationship",
    severity=INFO,
    evidence="SM",
    reference="models:Task.owner",
    needs_policy="require-relationships",
)
def foreign_key_without_relationship(
    fk: ForeignKey, table: Table, schema: Schema, policies: Policies
) -> Iterator[Violation]:
    """A foreign key between mapped classes has a relationship.

    Why: without one, code joins and loads by hand what the ORM would do, once at each place.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
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
        - tables that a many-to-many relationship goes through, other junction tables, and joined inheritance
        - foreign keys to or from a table without a class, or that someone else makes
        - everything, where the policy `require-relationships` is set to false; until it is set, `info`
    """
    target = resolve(fk.target_table, schema)
    if "require-relationships" in policies.stated and not policies.require_relationships:
        return
    if target is None or not target.models or not table.models or external_columns(target.key, policies) is not None:
        return
    if shares_primary_key(table) or links_rows(table, schema, policies):
        return
    if schema.relationships_over(table.key, fk.columns) or _may_be_followed(table, target, schema):
        return
    for model in (*table.models, *target.models):
        ensure_read(model, schema)
    yield Violation(
        message=f"no relationship follows the foreign key {reference(fk)}",
        suggestion=f"add relationships to {short(table.models[0])} and {short(target.models[0])} that name each other "
        "in back_populates",
        severity=WARNING if policies.require_relationships else None,
    )


def _may_be_followed(table: Table, target: Table, schema: Schema) -> bool:
    """A relationship between the two tables exists of which the foreign key is not known."""
    models = {*table.models, *target.models}
    for model in models:
        for relationship in schema.relationships_of(model):
            if isinstance(relationship.foreign_keys, Unknown):
                leads_to = relationship.target
                if isinstance(leads_to, Unknown) or leads_to in models:
                    return True
    return False


@rule(
    "REL007",
    "relationship-without-foreign-key",
    severity=ERROR,
    evidence="SM",
    reference="models:Task.owner_id",
    minimal=True,
    peers=("active_record_doctor", "database_consistency ForeignKey", "Django fields.E336", "SQLAlchemy NoForeignKeys"),
)
def relationship_without_foreign_key(
    relationship: Relationship, schema: Schema, policies: Policies
) -> Iterator[Violation]:
    """A relationship has a foreign key to join by.

    Why: without one, and without a join condition of its own, SQLAlchemy fails to configure the mappers at the first
    query (`NoForeignKeysError`).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=100, unique=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            name: str = Field(max_length=100, unique=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt:
        - a `primaryjoin` of its own
        - tables between which a foreign key names something that does not exist: FK003 says so
        - lists on both sides without a table between: REL014 says so
        - tables whose columns or foreign keys could not all be read
    """
    if any(relationship.argument(name) is not None for name in OWN_JOIN) or not known(relationship.target_found):
        return
    if known(relationship.foreign_keys):
        return
    if known(relationship.foreign_key_candidates):
        return
    tables = _tables_joined(relationship, schema)
    if not tables or any(_names_nothing(table, schema, policies) for table in tables):
        return
    if is_implicit_many_to_many(relationship, schema) or not _reports(relationship, schema):
        return
    here, target = relationship_name(relationship), short(known(relationship.target))
    secondary = known(relationship.secondary)
    if secondary is not None:
        yield Violation(
            message=f"{here} goes through {secondary}, which has no foreign keys to both {tables[0].key} and "
            f"{tables[1].key}",
            suggestion=f"give {secondary} a foreign key to each",
        )
        return
    many, one = (tables[0], tables[1]) if relationship.annotation_collection is not True else (tables[1], tables[0])
    yield Violation(
        message=f"{here} leads to {target}, but no foreign key joins {tables[0].key} and {tables[1].key}",
        suggestion=f"add a foreign key to {_key(one)} to {short(many.models[0]) if many.models else many.key}",
    )


def _key(table: Table) -> str:
    key = table.primary_key.columns
    return f'"{table.key}.{key[0]}"' if len(key) == 1 else table.key


def _tables_joined(relationship: Relationship, schema: Schema) -> list[Table]:
    """Own table, target's table, and the one between; none where one of them is not known."""
    models = [schema.model(relationship.model), schema.model(known(relationship.target))]
    keys = [model.table for model in models if model is not None]
    secondary = known(relationship.secondary)
    if secondary is not None:
        keys.append(secondary)
    tables = [schema.table(key) for key in keys if key is not None]
    return [table for table in tables if table is not None] if len(tables) == len(keys) == 2 + bool(secondary) else []


def _names_nothing(table: Table, schema: Schema, policies: Policies) -> bool:
    """One of the table's foreign keys has no target: mending that may be all there is to do."""
    return any(
        resolve(fk.target_table, schema) is None or external_columns(fk.target_table, policies) is not None
        for fk in table.foreign_keys.complete()
    )


def _reports(relationship: Relationship, schema: Schema) -> bool:
    """Of two sides that lack the same foreign key, the single object (or the first by name) is reported."""
    named = relationship.back_populates
    other = schema.relationship(known(relationship.target), named) if isinstance(named, str) else None
    if other is None or known(other.foreign_keys) or other is relationship:
        return True
    return _rank(relationship) < _rank(other)


def _rank(relationship: Relationship) -> tuple[bool, str, str]:
    return relationship.annotation_collection is True, relationship.model, relationship.name


@rule(
    "REL018",
    "unexplained-relationship-options",
    severity=INFO,
    evidence="S",
    reference="models:Task.parent",
)
def unexplained_relationship_options(relationship: Relationship) -> Iterator[Violation]:
    """A comment says why a relationship needs a join condition or an overlap of its own.

    Why: `primaryjoin`, `secondaryjoin` and `overlaps` switch off what SQLAlchemy would find or warn of by itself; the
    next reader cannot tell whether that is needed.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            open_tasks: list["Task"] = Relationship(
                sa_relationship_kwargs={
                    "primaryjoin": "and_(User.id == Task.owner_id, Task.completed == False)", "viewonly": True
                }
            )

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            completed: bool = False
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            # The dashboard shows open tasks alone, without loading finished ones.
            open_tasks: list["Task"] = Relationship(
                sa_relationship_kwargs={
                    "primaryjoin": "and_(User.id == Task.owner_id, Task.completed == False)", "viewonly": True
                }
            )

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
            completed: bool = False
        ```

    Exempt: the side that a `backref` makes.
    """
    given = [name for name in (*OWN_JOIN, "overlaps") if relationship.argument(name) is not None]
    if not given or relationship.explanation or relationship.generated_by_backref:
        return
    yield Violation(
        message=f"{relationship_name(relationship)} sets {listed(given)} without saying why",
        suggestion="say in a comment above it what it is for",
    )
