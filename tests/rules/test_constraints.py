"""CON: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings

CONVENTION = "{'ix': 'ix_%(column_0_label)s', 'uq': 'uq_%(table_name)s_%(column_0_name)s', 'fk': 'fk_%(table_name)s', \
'ck': 'ck_%(table_name)s_%(constraint_name)s', 'pk': 'pk_%(table_name)s'}"
UNIQUE = "title: Mapped[str] = mapped_column(unique=True)"


def with_convention(text: str, convention: str = CONVENTION) -> str:
    """The convention given to the declarative base's metadata."""
    return text.replace("    pass\n", f"    metadata = sa.MetaData(naming_convention={convention})\n", 1)


CON001_SILENT = {
    "stated": with_convention(declarative(UNIQUE)),
    "stated afterwards": sqlmodel(
        "title: str = Field(unique=True)", before=f"SQLModel.metadata.naming_convention = {CONVENTION}"
    ),
    "nothing to name": declarative("title: Mapped[str]"),
    "everything named": declarative(
        "title: Mapped[str]\nuser_id = Column(ForeignKey('users.id', name='fk_tasks_user_id'))\n"
        "__table_args__ = (UniqueConstraint('title', name='uq'), CheckConstraint('true', name='ck'))"
    ),
    "convention not known": with_convention(declarative(UNIQUE), "CONVENTION").replace(
        "import uuid", "import uuid\nfrom elsewhere import CONVENTION", 1
    ),
}


@pytest.mark.parametrize("source", CON001_SILENT.values(), ids=CON001_SILENT)
def test_metadata_without_naming_convention_is_silent(source: str) -> None:
    assert findings(source, select=["CON001"]) == []


def test_metadata_without_naming_convention_is_one_finding() -> None:
    source = sqlmodel("title: str = Field(unique=True)\nuser_id: uuid.UUID = Field(foreign_key='users.id')")
    (finding,) = findings(source, select=["CON001", "CON002"])
    assert finding.code == "CON001"
    assert "has no naming convention, so 2 foreign keys and unique constraints have no name" in finding.message
    assert finding.subject.kind == "metadata"


def test_metadata_of_migrations_and_tests_copies_names() -> None:
    source = declarative(UNIQUE)
    assert findings({"migrations/versions/001_tasks.py": source}, select=["CON001"]) == []
    assert findings({"tests/test_models.py": source}, select=["CON001"]) == []


CON002_SILENT = {
    "no convention": declarative(UNIQUE),
    "all templates": with_convention(declarative(UNIQUE)),
    "named by hand": with_convention(
        declarative("title: Mapped[str]\n__table_args__ = (UniqueConstraint('title', name='uq'),)"), "{'pk': 'pk'}"
    ),
    "primary key": with_convention(declarative("title: Mapped[str]"), "{'uq': 'uq_%(table_name)s'}"),
    "check of a type": with_convention(declarative("done = Column(Boolean(create_constraint=True))")),
    "named check": with_convention(
        declarative("title: Mapped[str]\n__table_args__ = (CheckConstraint('true', name='x'),)")
    ),
}


@pytest.mark.parametrize("source", CON002_SILENT.values(), ids=CON002_SILENT)
def test_unnamed_constraint_is_silent(source: str) -> None:
    assert findings(source, select=["CON002"]) == []


def test_convention_without_template() -> None:
    (finding,) = findings(with_convention(declarative(UNIQUE), "{'pk': 'pk_%(table_name)s'}"), select=["CON002"])
    assert finding.message.endswith("has no template for unique constraints, so tasks.title has no name")
    assert finding.suggestion == 'add "uq" to the naming convention'
    assert finding.severity == "info"


def test_check_that_the_convention_cannot_name_is_an_error() -> None:
    source = with_convention(declarative("title: Mapped[str]\n__table_args__ = (CheckConstraint('true'),)"))
    (finding,) = findings(source, select=["CON002"])
    assert finding.severity == "error"
    assert finding.message.startswith("a constraint of tasks has no name, which the convention")


CON003_SILENT = {
    "check": sqlmodel(
        "priority: int = Field(ge=1)\n__table_args__ = (CheckConstraint('priority > 0', name='priority'),)"
    ),
    "length is the column's": sqlmodel("title: str = Field(max_length=100)"),
    "no table": sqlmodel("priority: int = Field(ge=1)", bases="SQLModel"),
    "check not known": sqlmodel(
        "priority: int = Field(ge=1)\n__table_args__ = (CheckConstraint(condition, name='x'),)",
        before="from elsewhere import condition",
    ),
}


@pytest.mark.parametrize("source", CON003_SILENT.values(), ids=CON003_SILENT)
def test_field_constraint_without_check_is_silent(source: str) -> None:
    assert findings(source, select=["CON003"]) == []


CON003_FOUND = {
    "range": ("priority: int = Field(default=3, ge=1, le=5)", "ge=1 and le=5", "priority >= 1 AND priority <= 5"),
    "length": ("priority: str = Field(min_length=1, max_length=9)", "min_length=1", "length(priority) >= 1"),
}


@pytest.mark.parametrize(("field", "stated", "condition"), CON003_FOUND.values(), ids=CON003_FOUND)
def test_field_constraint_without_check(field: str, stated: str, condition: str) -> None:
    (finding,) = findings(sqlmodel(field), select=["CON003"])
    assert finding.message == f"Task.priority has {stated}, which the database does not know"
    assert finding.suggestion == f'add CheckConstraint("{condition}", name="…") to tasks'


def test_the_proposed_check_quotes_reserved_words() -> None:
    (finding,) = findings(sqlmodel("limit: int = Field(ge=0)"), select=["CON003"])
    assert finding.suggestion == """add CheckConstraint('"limit" >= 0', name="…") to tasks"""


def test_the_length_of_a_list_has_no_simple_check() -> None:
    (finding,) = findings(sqlmodel("labels: list[str] = Field(min_length=1, sa_type=JSON)"), select=["CON003"])
    assert finding.suggestion == "add a CheckConstraint on labels to tasks"


def test_field_pattern_has_no_simple_check() -> None:
    (finding,) = findings(sqlmodel("code: str = Field(regex='^[a-z]+$')"), select=["CON003"])
    assert finding.suggestion == "add a CheckConstraint on code to tasks"


CON004_SILENT = {
    "from max_length": sqlmodel("title: str = Field(max_length=100)"),
    "equal": sqlmodel("title: str = Field(max_length=100, sa_type=String(100))"),
    "no length": sqlmodel("title: str = Field(max_length=100, sa_type=Text)"),
    "narrower check": declarative(
        "title = Column(String(100))\n__table_args__ = (CheckConstraint('length(title) <= 50', name='x'),)"
    ),
    "check of another column": declarative(
        "title = Column(String(10))\nt = Column(Text)\n__table_args__ = (CheckConstraint('length(t) <= 50', name='x'),)"
    ),
    "encrypted": sqlmodel(
        "title: str = Field(max_length=20, sa_type=Secret(400))",
        before="class Secret(sa.types.TypeDecorator):\n    impl = String\n",
    ),
}


@pytest.mark.parametrize("source", CON004_SILENT.values(), ids=CON004_SILENT)
def test_length_disagreement_is_silent(source: str) -> None:
    assert findings(source, select=["CON004"]) == []


@pytest.mark.parametrize(
    ("field", "message", "severity"),
    [
        ("sa_type=String(100)", "Task.title admits 200 characters, and its column 100", "warning"),
        ("sa_column=Column(String(100))", "Task.title admits 200 characters, and its column 100", "warning"),
        ("sa_type=String(300)", "Task.title admits 200 characters, and its column 300", "info"),
    ],
)
def test_length_disagreement(field: str, message: str, severity: str) -> None:
    (finding,) = findings(sqlmodel(f"title: str = Field(max_length=200, {field})"), select=["CON004"])
    assert (finding.message, finding.severity) == (message, severity)


def test_check_longer_than_the_column() -> None:
    source = declarative(
        "title = Column(String(10))\n__table_args__ = (CheckConstraint('char_length(title) < 50', name='x'),)"
    )
    (finding,) = findings(source, select=["CON004"])
    assert finding.message == "a CHECK admits 49 characters in Task.title, and the column 10"
