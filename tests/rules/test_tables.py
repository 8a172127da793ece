"""TBL: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings

TIMES = "created_at: datetime\nupdated_at: datetime\n"
THREE = "title: str\nnotes: str | None = None\n"

TBL001_SILENT = {
    "both": sqlmodel(TIMES + THREE),
    "synonyms": declarative("dateCreated = Column(DateTime)\nlast_modified = Column(DateTime)\na = Column(String)"),
    "milliseconds": declarative("creation_time = Column(BigInteger)\nlast_update_time = Column(BigInteger)"),
    "contained words": declarative("record_created_on = Column(DateTime)\nrecord_updated_on = Column(DateTime)"),
    "by what fills them": declarative(
        "since = Column(DateTime, server_default=func.now())\nrevised = Column(DateTime, onupdate=func.now())"
    ),
    "two columns": sqlmodel("title: str"),
    "junction": declarative(
        """
        user_id = Column(ForeignKey("users.id"), primary_key=True)
        other_id = Column(ForeignKey("users.id"), primary_key=True)
        position = Column(Integer)
        """
    ),
    "part of another row": declarative(
        """
        user_id = Column(ForeignKey("users.id"), primary_key=True)
        name = Column(String, primary_key=True)
        value = Column(String)
        """
    ),
    "pair with one column more": declarative(
        "user_id = Column(ForeignKey('users.id'))\nother_id = Column(ForeignKey('users.id'))\nnote = Column(Text)"
    ),
    "log": declarative("__tablename__ = 'audit_log'\ncreated_at = Column(DateTime)\na = Column(String)"),
    "event": declarative("logged_at = Column(DateTime)\nlast_updated = Column(DateTime)\na = Column(String)"),
    "junction with a key of its own": declarative(
        "user_id = Column(ForeignKey('users.id'))\nother_id = Column(ForeignKey('users.id'))"
    ),
    "bookkeeping": declarative("__tablename__ = 'alembic_version'\na = Column(String)\nb = Column(String)"),
    "columns not known": declarative("a = Column(String)\nb = Column(String)", bases="Wanted, Base",
                                     before="from elsewhere import Wanted"),
}  # fmt: skip


@pytest.mark.parametrize("source", TBL001_SILENT.values(), ids=TBL001_SILENT)
def test_missing_timestamps_is_silent(source: str) -> None:
    assert findings(source, select=["TBL001"]) == []


def test_missing_timestamps() -> None:
    (finding,) = findings(sqlmodel(THREE), select=["TBL001"])
    assert finding.message == "tasks says neither when a row was made nor when it last changed"
    assert finding.suggestion == "add created_at and updated_at, from a mixin that all models share"
    assert finding.severity == "warning"


@pytest.mark.parametrize(
    ("present", "message"),
    [
        ("created_at: datetime", "tasks does not say when a row last changed"),
        ("updated_at: datetime", "tasks does not say when a row was made"),
    ],
)
def test_one_timestamp_missing_is_an_info(present: str, message: str) -> None:
    (finding,) = findings(sqlmodel(f"{THREE}{present}"), select=["TBL001"])
    assert (finding.message, finding.severity) == (message, "info")


def test_policies_say_which_tables_need_no_times() -> None:
    only_made = sqlmodel(f"{THREE}created_at: datetime")
    assert findings(only_made, select=["TBL001"], policies={"append-only": ["task*"]}) == []
    neither = sqlmodel(THREE)
    assert len(findings(neither, select=["TBL001"], policies={"append-only": ["task*"]})) == 1
    assert findings(neither, select=["TBL001"], policies={"lookup-tables": ["tasks"]}) == []
    assert findings(neither, select=["TBL001"], policies={"external-tables": {"tasks": {}}}) == []


def test_names_of_timestamps_are_the_policys() -> None:
    source = sqlmodel(f"{THREE}angelegt: datetime\ngeaendert: datetime")
    stated = {"timestamps": {"created": ["angelegt"], "updated": ["geaendert"]}}
    assert findings(source, select=["TBL001"], policies=stated) == []


def test_a_joined_child_has_its_parents_times() -> None:
    source = declarative(
        "kind: Mapped[str]\ncreated_at = Column(DateTime)\nupdated_at = Column(DateTime)\n"
        "__mapper_args__ = {'polymorphic_on': 'kind', 'polymorphic_identity': 'task'}",
        after="""
            class Chore(Task):
                __tablename__ = "chores"
                id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
                room = Column(String)
                tool = Column(String)
                __mapper_args__ = {"polymorphic_identity": "chore"}
        """,
    )
    assert findings(source, select=["TBL001"]) == []


def test_a_project_that_keeps_no_times_is_one_finding() -> None:
    more = "\n".join(
        f"class T{n}(Base):\n    __tablename__ = 't{n}'\n    a = Column(Integer, primary_key=True)\n"
        f"    b = Column(String)\n    c = Column(String)\n"
        for n in range(5)
    )
    source = declarative("a = Column(String)\nb = Column(String)", after=more)
    (finding,) = findings(source, select=["TBL001"])
    assert finding.message == (
        "6 of 6 tables say neither when a row was made nor when it last changed: tasks, t0, t1, t2, t3 and t4"
    )
    assert [str(s) for s in finding.subjects if s.table] == ["tasks", "t0", "t1", "t2", "t3", "t4"]


TBL002_SILENT = {
    "onupdate": declarative("updated_at = Column(DateTime, default=utc_now, onupdate=utc_now)"),
    "onupdate of SQLModel": sqlmodel("updated_at: datetime = Field(sa_column_kwargs={'onupdate': utc_now})"),
    "server_onupdate": declarative("updated_at = Column(DateTime, server_onupdate=sa.FetchedValue())"),
    "another name": declarative("due_at = Column(DateTime)"),
    "another type": declarative("updated = Column(Boolean)\nmodified_on = Column(Integer)"),
    "listener on the class": declarative(
        "updated_at = Column(DateTime)",
        after="""
            @event.listens_for(Task, "before_update")
            def touch(mapper, connection, target):
                target.updated_at = utc_now()
        """,
    ),
    "listener on its base": declarative(
        "updated_at = Column(DateTime)",
        after="event.listen(Base, 'before_update', lambda m, c, t: None, propagate=True)",
    ),
    "listener on all sessions": declarative(
        "updated_at = Column(DateTime)",
        after="@event.listens_for(Session, 'before_flush')\ndef touch(session, context, instances): ...",
    ),
    "trigger": declarative(
        "updated_at = Column(DateTime)",
        after="TOUCH = sa.DDL('CREATE TRIGGER touch BEFORE UPDATE ON tasks FOR EACH ROW EXECUTE FUNCTION touch()')",
    ),
    "onupdate not known": declarative(
        "updated_at = Column(DateTime, **options)", before="from elsewhere import options"
    ),
}


@pytest.mark.parametrize("source", TBL002_SILENT.values(), ids=TBL002_SILENT)
def test_stale_updated_at_is_silent(source: str) -> None:
    assert findings(source, select=["TBL002"]) == []


TBL002_FOUND = {
    "default only": sqlmodel("updated_at: datetime = Field(default_factory=utc_now)"),
    "nothing": declarative("updated_at = Column(DateTime)"),
    "listener on another class": declarative(
        "updated_at = Column(DateTime)",
        after="@event.listens_for(User, 'before_update')\ndef touch(mapper, connection, target): ...",
    ),
    "listener on another event": declarative(
        "updated_at = Column(DateTime)",
        after="@event.listens_for(Task, 'before_insert')\ndef touch(mapper, connection, target): ...",
    ),
}


@pytest.mark.parametrize("source", TBL002_FOUND.values(), ids=TBL002_FOUND)
def test_stale_updated_at(source: str) -> None:
    (finding,) = findings(source, select=["TBL002"])
    assert finding.message == "Task.updated_at does not change when its row does"


def test_the_onupdate_is_written_as_the_default_is() -> None:
    source = declarative(
        "updated_at = Column(DateTime(timezone=True), default=clock.utc_now)",
        before="class clock:\n    @staticmethod\n    def utc_now(): return datetime.now(timezone.utc)",
    )
    (finding,) = findings(source, select=["TBL002"])
    assert finding.suggestion == "give Task.updated_at an onupdate: onupdate=clock.utc_now"


def test_rows_that_never_change_need_no_onupdate() -> None:
    source = declarative("updated_at = Column(DateTime)")
    assert findings(source, select=["TBL002"], policies={"append-only": ["tasks"]}) == []


TBL003_SILENT = {
    "docstring": declarative("pass").replace(
        '(Base):\n    __tablename__ = "tasks"', '(Base):\n    """One."""\n    __tablename__ = "tasks"'
    ),
    "comment above": sqlmodel("title: str").replace("class Task", "# Something to do.\nclass Task"),
    "comment in the database": sqlmodel("title: str\n__table_args__ = {'comment': 'Something to do'}"),
    "no table": sqlmodel("title: str", bases="SQLModel"),
    "abstract": declarative("__abstract__ = True"),
}


@pytest.mark.parametrize("source", TBL003_SILENT.values(), ids=TBL003_SILENT)
def test_model_without_docstring_is_silent(source: str) -> None:
    assert [f.message for f in findings(source, select=["TBL003"])] == ["User has no docstring"]


def test_model_without_docstring() -> None:
    found = findings(sqlmodel("title: str"), select=["TBL003"])
    assert [f.message for f in found] == ["User has no docstring", "Task has no docstring"]
    assert found[1].suggestion == "say in a docstring what a row of tasks is"


@pytest.mark.parametrize(
    "name", ["tasks", "task", "role", "type", "name", "users", "useraccount", "value", "timestamp"]
)
def test_reserved_table_name_is_silent(name: str) -> None:
    assert findings(declarative(f"__tablename__ = '{name}'"), select=["TBL004"]) == []


@pytest.mark.parametrize(
    ("name", "plural"), [("user", "users"), ("order", "orders"), ("group", "groups"), ("Check", "Checks")]
)
def test_reserved_table_name(name: str, plural: str) -> None:
    (finding,) = findings(declarative(f"__tablename__ = '{name}'"), select=["TBL004"])
    assert finding.message == f"{name} is a reserved word of SQL, so people must quote it"
    assert finding.suggestion == f'name the table "{plural}"'
    assert finding.severity == "info"


TBL005_SILENT = {
    "stated": sqlmodel("title: str"),
    "by the project's own rule": declarative(
        "title: Mapped[str]\nid: Mapped[int] = mapped_column(primary_key=True)", bases="Named",
        before="""
            from sqlalchemy.orm import declared_attr

            class Named(Base):
                __abstract__ = True

                @declared_attr.directive
                def __tablename__(cls) -> str:
                    return cls.__name__.lower()
        """,
    ).replace('    __tablename__ = "tasks"\n', ""),
    "Core table": declarative("title: Mapped[str]", after="t = Table('t', Base.metadata, Column('a', Integer))"),
}  # fmt: skip


@pytest.mark.parametrize("source", TBL005_SILENT.values(), ids=TBL005_SILENT)
def test_implicit_table_name_is_silent(source: str) -> None:
    assert findings(source, select=["TBL005"]) == []


def test_implicit_table_name() -> None:
    source = sqlmodel("title: str").replace('    __tablename__ = "tasks"\n', "")
    (finding,) = findings(source, select=["TBL005"])
    assert finding.message == "Task leaves it to the library to name its table task"
    assert finding.suggestion == 'add __tablename__ = "task" to Task'


AGAIN = """
    class Todo(Base):
        __tablename__ = "tasks"
        {line}
        id: Mapped[int] = mapped_column(primary_key=True)
"""
TBL006_SILENT = {
    "two tables": declarative("title: Mapped[str]"),
    "extend_existing": declarative(
        "title: Mapped[str]", after=AGAIN.format(line="__table_args__ = {'extend_existing': True}")
    ),
    "two metadatas": declarative(
        "title: Mapped[str]",
        after="class Other(DeclarativeBase):\n    pass\n\n\nclass Todo(Other):\n    __tablename__ = 'tasks'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)",
    ),
    "two schemas": declarative("title: Mapped[str]", after=AGAIN.format(line="__table_args__ = {'schema': 'archive'}")),
}


@pytest.mark.parametrize("source", TBL006_SILENT.values(), ids=TBL006_SILENT)
def test_conflicting_models_is_silent(source: str) -> None:
    assert findings(source, select=["TBL006"]) == []


def test_one_table_twice() -> None:
    (finding,) = findings(declarative("title: Mapped[str]", after=AGAIN.format(line="pass")), select=["TBL006"])
    assert finding.message == "tasks is declared twice in one MetaData, which SQLAlchemy refuses"
    assert finding.severity == "error"


HEADER = "import uuid\nfrom sqlmodel import Field, SQLModel\n"
MODEL = "class {name}(SQLModel, table=True):\n    id: int | None = Field(default=None, primary_key=True)\n"


def module(name: str, *imports: str) -> str:
    return "\n".join([HEADER, *imports, "", MODEL.format(name=name)])


TBL007_SILENT = {
    "one way": {"a.py": module("A", "from b import B"), "b.py": module("B")},
    "for the type checker": {
        "a.py": module("A", "from typing import TYPE_CHECKING", "if TYPE_CHECKING:", "    from b import B"),
        "b.py": module("B", "from a import A"),
    },
    "inside a function": {
        "a.py": module("A", "def late():", "    from b import B"),
        "b.py": module("B", "from a import A"),
    },
    "package and its modules": {
        "app/__init__.py": module("Base", "from app.a import A"),
        "app/a.py": module("A", "from app import Base"),
    },
    "no models on one side": {
        "a.py": module("A", "import helpers"),
        "helpers.py": "import a\n",
    },
    "two copies of one application": {
        "one/a.py": module("A", "from b import B"), "one/b.py": module("B"),
        "two/a.py": module("A"), "two/b.py": module("B", "from a import A"),
    },
}  # fmt: skip


@pytest.mark.parametrize("files", TBL007_SILENT.values(), ids=TBL007_SILENT)
def test_model_import_cycle_is_silent(files: dict[str, str]) -> None:
    assert findings(files, select=["TBL007"]) == []


def test_model_import_cycle() -> None:
    files = {
        "app/__init__.py": "",
        "app/a.py": module("A", "from app.b import B"),
        "app/b.py": module("B", "from app import c"),
        "app/c.py": module("C", "import app.a"),
    }
    (finding,) = findings(files, select=["TBL007"])
    assert finding.message == "the modules app.a, app.b and app.c import each other in a circle"
    assert str(finding.place).startswith("app/a.py:4")
    assert [place.path for place in finding.related] == ["app/b.py", "app/c.py"]


TBL008_SILENT = {
    "table": sqlmodel("title: str"),
    "base of a table": sqlmodel(
        "title: str", bases="Keyed, table=True",
        before="class Keyed(SQLModel):\n    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)",
    ).replace("    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)\n    title", "    title"),
    "named a mixin": sqlmodel("title: str", bases="SQLModel").replace("class Task(", "class KeyMixin("),
    "data for a client": sqlmodel(
        "user_id: uuid.UUID = Field(foreign_key='users.id', primary_key=True)", bases="SQLModel"
    ).replace("class Task(", "class TaskRead("),
    "no keys": sqlmodel("id: uuid.UUID = Field(primary_key=False)\ntitle: str = Field(index=True)", bases="SQLModel"),
    "not SQLModel": declarative("__abstract__ = True"),
}  # fmt: skip


@pytest.mark.parametrize("source", TBL008_SILENT.values(), ids=TBL008_SILENT)
def test_forgotten_table_flag_is_silent(source: str) -> None:
    assert findings(source, select=["TBL008"]) == []


TBL008_FOUND = {
    "primary key": ("id: uuid.UUID = Field(primary_key=True)", "primary_key on id"),
    "foreign key": ("id: int = Field(primary_key=False)\nu: int = Field(foreign_key='users.id')", "foreign_key on u"),
    "relationship": ("id: int = Field(primary_key=False)\nuser: User = Relationship()", "the relationship user"),
}


@pytest.mark.parametrize(("body", "sign"), TBL008_FOUND.values(), ids=TBL008_FOUND)
def test_forgotten_table_flag(body: str, sign: str) -> None:
    (finding,) = findings(sqlmodel(body, bases="SQLModel"), select=["TBL008"])
    assert finding.message == f"Task has {sign}, but no table=True, so it has no table"


def test_a_name_that_a_convention_makes_is_cut_by_sqlalchemy() -> None:
    text = declarative(
        f"{'long_' * 11}name: Mapped[int] = mapped_column(index=True)\nother: Mapped[int] = mapped_column(unique=True)"
    )
    assert findings(text, select=["TBL022"]) == []
