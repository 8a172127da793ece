"""The source and what was built of it, as one project."""

from __future__ import annotations

from collections import Counter

import pytest

import support
from built import built
from metadata_cases import CASES
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.merging import merge
from schema_lint.readers.source import read

DYNAMIC = """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


def length():
    import time
    return int(time.time() // 10**12) + 10


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    # Its own name for itself.
    name = Column(String(length()))


def audited(cls):
    return type(cls.__name__ + "Log", (Base,), {
        "__tablename__": cls.__tablename__ + "_" + str(length()) + "_log",
        "id": Column(Integer, primary_key=True),
        "user_id": Column(Integer, ForeignKey("users.id")),
    })


logs = {cls.__name__: audited(cls) for cls in list(Base.__subclasses__())}
"""


def merged(tree: SourceTree) -> Project:
    return merge(read(tree, [""]), built(tree))


def both(files: support.Files) -> Project:
    with support.project_tree(files) as tree:
        return merged(tree)


def test_what_only_the_run_shows_is_decided() -> None:
    said = support.project_facts(DYNAMIC)
    assert isinstance(said.schemas[0].tables.known[0].column("name").type, Unknown)  # type: ignore[union-attr]
    (schema,) = both(DYNAMIC).schemas
    assert sorted(table.key for table in schema.tables.known) == ["users", "users_10_log"]
    name = schema.column("users", "name")
    assert name is not None
    assert getattr(name.type, "sql", None) == "VARCHAR(10)"
    assert schema.tables.rest is None


def test_what_only_the_source_says_stays() -> None:
    (schema,) = both(DYNAMIC).schemas
    name = schema.column("users", "name")
    assert name is not None
    assert name.explanation == "Its own name for itself."
    assert name.declaration is not None
    assert name.declaration.form == "Column"


def test_a_table_that_only_the_run_makes_is_judged() -> None:
    assert "FK001" not in support.codes(DYNAMIC)
    (finding,) = support.findings(DYNAMIC, select=["FK001"], reader=merged)
    assert finding.message.startswith("the foreign key users_10_log.user_id → users.id has no index")


@pytest.mark.parametrize("name", CASES)
def test_what_both_see_is_one_finding(name: str) -> None:
    alone = support.findings(CASES[name], profile="strict")
    together = support.findings(CASES[name], profile="strict", reader=merged)
    # What was built may decide more, and may know better; it does not report twice what the source shows already.
    before, after = (Counter(finding.fingerprint for finding in found) for found in (alone, together))
    assert {key: count for key, count in after.items() if count > max(1, before[key])} == {}


def test_tables_that_were_not_imported_stay() -> None:
    files = {
        "one.py": DYNAMIC,
        "two.py": "from sqlalchemy import Column, Integer\nfrom one import Base\n\n\nclass Late(Base):\n"
        "    __tablename__ = 'late'\n    id = Column(Integer, primary_key=True)\n",
    }
    with support.project_tree(files) as tree:
        source = read(tree, [""])
    with support.project_tree(files["one.py"]) as tree:
        project = merge(source, built(tree))
    assert "late" in {table.key for schema in project.schemas for table in schema.tables.known}
