"""Small modules, one for each way of writing tables that the source reader knows."""

from __future__ import annotations

CASES: dict[str, str] = {}
"""Name → source text. Every case can be executed with the SQLAlchemy and SQLModel that are installed."""

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

CASES["declarative 1.x"] = """
import datetime
import enum

import sqlalchemy as sa
from sqlalchemy import (
    Boolean, CheckConstraint, Column, DateTime, Enum, ForeignKey, ForeignKeyConstraint, Index, Integer, Numeric,
    PrimaryKeyConstraint, String, Text, UniqueConstraint, func,
)
from sqlalchemy.orm import declarative_base, deferred, relationship, synonym

Base = declarative_base()
LENGTH = 30


class Kind(enum.Enum):
    one = 1
    two = 2


class Parent(Base):
    __tablename__ = "parent"
    id = Column(Integer, primary_key=True)
    _name = Column("name", String(LENGTH), nullable=False, unique=True, index=True)
    kind = Column(Enum(Kind), default=Kind.one)
    kind_text = Column(Enum("a", "bbb", name="kinds", native_enum=False))
    checked = Column(Enum("a", "b", name="checked", native_enum=False, create_constraint=True))
    flag = Column(Boolean(create_constraint=True, name="flag_check"), default=False)
    created = Column(DateTime(timezone=True), server_default=func.now(), onupdate=datetime.datetime.utcnow)
    price = Column(Numeric(10, 2), server_default="0")
    big = deferred(Column(Text))
    alias = synonym("big")
    children = relationship("Child", foreign_keys="Child.parent_id", back_populates="parent")


class Child(Base):
    __tablename__ = "child"
    parent_id = Column(ForeignKey("parent.id", ondelete="CASCADE", name="fk_child"), nullable=False)
    number = Column(Integer)
    other = Column(Integer, ForeignKey(Parent.id), index=True)
    code = Column(String(5), CheckConstraint("length(code) > 2", name="code_length"))
    parent = relationship(Parent, foreign_keys=[parent_id], back_populates="children")
    __table_args__ = (
        PrimaryKeyConstraint("parent_id", "number", name="child_pk"),
        UniqueConstraint("code", "number", name="uq_code"),
        CheckConstraint("number > 0"),
        Index("ix_code_lower", func.lower(code)),
        Index("ix_desc", number.desc(), postgresql_where=(number > 5)),
    )


class Grandchild(Base):
    __tablename__ = f"grand{Child.__tablename__}"
    __table_args__ = (
        ForeignKeyConstraint(["parent_id", "number"], ["child.parent_id", "child.number"], ondelete="SET NULL"),
        {"schema": "family"},
    )
    id = Column(Integer, primary_key=True)
    parent_id = Column(sa.Integer)
    number = Column(sa.Integer)


Grandchild.added = Column(String(9))
Index("ix_grand", Grandchild.parent_id, unique=True)
"""

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

CASES["mapped 2.0"] = """
import datetime
import decimal
import enum
import uuid
from typing import Annotated, Any, Literal, Optional

from sqlalchemy import BigInteger, ForeignKey, Identity, Computed, Sequence, String, Text, DateTime, JSON, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID, TSVECTOR
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import DeclarativeBase, Mapped, column_property, mapped_column, relationship

str50 = Annotated[str, 50]
intpk = Annotated[int, mapped_column(primary_key=True)]
created = Annotated[datetime.datetime, mapped_column(server_default=func.now(), index=True)]


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


class Base(DeclarativeBase):
    type_annotation_map = {
        str50: String(50),
        datetime.datetime: DateTime(timezone=True),
        dict[str, Any]: JSON,
        bytes: Text,
    }


class Account(Base):
    __tablename__ = "account"
    id: Mapped[intpk]
    name: Mapped[str50]
    nick: Mapped[Optional[str50]]
    plain: Mapped[str]
    words: Mapped[str | None] = mapped_column(Text)
    at: Mapped[created]
    stated: Mapped[Optional[int]] = mapped_column(nullable=False)
    wide: Mapped[int] = mapped_column(BigInteger)
    colour: Mapped[Colour]
    literal: Mapped[Literal["x", "yyy"]]
    data: Mapped[dict[str, Any]]
    mutable: Mapped[dict] = mapped_column(MutableDict.as_mutable(JSONB))
    variant: Mapped[Any] = mapped_column(JSON().with_variant(JSONB(), "postgresql"))
    key: Mapped[uuid.UUID]
    amount: Mapped[decimal.Decimal]
    ratio: Mapped[float]
    flag: Mapped[bool] = mapped_column(default=False)
    day: Mapped[datetime.date]
    raw: Mapped[bytes]
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(5)))
    vector = mapped_column(TSVECTOR)
    quoted: Mapped["Optional[int]"]
    numbers: Mapped[int] = mapped_column(Identity(always=True))
    double: Mapped[int] = mapped_column(Computed("wide * 2"))
    seq: Mapped[int] = mapped_column(Sequence("account_seq"))
    pg: Mapped[uuid.UUID] = mapped_column(UUID(as_uuid=True), server_default=text("gen_random_uuid()"))
    owner_id: Mapped[Optional[int]] = mapped_column(ForeignKey("account.id", use_alter=True, name="fk_owner"))
    owner: Mapped[Optional["Account"]] = relationship(remote_side="Account.id")
    classvar_like = "not a column"
"""

CASES["dataclasses and registries"] = """
from typing import Optional

from sqlalchemy import ForeignKey, Integer, MetaData, String, func
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column, registry, relationship

mapper_registry = registry(metadata=MetaData(), type_annotation_map={str: String(77)})


class Base(MappedAsDataclass, DeclarativeBase):
    pass


class One(Base):
    __tablename__ = "one"
    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    name: Mapped[str]
    level: Mapped[int] = mapped_column(default=3)
    nick: Mapped[Optional[str]] = mapped_column(default=None)


@mapper_registry.mapped
class Two:
    __tablename__ = "two"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


@mapper_registry.mapped_as_dataclass
class Three:
    __tablename__ = "three"
    id: Mapped[int] = mapped_column(init=False, primary_key=True)
    two_id: Mapped[int] = mapped_column(ForeignKey("two.id"), init=False)
    label: Mapped[str] = mapped_column(default="x")


Generated = mapper_registry.generate_base()


class Four(Generated):
    __tablename__ = "four"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

CASES["core tables"] = """
import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, UniqueConstraint
from sqlalchemy.orm import registry

meta = MetaData(naming_convention={"fk": "fk_%(table_name)s_%(column_0_key)s", "uq": "uq_%(column_0_N_label)s"})
users = Table(
    "users", meta,
    Column("id", Integer, primary_key=True),
    Column("login", String(20), key="user_login", unique=True),
    Column("boss", None, ForeignKey("users.id")),
    UniqueConstraint("user_login", "id"),
    comment="people",
)
Index("ix_users_boss", users.c.boss, postgresql_using="hash")
tables = {}
for left, right in (("users", "groups"), ("users", "roles")):
    name = f"{left}_{right}_map"
    tables[name] = Table(
        name, meta,
        Column(f"{left[:-1]}_id", ForeignKey(f"{left}.id", ondelete="CASCADE"), primary_key=True),
        Column(f"{right[:-1]}_id", ForeignKey(f"{right}.id", ondelete="CASCADE"), primary_key=True),
    )
groups = Table("groups", meta, Column("id", sa.BigInteger, primary_key=True), schema=None)
roles = Table("roles", meta, Column("id", sa.SmallInteger, primary_key=True))


class User:
    pass


class Group:
    pass


reg = registry(metadata=meta)
reg.map_imperatively(User, users, properties={"name": users.c.user_login})
reg.map_imperatively(Group, groups)
"""

CASES["fixed tables"] = """
from sqlalchemy import Column, ForeignKey, Integer, String, Table
from sqlalchemy.orm import declarative_base

Base = declarative_base()
link = Table("link", Base.metadata, Column("a", ForeignKey("thing.id")), Column("b", ForeignKey("thing.id")))


class Thing(Base):
    __table__ = Table("thing", Base.metadata, Column("id", Integer, primary_key=True), Column("n", String(3)))
    name = __table__.c.n
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

CASES["types of the project"] = """
import uuid

from sqlalchemy import CHAR, Column, Enum, Float, Integer, Interval, LargeBinary, PickleType, String, Text, types
from sqlalchemy import TIMESTAMP, VARCHAR, Time, Unicode, UnicodeText
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import BIT, CIDR, CITEXT, DOUBLE_PRECISION, HSTORE, INET, INT4RANGE
from sqlalchemy.orm import declarative_base
from sqlalchemy.types import TypeDecorator, UserDefinedType

Base = declarative_base()


class Guid(TypeDecorator):
    impl = CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID())
        return dialect.type_descriptor(CHAR(32))


class Trimmed(TypeDecorator):
    impl = String
    cache_ok = True


class Sized(TypeDecorator):
    impl = String(12)
    cache_ok = True


class Constructed(TypeDecorator):
    impl = String
    cache_ok = True

    def __init__(self, kind, size=40):
        super().__init__(length=size)
        self.kind = kind


class Nested(TypeDecorator):
    impl = Trimmed
    cache_ok = True


class Point(UserDefinedType):
    cache_ok = True

    def get_col_spec(self, **kw):
        return "POINT"


class Thing(Base):
    __tablename__ = "thing"
    id = Column(Integer, primary_key=True)
    guid = Column(Guid)
    guid2 = Column(Guid(), default=uuid.uuid4)
    trimmed = Column(Trimmed(33))
    bare = Column(Trimmed)
    sized = Column(Sized)
    constructed = Column(Constructed(str, 7))
    constructed2 = Column(Constructed(str))
    nested = Column(Nested(5))
    point = Column(Point)
    interval = Column(Interval)
    pickle = Column(PickleType)
    binary = Column(LargeBinary(9))
    time = Column(Time(timezone=True))
    ts = Column(TIMESTAMP(timezone=True))
    pgts = Column(postgresql.TIMESTAMP(timezone=True, precision=3))
    real = Column(Float(24))
    double = Column(DOUBLE_PRECISION)
    unicode = Column(Unicode(44))
    utext = Column(UnicodeText)
    collated = Column(String(4, collation="C"))
    inet = Column(INET)
    cidr = Column(CIDR)
    citext = Column(CITEXT)
    hstore = Column(HSTORE)
    bit = Column(BIT(4))
    ranged = Column(INT4RANGE)
    array = Column(postgresql.ARRAY(Integer, dimensions=2))
    enum = Column(postgresql.ENUM("x", "Y", name="Mixed", schema="s"))
    reserved = Column(Enum("x", name="user"))
    text_variant = Column(Text().with_variant(VARCHAR(3), "mysql"))
"""

CASES["helpers, loops and branches"] = """
import functools

from sqlalchemy import Column as _Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()
Column = functools.partial(_Column, nullable=False)
common = {"index": True, "nullable": True}
USE_EXTRA = True


def key(target, *, ondelete="CASCADE", **kwargs):
    return Column(Integer, ForeignKey(f"{target}.id", ondelete=ondelete), **kwargs)


class A(Base):
    __tablename__ = "a"
    id = Column(Integer, primary_key=True)
    name = Column(String)
    note = Column(String(8), **common)
    if USE_EXTRA:
        extra = Column(String(3))


class B(Base):
    __tablename__ = "b"
    id = Column(Integer, primary_key=True)
    a_id = key("a")
    b_id = key("b", ondelete="SET NULL", nullable=True, index=True)


for number in range(2):
    name = f"Made{number}"
    globals()[name] = type(name, (Base,), {
        "__tablename__": name.lower(), "id": Column(Integer, primary_key=True), "value": Column(String(number + 1)),
    })
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
