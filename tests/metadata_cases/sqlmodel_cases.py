"""Ways of writing SQLModel that the source reader knows."""

from __future__ import annotations

CASES: dict[str, str] = {}

CASES["sqlmodel"] = """
import uuid
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Annotated, Optional

from pydantic import PositiveInt, UUID4
from sqlalchemy import JSON, Column, DateTime, String, Text, func, text
from sqlmodel import Field, SQLModel


class Priority(str, Enum):
    LOW = "low"
    HIGH = "high"


def now():
    return datetime.now(timezone.utc)


class Base(SQLModel):
    name: str = Field(max_length=50, index=True)
    note: str | None = None
    overridden: str = "base"


class Mixin:
    mixed: Optional[int] = None


class Owner(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    email: str = Field(unique=True, index=True, max_length=320)
    nick: str = Field(unique=True)


class Task(Base, Mixin, table=True):
    __tablename__ = "tasks"
    __table_args__ = {"comment": "What there is to do"}

    id: int | None = Field(default=None, primary_key=True)
    owner_id: uuid.UUID = Field(foreign_key="owner.id", ondelete="CASCADE", index=True)
    other: Optional[uuid.UUID] = Field(default=None, foreign_key="owner.id", nullable=True)
    overridden: Optional[str] = Field(default=None, max_length=7)
    priority: Priority = Field(default=Priority.LOW)
    done: bool = False
    created: datetime = Field(default_factory=now)
    updated: datetime | None = Field(default=None, sa_column_kwargs={"onupdate": now, "server_default": func.now()})
    day: date
    at: time
    length: timedelta
    price: Decimal = Field(max_digits=8, decimal_places=2)
    plain_price: Decimal
    ratio: float = 0.5
    blob: bytes
    tags: list[str] = Field(default_factory=list, sa_type=JSON)
    extra: dict = Field(default={}, sa_column=Column(JSON, nullable=False))
    naive: datetime = Field(sa_type=DateTime(timezone=False))
    body: str = Field(sa_column=Column("body_text", Text, server_default=text("''")))
    short: Annotated[str, Field(max_length=5)]
    count: PositiveInt = 1
    token: UUID4
    stated: int = Field(nullable=True)
    with_args: int = Field(sa_column_args=[], sa_column_kwargs={"comment": "counted", "name": "with_arguments"})
    code: str = Field(sa_type=String(3))


class Data(SQLModel):
    id: int
    name: str


class Note(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    task_id: int | None = Field(default=None, foreign_key="tasks.id", ondelete="SET NULL")
"""

CASES["sqlmodel with a metadata of its own"] = """
from sqlalchemy import MetaData, UniqueConstraint, Index
from sqlmodel import Field, SQLModel


class Base(SQLModel):
    metadata = MetaData(schema="app", naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    })


class Team(Base, table=True):
    id: int = Field(primary_key=True)
    name: str = Field(unique=True)


class Hero(Base, table=True):
    __table_args__ = (UniqueConstraint("team_id", "name"), Index(None, "name", "team_id"), {"comment": "heroes"})
    id: int = Field(primary_key=True)
    name: str = Field(index=True)
    team_id: int = Field(foreign_key="app.team.id")
"""

CASES["abstract SQLModel"] = """
from typing import Optional

from sqlmodel import Field, SQLModel


class Named(SQLModel, table=True):
    __abstract__ = True
    name: str = ""


class Unmapped(Named, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)


class Base(SQLModel):
    __abstract__ = True
    name: str = ""


class Mapped(Base, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
"""

CASES["sqlmodel columns as attributes"] = """
import uuid
from typing import Optional

from sqlalchemy import Column, ForeignKey, Uuid
from sqlmodel import Field, Relationship, SQLModel


class Visit(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    visit_id: Optional[uuid.UUID] = Field(default=None, sa_column=Column(Uuid, ForeignKey("visit.id")))
    visit: Optional["Visit"] = Relationship(
        sa_relationship_kwargs={"foreign_keys": lambda: [Visit.visit_id], "remote_side": "Visit.id"}
    )
"""
