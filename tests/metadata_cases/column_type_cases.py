"""Ways of writing column types that the source reader knows."""

from __future__ import annotations

CASES: dict[str, str] = {}

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

CASES["enums of one name"] = """
import enum
from typing import Literal

from sqlalchemy import Enum, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


class Base(DeclarativeBase):
    pass


class Thing(Base):
    __tablename__ = "things"
    id: Mapped[int] = mapped_column(primary_key=True)
    native: Mapped[Colour]
    text: Mapped[Colour] = mapped_column(Enum(Colour, native_enum=False, length=20))
    unnamed: Mapped[str] = mapped_column(Enum("x", "y", native_enum=False))
    literal: Mapped[Literal["x", "yy"]]
"""

CASES["schemas of enums"] = """
import enum
from typing import Optional

from sqlalchemy import ARRAY, Enum, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Colour(enum.Enum):
    RED = "r"


class Shade(enum.Enum):
    DARK = "d"


class Base(DeclarativeBase):
    metadata = MetaData(schema="app")
    type_annotation_map = {Shade: Enum(Shade, name="shades")}


class Thing(Base):
    __tablename__ = "things"
    __table_args__ = {"schema": "Audit"}
    id: Mapped[int] = mapped_column(primary_key=True)
    derived: Mapped[Colour]
    mapped: Mapped[Optional[Shade]]
    plain: Mapped[Colour] = mapped_column(Enum(Colour, name="plain"))
    stated: Mapped[Colour] = mapped_column(Enum(Colour, name="stated", schema="other"))
    nowhere: Mapped[Colour] = mapped_column(Enum(Colour, name="nowhere", schema=None))
    inherited: Mapped[Colour] = mapped_column(Enum(Colour, name="inherited", inherit_schema=True))
    several: Mapped[list[Colour]] = mapped_column(ARRAY(Enum(Colour, name="several")))
    text: Mapped[Colour] = mapped_column(Enum(Colour, native_enum=False))
"""
