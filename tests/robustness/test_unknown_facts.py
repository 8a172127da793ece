"""Whatever a reader could not decide: what comes after it is silent, and does not break."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from schema_lint.checking.registry import load_rules
from schema_lint.checking.run import run
from schema_lint.checking.selection import select
from schema_lint.comparing.drift import Database, compare_with_database
from schema_lint.config.policies import Policies
from schema_lint.facts.export import export
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.reporting.erd import dot, html, mermaid
from schema_lint.reporting.erd.drawing import draw
from support import project_facts

XML = ColumnType(sql="XML", name="xml")
UNKNOWN = Unknown("a setting decides")
RULES = select(load_rules(), profile="strict")
POLICIES = Policies()

MODELS = """
import datetime, enum, uuid
from sqlalchemy import (
    CheckConstraint, Column, Computed, Enum, ForeignKey, ForeignKeyConstraint, Identity, Index, Integer, MetaData,
    Numeric, String, Table, Text, UniqueConstraint, func, text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"ix": "ix_%(column_0_label)s", "fk": "fk_%(table_name)s_%(column_0_name)s"})

class Kind(enum.Enum):
    big = "big"
    small = "small"

labels = Table(
    "labels", Base.metadata,
    Column("task_id", ForeignKey("tasks.id", ondelete="CASCADE"), primary_key=True),
    Column("label_id", ForeignKey("label.id"), primary_key=True),
)

class Label(Base):
    __tablename__ = "label"
    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    tasks: Mapped[list["Task"]] = relationship(secondary=labels, back_populates="labels")

class User(Base):
    __tablename__ = "users"
    id: Mapped[uuid.UUID] = mapped_column(UUID, primary_key=True, server_default=text("gen_random_uuid()"))
    email: Mapped[str] = mapped_column(Text, index=True)
    created_at: Mapped[datetime.datetime] = mapped_column(server_default=func.now())
    tasks: Mapped[list["Task"]] = relationship(back_populates="owner", cascade="all, delete-orphan")

class Task(Base):
    __tablename__ = "tasks"
    __table_args__ = (
        CheckConstraint("done OR due IS NOT NULL", name="has_due"),
        UniqueConstraint("owner_id", "title"),
        Index("ix_tasks_due", "due", postgresql_where=text("NOT done")),
        Index("ix_tasks_title", text("lower(title)"), postgresql_using="gin", postgresql_ops={"title": "gin_trgm_ops"}),
        {"comment": "What is to be done"},
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[Kind | None] = mapped_column(Enum(Kind, name="kind"))
    due: Mapped[datetime.date | None]
    done: Mapped[bool] = mapped_column(default=False)
    price: Mapped[float] = mapped_column(Numeric(10, 2), server_default="0")
    twice: Mapped[float] = mapped_column(Numeric, Computed("price * 2"))
    data: Mapped[dict] = mapped_column(JSONB, default=dict)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"), index=True)
    owner: Mapped[User] = relationship(back_populates="tasks")
    parent: Mapped["Task | None"] = relationship(remote_side=[id])
    labels: Mapped[list[Label]] = relationship(secondary=labels, back_populates="tasks")
"""
REVISION = """
import sqlalchemy as sa
from alembic import op
revision = "{name}"
down_revision = {parent}
def upgrade():
{up}
def downgrade():
{down}
"""
FILES = {
    "app/models.py": MODELS,
    "app/db.py": """
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine("postgresql+psycopg://localhost/app", pool_size=5, connect_args={"options": "-c x=y"})
Session = sessionmaker(engine, expire_on_commit=False)
""",
    "migrations/env.py": """
from alembic import context
from app.db import engine
from app.models import Base
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
""",
    "migrations/versions/a.py": REVISION.format(
        name="a", parent=None,
        up='    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True),'
           ' sa.Column("k", sa.Enum("x", name="k")))',
        down='    op.drop_table("t")',
    ),
    "migrations/versions/b.py": REVISION.format(
        name="b", parent="'a'",
        up='    op.add_column("t", sa.Column("n", sa.Integer, nullable=False, server_default="1"))\n'
           '    op.create_index("ix_t_n", "t", ["n"])\n'
           '    op.create_foreign_key("fk", "t", "t", ["n"], ["id"])\n'
           '    op.alter_column("t", "k", type_=sa.Text(), nullable=False)\n'
           '    op.execute("UPDATE t SET n = 2")\n    op.rename_table("t", "u")',
        down='    op.rename_table("u", "t")\n    op.drop_column("t", "n")\n    op.drop_constraint("fk", "t")',
    ),
}  # fmt: skip


@functools.cache
def _admits(kind: type) -> frozenset[str]:
    """Fields of a struct that may be unknown."""
    hints = typing.get_type_hints(kind)
    return frozenset(name for name, hint in hints.items() if Unknown in typing.get_args(hint))


def _variants(value: Any, at: str) -> Iterator[tuple[str, Any]]:
    """The value with one of its parts unknown, and which that is."""
    if isinstance(value, Some) and value.rest is None:
        yield at, msgspec.structs.replace(value, rest=UNKNOWN)
    if isinstance(value, Unknown):
        return
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            part, where = getattr(value, name), f"{at}.{name}"
            if name in _admits(type(value)) and not isinstance(part, Unknown):
                yield where, msgspec.structs.replace(value, **{name: UNKNOWN})
            for place, variant in _variants(part, where):
                yield place, msgspec.structs.replace(value, **{name: variant})
    elif isinstance(value, tuple):
        for number, part in enumerate(value):
            for place, variant in _variants(part, f"{at}[{number}]"):
                yield place, (*value[:number], variant, *value[number + 1 :])


@pytest.fixture(scope="module")
def project() -> Project:
    return project_facts(FILES)


def _judged(project: Project, _: Project) -> None:
    run(project, RULES, POLICIES)


def _compared(project: Project, whole: Project) -> None:
    same = msgspec.structs.replace(whole.schemas[0], default_schema="public")
    for schema in (same, _other(same), msgspec.structs.replace(same, tables=Some(), enums=Some())):
        compare_with_database(project.schemas, Database(schema, read=None))


def _other(schema: Schema) -> Schema:
    """A database in which something of each kind is otherwise."""
    tables = [
        msgspec.structs.replace(
            table,
            columns=Some(
                tuple(
                    msgspec.structs.replace(column, nullable=not column.nullable, type=XML)
                    for column in table.columns.known[:-1]
                )
            ),
            foreign_keys=Some(table.foreign_keys.known[1:]),
            indexes=Some(table.indexes.known[1:]),
            unique_constraints=Some(),
            check_constraints=Some(),
        )
        for table in schema.tables.known
    ]
    return msgspec.structs.replace(schema, tables=Some(tuple(tables)), enums=Some())


def _exported(project: Project, _: Project) -> None:
    msgspec.json.encode(export(project))


def _drawn(project: Project, _: Project) -> None:
    drawing = draw(project, POLICIES)
    for render in (mermaid.render, dot.render, html.render):
        assert render(drawing)


@pytest.mark.parametrize("consumer", [_judged, _compared, _exported, _drawn])
def test_any_fact_may_be_unknown(consumer: Callable[[Project, Project], None], project: Project) -> None:
    broken = {}
    count = 0
    for where, variant in _variants(project, "project"):
        count += 1
        try:
            consumer(variant, project)
        except Exception as error:
            broken[where] = repr(error)
    assert count > 500
    assert broken == {}
