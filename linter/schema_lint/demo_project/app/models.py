"""Tables of the Todo application."""

import enum
from datetime import datetime, timezone
from typing import List, Optional
from uuid import UUID, uuid4

from sqlalchemy import Column, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, Relationship, SQLModel


class Priority(str, enum.Enum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class User(SQLModel, table=True):
    """A registered user."""

    __tablename__ = "users"

    id: str = Field(default_factory=lambda: str(uuid4()), primary_key=True, max_length=36)
    email: str = Field(max_length=255)
    name: str = Field(max_length=100)
    is_active: Optional[bool] = None
    created_at: datetime = Field(default_factory=datetime.utcnow)
    updated_at: datetime = Field(
        default_factory=lambda: datetime.now(timezone.utc),
        sa_column_kwargs={"onupdate": lambda: datetime.now(timezone.utc)},
    )

    tasks: List["Task"] = Relationship(back_populates="owner")
    comments: List["Comment"] = Relationship()


class Project(SQLModel, table=True):
    """A list of tasks that belong together."""

    __tablename__ = "projects"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(max_length=100)
    color: Optional[str] = Field(default="#336699", max_length=7, nullable=False)

    tasks: List["Task"] = Relationship()


class Task(SQLModel, table=True):
    """Something to do."""

    __tablename__ = "tasks"

    id: UUID = Field(default=uuid4(), primary_key=True)
    user_id: str = Field(foreign_key="users.id", ondelete="CASCADE")
    project_id: Optional[UUID] = Field(default=None, foreign_key="projects.id", ondelete="SET NULL", index=True)
    title: str = Field(sa_column=Column(String(200)))
    description: Optional[str] = None
    priority: Priority = Priority.NORMAL
    completed: bool = False
    labels: list = Field(default=[], sa_column=Column(JSONB, nullable=False, default=[]))
    due_at: Optional[datetime] = None
    created_at: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))
    updated_at: datetime = Field(
        default_factory=lambda: datetime.now(timezone.utc),
        sa_column_kwargs={"onupdate": lambda: datetime.now(timezone.utc)},
    )

    owner: User = Relationship(back_populates="tasks")
    project: Optional[Project] = Relationship()


class Comment(SQLModel, table=True):
    """A remark on a task."""

    __tablename__ = "comments"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    task_id: UUID = Field(foreign_key="tasks.id", ondelete="CASCADE", index=True)
    author_id: str = Field(foreign_key="users.id", index=True)
    body: str
    created_at: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))
