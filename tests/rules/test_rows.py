"""TBL009 to TBL013, TBL015, IDX006, IDX007 and IDX010: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings

NOTE = """
    class Note(Base):
        __tablename__ = "notes"
        id = Column(Integer, primary_key=True)
        {line}
"""
DELETED_AT = "deleted_at = Column(DateTime)"
TBL009_SILENT = {
    "alike": declarative(DELETED_AT, after=NOTE.format(line=DELETED_AT)),
    "only one": declarative(DELETED_AT, after=NOTE.format(line="text = Column(Text)")),
    "both in one": declarative(f"{DELETED_AT}\nis_deleted = Column(Boolean)", after=NOTE.format(line=DELETED_AT)),
    "no mark": declarative(DELETED_AT, after=NOTE.format(line="deleted = Column(Integer)")),
}


@pytest.mark.parametrize("source", TBL009_SILENT.values(), ids=TBL009_SILENT)
def test_soft_delete_inconsistent_is_silent(source: str) -> None:
    assert findings(source, select=["TBL009"]) == []


def test_soft_delete_inconsistent() -> None:
    source = declarative(DELETED_AT, after=NOTE.format(line="is_deleted = Column(Boolean)"))
    (guessed,) = findings(source, select=["TBL009"])
    assert guessed.message == "notes marks deleted rows by is_deleted, and tasks by deleted_at"
    stated = {"soft-delete": ["is_deleted", "deleted_at"]}
    (wanted,) = findings(source, select=["TBL009"], policies=stated)
    assert wanted.message == "tasks marks deleted rows by deleted_at, and notes by is_deleted"


def test_table_without_owner() -> None:
    source = sqlmodel("title: str")
    assert findings(source, select=["TBL010"]) == []
    (finding,) = findings(source, select=["TBL010"], policies={"user-owned": ["task*"]})
    assert (finding.message, finding.severity) == ("tasks holds users' rows, but does not say whose", "warning")
    assert finding.suggestion == "add owner_id to tasks, NOT NULL and with a foreign key"
    owned = sqlmodel("account_id: int")
    assert findings(owned, select=["TBL010"], policies={"user-owned": ["tasks"], "owner": ["account_id"]}) == []
    assert len(findings(owned, select=["TBL010"], policies={"user-owned": ["tasks"]})) == 1


def numbered(*names: str) -> str:
    return declarative("\n".join(f"{name} = Column(String(9))" for name in names))


TBL011_SILENT = {
    "two": numbered("phone1", "phone2"),
    "a gap": numbered("phone1", "phone2", "phone4"),
    "from elsewhere": numbered("md5", "md6", "md7"),
    "address": numbered("address_line1", "address_line2", "address_line3"),
    "other types": declarative("p1 = Column(String)\np2 = Column(Integer)\np3 = Column(Text)"),
    "not from the start": numbered("python311", "python312", "python313"),
}


@pytest.mark.parametrize("source", TBL011_SILENT.values(), ids=TBL011_SILENT)
def test_repeating_group_is_silent(source: str) -> None:
    assert findings(source, select=["TBL011"]) == []


@pytest.mark.parametrize("names", [("phone1", "phone2", "phone3"), ("phone_0", "phone_1", "phone_2")])
def test_repeating_group(names: tuple[str, ...]) -> None:
    (finding,) = findings(numbered(*names), select=["TBL011"])
    assert finding.message == f"tasks numbers columns of one kind: {names[0]}, {names[1]} and {names[2]}"


USER = """
    class Person(Base):
        __tablename__ = "people"
        id = Column(Integer, primary_key=True)
        name = Column(Text)
"""
PAIR = "person_id = Column(ForeignKey('people.id'), primary_key=True)\nday = Column(sa.Date, primary_key=True)\n"
OTHER = "id = Column(Integer, primary_key=True)\nperson_id = Column(ForeignKey('people.id'))\n"
TBL012_SILENT = {
    "no such column there": declarative(f"{PAIR}person_mood = Column(Text)", before=USER),
    "another type": declarative(f"{PAIR}person_name = Column(Integer)", before=USER),
    "explained": declarative(f"{PAIR}# as it was on that day\nperson_name = Column(Text)", before=USER),
    "key of one column": declarative(
        "person_id = Column(ForeignKey('people.id'), primary_key=True)\nperson_name = Column(Text)", before=USER
    ),
}


@pytest.mark.parametrize("source", TBL012_SILENT.values(), ids=TBL012_SILENT)
def test_partial_dependency_is_silent(source: str) -> None:
    assert findings(source, select=["TBL012"]) == []


def test_partial_dependency() -> None:
    (finding,) = findings(declarative(f"{PAIR}person_name = Column(Text)", before=USER), select=["TBL012"])
    assert finding.message == "Task.person_name depends on person_id alone: it repeats Person.name"


TBL013_SILENT = {
    "no such column there": declarative(f"{OTHER}person_mood = Column(Text)", before=USER),
    "another type": declarative(f"{OTHER}person_name = Column(Integer)", before=USER),
    "explained": declarative(f"{OTHER}# as it was on that day\nperson_name = Column(Text)", before=USER),
    "a key itself": declarative(f"{OTHER}person_name = Column(Text, primary_key=True)", before=USER),
    "of a part of the key": declarative(f"{PAIR}person_name = Column(Text)", before=USER),
    "the referenced key": declarative(f"{OTHER}person_id_2 = Column(Integer)", before=USER),
}


@pytest.mark.parametrize("source", TBL013_SILENT.values(), ids=TBL013_SILENT)
def test_transitive_dependency_is_silent(source: str) -> None:
    assert findings(source, select=["TBL013"]) == []


def test_transitive_dependency() -> None:
    (finding,) = findings(declarative(f"{OTHER}person_name = Column(Text)", before=USER), select=["TBL013"])
    assert finding.message == "Task.person_name repeats Person.name, which person_id leads to"


TBL015_SILENT = {
    "comment": declarative("effort = Column(Integer)  # hours"),
    "description": sqlmodel("effort: int = Field(description='hours')"),
    "comment in the database": declarative("effort = Column(Integer, comment='hours')"),
    "obvious": declarative(
        "title = Column(Text)\ncreated_at = Column(DateTime)\nuser_id = Column(ForeignKey('users.id'))"
    ),
}


@pytest.mark.parametrize("source", TBL015_SILENT.values(), ids=TBL015_SILENT)
def test_undescribed_column_is_silent(source: str) -> None:
    assert findings(source, select=["TBL015"]) == []


def test_undescribed_column() -> None:
    (finding,) = findings(declarative("effort = Column(Integer)"), select=["TBL015"])
    assert finding.message == "Task.effort has no description"


IDX006_SILENT = {
    "partial": declarative("f = Column(Boolean)\n__table_args__ = (Index('i', 'f', postgresql_where=text('f')),)"),
    "unique": declarative("f = Column(Boolean, unique=True, index=True)"),
    "several columns": declarative("f = Column(Boolean)\ng = Column(Text)\n__table_args__ = (Index('i', 'f', 'g'),)"),
    "no boolean": declarative("f = Column(Integer, index=True)"),
}


@pytest.mark.parametrize("source", IDX006_SILENT.values(), ids=IDX006_SILENT)
def test_boolean_index_is_silent(source: str) -> None:
    assert findings(source, select=["IDX006"]) == []


def test_boolean_index() -> None:
    (finding,) = findings(declarative("done = Column(Boolean, index=True)"), select=["IDX006"])
    assert finding.message == "Task.done is a boolean with an index of its own"


IDX007_SILENT = {
    "comment": declarative("a = Column(Text)\n__table_args__ = (\n    # the list by a\n    Index('i', 'a'),\n)"),
    "of a column": declarative("a = Column(Text, index=True)"),
    "unique": declarative("a = Column(Text)\n__table_args__ = (Index('i', 'a', unique=True),)"),
}


@pytest.mark.parametrize("source", IDX007_SILENT.values(), ids=IDX007_SILENT)
def test_index_without_rationale_is_silent(source: str) -> None:
    assert findings(source, select=["IDX007"]) == []


def test_index_without_rationale() -> None:
    source = declarative("a = Column(Text)\n__table_args__ = (Index('i', 'a'),)")
    (finding,) = findings(source, select=["IDX007"])
    assert finding.message == "the index i of tasks does not say what it is for"


IDX010_SILENT = {
    "no mark": declarative("name = Column(Text, unique=True)"),
    "partial": declarative(
        f"name = Column(Text)\n{DELETED_AT}\n"
        "__table_args__ = (Index('i', 'name', unique=True, postgresql_where=text('deleted_at IS NULL')),)"
    ),
    "holds the mark": declarative(
        f"name = Column(Text)\n{DELETED_AT}\n__table_args__ = (UniqueConstraint('name', 'deleted_at'),)"
    ),
    "made by a machine": declarative(
        f"{DELETED_AT}\ntoken = Column(Text, unique=True)\nu = Column(sa.Uuid, unique=True)"
    ),
    "foreign key": declarative(f"{DELETED_AT}\nuser_id = Column(ForeignKey('users.id'), unique=True)"),
}


@pytest.mark.parametrize("source", IDX010_SILENT.values(), ids=IDX010_SILENT)
def test_soft_delete_unaware_unique_is_silent(source: str) -> None:
    assert findings(source, select=["IDX010"], policies={"soft-delete": ["deleted_at"]}) == []


def test_soft_delete_unaware_unique() -> None:
    source = declarative(f"{DELETED_AT}\nname = Column(Text, unique=True)")
    (guessed,) = findings(source, select=["IDX010"])
    (stated,) = findings(source, select=["IDX010"], policies={"soft-delete": ["deleted_at"]})
    assert (guessed.severity, stated.severity) == ("info", "warning")
    assert stated.message == "the unique key (name) of tasks also counts deleted rows"
