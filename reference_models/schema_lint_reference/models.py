"""Users, their tasks and what belongs to both, for SQLModel on PostgreSQL.

Every list a user sees is that user's own: each table that holds user data has an owner,
and each index that serves a list begins with it.

No `from __future__ import annotations` here: SQLModel reads the annotations of
relationships when the class is made, and a postponed `list["Task"]` would reach
SQLAlchemy as text that it cannot resolve.
"""

import uuid
from datetime import datetime, timezone
from enum import Enum
from typing import Any, Optional

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Index,
    MetaData,
    SmallInteger,
    Text,
    false,
    func,
    text,
)
from sqlalchemy import Enum as SAEnum
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

# Without names PostgreSQL invents them, and no migration can drop what it cannot name.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Base(SQLModel, registry=registry(metadata=metadata)):
    """What every model derives from, so that all tables share one metadata.

    Alembic's `target_metadata` is the same.
    """


def utc_now() -> datetime:
    """Give the time with its zone, which `datetime.utcnow()` leaves out."""
    return datetime.now(timezone.utc)


class TimestampMixin(SQLModel):
    """When a row was made, and when it last changed."""

    # With a time zone: without one, nobody knows whose clock it was. The factory gives
    # the application the value at once, the server default serves all other writers.
    created_at: datetime = Field(
        default_factory=utc_now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )

    # onupdate moves it with every UPDATE of the ORM. utc_now and not func.now(): then
    # the value is known at once, where an async session could not go and fetch it.
    updated_at: datetime = Field(
        default_factory=utc_now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now(), "onupdate": utc_now},
    )


class SoftDeleteMixin(SQLModel):
    """Rows that are hidden first and removed later."""

    # A time and not a flag: it says, too, when the row may be purged. NULL is alive.
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class User(TimestampMixin, Base, table=True):
    """A person with an account."""

    __tablename__ = "users"
    __table_args__ = (
        # Ann@example.org is ann@example.org: unique=True needs one spelling to see it.
        CheckConstraint("email = lower(email)", name="email_lower_case"),
    )

    # A client can make a UUID before the row exists, and it tells nobody how many rows
    # there are. The type is uuid: as text it would take twice the room.
    id: uuid.UUID = Field(
        default_factory=uuid.uuid4,
        primary_key=True,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )

    # Looked up at every login. Only a unique key stops two requests that add it both.
    email: str = Field(max_length=320, unique=True)

    display_name: str = Field(max_length=100)

    # passive_deletes="all": SQLAlchemy leaves the tasks as they are, and ON DELETE
    # RESTRICT refuses. Otherwise it would first set every owner_id to NULL.
    tasks: list["Task"] = Relationship(back_populates="owner", passive_deletes="all")

    # cascade_delete says in the ORM what ON DELETE CASCADE says in the database;
    # passive_deletes lets the database do it, in one statement.
    tags: list["Tag"] = Relationship(
        back_populates="owner", cascade_delete=True, passive_deletes=True
    )

    # One-to-one: no list here, and profiles.user_id is unique.
    profile: Optional["Profile"] = Relationship(
        back_populates="user", cascade_delete=True, passive_deletes=True
    )


class Profile(TimestampMixin, Base, table=True):
    """What a user tells about themselves; one for each user at most."""

    __tablename__ = "profiles"

    id: uuid.UUID = Field(
        default_factory=uuid.uuid4,
        primary_key=True,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )

    # unique makes it one-to-one, and its index serves the foreign key as well.
    # CASCADE: a profile means nothing without its user.
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", unique=True)

    # Text, said on purpose: nothing sensible limits it.
    biography: str | None = Field(default=None, sa_type=Text)

    time_zone: str = Field(
        default="UTC", max_length=64, description="IANA name, as Europe/Berlin"
    )

    # The factory gives each row a dict of its own, where default={} would share one.
    # MutableDict notices a changed key; JSONB, unlike JSON, is compared and indexed.
    preferences: dict[str, Any] = Field(
        default_factory=dict,
        sa_type=MutableDict.as_mutable(JSONB()),
        sa_column_kwargs={"server_default": text("'{}'")},
    )

    user: User = Relationship(back_populates="profile")


class TaskTag(Base, table=True):
    """Which tag is on which task."""

    __tablename__ = "task_tags"

    # Both columns are the key: a pair exists once, and the key's index leads from a
    # task to its tags. CASCADE: a pair is only a fact about its two ends.
    task_id: uuid.UUID = Field(
        foreign_key="tasks.id", ondelete="CASCADE", primary_key=True
    )

    # The key's index begins with task_id; the way back, from a tag to its tasks, needs
    # one of its own.
    tag_id: uuid.UUID = Field(
        foreign_key="tags.id", ondelete="CASCADE", primary_key=True, index=True
    )


class Tag(TimestampMixin, SoftDeleteMixin, Base, table=True):
    """A word that its owner puts on tasks."""

    __tablename__ = "tags"
    __table_args__ = (
        # Unique among the living only: the name of a deleted tag is free again.
        Index(
            "uq_tags_owner_id_name",
            "owner_id",
            "name",
            unique=True,
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )

    id: uuid.UUID = Field(
        default_factory=uuid.uuid4,
        primary_key=True,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )

    # The unique index leaves deleted tags out, so the foreign key has its own.
    # CASCADE: nobody else ever sees a user's tags.
    owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)

    name: str = Field(max_length=50)

    owner: User = Relationship(back_populates="tags")

    # Through a table of pairs, never a list of ids in one column.
    tasks: list["Task"] = Relationship(
        back_populates="tags", link_model=TaskTag, passive_deletes=True
    )


class TaskStatus(str, Enum):
    """Where an open task stands.

    Being done is no status: `Task.completed` alone says it, and nothing can disagree.
    """

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"


OPEN_TASKS = text("NOT completed AND deleted_at IS NULL")


class Task(TimestampMixin, SoftDeleteMixin, Base, table=True):
    """Something that its owner wants done."""

    __tablename__ = "tasks"
    __table_args__ = (
        # The database checks every writer; a table model does not validate at all.
        CheckConstraint("length(btrim(title)) > 0", name="title_not_blank"),
        CheckConstraint("priority BETWEEN 1 AND 5", name="priority_in_range"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        # Reminders, for all owners: first the column compared by =, then that by <.
        Index(None, "status", "due_at"),
        # The board of one owner: partial, for finished and deleted tasks only pile up.
        Index(None, "owner_id", "status", "due_at", postgresql_where=OPEN_TASKS),
    )

    # The function itself: uuid4() with parentheses would run once, at import, and give
    # every row one key. The server default serves rows that plain SQL inserts.
    id: uuid.UUID = Field(
        default_factory=uuid.uuid4,
        primary_key=True,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )

    # Never NULL: every task has an owner, and every query begins with one. Indexed:
    # PostgreSQL does not index the referencing side by itself. RESTRICT: nobody loses
    # work along with an account.
    owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)

    # str becomes NOT NULL, max_length VARCHAR(200); an sa_column would override both.
    title: str = Field(max_length=200)

    # None is allowed by the annotation and by the column, and it is the default.
    description: str | None = Field(default=None, sa_type=Text)

    # An enum lets no other word in. values_callable stores "todo": SQLAlchemy's default
    # is the member's name, "TODO", which is not what the API sends.
    status: TaskStatus = Field(
        default=TaskStatus.TODO,
        sa_type=SAEnum(
            TaskStatus,
            name="task_status",
            values_callable=lambda enum: [member.value for member in enum],
        ),
        sa_column_kwargs={"server_default": TaskStatus.TODO.value},
    )

    # 1 is the most urgent, 5 the least; the CHECK above keeps it so.
    priority: int = Field(
        default=3,
        sa_type=SmallInteger,
        sa_column_kwargs={"server_default": text("3")},
    )

    # Never NULL: a third answer, neither yes nor no, would haunt every query.
    completed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    # A moment, not a day: the client turns "by Friday" into one, in the user's zone.
    due_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    # Nullable, as SET NULL needs: subtasks of a deleted task move to the top level.
    parent_id: uuid.UUID | None = Field(
        default=None, foreign_key="tasks.id", ondelete="SET NULL", index=True
    )

    # Both sides name each other, so a change on one shows on the other at once.
    owner: User = Relationship(back_populates="tasks")

    # Both ends are one table: remote_side is the column of the parent's row.
    parent: Optional["Task"] = Relationship(
        back_populates="subtasks", sa_relationship_kwargs={"remote_side": "Task.id"}
    )

    # The database sets parent_id to NULL; without passive_deletes SQLAlchemy would
    # load every subtask first, to do the same.
    subtasks: list["Task"] = Relationship(back_populates="parent", passive_deletes=True)

    tags: list[Tag] = Relationship(
        back_populates="tasks", link_model=TaskTag, passive_deletes=True
    )


class TaskCreate(SQLModel):
    """What a client may send. Here constraints are checked; on a table model never."""

    title: str = Field(min_length=1, max_length=200)
    description: str | None = None
    priority: int = Field(default=3, ge=1, le=5)
    due_at: datetime | None = None
    parent_id: uuid.UUID | None = None
