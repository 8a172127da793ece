"""`from sqlalchemy import *` and its like: Python's meaning, and no table lost without a word."""

from __future__ import annotations

import subprocess
import sys

import pytest
import sqlalchemy

from schema_lint.evaluating.values import Value
from schema_lint.facts.project import Project
from schema_lint.readers.source.options import ReadOptions
from schema_lint.readers.source.reading import Reading
from schema_lint.readers.source.star_imports import _NAMES, star_names
from support import codes, outcome, project_facts, project_tree

STARS = "from sqlalchemy import *\nfrom sqlalchemy.orm import *\n"
MODELS = """
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String(20), nullable=False)
    tasks = relationship("Task", back_populates="owner")

class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(Integer, ForeignKey("users.id"), nullable=False)
    owner = relationship("User", back_populates="tasks")
"""
EXPLICIT = """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base, relationship
Base = declarative_base()
"""


def types(project: Project) -> dict[str, str]:
    """By `table.column`."""
    return {
        f"{table.name}.{column.name}": getattr(column.type, "sql", None) or "?"
        for schema in project.schemas
        for table in schema.tables.known
        for column in table.columns.known
    }


def kinds(text: str, **options: object) -> dict[str, str]:
    """The types of a table's columns, where `text` gives the imports and the columns after `---`."""
    imports, _, columns = text.partition("---")
    body = "".join(f"\n    {line.strip()}" for line in columns.strip().splitlines())
    source = f"{imports}\nclass T(declarative_base()):\n    __tablename__ = 't'{body}\n"
    return {name.partition(".")[2]: found for name, found in types(project_facts(source, **options)).items()}


@pytest.mark.parametrize(
    "imports",
    [
        STARS,
        "from sqlalchemy.orm import *\nfrom sqlalchemy import *\n",
        "from sqlalchemy import *\nfrom sqlalchemy.ext.declarative import *\nfrom sqlalchemy.orm import *\n",
        "from typing import *\nfrom datetime import *\n" + STARS,
        "from unread_package import *\n" + STARS,
        "from sqlalchemy.sql.schema import *\n" + STARS,
    ],
)
def test_star_imports_say_what_explicit_ones_say(imports: str) -> None:
    assert codes(imports + "Base = declarative_base()\n" + MODELS) == codes(EXPLICIT + MODELS)
    assert outcome(imports + "Base = declarative_base()\n" + MODELS).undecided == outcome(EXPLICIT + MODELS).undecided


def test_a_module_of_the_project_passes_them_on() -> None:
    files = {
        "app/__init__.py": "",
        "app/base.py": STARS + "Base = declarative_base()\n",
        "app/names.py": "from .base import *\n",
        "app/models.py": "from .names import *\n" + MODELS,
    }
    explicit = {
        **files,
        "app/models.py": EXPLICIT.replace("Base = declarative_base()", "from app.base import Base") + MODELS,
    }
    assert types(project_facts(files)) == types(project_facts(explicit))
    assert codes(files) == codes(explicit)


def test_star_imports_in_a_circle() -> None:
    files = {
        "a.py": "from b import *\n" + STARS + "Base = declarative_base()\nfrom b import *\n" + MODELS,
        "b.py": "from c import *\nfrom a import *\n",
        "c.py": "from a import *\nfrom b import *\n",
    }
    assert types(project_facts(files))["tasks.owner_id"] == "INTEGER"


def test_sqlmodel() -> None:
    project = project_facts("""
from typing import *
from sqlmodel import *
from datetime import *

class User(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(max_length=20)
    made: datetime
    tasks: List["Task"] = Relationship(back_populates="owner")

class Task(SQLModel, table=True):
    id: Optional[int] = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
    owner: User = Relationship(back_populates="tasks")
""")
    assert types(project) == {
        "user.id": "INTEGER", "user.name": "VARCHAR(20)", "user.made": "TIMESTAMP WITH TIME ZONE", "task.id": "INTEGER",
        "task.owner_id": "INTEGER",
    }  # fmt: skip


def test_the_last_star_import_wins() -> None:
    columns = "id = Column(INTEGER, primary_key=True)\nj = Column(JSON)\nt = Column(TIMESTAMP(timezone=True))"
    first = kinds(f"{STARS}from sqlalchemy.dialects.postgresql import *\n---{columns}\nb = Column(JSONB)")
    assert first["b"] == "JSONB"
    source = f"{STARS}from sqlalchemy.dialects.postgresql import *\nx = JSON\n"
    assert _meaning(source, "JSON") == "sqlalchemy.dialects.postgresql.JSON"
    assert _meaning(f"from sqlalchemy.dialects.postgresql import *\n{STARS}", "JSON") == "sqlalchemy.JSON"
    assert _meaning(f"from typing import *\n{STARS}", "Text") == "sqlalchemy.Text"
    assert _meaning(f"{STARS}from typing import *\n", "Text") == "typing.Text"
    assert _meaning("from sqlmodel import *\nfrom sqlalchemy.orm import *\n", "Session") == "sqlalchemy.orm.Session"
    assert _meaning("from sqlalchemy.orm import *\nfrom sqlmodel import *\n", "Session") == "sqlmodel.Session"


def test_a_star_import_hides_what_was_bound_before_and_not_what_is_bound_after() -> None:
    assert _meaning("from enum import Enum\nfrom sqlalchemy import *\n", "Enum") == "sqlalchemy.Enum"
    assert _meaning("from sqlalchemy import *\nfrom enum import Enum\n", "Enum") == "enum.Enum"
    assert _meaning("from sqlalchemy import *\nclass Column: ...\n", "Column") == "ClassValue"


def test_names_are_those_of_the_version_in_use() -> None:
    source = "from uuid import UUID\nfrom sqlalchemy import *\n"
    assert _meaning(source, "UUID", sqlalchemy_version=(1, 4, 54)) == "uuid.UUID"
    assert _meaning(source, "UUID", sqlalchemy_version=(2, 0, 36)) == "sqlalchemy.UUID"


def test_a_later_star_import_of_a_package_that_is_not_read_leaves_names_open() -> None:
    source = f"{STARS}Base = declarative_base()\nfrom unread_package import *\n{MODELS}"
    assert set(types(project_facts(source))) == {"users.id", "users.name", "tasks.id", "tasks.owner_id"}
    assert set(types(project_facts(source)).values()) == {"?"}
    assert not {"COL001", "KEY002", "KEY006"} & set(codes(source))


UNREAD = """
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)

class Task(SQLModel, table=True):
    id: int = Field(primary_key=True)

notes = Table("notes", metadata, Column("id", Integer, primary_key=True))
"""


@pytest.mark.parametrize("kept", ["class User", "class Task", "notes ="])
def test_what_seems_to_be_a_table_of_an_unread_package_is_said(kept: str) -> None:
    parts = [part for part in UNREAD.split("\n\n") if kept in part]
    verdict = outcome(f"from unread_package import *  # as sqlalchemy\n{parts[0]}\n")
    assert verdict.findings == ()
    assert [item.code for item in verdict.undecided] == ["SRC001"]
    assert "unread_package" in verdict.undecided[0].why


def test_one_file_is_said_once() -> None:
    verdict = outcome(f"from unread_package import *\n{UNREAD}")
    assert [item.why for item in verdict.undecided] == [
        "User may be a table, but the base class unread_package.Base is of a package that is not read, and 2 more"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "class Mixin:\n    __tablename__ = 'x'\n",
        STARS + "Base = declarative_base()\nclass A(Base):\n    __abstract__ = True\n    __tablename__ = 'x'\n",
        "from rich.table import Table, Column  # sqlalchemy\nTable('title', 'b').add_row(Column('x'))\n",
        "from unread_package import *  # sqlalchemy\nclass A(Base):\n    x = Column(Integer)\n",
    ],
)
def test_what_is_no_table_is_not_said(text: str) -> None:
    assert outcome(text).undecided == ()


_NEWER = frozenset({
    "Self", "Never", "LiteralString", "assert_never", "assert_type", "reveal_type", "Required", "NotRequired",
    "Unpack", "TypeVarTuple", "dataclass_transform", "override", "UTC", "EnumType", "StrEnum", "ReprEnum",
    "member", "nonmember", "verify", "global_enum",
})  # fmt: skip
"""Names that Python itself has only since a version after the oldest that is supported."""


@pytest.mark.parametrize("module", sorted(_NAMES))
def test_the_names_are_those_that_the_libraries_export(module: str) -> None:
    script = f"from {module} import *\nprint(*(n for n in dir() if n[0] != '_'))"
    given = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    if given.returncode:
        pytest.skip("has no star import in the version that is installed")
    installed = tuple(int(part) for part in sqlalchemy.__version__.split(".")[:2])
    names = star_names(module, installed)
    assert names is not None
    assert names - _NEWER <= set(given.stdout.split())


def _meaning(source: str, name: str, **options: object) -> str:
    """What a name is at the end of a module: a library's path, else the kind of value."""
    with project_tree(source) as tree:
        reading = Reading(tree, [], ReadOptions(**options))  # type: ignore[arg-type]
        value: Value = reading.interpreter.resolve(reading.finder.at("models.py"), name)
    return str(getattr(value, "path", type(value).__name__))
