"""What the source reader leaves open, and what it does not."""

from __future__ import annotations

import pytest

from schema_lint.facts.export import export
from schema_lint.facts.project import Project
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Unknown
from support import project_facts


def _task(project: Project) -> Table:
    table = project.schemas[0].table("tasks")
    assert table is not None
    return table


@pytest.mark.parametrize(
    "attribute",
    [
        'id = make("id", primary_key=True)',
        "id: Mapped[int] = make(primary_key=True)",
        'id = COLUMNS["id"]',
        "id = helper()",
        "id = helper() or make()",
    ],
)
def test_what_could_not_be_followed_may_be_a_column(attribute: str) -> None:
    project = project_facts(f"""
from elsewhere import COLUMNS_OF, make, unread
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
COLUMNS = COLUMNS_OF()
def helper():
    return unread()
class Base(DeclarativeBase): pass
class Task(Base):
    __tablename__ = "tasks"
    {attribute}
    name: Mapped[str] = mapped_column(index=True)
""")
    table = _task(project)
    assert table.columns.rest is not None
    assert table.indexes.rest is None


@pytest.mark.parametrize(
    "attribute",
    [
        "logger = logging.getLogger(__name__).getChild('tasks')",
        "words = frozenset(['a'])",
        "others = association_proxy('parts', 'other')",
        "@cached_elsewhere\n    def method(self): return 1",
        "kind = Kind('a')",
        "query = session.query_property()",
    ],
)
def test_what_makes_no_column_leaves_the_columns_known(attribute: str) -> None:
    project = project_facts(f"""
import enum
import logging
from elsewhere import cached_elsewhere
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, scoped_session, sessionmaker
session = scoped_session(sessionmaker())
class Kind(enum.Enum):
    A = "a"
class Base(DeclarativeBase): pass
class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    {attribute}
""")
    assert _task(project).columns.rest is None


def test_a_type_that_may_add_a_check_leaves_the_checks_open() -> None:
    project = project_facts("""
from sqlalchemy import Column, Integer, SmallInteger, TypeDecorator
from sqlalchemy.orm import declarative_base
from sqlalchemy.types import SchemaType
Base = declarative_base()
class State(TypeDecorator, SchemaType):
    impl = SmallInteger
    def __init__(self):
        TypeDecorator.__init__(self)
        SchemaType.__init__(self)
class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
    state = Column(State())
""")
    table = _task(project)
    assert table.check_constraints.rest is not None
    assert table.columns.rest is None
    (exported,) = export(project)["tables"]
    assert exported["check_constraints"] == {"unknown": table.check_constraints.rest.why, "known": []}


def test_a_name_of_another_package_may_stand_for_a_union_with_none() -> None:
    table = _task(
        project_facts("""
from elsewhere import Text
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): pass
class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[Text] = mapped_column(String)
    note: Mapped[Text] = mapped_column(String, nullable=True)
""")
    )
    _, title, note = table.columns.known
    assert isinstance(title.nullable, Unknown)
    assert note.nullable is True
    assert note.declaration is not None
    assert isinstance(note.declaration.optional, Unknown)


def test_a_listener_may_name_what_has_no_name() -> None:
    project = project_facts("""
from sqlalchemy import Column, Integer, UniqueConstraint, event
from sqlalchemy.orm import declarative_base
Base = declarative_base()
@event.listens_for(UniqueConstraint, "after_parent_attach")
def _name(constraint, table):
    constraint.name = constraint.name or "uq_" + table.name
class Task(Base):
    __tablename__ = "tasks"
    __table_args__ = (UniqueConstraint("one", name="stated"),)
    id = Column(Integer, primary_key=True)
    one = Column(Integer)
    two = Column(Integer, unique=True)
""")
    table = _task(project)
    names = {unique.columns: unique.name for unique in table.unique_constraints.known}
    assert names["one",] == "stated"
    assert isinstance(names["two",], Unknown)
    assert table.primary_key.name is None


@pytest.mark.parametrize(("written", "decided"), [("REQUIRED", False), ("NULL_UNSPECIFIED", True), ("None", True)])
def test_nullable_by_a_name_of_a_package_that_is_not_read(written: str, decided: bool) -> None:
    project = project_facts(f"""
from elsewhere import REQUIRED
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql.base import NULL_UNSPECIFIED
class Base(DeclarativeBase): pass
class Task(Base):
    __tablename__ = "tasks"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(nullable={written})
""")
    column = _task(project).column("name")
    assert column is not None
    assert isinstance(column.nullable, Unknown) is not decided
    assert not decided or column.nullable is False


REFLECTING = """
from sqlalchemy import Column, Integer, MetaData, Table, create_engine
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import declarative_base
engine = create_engine("postgresql://localhost/app")
Base = {base}()
class Task(Base):
    __tablename__ = "tasks"
    id = Column(Integer, primary_key=True)
other = MetaData()
user = Table("users", other, Column("id", Integer, primary_key=True))
def start(tables):
    {call}
"""


@pytest.mark.parametrize(
    ("call", "base", "why"),
    [
        ("Base.metadata.reflect(bind=engine)", "declarative_base", "reflect"),
        ("[table.to_metadata(Base.metadata) for table in tables]", "declarative_base", "to_metadata"),
        ("Base.prepare(autoload_with=engine)", "automap_base", "automap"),
    ],
)
def test_tables_that_only_the_running_program_makes(call: str, base: str, why: str) -> None:
    project = project_facts(REFLECTING.format(call=call, base=base))
    rests = {schema.tables.known[0].key: schema.tables.rest for schema in project.schemas}
    assert rests["users"] is None
    rest = rests["tasks"]
    assert rest is not None
    assert rest.why.endswith(f"({why})")


@pytest.mark.parametrize(
    "call",
    ["MetaData().reflect(engine)", "other_one.reflect(engine)", "tables[0].to_metadata(MetaData())", "Base.prepare()"],
)
def test_what_the_running_program_makes_elsewhere_is_no_table_of_the_models(call: str) -> None:
    project = project_facts(REFLECTING.format(call=call, base="declarative_base"))
    assert [schema.tables.rest for schema in project.schemas] == [None, None]


def test_what_a_test_reflects_is_no_table_of_the_models() -> None:
    models = REFLECTING.format(call="pass", base="declarative_base")
    test = "from models import Base, engine\n\nBase.metadata.reflect(engine)\n"
    project = project_facts({"models.py": models, "tests/test_schema.py": test})
    assert [schema.tables.rest for schema in project.schemas] == [None, None]
