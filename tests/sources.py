"""Small models for tests of rules: the class's body is what a test is about."""

from __future__ import annotations

import textwrap

SQLMODEL = """\
import uuid
from datetime import date, datetime, timezone
from typing import Any, ClassVar, Optional

import sqlalchemy as sa
from pydantic import NaiveDatetime
from sqlalchemy import (
    ARRAY, JSON, BigInteger, Boolean, CheckConstraint, Column, Computed, DateTime, Enum, ForeignKey, Identity, Index,
    Integer, String, Table, Text, UniqueConstraint, func, text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.ext.mutable import MutableList
from sqlmodel import Field, Relationship, SQLModel


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


def new_id() -> uuid.UUID:
    return uuid.uuid4()


class User(SQLModel, table=True):
    __tablename__ = "users"
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

"""

DECLARATIVE = """\
import uuid
from datetime import date, datetime, timezone
from typing import Any, ClassVar, Optional

import sqlalchemy as sa
from sqlalchemy import (
    ARRAY, JSON, BigInteger, Boolean, CheckConstraint, Column, Computed, DateTime, Enum, ForeignKey, Identity, Index,
    Integer, String, Table, Text, UniqueConstraint, event, func, text,
)
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.ext.mutable import MutableDict, MutableList
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, Session, mapped_column, relationship
from sqlalchemy.types import TypeDecorator


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)

"""


def sqlmodel(body: str, *, before: str = "", after: str = "", bases: str = "SQLModel, table=True") -> str:
    """A module with a SQLModel `Task` (and a `User`), whose table is `tasks`."""
    lines = ['__tablename__ = "tasks"'] if "table=True" in bases and "__tablename__" not in body else []
    if "primary_key" not in body:
        lines.append("id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)")
    return _module(SQLMODEL, before, f"class Task({bases}):", lines, body, after)


def declarative(body: str, *, before: str = "", after: str = "", bases: str = "Base") -> str:
    """A module with a declarative `Task` (and a `User`), whose table is `tasks`."""
    lines = ['__tablename__ = "tasks"'] if "__tablename__" not in body else []
    if "primary_key" not in body:
        lines.append("id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)")
    return _module(DECLARATIVE, before, f"class Task({bases}):", lines, body, after)


def _module(header: str, before: str, statement: str, lines: list[str], body: str, after: str) -> str:
    inner = textwrap.indent("\n".join([*lines, textwrap.dedent(body).strip("\n")]), "    ")
    parts = [header, textwrap.dedent(before).strip("\n"), f"{statement}\n{inner}", textwrap.dedent(after).strip("\n")]
    return "\n\n".join(part for part in parts if part) + "\n"
