"""Facts that no metadata holds: what is not known, how the source declares things, and where."""

from __future__ import annotations

import pytest

from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Unknown
from support import project_facts


def _schema(project: Project) -> Schema:
    assert len(project.schemas) == 1, [schema.label for schema in project.schemas]
    return project.schemas[0]


def _table(project: Project, key: str) -> Table:
    table = _schema(project).table(key)
    assert table is not None
    return table


TASK = """
from sqlmodel import Field, SQLModel


class Task(SQLModel, table=True):
    # who does it
    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(
        max_length=5,
        description="what there is to do",
    )
    done: bool = False
    untyped = Field(default=3)
"""


def test_a_column_knows_its_declaration_and_its_line() -> None:
    source = TASK.replace("    untyped = Field(default=3)\n", "")
    table = _table(project_facts(source), "task")
    assert (table.place.line, table.name_stated) == (5, False)  # type: ignore[union-attr]
    identifier, title, done = table.columns.known
    assert identifier.explanation == "who does it"
    assert identifier.declaration is not None
    assert identifier.declaration.form == "Field"
    assert (identifier.declaration.optional, identifier.declaration.default_none) == (True, True)
    assert identifier.declaration.python_type == "int"
    assert [argument.name for argument in identifier.declaration.arguments] == ["default", "primary_key"]
    assert title.explanation == "what there is to do"
    assert (title.place.line, title.place.end_line) == (8, 8)  # type: ignore[union-attr]
    assert done.declaration is not None
    assert (done.declaration.form, done.declaration.has_default) == ("annotation", True)


def test_a_field_without_an_annotation_is_an_untyped_attribute() -> None:
    (model,) = _schema(project_facts(TASK)).models.known
    assert {a.name: a.kind for a in model.attributes}["untyped"] == "untyped"


def test_a_default_whose_result_was_taken_at_import_says_which_function() -> None:
    project = project_facts("""
import uuid
from datetime import datetime
from sqlmodel import Field, SQLModel
class Task(SQLModel, table=True):
    id: uuid.UUID = Field(default=uuid.uuid4(), primary_key=True)
    at: datetime = Field(default_factory=datetime.utcnow)
    tags: str = Field(default=[])
""")
    identifier, at, tags = _table(project, "task").columns.known
    assert identifier.default.called == "uuid.uuid4"  # type: ignore[union-attr]
    assert at.default.function == "datetime.datetime.utcnow"  # type: ignore[union-attr]
    assert tags.default.mutable  # type: ignore[union-attr]


def test_targets_are_found_in_files_that_were_not_asked_for() -> None:
    from schema_lint.readers.source import read
    from support import project_tree

    files = {
        "app/__init__.py": "",
        "app/task.py": "from sqlmodel import Field, SQLModel\nclass Task(SQLModel, table=True):\n"
        "    id: int = Field(primary_key=True)\n    user_id: int = Field(foreign_key='users.id')\n",
        "app/user.py": "from sqlmodel import Field, SQLModel\nclass User(SQLModel, table=True):\n"
        "    __tablename__ = 'users'\n    id: int = Field(primary_key=True)\n",
    }
    with project_tree(files) as tree:
        project = read(tree, ["app/task.py"])
    assert {table.name for table in _schema(project).tables.known} == {"task", "users"}


def test_a_name_computed_by_the_environment_is_not_guessed() -> None:
    project = project_facts("""
import os
from sqlalchemy import Column, Integer
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Task(Base):
    __tablename__ = os.environ["TABLE"]
    id = Column(Integer, primary_key=True)
""")
    assert [table.name for schema in project.schemas for table in schema.tables.known] == []


def test_a_base_of_a_package_that_is_not_there_leaves_its_tables_open() -> None:
    project = project_facts("""
from sqlalchemy import Column, Integer
from somewhere import Base
class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
""")
    table = _table(project, "tasks")
    assert table.columns.rest is not None
    assert [column.name for column in table.columns.known] == ["id"]
    assert isinstance(_schema(project).naming_convention, Unknown)


def test_reflected_tables_are_open() -> None:
    project = project_facts("""
from sqlalchemy import Column, Integer, MetaData, Table
from app import engine
meta = MetaData()
table = Table("t", meta, Column("id", Integer, primary_key=True), autoload_with=engine)
""")
    assert _table(project, "t").columns.rest is not None


def test_a_metadata_reflected_twice_is_open() -> None:
    project = project_facts("""
from sqlalchemy import Column, Integer, MetaData, Table
from app import engine
meta = MetaData()
table = Table("t", meta, Column("id", Integer, primary_key=True))
meta.reflect(engine)
meta.reflect(engine, schema="other")
""")
    assert _schema(project).tables.rest is not None


def test_one_table_twice_is_an_error_only_where_one_program_meets_both() -> None:
    one = (
        "from sqlmodel import Field, SQLModel\n"
        "class Hero(SQLModel, table=True):\n"
        "    id: int = Field(primary_key=True)\n"
    )  # fmt: skip
    apart = project_facts({"docs/first.py": one, "docs/second.py": one, "pyproject.toml": ""})
    assert [error for schema in apart.schemas for error in schema.mapping_errors] == []
    together = project_facts(
        {"first.py": one, "second.py": one, "main.py": "import first\nimport second\n# sqlmodel\n"}
    )
    errors = [error for schema in together.schemas for error in schema.mapping_errors]
    assert "duplicate-table" in {error.kind for error in errors}


def test_copies_of_an_application_have_metadatas_of_their_own() -> None:
    files = {
        f"{phase}/{path}": text
        for phase in ("phase1", "phase2")
        for path, text in {"pyproject.toml": "", "src/__init__.py": "", "src/models.py": TASK}.items()
    }
    project = project_facts(files)
    assert [len(schema.tables.known) for schema in project.schemas] == [1, 1]
    assert len({schema.label for schema in project.schemas}) == 2


def test_columns_that_a_constraint_names_must_exist() -> None:
    project = project_facts("""
from sqlalchemy import Column, Index, Integer, UniqueConstraint
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Task(Base):
    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("idd"), Index("ix", "nam"))
    id = Column(Integer, primary_key=True)
""")
    assert [error.kind for error in _schema(project).mapping_errors] == ["unknown-column", "unknown-column"]


def test_revisions_tables_are_not_the_applications() -> None:
    project = project_facts(
        {
            "versions/1_first.py": """
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base
revision = "1"
down_revision = None
Base = declarative_base()
class Old(Base):
    __tablename__ = "old"
    id = sa.Column(sa.Integer, primary_key=True)
""",
            "models.py": TASK,
        }
    )
    assert {table.name for table in _schema(project).tables.known} == {"task"}


def test_revisions_that_are_asked_for_show_copies_of_the_applications_tables() -> None:
    revision = """
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base
revision = "1"
down_revision = None
Base = declarative_base()
class Task(Base):
    __tablename__ = "task"
    id = sa.Column(sa.Integer, primary_key=True)
class Old(Base):
    __tablename__ = "old"
    id = sa.Column(sa.Integer, primary_key=True)
"""
    project = project_facts({"versions/1_first.py": revision, "models.py": TASK}, revisions=True)
    own, copies = project.schemas
    assert {table.name for table in own.tables.known} == {table.name for table in copies.tables.known} == {"task"}
    assert [model.key for model in copies.models.known] == ["versions.1_first.Task"]
    assert project.set_aside == {"versions/1_first.py"}


def test_flask_sqlalchemy_names_tables_and_shares_them_between_classes() -> None:
    project = project_facts("""
from flask_sqlalchemy import SQLAlchemy
db = SQLAlchemy()
tags = db.Table("tags", db.Column("page_id", db.Integer, db.ForeignKey("web_page.id"), primary_key=True))
class WebPage(db.Model):
    id = db.Column(db.Integer, primary_key=True)
    type = db.Column(db.String(20))
    __mapper_args__ = {"polymorphic_on": type, "polymorphic_identity": "page"}
class Blog(WebPage):
    __mapper_args__ = {"polymorphic_identity": "blog"}
    title = db.Column(db.String(3))
class APIKey(WebPage):
    __tablename__ = "api"
    id = db.Column(db.ForeignKey("web_page.id"), primary_key=True)
""")
    schema = _schema(project)
    assert schema.label == "models.db.metadata"
    assert {t.name: [c.name for c in t.columns.known] for t in schema.tables.known} == {
        "tags": ["page_id"], "web_page": ["id", "type", "title"], "api": ["id"],
    }  # fmt: skip
    assert {m.name: m.inheritance for m in schema.models.known} == {
        "WebPage": None, "Blog": "single", "APIKey": "joined",
    }  # fmt: skip


NONSENSE = (
    """
from sqlmodel import SQLModel, Field
class A(SQLModel, table=True):
    id: 1 + = Field()
""",
    """
from sqlalchemy import *
from sqlalchemy.orm import *
x = Table(Column, 3, *y)
class A(A): __tablename__ = A
""",
    """
from sqlalchemy.orm import *
class B(DeclarativeBase, B, B): __table_args__ = B
class C(B):
    __tablename__ = 'c'
    __table_args__ = (1, None, [], {}, C)
    x: Mapped[x[x]] = mapped_column(x, x=x)
""",
    """
from sqlmodel import *
class A(SQLModel, table=True):
    a: A = Field(sa_column=Column(Column(Column)))
    b: list[list] = Field(**b)
    c: 'A | ' = Field(max_length='x', foreign_key='...', sa_column_kwargs=3)
""",
)


@pytest.mark.parametrize("text", NONSENSE)
def test_source_that_makes_no_sense_is_no_surprise(text: str) -> None:
    project_facts(text)


def test_the_columns_of_a_composite_are_not_guessed() -> None:
    """SQLAlchemy takes their types and nullability from the annotations of the composite's class."""
    project = project_facts("""
from dataclasses import dataclass
from sqlalchemy.orm import DeclarativeBase, Mapped, composite, mapped_column

@dataclass
class Point:
    x: int
    y: int | None

class Base(DeclarativeBase): ...

class Vertex(Base):
    __tablename__ = "vertices"
    id: Mapped[int] = mapped_column(primary_key=True)
    start: Mapped[Point] = composite(mapped_column("x1"), mapped_column("y1", nullable=False))
""")
    x, y = _table(project, "vertices").columns.known[1:]
    assert isinstance(x.nullable, Unknown)
    assert isinstance(x.type, Unknown)
    assert y.nullable is False


OLD_FIELDS = """
from sqlalchemy import String
from sqlmodel import Field, SQLModel
class Task(SQLModel, table=True):
    id: int = Field(default=None, primary_key=True)
    done_at: str = Field(default=None)
    title: str = Field(sa_column=String(length=7))
"""


@pytest.mark.parametrize(("version", "nullable"), [((0, 0, 8), True), ((0, 0, 14), False)])
def test_a_default_of_none_made_a_field_optional_before_pydantic_2(version: tuple[int, ...], nullable: bool) -> None:
    table = _table(project_facts(OLD_FIELDS, sqlmodel_version=version), "task")
    assert [column.nullable for column in table.columns.known] == [False, nullable, False]


def test_sqlmodel_passes_over_an_sa_column_that_is_no_column() -> None:
    title = _table(project_facts(OLD_FIELDS), "task").columns.known[2]
    assert not isinstance(title.type, Unknown)
    assert title.type.sql == "VARCHAR"


@pytest.mark.parametrize(("version", "cascade"), [((1, 4, 44), ()), ((1, 4, 45), ("merge",)), ((1, 4), ("merge",))])
def test_what_only_looks_cascades_merges_from_1_4_45_on(version: tuple[int, ...], cascade: tuple[str, ...]) -> None:
    project = project_facts(
        """
from sqlalchemy import Column, ForeignKey, Integer
from sqlalchemy.orm import declarative_base, relationship
Base = declarative_base()
class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    owner_id = Column(ForeignKey("users.id"))
    owner = relationship("User", viewonly=True)
""",
        sqlalchemy_version=version,
    )
    (owner,) = _schema(project).relationships.known
    assert owner.cascade == cascade
