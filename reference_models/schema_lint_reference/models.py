"""Users, their tasks and what belongs to both, for SQLModel on PostgreSQL.

Every list a user sees is that user's own: each table that holds user data has an owner, and each index that serves a
list begins with it.

No `from __future__ import annotations` here: SQLModel reads the annotations of relationships when the class is made,
and a postponed `list["Task"]` reaches SQLAlchemy as text that it cannot resolve.
"""

import uuid
from datetime import datetime, timezone
from enum import Enum
from typing import Optional

from sqlalchemy import CheckConstraint, DateTime, Index, MetaData, SmallInteger, Text, false, func, text
from sqlalchemy import Enum as SAEnum
from sqlalchemy.orm import registry
from sqlmodel import Field, Relationship, SQLModel

# Without a convention PostgreSQL invents the names of constraints, and a migration cannot drop what it cannot name.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Base(SQLModel, registry=registry(metadata=metadata)):
    """What every model derives from, so that all tables share one metadata; Alembic's `target_metadata` is the same."""


def utc_now() -> datetime:
    """Give the time with its zone: `datetime.utcnow()` has none, and PostgreSQL would read it as local time."""
    return datetime.now(timezone.utc)


class TimestampMixin(SQLModel):
    """When a row was made, and when it last changed."""

    # A time zone, because servers and users have different ones. The factory lets the application read the value
    # before the row is written; the server default fills rows that something else inserts.
    created_at: datetime = Field(
        default_factory=utc_now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )

    # onupdate moves it with every UPDATE that the ORM sends. A callable rather than func.now(): the new value is then
    # known without a second query, which an async session could not send behind an attribute access.
    updated_at: datetime = Field(
        default_factory=utc_now,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now(), "onupdate": utc_now},
    )


class SoftDeleteMixin(SQLModel):
    """Rows that are hidden first and removed later."""

    # A time rather than a flag: it says also when the row may be purged. NULL means that the row is alive.
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


class TaskStatus(str, Enum):
    """Where an open task stands. That it is done is no status: `Task.completed` says so, and nothing can disagree."""

    TODO = "todo"
    IN_PROGRESS = "in_progress"
    BLOCKED = "blocked"


class User(TimestampMixin, Base, table=True):
    """A person with an account."""

    __tablename__ = "users"
    __table_args__ = (
        # Ann@example.org and ann@example.org are one person: stored in lower case, a plain unique key sees that.
        CheckConstraint("email = lower(email)", name="email_lower_case"),
    )

    # A UUID can be made by a client and gives away no count of rows. The factory serves the application, the server
    # default plain SQL. Both are functions: a called uuid4() would give every row the same key.
    id: uuid.UUID = Field(
        default_factory=uuid.uuid4,
        primary_key=True,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )

    # People are looked up by it at every login; only a unique key keeps two requests from adding it twice.
    # 320 characters are the longest address there is: 64 before the @, 255 after it.
    email: str = Field(max_length=320, unique=True)
    display_name: str = Field(max_length=100)

    # passive_deletes="all" leaves the tasks alone when their owner is deleted, so that ON DELETE RESTRICT can refuse;
    # without it SQLAlchemy would first set every owner_id to NULL.
    tasks: list["Task"] = Relationship(back_populates="owner", passive_deletes="all")

    # cascade_delete says in the ORM what ON DELETE CASCADE says in the database; passive_deletes lets the database do
    # it, in one statement.
    tags: list["Tag"] = Relationship(back_populates="owner", cascade_delete=True, passive_deletes=True)

    # One-to-one: the annotation is no list, and profiles.user_id is unique.
    profile: Optional["Profile"] = Relationship(back_populates="user", cascade_delete=True, passive_deletes=True)


class Profile(TimestampMixin, Base, table=True):
    """What a user tells about themselves; one for each user at most."""

    __tablename__ = "profiles"

    id: uuid.UUID = Field(
        default_factory=uuid.uuid4,
        primary_key=True,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )

    # unique makes it one-to-one, and its index serves the foreign key too.
    # CASCADE, because a profile means nothing without its user.
    user_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", unique=True)

    # Text, because nothing sensible limits it; a length that is wanted is stated, as for display_name.
    biography: str | None = Field(default=None, sa_type=Text)
    time_zone: str = Field(default="UTC", max_length=64, description="IANA name: Europe/Berlin")

    user: User = Relationship(back_populates="profile")


class TaskTag(Base, table=True):
    """Which tag is on which task."""

    __tablename__ = "task_tags"

    # Both columns are the primary key: a pair exists once, and the key's index leads from a task to its tags.
    # CASCADE, because a pair is only a fact about its two ends.
    task_id: uuid.UUID = Field(foreign_key="tasks.id", ondelete="CASCADE", primary_key=True)

    # The primary key's index begins with task_id; the way back, from a tag to its tasks, needs one of its own.
    tag_id: uuid.UUID = Field(foreign_key="tags.id", ondelete="CASCADE", primary_key=True, index=True)


class Tag(TimestampMixin, SoftDeleteMixin, Base, table=True):
    """A word that its owner puts on tasks."""

    __tablename__ = "tags"
    __table_args__ = (
        # Unique among the living only: the name of a deleted tag is free again.
        Index("uq_tags_owner_id_name", "owner_id", "name", unique=True, postgresql_where=text("deleted_at IS NULL")),
    )

    id: uuid.UUID = Field(
        default_factory=uuid.uuid4,
        primary_key=True,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )

    # The unique index leaves deleted tags out, so the foreign key has an index of its own.
    # CASCADE, because nobody else sees a user's tags.
    owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=50)

    owner: User = Relationship(back_populates="tags")

    # Many-to-many goes through a table of pairs, never through a list of ids in one column.
    tasks: list["Task"] = Relationship(back_populates="tags", link_model=TaskTag, passive_deletes=True)


class Task(TimestampMixin, SoftDeleteMixin, Base, table=True):
    """Something that its owner wants done."""

    __tablename__ = "tasks"
    __table_args__ = (
        # The database holds these for every writer: a table model does not validate what it is given.
        CheckConstraint("length(btrim(title)) > 0", name="title_not_blank"),
        CheckConstraint("priority BETWEEN 1 AND 5", name="priority_in_range"),
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        # Reminders go over everyone's tasks: first the column compared by =, then the one compared by <.
        Index(None, "status", "due_at"),
        # The board shows one owner's open tasks by status, due ones first. Finished and deleted tasks only pile up.
        Index(None, "owner_id", "status", "due_at", postgresql_where=text("NOT completed AND deleted_at IS NULL")),
    )

    id: uuid.UUID = Field(
        default_factory=uuid.uuid4,
        primary_key=True,
        sa_column_kwargs={"server_default": func.gen_random_uuid()},
    )

    # NOT NULL and indexed: no task is without an owner, and every query starts from one. PostgreSQL does not index
    # the referencing side by itself. RESTRICT, because nobody should lose their work along with an account.
    owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)

    # max_length becomes VARCHAR(200), so the database refuses what the form should have refused.
    title: str = Field(max_length=200)

    # The annotation and the column agree: None is allowed in both, and it is the default.
    description: str | None = Field(default=None, sa_type=Text)

    # An enum, so that no other word gets in. values_callable stores "todo": by default SQLAlchemy stores the member's
    # name, "TODO", which is not what the API sends.
    status: TaskStatus = Field(
        default=TaskStatus.TODO,
        sa_type=SAEnum(TaskStatus, name="task_status", values_callable=lambda enum: [member.value for member in enum]),
        sa_column_kwargs={"server_default": TaskStatus.TODO.value},
    )

    # 1 is the most urgent, 5 the least; a CHECK holds the range, since a table model does not validate.
    priority: int = Field(default=3, sa_type=SmallInteger, sa_column_kwargs={"server_default": text("3")})

    # NOT NULL with a default: a third state, "nobody knows", would have to be handled in every query.
    completed: bool = Field(default=False, sa_column_kwargs={"server_default": false()})

    # A moment, not a day: the client turns "until Friday" into one, in the user's own time zone.
    due_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    # Nullable, because SET NULL needs it to be: the subtasks of a deleted task move to the top level.
    parent_id: uuid.UUID | None = Field(default=None, foreign_key="tasks.id", ondelete="SET NULL", index=True)

    # Both sides name each other, so that a change on one shows on the other before the next query.
    owner: User = Relationship(back_populates="tasks")

    # Both ends are one table: remote_side says which of the two columns the parent's row holds.
    parent: Optional["Task"] = Relationship(
        back_populates="subtasks", sa_relationship_kwargs={"remote_side": "Task.id"}
    )
    subtasks: list["Task"] = Relationship(back_populates="parent", passive_deletes=True)

    tags: list[Tag] = Relationship(back_populates="tasks", link_model=TaskTag, passive_deletes=True)


class TaskCreate(SQLModel):
    """What a client may send. Constraints of fields work here; on a table model they are never run."""

    title: str = Field(min_length=1, max_length=200)
    description: str | None = None
    priority: int = Field(default=3, ge=1, le=5)
    due_at: datetime | None = None
    parent_id: uuid.UUID | None = None
