"""FK014 to FK016: foreign keys of a table to itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import ERROR, INFO, WARNING, Violation, rule
from schema_lint.facts.unknown import known
from schema_lint_rules._names import columns_of, quoted
from schema_lint_rules._statements import alter, change_action, drop_constraint, in_database
from schema_lint_rules._tables import reference
from schema_lint_rules.shapes import label

if TYPE_CHECKING:
    from schema_lint.facts.models import Relationship
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import ForeignKey, Table


@rule(
    "FK014", "self-reference-refuses-delete", severity=INFO, evidence="SMC", reference="models:Task.parent_id",
    silences=("FK004",),
    peers=("pg-index-health self_referenced_foreign_keys", "sqlcheck 1003", "SchemaCrawler"),
)  # fmt: skip
def self_reference_refuses_delete(fk: ForeignKey, table: Table, schema: Schema) -> Iterator[Violation]:
    """A tree says what becomes of the children when a row goes.

    Why: with RESTRICT or NO ACTION no row that has children can be deleted; somebody has to walk the tree from its
    leaves up, one level at a time. ON DELETE SET NULL lets the children live at the top, CASCADE takes them along.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            parent_id: uuid.UUID | None = Field(default=None, foreign_key="task.id", ondelete="RESTRICT", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            parent_id: uuid.UUID | None = Field(default=None, foreign_key="task.id", ondelete="SET NULL", index=True)
        ```

    Exempt: a relationship that deletes the children itself; foreign keys to other tables; a column that references
    itself (FK016).
    """
    if fk.target_table != table.key or known(fk.ondelete) not in (None, "NO ACTION", "RESTRICT") or _is_circular(fk):
        return
    if any(_deletes(relationship) for relationship in schema.relationships_over(fk.table, fk.columns)):
        return
    columns = [column for column in map(table.column, fk.columns) if column is not None]
    optional = bool(columns) and all(column.nullable is True for column in columns)
    wanted = "SET NULL" if optional else "CASCADE"
    yield Violation(
        message=f"{reference(fk)} refuses to delete a row of {table.key} while it has children",
        suggestion=f"use ON DELETE {wanted}" + ("" if wanted == "CASCADE" else ", or CASCADE"),
        sql=change_action(fk, table, table, wanted),
    )


def _deletes(relationship: Relationship) -> bool:
    """It deletes the children, or may: what is not known is not held against anybody."""
    return relationship.direction != "MANYTOONE" and "delete" in known(relationship.cascade)


def _is_circular(fk: ForeignKey) -> bool:
    return any(own == target for own, target in zip(fk.columns, fk.target_columns, strict=False))


@rule(
    "FK015", "self-reference-not-null", severity=WARNING, evidence="SMC", reference="models:Task.parent_id",
    peers=("pgdesigner W019",),
)  # fmt: skip
def self_reference_not_null(fk: ForeignKey, table: Table) -> Iterator[Violation]:
    """A row may be without a parent.

    Why: every tree has a root. Where the parent's column is NOT NULL, the first row can be inserted only if it names
    itself as its parent, and every query that climbs the tree has to know of that.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            parent_id: uuid.UUID = Field(foreign_key="task.id", ondelete="CASCADE", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
            parent_id: uuid.UUID | None = Field(default=None, foreign_key="task.id", ondelete="CASCADE", index=True)
        ```

    Exempt: deferrable foreign keys; several columns of which one may be NULL; a column that references itself (FK016).
    """
    if fk.target_table != table.key or fk.deferrable or _is_circular(fk):
        return
    columns = [column for column in map(table.column, fk.columns) if column is not None]
    if len(columns) < len(fk.columns) or not all(known(c.nullable) is False for c in columns):
        return
    free = [column for column in columns if known(column.primary_key) is False]
    yield Violation(
        message=f"the first row of {table.key} needs a parent: {columns_of(table.key, fk.columns)} references "
        f"{fk.target} and is NOT NULL",
        suggestion=f"let {label(free[0])} be NULL, for rows at the top" if free else None,
        sql=alter(table, f"ALTER COLUMN {quoted(free[0].name)} DROP NOT NULL") if free else None,
    )


@rule(
    "FK016", "column-references-itself", severity=ERROR, evidence="SMC", reference="models:Task.parent_id",
    minimal=True, peers=("SchemaCrawler LinterForeignKeySelfReference",),
)  # fmt: skip
def column_references_itself(fk: ForeignKey, table: Table) -> Iterator[Violation]:
    """No column references itself.

    Why: every row fulfils such a foreign key, so it demands nothing; the reference that was meant does not exist.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(
                default_factory=uuid.uuid4, primary_key=True, foreign_key="task.id", ondelete="RESTRICT"
            )
            title: str = Field(max_length=200, unique=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200, unique=True)
        ```

    Exempt: several columns of which only some are the same, such as a parent within the same tenant.
    """
    if fk.target_table != table.key or not fk.columns or fk.columns != fk.target_columns:
        return
    yield Violation(
        message=f"{columns_of(table.key, fk.columns)} references itself, which every row fulfils",
        suggestion="remove the foreign key, or name the table that is meant"
        if not in_database(table)
        else "drop the constraint, or make it anew for the table that is meant",
        sql=drop_constraint(table, fk.name),
    )
