"""Ways of writing Core tables and tables that classes are given that the source reader knows."""

from __future__ import annotations

CASES: dict[str, str] = {}

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
Index("ix_users_id", users.c.id, postgresql_include=["user_login"])
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

CASES["names in quotes"] = """
from sqlalchemy import CheckConstraint, Column, Enum, ForeignKey, Index, Integer, MetaData, String, Table, func
from sqlalchemy.orm import declarative_base

Base = declarative_base(metadata=MetaData(schema="Sales"))


class Order(Base):
    __tablename__ = "Order"
    id = Column(Integer, primary_key=True)
    title = Column("order title", String(5))
    kind = Column(Enum("a", "b", name="kind", native_enum=False, create_constraint=True))
    __table_args__ = (
        Index("ix_title", title.desc(), postgresql_where=title.is_not(None)),
        Index("ix_lower", func.lower(title)),
        CheckConstraint(id != 3, name="id_check"),
    )


user = Table("user", Base.metadata, Column("order", Integer, primary_key=True))
Index("ix_order", user.c.order.desc())
"""

CASES["columns by subscript"] = """
from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table

metadata = MetaData()
routes = Table("routes", metadata, Column("id", Integer, primary_key=True), Column("started at", String(5)))
stops = Table("stops", metadata, Column("route", ForeignKey(routes.c["id"])))
Index("ix_routes_started", routes.c["started at"])
Index("ix_routes_first", routes.columns["started at"].asc().nulls_first(), postgresql_include=["id"])
"""

CASES["expressions in constraints and indexes"] = """
from sqlalchemy import CheckConstraint, Column, Index, Integer, String, func, text
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    title = Column(String(5))
    __table_args__ = (
        Index("ix_labelled", func.upper(title).label("up")),
        Index("ix_like", "id", postgresql_where=title.like("a%")),
        CheckConstraint(id % 2 == 0, name="even"),
        CheckConstraint(-id < 3, name="above"),
        CheckConstraint(~id.in_([1, 2]), name="others"),
        CheckConstraint("id % 3 = 0", name="by_three"),
        CheckConstraint(id > text("2 + 1"), name="text_beside"),
    )
"""

CASES["exclusion constraints"] = """
from sqlalchemy import Column, Integer, String, func, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Booking(Base):
    __tablename__ = "bookings"
    id = Column(Integer, primary_key=True)
    room = Column("room_id", Integer, key="room_key")
    during = Column(TSTZRANGE)
    title = Column(String(5))
    __table_args__ = (
        ExcludeConstraint(("room_key", "="), (during, "&&"), name="one_at_a_time", where=text("title <> ''")),
        ExcludeConstraint(
            (func.lower(title), "="), ("title", "="), using="btree", deferrable=True, initially="DEFERRED",
            ops={"title": "text_pattern_ops"},
        ),
    )
"""
