"""What SQLAlchemy refuses or warns of is reported by the rule about it, where it stands."""

from __future__ import annotations

import pytest

import support
from built import built

HEAD = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    {user}


class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey("users.id"))
    reviewer_id = Column(Integer, ForeignKey("users.id"))
    {task}


class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
    {note}
"""
PARENT = "parent_id = Column(Integer, ForeignKey('notes.id'))\n    "

REFUSED = {
    "a target that does not exist": ({"user": "notes = relationship('Notes')"}, "REL009", 11),
    "no foreign key": ({"user": "notes = relationship('Note')"}, "REL007", 11),
    "several foreign keys": ({"user": "tasks = relationship('Task')"}, "REL008", 11),
    "no other side": (
        {"task": "owner = relationship('User', foreign_keys=[owner_id], back_populates='tasks')"},
        "REL004",
        19,
    ),
    "no remote side": (
        {"note": PARENT + "parent = relationship('Note', back_populates='children')\n    "
                          "children = relationship('Note', back_populates='parent')"},
        "REL017",
        26,
    ),
    "delete-orphan on the wrong side": (
        {"task": "owner = relationship('User', foreign_keys=[owner_id], cascade='all, delete-orphan')"},
        "REL013",
        19,
    ),
    "a foreign key to nowhere": ({"note": "user_id = Column(Integer, ForeignKey('user.id'))"}, "FK003", 25),
    "a condition that names no column": (
        {"user": "tasks = relationship('Task', primaryjoin='User.id == Task.user_id')"},
        "TBL016",
        11,
    ),
    "two that write one column": (
        {"task": "owner = relationship('User', foreign_keys=[owner_id])\n    "
                 "holder = relationship('User', foreign_keys=[owner_id])"},
        "TBL017",
        20,
    ),
    "two that could be one pair": (
        {"user": "notes = relationship('Note')", "note": "user_id = Column(Integer, ForeignKey('users.id'))\n    "
                                                         "user = relationship('User')"},
        "REL002",
        26,
    ),
}  # fmt: skip
ASKED = (
    "REL002",
    "REL003",
    "REL004",
    "REL007",
    "REL008",
    "REL009",
    "REL013",
    "REL017",
    "FK003",
    "TBL006",
    "TBL016",
    "TBL017",
)


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_is_one_finding_of_the_rule_about_it(name: str) -> None:
    parts, code, line = REFUSED[name]
    text = HEAD.format(**{"user": "", "task": "", "note": "", **parts})
    found = support.findings(text, select=ASKED, reader=built)
    assert [(finding.code, finding.place.line if finding.place else 0) for finding in found] == [(code, line)]  # type: ignore[union-attr]


def test_models_in_order_are_not_refused() -> None:
    text = HEAD.format(
        user="tasks = relationship('Task', foreign_keys='Task.owner_id', back_populates='owner')",
        task="owner = relationship('User', foreign_keys=[owner_id], back_populates='tasks')",
        note="",
    )
    assert support.findings(text, select=ASKED, reader=built) == []


def test_a_name_of_several_classes_is_ambiguous() -> None:
    classes = {
        f"{name}.py": f"from sqlalchemy import Column, ForeignKey, Integer\nfrom base import Base\n\n\n"
        f"class Item(Base):\n    __tablename__ = '{name}'\n    id = Column(Integer, primary_key=True)\n"
        f"    owner_id = Column(Integer, ForeignKey('owners.id'))\n"
        for name in ("alpha", "beta")
    }
    owner = (
        "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import relationship\n"
        "import alpha, beta\nfrom base import Base\n\n\nclass Owner(Base):\n    __tablename__ = 'owners'\n"
        "    id = Column(Integer, primary_key=True)\n    items = relationship('Item')\n"
    )
    base = "from sqlalchemy.orm import declarative_base\n\nBase = declarative_base()\n"
    found = support.findings({**classes, "base.py": base, "owner.py": owner}, select=ASKED, reader=built)
    assert [(finding.code, str(finding.place)) for finding in found] == [("TBL006", "owner.py:10:5")]


def test_a_warning_is_told_in_sqlalchemys_words() -> None:
    parts, _, _ = REFUSED["two that write one column"]
    text = HEAD.format(**{"user": "", "task": "", "note": "", **parts})
    (finding,) = support.findings(text, select=["TBL017"], reader=built)
    assert finding.message.startswith(
        "SQLAlchemy warns: relationship 'Task.holder' will copy column users.id to column "
    )
    assert finding.suggestion is not None
    assert "viewonly=True" in finding.suggestion
    assert "Background on this" not in f"{finding.message} {finding.suggestion}"
