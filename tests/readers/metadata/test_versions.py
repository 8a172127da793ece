"""Each SQLAlchemy that is supported, in a virtual environment of its own, as a project has it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import support
from metadata_cases import CASES
from readers_of_metadata import alike, ordered
from schema_lint.checking.judging import Focus, judge
from schema_lint.checking.registry import load_rules
from schema_lint.checking.selection import select
from schema_lint.checking.suppressions import Exceptions
from schema_lint.config.policies import Policies
from schema_lint.facts.export import export
from schema_lint.readers.metadata import MetadataOptions, read, target

pytestmark = pytest.mark.registry

WRITTEN_FOR_ALL = (
    "declarative 1.x",
    "mixins and declared_attr",
    "fixed tables",
    "helpers, loops and branches",
    "core tables",
)
MISTAKEN = """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    nowhere = relationship("Nobody")
    unjoined = relationship("Note")
    several = relationship("Task")
    broken = relationship("Task", primaryjoin="User.id == Task.user_id")


class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey("users.id"))
    reviewer_id = Column(Integer, ForeignKey("users.id"))
    owner = relationship("User", foreign_keys=[owner_id], back_populates="tasks")
    holder = relationship("User", foreign_keys=[owner_id])
    reviewer = relationship("User", foreign_keys=[reviewer_id], cascade="all, delete-orphan")


class Note(Base):
    __tablename__ = "notes"
    id = Column(Integer, primary_key=True)
"""


@pytest.fixture(scope="module", params=["1.4.54", "2.0.36", "2.1.*"])
def environment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A virtual environment with one SQLAlchemy, and its version."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = str(folder / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "-q", f"sqlalchemy=={request.param}"], check=True)
    code = "import sqlalchemy; print(sqlalchemy.__version__)"
    version = subprocess.run([python, "-c", code], check=True, capture_output=True, text=True).stdout.strip()
    return str(folder), version


@pytest.mark.parametrize("name", WRITTEN_FOR_ALL)
def test_facts_are_those_that_the_source_declares(name: str, environment: tuple[str, str]) -> None:
    folder, version = environment
    said = export(support.project_facts(CASES[name], sqlalchemy_version=tuple(map(int, version.split(".")))))
    with support.project_tree(CASES[name]) as tree:
        options = MetadataOptions(targets=(target("models:*"),), python=folder)
        made = export(read(tree, options, directory=tree.root).project)
    assert made["sqlalchemy"] == version
    for kind, key in (("tables", "name"), ("mappers", "class")):
        assert [alike(thing) for thing in ordered(made[kind], key)] == [alike(t) for t in ordered(said[kind], key)]


def test_refusals_are_findings_of_the_same_rules(environment: tuple[str, str], tmp_path: Path) -> None:
    folder, _ = environment
    rules = load_rules()
    codes = ["REL003", "REL004", "REL007", "REL008", "REL009", "REL013", "REL017", "TBL016", "TBL017"]
    with support.project_tree(MISTAKEN) as tree:
        options = MetadataOptions(targets=(target("models"),), python=folder)
        project = read(tree, options, directory=tree.root).project
    selection = select(rules, selected=codes)
    verdict = judge(project, selection, Policies(), rules=rules, exceptions=Exceptions(), focus=Focus())
    assert [(finding.code, finding.place.line if finding.place else 0) for finding in verdict.findings] == [  # type: ignore[union-attr]
        ("REL009", 11), ("REL007", 12), ("REL008", 13), ("TBL016", 14), ("REL004", 22), ("REL013", 24),
    ]  # fmt: skip
