"""FK004, FK005, FK007: what happens to a row when the row it references goes away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Fix
from schema_lint.checking.rule import ERROR, INFO, Violation, rule
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._fixes import one_edit
from schema_lint_rules._names import columns_of
from schema_lint_rules._statements import in_database
from schema_lint_rules._tables import links_rows, reference, shares_primary_key
from schema_lint_rules.shapes import label, matches

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.models import Relationship
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Column, ForeignKey, Table


@rule(
    "FK004",
    "implicit-foreign-key-action",
    severity=INFO,
    evidence="SMG",
    reference="models:Task.owner_id",
    fix="unsafe",
    peers=("pgdesigner W015", "schemalint", "database_consistency MissingDependentDestroy", "Django on_delete"),
)
def implicit_foreign_key_action(
    fk: ForeignKey, table: Table, schema: Schema, policies: Policies
) -> Iterator[Violation]:
    """A foreign key states what a delete does.

    Why: without ON DELETE, PostgreSQL refuses the delete with NO ACTION, which may be what is wanted or what nobody
    thought of; a stated action tells the reader which (PostgreSQL documentation, 5.5.5 Foreign Keys).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Exempt:
        - the child of joined inheritance, whose row SQLAlchemy deletes together with its parent's
        - a relationship that deletes the rows itself (REL012 compares the two)
        - the policy `foreign-key-action` = `"NO ACTION"` or `"any"`
    """
    wanted = policies.foreign_key_action
    if wanted in ("any", "NO ACTION") or known(fk.ondelete) is not None or shares_primary_key(table):
        return
    if any(_deletes(relationship) for relationship in schema.relationships_over(fk.table, fk.columns)):
        return
    if links_rows(table, schema, policies):
        wanted = "CASCADE"
    column = table.column(fk.columns[0]) if len(fk.columns) == 1 else None
    where = label(column) if column is not None else columns_of(fk.table, fk.columns)
    if wanted == "SET NULL" and column is not None and column.nullable is False:
        wanted = "RESTRICT"
    yield Violation(
        message=f"the foreign key {reference(fk)} does not say what a delete does",
        suggestion=f'add ondelete="{wanted}" to {where}',
        fix=_fix(column, wanted),
    )


def _fix(column: Column | None, action: str) -> Fix | None:
    declaration = column.declaration if column is not None else None
    if declaration is None or declaration.argument("foreign_key") is None:
        return None
    return one_edit("set-argument", declaration.place, "ondelete", f'"{action}"')


def _deletes(relationship: Relationship) -> bool:
    """The ORM deletes the referencing rows with the referenced one, or may: what is not known is not held against."""
    if relationship.direction == "MANYTOONE":
        return False
    return isinstance(relationship.cascade, Unknown) or "delete" in relationship.cascade


@rule(
    "FK005",
    "unexplained-cascade",
    severity=INFO,
    evidence="SMCG",
    reference="models:Profile.user_id",
    peers=("flake8-django-on-delete-comment", "bytebase STATEMENT_DISALLOW_ON_DEL_CASCADE", "schemalint"),
)
def unexplained_cascade(fk: ForeignKey, table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """ON DELETE CASCADE stands where rows are meant to go with their parent.

    Why: one DELETE removes every row below it without a word; the model should show that this is wanted.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            # A task means nothing without its owner.
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
        ```

    Exempt:
        - a relationship from the parent over it: whether that deletes too (`cascade_delete`, `delete-orphan`,
          `passive_deletes`) is REL012's to compare
        - junction tables, tables that a many-to-many relationship goes through, and rows that share their parent's
          primary key
        - tables of the policy `cascade-tables`; the policy `foreign-key-action` = `"CASCADE"` or `"any"`
        - a comment on the column or the constraint; in a database, on the column
    """
    if known(fk.ondelete) != "CASCADE" or policies.foreign_key_action in ("CASCADE", "any"):
        return
    if shares_primary_key(table) or links_rows(table, schema, policies) or matches(policies.cascade_tables, table):
        return
    if _is_explained(fk, table) or any(map(_knows_of_it, schema.relationships_over(fk.table, fk.columns))):
        return
    yield Violation(
        message=f"ON DELETE CASCADE on {reference(fk)} deletes rows of {fk.table} without saying why",
        suggestion=f"say in a comment that these rows go with their {fk.target_table}, "
        f"name {fk.table} in the policy cascade-tables, or use RESTRICT",
    )


def _knows_of_it(relationship: Relationship) -> bool:
    """It is the parent's list of these rows: what it does at a delete is REL012's to compare with the cascade."""
    direction = relationship.direction
    return relationship.viewonly is not True and (isinstance(direction, Unknown) or direction == "ONETOMANY")


def _is_explained(fk: ForeignKey, table: Table) -> bool:
    if fk.explanation:
        return True
    columns = [column for column in map(table.column, fk.columns) if column is not None]
    if in_database(table):
        return any(isinstance(column.comment, str) for column in columns)
    return any(column.explanation for column in columns)


@rule(
    "FK007",
    "set-null-on-not-null",
    severity=ERROR,
    evidence="SMCG",
    reference="models:Task.parent_id",
    minimal=True,
    peers=("Django fields.E320", "Django fields.E321"),
)
def set_null_on_not_null(fk: ForeignKey, table: Table, schema: Schema) -> Iterator[Violation]:
    """A foreign key with ON DELETE SET NULL may be NULL.

    Why: the database creates it without complaint; every delete of a referenced row then fails with a not-null
    violation.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Column, ForeignKey
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            owner_id: uuid.UUID = Field(
                sa_column=Column(ForeignKey("user.id", ondelete="SET NULL"), nullable=False, index=True)
            )
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            owner_id: uuid.UUID | None = Field(default=None, foreign_key="user.id", ondelete="SET NULL", index=True)
        ```

    Exempt: columns that a list after it leaves alone (`SET NULL (column)`, PostgreSQL 15).
    """
    for event, action in (("DELETE", fk.ondelete), ("UPDATE", fk.onupdate)):
        if isinstance(action, Unknown) or action is None or not action.startswith("SET NULL"):
            continue
        named = [name.strip(' "') for name in action.partition("(")[2].rstrip(")").split(",") if name.strip()]
        columns = [table.column(name) for name in named or fk.columns]
        fixed = [column for column in columns if column is not None and not _nullable(column)]
        if not fixed:
            continue
        names = ", ".join(label(column) for column in fixed)
        key = any(column.primary_key is True for column in fixed)
        yield Violation(
            message=f"ON {event} SET NULL on {reference(fk)} cannot work: "
            f"{columns_of(fk.table, [column.name for column in fixed])} is {'a key' if key else 'NOT NULL'}",
            suggestion=f"use ON {event} RESTRICT or CASCADE" if key else f"let {names} be NULL, or use RESTRICT",
        )


def _nullable(column: Column) -> bool:
    return not known(column.primary_key) and known(column.nullable)
