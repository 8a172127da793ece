"""REL001–REL005: what must stay silent, then what must be found. A pair has one of the five at most."""

from __future__ import annotations

import textwrap

import pytest

from support import codes, findings, told

PAIRS = ["REL001", "REL002", "REL003", "REL004", "REL005"]

HEADER = """\
import uuid
from typing import Optional

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, backref, mapped_column, relationship


class Base(DeclarativeBase):
    pass


"""


def pair(user: str, task: str, *, before: str = "", after: str = "") -> str:
    """A `User` and a `Task` that references it, with what is given in their bodies."""
    key = "id: Mapped[int] = mapped_column(primary_key=True)"
    owner = "owner_id: Mapped[int] = mapped_column(ForeignKey('users.id'))"
    bodies = {
        "User": f"__tablename__ = 'users'\n{key}\n{user}",
        "Task": f"__tablename__ = 'tasks'\n{key}\n{owner}\n{task}",
    }
    classes = [f"class {name}(Base):\n{textwrap.indent(body, '    ')}\n" for name, body in bodies.items()]
    return "\n\n".join((HEADER, textwrap.dedent(before), *classes, textwrap.dedent(after)))


OWNER = "owner: Mapped[User] = relationship(back_populates='tasks')"
TASKS = "tasks: Mapped[list['Task']] = relationship(back_populates='owner')"

SILENT = {
    "both name each other": pair(TASKS, OWNER),
    "neither has one": pair("", ""),
    "viewonly, alone": pair("tasks: Mapped[list['Task']] = relationship(viewonly=True)", ""),
    "viewonly beside a pair": pair(f"{TASKS}\nold: Mapped[list['Task']] = relationship(viewonly=True)", OWNER),
    "answered by a viewonly one": pair(
        "tasks: Mapped[list['Task']] = relationship(viewonly=True)", "owner: Mapped[User] = relationship()"
    ),
    "overlaps is stated": pair(f"{TASKS}\nlate: Mapped[list['Task']] = relationship(overlaps='owner,tasks')", OWNER),
    "a join condition of its own": pair(
        f"{TASKS}\nlate: Mapped[list['Task']] = relationship(primaryjoin='User.id == Task.owner_id')", OWNER
    ),
    "joined by no foreign key": pair(
        "tasks: Mapped[list['Task']] = relationship(primaryjoin='User.id == foreign(Task.id)', viewonly=False)",
        "keeper: Mapped[User] = relationship(primaryjoin='foreign(Task.id) == User.id')",
    ),
    "target not known": pair("tasks: Mapped[list[found()]] = relationship(target())", ""),
    "back_populates not known": pair("tasks: Mapped[list['Task']] = relationship(back_populates=name())", OWNER),
    "a target with a base that could not be read": pair(
        "copies: Mapped[list['Copy']] = relationship()",
        "",
        after="""
            from elsewhere import Kept

            class Copy(Kept, Base):
                __tablename__ = "copies"
                id: Mapped[int] = mapped_column(primary_key=True)
                owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        """,
    ),
    "the other side is inherited": pair(
        TASKS,
        OWNER,
        after="""
            class Chore(Task):
                pass
        """,
    ),
    "the target is a subclass": pair(
        "tasks: Mapped[list['Chore']] = relationship(back_populates='owner')",
        OWNER,
        after="""
            class Chore(Task):
                pass
        """,
    ),
    "two foreign keys, two pairs": pair(
        "tasks: Mapped[list['Task']] = relationship(back_populates='owner', foreign_keys='Task.owner_id')\n"
        "reviews: Mapped[list['Task']] = relationship(back_populates='reviewer', foreign_keys='Task.reviewer_id')",
        "reviewer_id: Mapped[int] = mapped_column(ForeignKey('users.id'))\n"
        "owner: Mapped[User] = relationship(back_populates='tasks', foreign_keys=[owner_id])\n"
        "reviewer: Mapped[User] = relationship(back_populates='reviews', foreign_keys=[reviewer_id])",
    ),
    "self reference": pair(
        "",
        "parent_id: Mapped[int | None] = mapped_column(ForeignKey('tasks.id'))\n"
        "parent: Mapped[Optional['Task']] = relationship(back_populates='subtasks', remote_side=[id])\n"
        "subtasks: Mapped[list['Task']] = relationship(back_populates='parent')",
    ),
    "many-to-many": pair(
        "shared: Mapped[list['Task']] = relationship(secondary='shares', back_populates='readers')",
        "readers: Mapped[list[User]] = relationship(secondary='shares', back_populates='shared')",
        before="""
            shares = Table(
                "shares",
                Base.metadata,
                Column("user_id", ForeignKey("users.id"), primary_key=True),
                Column("task_id", ForeignKey("tasks.id"), primary_key=True),
            )
        """,
    ),
}


@pytest.mark.parametrize("source", SILENT.values(), ids=SILENT)
def test_good_pairs_are_silent(source: str) -> None:
    assert told_of_pairs(source) == []


def told_of_pairs(source: str) -> list[tuple[str, str, str]]:
    return [(finding.code, finding.severity, str(finding.message)) for finding in findings(source, select=PAIRS)]


FOUND = {
    "REL001 a list": (
        pair("tasks: Mapped[list['Task']] = relationship()", ""),
        ("REL001", "warning", "User.tasks leads to Task, and nothing leads back from Task to User"),
    ),
    "REL001 a list whose join is written out": (
        pair(
            "late: Mapped[list['Task']] = relationship(primaryjoin='and_(User.id == Task.owner_id, Task.id > 9)')", ""
        ),
        ("REL001", "info", "User.late leads to Task, and nothing leads back from Task to User"),
    ),
    "REL001 a lone many-to-one": (
        pair("", "owner: Mapped[User] = relationship()"),
        ("REL001", "info", "Task.owner leads to User, and nothing leads back from User to Task"),
    ),
    "REL002 one is silent": (
        pair(TASKS, "owner: Mapped[User] = relationship()"),
        ("REL002", "error", 'User.tasks says back_populates="owner", but Task.owner does not name it back'),
    ),
    "REL002 the other is silent": (
        pair("tasks: Mapped[list['Task']] = relationship()", OWNER),
        ("REL002", "error", 'Task.owner says back_populates="tasks", but User.tasks does not name it back'),
    ),
    "REL002 one is silent, and a third class has an owner too": (
        pair(
            "tasks: Mapped[list['Task']] = relationship(back_populates='owner')\n"
            "notes: Mapped[list['Note']] = relationship(back_populates='owner')",
            "owner: Mapped[User] = relationship()",
            after="""
                class Note(Base):
                    __tablename__ = "notes"
                    id: Mapped[int] = mapped_column(primary_key=True)
                    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
                    owner: Mapped[User] = relationship(back_populates="notes")
            """,
        ),
        ("REL002", "error", 'User.tasks says back_populates="owner", but Task.owner does not name it back'),
    ),
    "REL002 both are silent": (
        pair("tasks: Mapped[list['Task']] = relationship()", "owner: Mapped[User] = relationship()"),
        ("REL002", "error", "Task.owner and User.tasks follow one foreign key and do not know of each other"),
    ),
    "REL002 a third over one foreign key": (
        pair(f"{TASKS}\nlate: Mapped[list['Task']] = relationship()", OWNER),
        ("REL002", "warning", "User.late writes the foreign key that Task.owner and its other side write already"),
    ),
    "REL003 another is answered": (
        pair(f"{TASKS}\nlate: Mapped[list['Task']] = relationship(back_populates='owner')", OWNER),
        ("REL003", "error", 'User.late says back_populates="owner", but Task.owner names tasks back'),
    ),
    "REL003 it leads elsewhere": (
        pair(
            "tasks: Mapped[list['Task']] = relationship(back_populates='place')",
            "place_id: Mapped[int] = mapped_column(ForeignKey('places.id'))\n"
            "place: Mapped['Place'] = relationship(back_populates='tasks')",
            before="""
                class Place(Base):
                    __tablename__ = "places"
                    id: Mapped[int] = mapped_column(primary_key=True)
                    tasks: Mapped[list["Task"]] = relationship(back_populates="place")
            """,
        ),
        ("REL003", "error", 'User.tasks says back_populates="place", but Task.place leads to Place, not to User'),
    ),
    "REL003 it follows another foreign key": (
        pair(
            "tasks: Mapped[list['Task']] = relationship(secondary='shares')",
            OWNER,
            before="""
                shares = Table(
                    "shares",
                    Base.metadata,
                    Column("user_id", ForeignKey("users.id"), primary_key=True),
                    Column("task_id", ForeignKey("tasks.id"), primary_key=True),
                )
            """,
        ),
        (
            "REL003",
            "error",
            'Task.owner says back_populates="tasks", but the two follow different foreign keys (tasks.owner_id; '
            "shares.user_id, shares.task_id)",
        ),
    ),
    "REL004 no such attribute": (
        pair("tasks: Mapped[list['Task']] = relationship(back_populates='user')", OWNER),
        ("REL004", "error", 'User.tasks says back_populates="user", but Task has no user'),
    ),
    "REL004 no relationship": (
        pair("tasks: Mapped[list['Task']] = relationship(back_populates='owner_id')", ""),
        ("REL004", "error", 'User.tasks says back_populates="owner_id", but Task.owner_id is no relationship'),
    ),
    "REL005 backref": (
        pair("tasks: Mapped[list['Task']] = relationship(backref='owner')", ""),
        ("REL005", "warning", "User.tasks makes Task.owner by backref, where no reader of Task finds it"),
    ),
    "REL005 backref with arguments": (
        pair("tasks: Mapped[list['Task']] = relationship(backref=backref('owner', lazy='joined'))", ""),
        ("REL005", "warning", "User.tasks makes Task.owner by backref, where no reader of Task finds it"),
    ),
}


@pytest.mark.parametrize(("source", "expected"), FOUND.values(), ids=FOUND)
def test_each_bad_pair_is_found_once(source: str, expected: tuple[str, str, str]) -> None:
    assert told_of_pairs(source) == [expected]


def test_the_way_out_names_the_attributes() -> None:
    source = pair(TASKS, "owner: Mapped[User] = relationship()")
    (finding,) = findings(source, select=["REL002"])
    assert finding.suggestion == 'add back_populates="tasks" to Task.owner'
    assert finding.fix is not None
    assert [(edit.name, edit.value) for edit in finding.fix.edits] == [("back_populates", '"tasks"')]
    assert sorted(str(subject.attribute) for subject in finding.subjects) == ["owner", "tasks"]
    assert len(finding.related) == 1
    missing = pair("tasks: Mapped[list['Task']] = relationship(back_populates='user')", OWNER)
    assert findings(missing, select=["REL004"])[0].suggestion == 'set back_populates="owner"'


def test_a_self_reference_without_remote_side_is_reported_once() -> None:
    source = pair(
        "",
        "parent_id: Mapped[int | None] = mapped_column(ForeignKey('tasks.id'))\n"
        "parent: Mapped[Optional['Task']] = relationship()",
    )
    assert codes(source, select=[*PAIRS, "REL017", "REL011"]) == ["REL017"]


def test_many_to_many_without_the_other_side() -> None:
    source = pair(
        "shared: Mapped[list['Task']] = relationship(secondary='shares')",
        "",
        before="""
            shares = Table(
                "shares",
                Base.metadata,
                Column("user_id", ForeignKey("users.id"), primary_key=True),
                Column("task_id", ForeignKey("tasks.id"), primary_key=True),
            )
        """,
    )
    assert told(source, "REL001") == [
        ("warning", "User.shared leads to Task, and nothing leads back from Task to User"),
    ]
