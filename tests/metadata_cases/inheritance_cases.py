"""Ways of writing mixins, bases and inheritance that the source reader knows."""

from __future__ import annotations

CASES: dict[str, str] = {}

CASES["mixins and declared_attr"] = """
import re

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, String, UniqueConstraint, func
from sqlalchemy.orm import declarative_base, declared_attr, relationship


class Named:
    @declared_attr
    def __tablename__(cls):
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


Base = declarative_base(cls=Named)


class Timestamps:
    created_at = Column(DateTime, server_default=func.now(), nullable=False)
    updated_at = Column(DateTime, onupdate=func.now())


class Owned:
    prefix = "owner"

    @declared_attr
    def owner_id(cls):
        return Column(Integer, ForeignKey("user_account.id", ondelete="CASCADE"), index=True)

    @declared_attr
    def owner(cls):
        return relationship("UserAccount", foreign_keys=[cls.owner_id])

    @declared_attr
    def __table_args__(cls):
        return (Index(f"ix_{cls.__tablename__}_created", "created_at"),)


class UserAccount(Timestamps, Base):
    id = Column(Integer, primary_key=True)
    name = Column(String(20))


class TodoItem(Owned, Timestamps, Base):
    id = Column(Integer, primary_key=True)


class TodoList(Owned, Timestamps, Base):
    id = Column(Integer, primary_key=True)
    title = Column(String)

    @declared_attr
    def __table_args__(cls):
        return super().__table_args__ + (UniqueConstraint("owner_id", "title"),)


class Abstract(Base):
    __abstract__ = True
    code = Column(String(4), primary_key=True)


class Concrete(Abstract):
    label = Column(String(8))
"""

CASES["inheritance"] = """
from typing import Optional

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column


class Base(DeclarativeBase):
    pass


class Employee(Base):
    __tablename__ = "employee"
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "type", "polymorphic_identity": "employee"}


class Manager(Employee):
    __mapper_args__ = {"polymorphic_identity": "manager"}
    level: Mapped[Optional[int]]
    start: Mapped[Optional[str]] = mapped_column(String(5), use_existing_column=True)


class Clerk(Employee):
    __mapper_args__ = {"polymorphic_identity": "clerk"}
    start: Mapped[Optional[str]] = mapped_column(String(5), use_existing_column=True)


class Engineer(Employee):
    __tablename__ = "engineer"
    id: Mapped[int] = mapped_column(ForeignKey("employee.id"), primary_key=True)
    language: Mapped[str]
    __mapper_args__ = {"polymorphic_identity": "engineer"}


class Apart(Employee):
    __tablename__ = "apart"
    id: Mapped[int] = mapped_column(primary_key=True)
    type: Mapped[str]
    own: Mapped[str]
    __mapper_args__ = {"concrete": True}
"""

CASES["an annotation alone hides the attribute of an ancestor"] = """
import datetime as dt
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    title = mapped_column(sa.Text)


class Badge(User):
    __tablename__ = "badges"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[dt.date]
    __mapper_args__ = {"concrete": True}


sa.Index("ix_badges", Badge.title.desc(), Badge.id.desc())
"""

CASES["columns of a base class as targets"] = """
import uuid
from uuid import UUID

from sqlalchemy import ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column


class Base(DeclarativeBase):
    pass


class Model(Base):
    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


class User(Model):
    __tablename__ = "users"


class Owned:
    @declared_attr
    def owner_id(cls) -> Mapped[UUID]:
        return mapped_column(ForeignKey(User.id))


class Task(Owned, Model):
    __tablename__ = "tasks"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)


class Note(Model):
    __tablename__ = "notes"
    __table_args__ = (ForeignKeyConstraint(["task_id"], [Task.id]),)

    task_id: Mapped[UUID]
"""

CASES["annotations of a base and of the class"] = """
from datetime import timedelta

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Timed(Base):
    __abstract__ = True
    spent: Mapped[timedelta]
    label: Mapped[str] = mapped_column(String(3))
    note: Mapped[str] = mapped_column(String(4))


class Visit(Timed):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    spent: Mapped[bool]
    label: Mapped[int]
    note: Mapped[int] = mapped_column()
"""

CASES["a mixin's columns that a class annotates"] = """
from typing import Annotated

from sqlalchemy import Column, SmallInteger, Time
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Number = Annotated[int, mapped_column(index=True)]


class Base(DeclarativeBase):
    pass


class Mixin:
    version = mapped_column(Time)
    stated = mapped_column(Time, nullable=True)
    plain = Column(Time)
    annotated: Mapped[int] = mapped_column(SmallInteger)


class Task(Mixin, Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[Number]
    stated: Mapped[int]
    plain: Mapped[Number]
    annotated: Mapped[Number]


class Team(Mixin, Base):
    __tablename__ = "teams"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

CASES["enums of mixins beside a schema"] = """
from sqlalchemy import Column, Enum, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(schema="audit")


class Mixin:
    plain = Column(Enum("a", name="plain"))
    mapped: Mapped[str] = mapped_column(Enum("a", name="mapped"))

    @declared_attr
    def declared(cls):
        return Column(Enum("a", name="declared"))


class Abstract(Base):
    __abstract__ = True
    unannotated = mapped_column(Enum("a", name="unannotated"))


class Task(Mixin, Abstract):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    own = mapped_column(Enum("a", name="own"))
"""
