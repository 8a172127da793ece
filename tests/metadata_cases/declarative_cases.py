"""Ways of writing declarative classes that the source reader knows."""

from __future__ import annotations

CASES: dict[str, str] = {}

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

CASES["the order of columns"] = """
from typing import Optional

from sqlalchemy import Boolean, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column


class Base(DeclarativeBase):
    pass


class Marked:
    @declared_attr
    def made_later(cls) -> Mapped[str]:
        return mapped_column(String(3))

    bare: Mapped[str]
    plain = mapped_column(String(4))
    typed: Mapped[int] = mapped_column()


class Place(Marked, Base):
    __tablename__ = "places"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[Optional[str]]
    amount = mapped_column(Boolean)
    active: Mapped[int | None] = mapped_column()
    first: Mapped[int] = mapped_column(sort_order=-5)
    last: Mapped[int] = mapped_column(sort_order=3)
    rest = mapped_column(Integer)
    more: Mapped[bool]
"""

CASES["computed columns and decimal defaults"] = """
from decimal import Decimal

from sqlalchemy import Column, Computed, Integer, Numeric
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    id = Column(Integer, primary_key=True)
    price = Column(Numeric(8, 2), default=Decimal("1.50"), onupdate=Decimal(3))
    total = Column(Integer, Computed("id * 2", persisted=True))
"""

CASES["discriminators"] = """
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Visit(Base):
    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind_of: Mapped[str] = mapped_column("kind", String(20))
    __mapper_args__ = {"polymorphic_on": "kind_of", "polymorphic_identity": "visit"}


class Short(Visit):
    __mapper_args__ = {"polymorphic_identity": "short"}


class Apart(Visit):
    __tablename__ = "apart"
    id: Mapped[int] = mapped_column(primary_key=True)
    __mapper_args__ = {"concrete": True}
"""
