"""Two schemas agree where nothing known differs, and every field that differs is told."""

from __future__ import annotations

import msgspec
import pytest

from schema_lint.comparing import compare_projects, compare_schemas
from schema_lint.facts.difference import Comparison
from schema_lint.facts.project import Schema
from schema_lint.facts.unknown import Unknown
from support import project_facts

HEADER = """
import enum
from typing import Optional

from sqlalchemy import CheckConstraint, Enum, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    pass


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    tasks: Mapped[list["Task"]] = relationship(back_populates="owner")

"""
TASK = """
class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[Optional[str]] = mapped_column(String(50), default="x")
    kind: Mapped[str] = mapped_column(Enum("a", "b", name="kinds"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE", name="fk_owner"))
    owner: Mapped[User] = relationship(back_populates="tasks")
    __table_args__ = (
        Index("ix_title", title.desc(), postgresql_where=text("title IS NOT NULL")),
        UniqueConstraint("title", "owner_id", name="uq_title"),
        CheckConstraint("id > 0", name="positive"),
        ExcludeConstraint(("owner_id", "="), ("id", "="), name="ex_owner", using="btree"),
    )
"""


def schema_of(text: str) -> Schema:
    (schema,) = project_facts(HEADER + text, sqlalchemy_version=(2, 0, 40)).schemas
    return schema


def compared(left: str, right: str) -> Comparison:
    return compare_schemas(schema_of(left), schema_of(right), names=("left", "right"))


def told(left: str, right: str) -> list[tuple[str, str, str | None, object, object]]:
    found = compared(left, right).differences
    return [(d.kind, d.subject, d.field, d.left, d.right) for d in found]


def test_the_same_does_not_differ() -> None:
    comparison = compared(TASK, TASK)
    assert comparison.differences == ()
    assert comparison.uncompared == ()
    assert comparison.tables == 2
    assert comparison.fields > 60


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('Index("ix", "title")', 'Index("ix", "title", postgresql_where=text("id > 1"))'),
        ('ExcludeConstraint(("id", "="))', 'ExcludeConstraint(("id", "="), where=text("id > 1"))'),
    ],
)
def test_things_of_one_name_do_not_differ_whatever_their_order(first: str, second: str) -> None:
    one, other = (TASK.replace("UniqueConstraint(", f"{pair}, UniqueConstraint(")
                  for pair in (f"{first}, {second}", f"{second}, {first}"))  # fmt: skip
    assert compared(one, other).differences == ()


def test_other_words_for_the_same_do_not_differ() -> None:
    same = TASK.replace("Mapped[Optional[str]]", "Mapped[str | None]").replace(
        'CheckConstraint("id > 0"', 'CheckConstraint(text("id > 0")'
    )
    assert told(TASK, same) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("String(50)", "String(60)", ("column", "title", "type", "VARCHAR(50)", "VARCHAR(60)")),
        ("Optional[str]", "str", ("column", "title", "nullable", True, False)),
        ('default="x"', 'default="y"', ("column", "title", "default", "'x'", "'y'")),
        ('default="x"', "default=str", ("column", "title", "default", "scalar 'x'", "callable str")),
        (', default="x"', "", ("column", "title", "default", "scalar 'x'", None)),
        ('"a", "b"', '"a", "c"', ("column", "kind", "enum labels", ("a", "b"), ("a", "c"))),
        ('"CASCADE"', '"SET NULL"', ("foreign key", "(owner_id) → users.id", "ondelete", "CASCADE", "SET NULL")),
        ('("id", "=")', '("id", "<>")', ("exclusion constraint", "ex_owner", "operators", ("=", "="), ("=", "<>"))),
        ('"btree"', '"hash"', ("exclusion constraint", "ex_owner", "method", "btree", "hash")),
        ('"fk_owner"', '"fk"', ("foreign key", "(owner_id) → users.id", "name", "fk_owner", "fk")),
        ("title.desc()", "title.asc()", ("index", "ix_title (title DESC)", "keys", ("title DESC",), ("title ASC",))),
        ("IS NOT NULL", "IS NULL", ("index", "ix_title (title DESC)", "predicate", "title IS NOT NULL",
                                      "title IS NULL")),
        ('"uq_title"', '"uq"', ("unique constraint", "(title, owner_id)", "name", "uq_title", "uq")),
        ('"id > 0"', '"id > 1"', ("check constraint", "positive", "expression", "id > 0", "id > 1")),
        ("owner: Mapped[User] = relationship(", 'owner: Mapped[User] = relationship(lazy="joined", ',
         ("relationship", "Task.owner", "lazy", "select", "joined")),
    ],
)  # fmt: skip
def test_a_field_that_differs(old: str, new: str, expected: tuple[object, ...]) -> None:
    assert told(TASK, TASK.replace(old, new)) == [expected]


def test_what_one_side_lacks() -> None:
    left = TASK.replace('UniqueConstraint("title", "owner_id", name="uq_title"),', "").replace("    kind:", "    sort:")
    assert told(left, TASK) == [
        ("column", "sort", None, "sort", None),
        ("column", "kind", None, None, "kind"),
        ("unique constraint", "(title, owner_id)", None, None, "(title, owner_id)"),
    ]


def test_a_table_that_is_missing_says_all_of_its_class() -> None:
    more = (
        TASK
        + '\nclass Note(Base):\n    __tablename__ = "notes"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
    )
    assert told(more, TASK) == [("table", "notes", None, "notes", None)]
    (difference,) = compared(more, TASK).differences
    assert difference.left_place is not None
    assert difference.right_place is None or difference.right_place != difference.left_place


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("String(50)", "String(length())"),
        ('default="x"', "default=make()"),
        ('"CASCADE"', "action()"),
        ('text("title IS NOT NULL")', "condition()"),
        ('CheckConstraint("id > 0", name="positive")', 'CheckConstraint(condition(), name="positive")'),
        ('"fk_owner"', "name()"),
    ],
)
def test_what_is_unknown_differs_from_nothing(old: str, new: str) -> None:
    vague = "from settings import action, condition, length, make, name\n" + TASK.replace(old, new)
    assert told(vague, TASK) == []
    assert told(TASK, vague) == []
    assert compared(vague, TASK).uncompared


def test_what_may_be_there_is_not_missing() -> None:
    vague = "from settings import more\n" + TASK.replace('CheckConstraint("id > 0", name="positive"),', "*more(),")
    assert told(vague, TASK) == []
    assert "whether it is there" in {item.field for item in compared(vague, TASK).uncompared}


def test_schemas_are_paired_by_the_tables_they_share() -> None:
    other = 'class Other(DeclarativeBase):\n    pass\n\n\nclass Log(Other):\n    __tablename__ = "logs"\n'
    other += "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    one = project_facts(HEADER + TASK + other)
    comparison = compare_projects(one, msgspec.structs.replace(one, schemas=one.schemas[::-1]), names=("a", "b"))
    assert comparison.differences == ()
    assert comparison.tables == 3
    alone = compare_projects(one, msgspec.structs.replace(one, schemas=one.schemas[:1]), names=("a", "b"))
    assert alone.differences == ()
    assert len(alone.alone) == 1


def test_an_unknown_primary_key_is_not_compared() -> None:
    vague = "from settings import key\n" + TASK.replace(
        "    id: Mapped[int] = mapped_column(primary_key=True)",
        "    id: Mapped[int] = mapped_column(primary_key=key())",
    )
    assert told(vague, TASK) == []
    assert isinstance(compared(vague, TASK).uncompared[0].unknown, Unknown)
