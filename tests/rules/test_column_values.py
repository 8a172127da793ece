"""COL001, COL007, COL009, COL010 and COL012: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings

COL001_SILENT = {
    "length": sqlmodel("title: str = Field(max_length=9)\nnotes: str = Field(sa_type=String(9))"),
    "text": sqlmodel("title: str = Field(sa_type=Text)"),
    "enum": declarative("kind = Column(Enum('a', 'b', native_enum=False))"),
    "foreign key": sqlmodel("user_id: str = Field(foreign_key='users.id')"),
    "type of the project's own": declarative(
        "secret = Column(Secret)", before="class Secret(TypeDecorator):\n    impl = String\n    cache_ok = True\n"
    ),
    "no string": sqlmodel("priority: int"),
}


@pytest.mark.parametrize("source", COL001_SILENT.values(), ids=COL001_SILENT)
def test_string_without_length_is_silent(source: str) -> None:
    assert findings(source, select=["COL001"]) == []


@pytest.mark.parametrize(
    ("source", "suggestion"),
    [
        (sqlmodel("title: str"), "add max_length to Task.title, or sa_type=Text"),
        (declarative("title = Column(String)"), "give Task.title the type String(n) or Text"),
    ],
)
def test_string_without_length(source: str, suggestion: str) -> None:
    (finding,) = findings(source, select=["COL001"])
    assert finding.message == "Task.title is a string of any length, and does not say so"
    assert (finding.suggestion, finding.severity) == (suggestion, "info")


def test_a_project_without_lengths_is_one_finding() -> None:
    (finding,) = findings(declarative("\n".join(f"c{n} = Column(String)" for n in range(7))), select=["COL001"])
    assert finding.message.startswith("Task.c0, Task.c1, Task.c2, Task.c3, Task.c4 and 2 more are strings")
    assert len(finding.subjects) == 7


COL007_SILENT = {
    "enum": declarative("status = Column(Enum('a', 'b'))"),
    "enum without type": declarative("status = Column(Enum('a', 'b', native_enum=False))"),
    "check": declarative(
        "status = Column(String)\n__table_args__ = (CheckConstraint(\"status IN ('a')\", name='status'),)"
    ),
    "number": sqlmodel("priority: int"),
    "foreign key": declarative("status = Column(ForeignKey('users.id'))"),
    "address": declarative("state = Column(String)\ncity = Column(String)"),
    "another name": declarative("statusbar = Column(String)"),
    "check not known": declarative(
        "status = Column(String)\n__table_args__ = (CheckConstraint(rule, name='x'),)",
        before="from elsewhere import rule",
    ),
}


@pytest.mark.parametrize("source", COL007_SILENT.values(), ids=COL007_SILENT)
def test_status_without_enum_is_silent(source: str) -> None:
    assert findings(source, select=["COL007"]) == []


@pytest.mark.parametrize("name", ["status", "state", "role", "board_status"])
def test_status_without_enum(name: str) -> None:
    (finding,) = findings(declarative(f"{name} = Column(String(20))"), select=["COL007"])
    assert (finding.message, finding.severity) == (f"Task.{name} is a plain string, so any word gets in", "info")


COL009_SILENT = {
    "numeric": declarative("price = Column(sa.Numeric(12, 2))"),
    "whole cents": declarative("price_cents = Column(Integer)"),
    "no money": declarative("weight = Column(sa.Float)\npriceless = Column(sa.Float)"),
    "explained": declarative("# an estimate, never summed\nprice = Column(sa.Float)"),
}


@pytest.mark.parametrize("source", COL009_SILENT.values(), ids=COL009_SILENT)
def test_money_as_float_is_silent(source: str) -> None:
    assert findings(source, select=["COL009"]) == []


@pytest.mark.parametrize(("name", "severity"), [("price", "warning"), ("total_amount", "warning"), ("cost", "info")])
def test_money_as_float(name: str, severity: str) -> None:
    (finding,) = findings(declarative(f"{name} = Column(sa.Float)"), select=["COL009"])
    assert (finding.message, finding.severity) == (f"Task.{name} stores money as a binary fraction", severity)


TAGS = "tags = Column(ARRAY(Text))\n"
COL010_SILENT = {
    "jsonb": declarative(f"{TAGS}data = Column(JSONB)"),
    "another database too": declarative(f"{TAGS}data = Column(JSON().with_variant(JSONB(), 'postgresql'))"),
    "not known to be PostgreSQL": declarative("data = Column(JSON)"),
    "explained": declarative(f"{TAGS}data = Column(JSON)  # signed: must stay as it came"),
}


@pytest.mark.parametrize("source", COL010_SILENT.values(), ids=COL010_SILENT)
def test_json_instead_of_jsonb_is_silent(source: str) -> None:
    assert findings(source, select=["COL010"]) == []


def test_another_database_in_a_url_silences_json_instead_of_jsonb() -> None:
    files = {"models.py": declarative(f"{TAGS}data = Column(JSON)")}
    engine = "from sqlalchemy import create_engine\n\nengine = create_engine({!r})\n"
    assert findings({**files, "db.py": engine.format("mysql://db/x")}, select=["COL010"]) == []
    (finding,) = findings({**files, "db.py": engine.format("postgresql://db/x")}, select=["COL010"])
    assert finding.message == "Task.data is json, which PostgreSQL can neither compare nor index"
    assert finding.severity == "warning"


COL012_SILENT = {
    "no constraint": sqlmodel("title: str = Field(max_length=9)"),
    "no table": sqlmodel("priority: int = Field(ge=1)", bases="SQLModel"),
    "from a base": sqlmodel(
        "title: str", bases="TaskBase, table=True", before="class TaskBase(SQLModel):\n    priority: int = Field(ge=1)"
    ),
}


@pytest.mark.parametrize("source", COL012_SILENT.values(), ids=COL012_SILENT)
def test_unvalidated_table_model_is_silent(source: str) -> None:
    assert findings(source, select=["COL012"]) == []


def test_unvalidated_table_model() -> None:
    (finding,) = findings(sqlmodel("priority: int = Field(ge=1)\ntitle: str = Field(min_length=1)"), select=["COL012"])
    assert finding.message == "Task has a table, so the constraints of priority and title are never run"
