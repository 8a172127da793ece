"""CON009 and CON010: unique keys that others rely on."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, INFO, Violation, rule
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Index, Table, UniqueConstraint
from schema_lint_rules._names import columns_of, quoted
from schema_lint_rules._statements import alter, in_database
from schema_lint_rules._tables import reference, resolve
from schema_lint_rules.shapes import listed


@rule(
    "CON009", "referenced-index-without-constraint", severity=INFO, evidence="SMC", reference="models:User.email",
)  # fmt: skip
def referenced_index_without_constraint(index: Index, table: Table, schema: Schema) -> Iterator[Violation]:
    """What a foreign key references is a primary key or a unique constraint.

    Why: PostgreSQL takes a unique index as well, but it is no constraint: tools that list keys do not show it, ON
    CONFLICT ON CONSTRAINT cannot name it, and who drops it as a mere index learns only then what relied on it.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __table_args__ = (Index("uq_user_code", "code", unique=True),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            code: str = Field(max_length=20)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_code: str = Field(max_length=20, foreign_key="user.code", ondelete="RESTRICT", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import UniqueConstraint
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("code", name="uq_user_code"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            code: str = Field(max_length=20)


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_code: str = Field(max_length=20, foreign_key="user.code", ondelete="RESTRICT", index=True)
        ```

    Exempt: columns that a primary key or unique constraint keeps unique as well; partial and expression indexes, which
    no foreign key can reference; `unique=True` on a column, which says the same in the model.
    """
    columns = frozenset(column for column in index.columns if column is not None)
    if index.unique is not True or index.predicate is not None or len(columns) < len(index.parts):
        return
    if index.implied_by_column is not None or not index.valid:
        return
    constraints = [table.primary_key.columns, *(unique.columns for unique in table.unique_constraints.known)]
    if any(frozenset(key) == columns for key in constraints):
        return
    table.unique_constraints.complete()
    referencing = [fk for fk in schema.foreign_keys_to(table.key) if frozenset(fk.target_columns) == columns]
    if not referencing:
        return
    name = index.name if isinstance(index.name, str) else "a unique index"
    names = listed(reference(fk) for fk in referencing)
    verb = "relies" if len(referencing) == 1 else "rely"
    yield Violation(
        message=f"{names} {verb} on {name}, which is an index, not a constraint",
        suggestion=f"make a unique constraint of {name}",
        sql=alter(table, f"ADD CONSTRAINT {quoted(name)} UNIQUE USING INDEX {quoted(name)}")
        if all(part.expression is None and not part.descending and part.nulls is None for part in index.parts)
        else None,
    )


@rule(
    "CON010", "deferrable-unique", severity=INFO, evidence="SMC", reference="models:User.email",
)  # fmt: skip
def deferrable_unique(unique: UniqueConstraint, table: Table, schema: Schema) -> Iterator[Violation]:
    """A unique constraint is checked at once.

    Why: one that can be deferred cannot decide an INSERT … ON CONFLICT, and PostgreSQL refuses every foreign key to it:
    "cannot use a deferrable unique constraint for referenced table".

    Bad:
        ```python
        import uuid
        from sqlalchemy import UniqueConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("position", name="uq_task_position", deferrable=True),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            position: int
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import UniqueConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("position", name="uq_task_position"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            position: int
        ```

    Exempt: constraints that cannot be deferred.

    Limits: an error where a foreign key references it, an info elsewhere, for some constraints must be deferred: those
    of rows that exchange their values.
    """
    if not unique.deferrable:
        return
    where = columns_of(table.key, unique.columns)
    columns = frozenset(unique.columns)
    others = [table.primary_key.columns, *(u.columns for u in table.unique_constraints.known if not u.deferrable)]
    immediate = any(frozenset(key) == columns for key in others)
    for fk in schema.foreign_keys_to(table.key):
        target = resolve(fk.target_table, schema)
        if target is table and frozenset(fk.target_columns) == columns and not immediate:
            yield Violation(
                message=f"{reference(fk)} references a deferrable unique constraint, which PostgreSQL refuses",
                suggestion=f"let the unique constraint on {where} be checked at once",
                severity=ERROR,
            )
            return
    yield Violation(
        message=f"the unique constraint on {where} can be deferred, so no ON CONFLICT and no foreign key can use it",
        suggestion="make it anew without DEFERRABLE, unless rows exchange their values",
        subject=Subject(kind="constraint", schema=table.schema, table=table.name, columns=unique.columns)
        if in_database(table)
        else None,
    )
