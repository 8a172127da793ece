"""The same tasks where Better Auth keeps the users, whose keys are texts.

Better Auth makes and migrates its own tables. We name the one that our foreign keys
lead to, so that they find it, and leave all of them alone: `include_object` keeps
Alembic from touching them. The linter is told by the policy
`external-tables.users = {id = "text"}`, or by a comment as here.
"""

import uuid
from typing import Any

from sqlalchemy import Column, Index, MetaData, Table, Text, false, func
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from schema_lint_reference.models import NAMING_CONVENTION, TimestampMixin

metadata = MetaData(naming_convention=NAMING_CONVENTION)

# As Better Auth's adapter names its tables with `usePlural`.
EXTERNAL_TABLES = frozenset({"users", "sessions", "accounts", "verifications"})

# What a foreign key needs to find its target; the other columns are Better Auth's.
users = Table("users", metadata, Column("id", Text, primary_key=True))


class Base(SQLModel, registry=registry(metadata=metadata)):
    """What every model derives from, so that all tables share one metadata."""


class Task(TimestampMixin, Base, table=True):
    """Something that a user wants done."""

    __tablename__ = "tasks"
    __table_args__ = (
        # A user's list: open tasks before done ones, newest first. It begins with
        # user_id, and so serves the foreign key as well.
        Index(None, "user_id", "completed", "created_at"),
    )

    id: uuid.UUID = Field(
        default_factory=uuid.uuid4,
        primary_key=True,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )

    # Text, as the key it refers to: PostgreSQL refuses a foreign key from uuid to text.
    # CASCADE: Better Auth deletes users with SQL of its own, which RESTRICT would fail.
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE", sa_type=Text)

    title: str = Field(max_length=200)
    description: str | None = Field(default=None, sa_type=Text)
    completed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


def include_object(_: Any, name: str | None, kind: str, *__: Any) -> bool:
    """Tell Alembic what is ours: an argument of `context.configure` in `env.py`."""
    return not (kind == "table" and name in EXTERNAL_TABLES)
