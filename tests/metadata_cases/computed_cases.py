"""More modules for the source reader: what is written in one place and put together in another."""

from __future__ import annotations

CASES: dict[str, str] = {}
"""As `metadata_cases.CASES`."""

CASES["table arguments merged from private ones"] = """
from sqlalchemy import CheckConstraint, Column, Date, DateTime, Index, Integer, String, cast, func
from sqlalchemy.orm import declarative_base, declared_attr

Base = declarative_base()


class classproperty(property):
    def __get__(self, obj, type=None):
        return self.fget.__get__(None, type)()


def merged(cls, **more):
    positional, keywords = [], {}
    for name in dir(cls):
        if not name.endswith("__own_args"):
            continue
        value = getattr(cls, name)
        if not value:
            continue
        if isinstance(value, dict):
            keywords.update(value)
        elif isinstance(value, tuple):
            if isinstance(value[-1], dict):
                positional.extend(value[:-1])
                keywords.update(value[-1])
            else:
                positional.extend(value)
        else:
            raise ValueError(value)
    keywords.update(more)
    return tuple(positional) + (keywords,) if positional else keywords


class Titled:
    __own_args = (CheckConstraint("title != ''", "titled"),)

    @declared_attr
    def title(cls):
        return Column(String, nullable=False)


class Dated:
    searched = None

    @classproperty
    @classmethod
    def __own_args(cls):
        indexes = [Index(f"ix_{cls.__tablename__}_day", cast(cls.at, Date))]
        if cls.searched:
            indexes.append(Index("ix_search", func.lower(getattr(cls, cls.searched))))
        return tuple(indexes)

    @declared_attr
    def at(cls):
        return Column(DateTime, nullable=False)


class Task(Titled, Dated, Base):
    __tablename__ = "tasks"
    __own_args = {"schema": "work"}
    searched = "title"

    @declared_attr
    def __table_args__(cls):
        return merged(cls)

    id = Column(Integer, primary_key=True)


class Note(Titled, Base):
    __tablename__ = "notes"

    @declared_attr
    def __table_args__(cls):
        return merged(cls, schema="work")

    id = Column(Integer, primary_key=True)
"""

CASES["types with constructors of their own"] = """
from enum import Enum as PyEnum

from sqlalchemy import Boolean, Column, Enum, Integer, SmallInteger, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped
from sqlalchemy.testing.schema import mapped_column


class Base(DeclarativeBase):
    pass


class State(PyEnum):
    OPEN = 1
    DONE = 2


class EnumAsInteger(TypeDecorator):
    impl = SmallInteger
    cache_ok = True

    def __init__(self, enum=None, without=None):
        self.enum = enum
        self.without = frozenset(without or ())
        TypeDecorator.__init__(self)


class Short(TypeDecorator):
    impl = String
    cache_ok = True

    def __init__(self, enum, length):
        self.enum = enum
        TypeDecorator.__init__(self, length)


class Task(Base):
    __tablename__ = "tasks"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    state = Column(EnumAsInteger(State, without={State.DONE}), nullable=False)
    label = Column(Short(State, 7))
    checked = Column(Enum(State, create_constraint=True, name="state_of_task"))
    flag = Column(Boolean(create_constraint=True, name="flag_of_task"))
"""

CASES["classes that a declared_attr makes"] = """
from sqlalchemy import Column, ForeignKey, Integer, Unicode
from sqlalchemy.orm import declarative_base, declared_attr, relationship

Base = declarative_base()


class Owned:
    @declared_attr
    def owner_id(self):
        return Column(Integer, ForeignKey("user.id"))


class Label(Owned):
    label = Column(Unicode(255))


class Labelled:
    @declared_attr
    def labels(self):
        name = f"{self.__name__:s}Label"
        self.Label = type(
            name,
            (Label, Base),
            {
                "__tablename__": f"{self.__tablename__:s}_label",
                "id": Column(Integer, primary_key=True),
                "parent_id": Column(Integer, ForeignKey(f"{self.__tablename__:s}.id")),
                "parent": relationship(self, viewonly=True),
            },
        )
        return relationship(self.Label, cascade="all, delete-orphan")


class User(Base):
    __tablename__ = "user"
    id = Column(Integer, primary_key=True)


class Task(Labelled, Base):
    __tablename__ = "task"
    id = Column(Integer, primary_key=True)


class Note(Labelled, Base):
    __tablename__ = "note"
    id = Column(Integer, primary_key=True)
"""

CASES["constraints that stand in the class's body"] = """
from sqlalchemy import Column, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import declarative_base, declared_attr


class Shared:
    @declared_attr
    def id_path(cls):
        return f"{cls.__tablename__}.id"


Base = declarative_base(cls=Shared)


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)


class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey(User.id_path, ondelete="CASCADE"))
    title = Column(String, nullable=False)
    UniqueConstraint(owner_id, title, name="one_title_each")
"""

CASES["names that functions make"] = """
from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, MetaData, String, UniqueConstraint, func
from sqlalchemy.orm import declarative_base


def columns_of(constraint, table):
    return "_".join((c if isinstance(c, str) else c.name) for c in constraint.columns)


def target_of(constraint, table):
    return constraint.elements[0].target_fullname.replace(".", "_")


convention = {
    "fk": "fk_%(table_name)s_%(columns)s_%(target)s",
    "pk": "pk_%(short)s",
    "ix": "ix_%(unique)s%(table_name)s_%(columns)s",
    "uq": "uq_%(table_name)s_%(columns)s",
    "ck": "ck_%(short)s_%(constraint_name)s",
    "columns": columns_of,
    "target": target_of,
    "unique": lambda index, table: "uq_" if index.unique else "",
    "short": lambda constraint, table: table.name[:3],
}
Base = declarative_base(metadata=MetaData(naming_convention=convention))


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)


class Task(Base):
    __tablename__ = "tasks"
    __table_args__ = (
        UniqueConstraint("owner_id", "title"),
        CheckConstraint("title != ''", name="titled"),
        Index(None, "done", unique=True),
    )
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey("users.id"), index=True)
    title = Column(String)
    done = Column(Integer)
"""
