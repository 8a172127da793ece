"""Databases that the configuration names are never merged, whatever their tables are called."""

from __future__ import annotations

import support
from schema_lint.facts.project import Project

USERS = """
from sqlmodel import Field, SQLModel

class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
"""
BASE = """
from sqlalchemy.orm import DeclarativeBase, mapped_column

class Base(DeclarativeBase): ...

class Event(Base):
    __tablename__ = "events"
    id = mapped_column(primary_key=True)
"""


def units(project: Project) -> list[tuple[str | None, list[str]]]:
    return [(schema.database, [table.key for table in schema.tables]) for schema in project.schemas]


def test_one_library_metadata_is_one_for_each_database() -> None:
    both = "import app.audit.models\nimport app.main.models\n"
    packages = {
        "app/__init__.py": "",
        "app/start.py": f"import sqlmodel\n{both}",
        "app/main/__init__.py": "",
        "app/audit/__init__.py": "",
    }
    files = {**packages, "app/main/models.py": USERS, "app/audit/models.py": USERS}
    together = support.project_facts(files)
    assert any(schema.mapping_errors for schema in together.schemas)
    apart = support.project_facts(files, databases={"main": ("app/main",), "audit": ("app/audit/*.py",)})
    assert sorted(units(apart)) == [("audit", ["user"]), ("main", ["user"])]
    assert all(schema.mapping_errors == () for schema in apart.schemas)


def test_a_metadata_is_named_by_its_base() -> None:
    project = support.project_facts({"app/__init__.py": "", "app/db.py": BASE}, metadatas={"events": ("app.db.Base",)})
    assert units(project) == [("events", ["events"])]


def test_without_configuration_there_is_no_name() -> None:
    assert units(support.project_facts({"models.py": USERS})) == [(None, ["user"])]
