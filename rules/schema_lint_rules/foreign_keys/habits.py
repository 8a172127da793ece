"""FK013, FK017: what a project wants of all its foreign keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.unknown import known
from schema_lint_rules._statements import change_action
from schema_lint_rules._tables import links_rows, reference, resolve, shares_primary_key
from schema_lint_rules.shapes import matches

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import ForeignKey, Table


@rule(
    "FK013", "foreign-key-action-policy", severity=WARNING, on=False, strict=False, evidence="SMC",
    reference="models:Task.owner_id", needs_policy="foreign-key-action",
    peers=("schemalint reference-actions", "bytebase STATEMENT_DISALLOW_ON_DEL_CASCADE"),
)  # fmt: skip
def foreign_key_action_policy(fk: ForeignKey, table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """Every foreign key has the delete action that the project chose.

    Why: where one action is the rule, each exception surprises whoever deletes a row.

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
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        foreign-key-action = "RESTRICT"
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
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        foreign-key-action = "RESTRICT"
        ```

    Exempt:
        - junction tables, rows that share their parent's key, tables of the policy `cascade-tables`
        - a foreign key of a table to itself (FK014); one without any action (FK004)
        - NO ACTION where RESTRICT is wanted, and the reverse: both refuse
    """
    wanted, action = policies.foreign_key_action, known(fk.ondelete)
    if wanted == "any" or action is None or action.startswith(wanted) or fk.target_table == table.key:
        return
    if {wanted, action} == {"RESTRICT", "NO ACTION"} or matches(policies.cascade_tables, table):
        return
    if links_rows(table, schema, policies) or shares_primary_key(table):
        return
    yield Violation(
        message=f"{reference(fk)} has ON DELETE {action}, and the policy foreign-key-action asks for {wanted}",
        suggestion=f"use ON DELETE {wanted}, or name {table.key} in the policy cascade-tables",
        sql=change_action(fk, table, resolve(fk.target_table, schema), wanted),
    )


@rule(
    "FK017", "foreign-key-across-schemas", severity=INFO, on=False, strict=False, evidence="SMC",
    reference="models:Task.owner_id", peers=("pglinter B007", "dblinter T007", "splinter 0021 fkey_to_auth_unique"),
)  # fmt: skip
def foreign_key_across_schemas(
    fk: ForeignKey, table: Table, schema: Schema, *, allowed: tuple[str, ...] = ()
) -> Iterator[Violation]:
    """A foreign key stays within its schema.

    Why: schemas that reference each other cannot be dumped, restored or handed to another team one by one; where the
    other schema is somebody else's, its next version may drop the key that is referenced.

    Bad:
        ```sql
        CREATE SCHEMA auth;
        CREATE TABLE auth.users (id uuid PRIMARY KEY);
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL REFERENCES auth.users (id));
        ```

    Bad:
        ```python
        import uuid
        from sqlalchemy import Column, ForeignKey, MetaData, Table, Uuid

        metadata = MetaData()
        users = Table("users", metadata, Column("id", Uuid, primary_key=True, default=uuid.uuid4), schema="auth")
        tasks = Table(
            "tasks",
            metadata,
            Column("id", Uuid, primary_key=True, default=uuid.uuid4),
            Column("owner_id", Uuid, ForeignKey("auth.users.id", ondelete="RESTRICT"), index=True),
        )
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Column, ForeignKey, MetaData, Table, Uuid

        metadata = MetaData()
        users = Table("users", metadata, Column("id", Uuid, primary_key=True, default=uuid.uuid4))
        tasks = Table(
            "tasks",
            metadata,
            Column("id", Uuid, primary_key=True, default=uuid.uuid4),
            Column("owner_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), index=True),
        )
        ```

    Exempt: schemas of the option `allowed`; targets that are not known.

    Options:
        allowed: schemas that any other may reference.
    """
    target = resolve(fk.target_table, schema)
    if target is None or target.schema == table.schema or target.schema in allowed:
        return
    here = table.schema or schema.default_schema or "the default schema"
    there = target.schema or schema.default_schema or "the default schema"
    yield Violation(
        message=f"{reference(fk)} leads from {here} to {there}",
        suggestion=f"keep both tables in one schema, or name {there} in the rule's option allowed",
    )
