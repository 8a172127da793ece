"""COL: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings

BEFORE_45 = {"sqlmodel_version": (0, 0, 44)}
SINCE_45 = {"sqlmodel_version": (0, 0, 45)}

COL002_SILENT = {
    "with zone": sqlmodel("due_at: datetime = Field(sa_type=DateTime(timezone=True))"),
    "with zone in declarative": declarative("due_at = Column(DateTime(timezone=True))"),
    "local by name": declarative("starts_at_local = Column(DateTime)\nlocal_end = Column(DateTime)"),
    "naive by annotation": sqlmodel("due_at: NaiveDatetime = Field(sa_type=DateTime)"),
    "type of the project's own": declarative(
        "due_at = Column(UTC)",
        before="class UTC(TypeDecorator):\n    impl = DateTime\n    cache_ok = True\n",
    ),
    "date": declarative("due_on = Column(sa.Date)"),
    "type not known": declarative("due_at = Column(Moment)", before="from elsewhere import Moment"),
}


@pytest.mark.parametrize("source", COL002_SILENT.values(), ids=COL002_SILENT)
def test_naive_timestamp_is_silent(source: str) -> None:
    assert findings(source, select=["COL002"]) == []


def test_plain_datetime_depends_on_the_version_of_sqlmodel() -> None:
    source = sqlmodel("due_at: datetime")
    assert findings(source, select=["COL002"], read_options=SINCE_45) == []
    (finding,) = findings(source, select=["COL002"], read_options=BEFORE_45)
    assert finding.message == "Task.due_at stores a time without its time zone"
    assert finding.suggestion == "give Task.due_at sa_type=DateTime(timezone=True)"


@pytest.mark.parametrize(
    "column",
    ["due_at = Column(DateTime)", "due_at: Mapped[datetime]", "due_at: Mapped[datetime] = mapped_column(sa.TIMESTAMP)"],
)
def test_naive_timestamp(column: str) -> None:
    (finding,) = findings(declarative(column), select=["COL002"])
    assert finding.message == "Task.due_at stores a time without its time zone"
    assert finding.suggestion == "give Task.due_at the type DateTime(timezone=True)"


def test_naive_timestamp_with_a_naive_default_is_one_finding() -> None:
    source = declarative("due_at = Column(DateTime, default=datetime.utcnow)")
    (finding,) = findings(source, select=["COL002", "COL003"])
    assert finding.code == "COL002"
    assert finding.suggestion is not None
    assert finding.suggestion.endswith("and datetime.now(timezone.utc) as its default")


def times(naive: int, aware: int) -> str:
    lines = [f"n{number} = Column(DateTime)" for number in range(naive)]
    return declarative("\n".join(lines + [f"a{number} = Column(DateTime(timezone=True))" for number in range(aware)]))


def test_a_project_without_time_zones_is_one_finding() -> None:
    (finding,) = findings(times(naive=8, aware=2), select=["COL002"])
    assert finding.message == (
        "Task.n0, Task.n1, Task.n2, Task.n3, Task.n4 and 3 more store times without their time zones (8 columns)"
    )
    assert len(finding.subjects) == 8
    assert len(findings(times(naive=8, aware=3), select=["COL002"])) == 8
    assert len(findings(times(naive=4, aware=0), select=["COL002"])) == 4


COL003_SILENT = {
    "with zone": sqlmodel("due_at: datetime = Field(default_factory=utc_now)"),
    "lambda with zone": declarative("due_at = Column(DateTime, default=lambda: datetime.now(timezone.utc))"),
    "server": declarative("due_at = Column(DateTime(timezone=True), server_default=func.now(), onupdate=func.now())"),
    "date": declarative("due_on = Column(sa.Date, default=datetime.now)"),
    "type of the project's own": declarative(
        "due_at = Column(UTC, default=datetime.utcnow)",
        before="class UTC(TypeDecorator):\n    impl = DateTime\n    cache_ok = True\n",
    ),
    "another now": declarative("due_at = Column(DateTime, default=clock.now)", before="from elsewhere import clock"),
}


@pytest.mark.parametrize("source", COL003_SILENT.values(), ids=COL003_SILENT)
def test_utcnow_default_is_silent(source: str) -> None:
    assert findings(source, select=["COL003"]) == []


COL003_FOUND = {
    "default": "due_at = Column(DateTime(timezone=True), default=datetime.utcnow)",
    "onupdate": "due_at = Column(DateTime(timezone=True), default=utc_now, onupdate=datetime.utcnow)",
    "local": "due_at = Column(DateTime(timezone=True), default=datetime.now)",
    "lambda": "due_at = Column(DateTime(timezone=True), default=lambda: datetime.utcnow())",
    "both are one": "due_at = Column(DateTime(timezone=True), default=datetime.utcnow, onupdate=datetime.utcnow)",
}


@pytest.mark.parametrize("column", COL003_FOUND.values(), ids=COL003_FOUND)
def test_utcnow_default(column: str) -> None:
    (finding,) = findings(declarative(column), select=["COL003"])
    assert finding.message.startswith("Task.due_at is filled by ")
    assert finding.severity == "warning"


def test_a_factory_beside_sa_column_fills_the_column() -> None:
    column = "sa_column=Column(DateTime(timezone=True), nullable=False)"
    (finding,) = findings(
        sqlmodel(f"due_at: datetime = Field(default_factory=datetime.utcnow, {column})"), select=["COL003"]
    )
    assert finding.message == "Task.due_at is filled by datetime.utcnow, whose time has no zone"
    assert findings(sqlmodel(f"due_at: datetime = Field(default_factory=utc_now, {column})"), select=["COL003"]) == []


def test_utcnow_default_is_an_error_where_the_type_refuses_it() -> None:
    source = sqlmodel("due_at: datetime = Field(default_factory=datetime.utcnow)")
    (finding,) = findings(source, select=["COL003"], read_options=SINCE_45)
    assert finding.severity == "error"
    assert finding.message.endswith("whose time has no zone, and SQLModel's type refuses such values from 0.0.45 on")
    assert [f.severity for f in findings(source, select=["COL003"], read_options=BEFORE_45)] == ["warning"]


COL004_SILENT = {
    "default": sqlmodel("created_at: datetime = Field(default_factory=utc_now)"),
    "server default": declarative("created_at = Column(DateTime, server_default=func.now(), nullable=False)"),
    "default of the constructor": sqlmodel(
        "created_at: datetime = Field(default_factory=utc_now, sa_column=Column(DateTime, nullable=False))"
    ),
    "nullable": declarative("created_at = Column(DateTime)"),
    "another name": sqlmodel("due_at: datetime"),
    "another type": sqlmodel("created: bool"),
    "primary key": declarative("created_at: Mapped[datetime] = mapped_column(primary_key=True)"),
    "default not known": declarative(
        "created_at = Column(DateTime, nullable=False, default=now)", before="from elsewhere import now"
    ),
}


@pytest.mark.parametrize("source", COL004_SILENT.values(), ids=COL004_SILENT)
def test_timestamp_without_default_is_silent(source: str) -> None:
    assert findings(source, select=["COL004"]) == []


@pytest.mark.parametrize(
    "source",
    [sqlmodel("created_at: datetime"), declarative("created_at = Column(DateTime, nullable=False)")],
)
def test_timestamp_without_default(source: str) -> None:
    (finding,) = findings(source, select=["COL004"])
    assert finding.message == "Task.created_at is NOT NULL, and nothing fills it in"


COL005_SILENT = {
    "default": sqlmodel("completed: bool = False"),
    "server default": declarative("completed = Column(Boolean, nullable=False, server_default='f')"),
    "nullable": declarative("completed = Column(Boolean)"),
    "no boolean": sqlmodel("title: str"),
}


@pytest.mark.parametrize("source", COL005_SILENT.values(), ids=COL005_SILENT)
def test_boolean_without_default_is_silent(source: str) -> None:
    assert findings(source, select=["COL005"]) == []


def test_boolean_without_default() -> None:
    (finding,) = findings(sqlmodel("completed: bool"), select=["COL005"])
    assert (finding.message, finding.severity) == ("Task.completed is a boolean without a default", "info")


COL006_SILENT = {
    "factory": declarative("labels = Column(JSON, default=list)"),
    "copied by Pydantic": sqlmodel("labels: list[str] = Field(default=[], sa_type=JSON)"),
    "copied beside sa_column": sqlmodel("labels: list[str] = Field(default=[], sa_column=Column(JSON))"),
    "tracked": declarative("labels = Column(MutableList.as_mutable(JSON), default=[])"),
    "tracked by alias": declarative(
        "labels = Column(Labels, default=[])", before="Labels = MutableList.as_mutable(JSON)"
    ),
    "text": declarative("labels = Column(Text, default='[]')"),
    "server": declarative("labels = Column(JSON, server_default='[]')"),
}


@pytest.mark.parametrize("source", COL006_SILENT.values(), ids=COL006_SILENT)
def test_mutable_default_is_silent(source: str) -> None:
    assert findings(source, select=["COL006"]) == []


@pytest.mark.parametrize(
    ("source", "factory"),
    [
        (declarative("labels = Column(JSON, default=[])"), "list"),
        (declarative("labels: Mapped[dict[str, Any]] = mapped_column(JSON, default={'a': 1})"), "lambda: {'a': 1}"),
        (declarative("labels = Column(JSON, default=NEW)", before="NEW = ['new']"), "lambda: copy.deepcopy(NEW)"),
        (declarative("labels = Column(JSON, default=[f(x) for x in some()])"), "lambda: [f(x) for x in some()]"),
        (sqlmodel("labels: list[str] = Field(sa_column=Column(JSON, default=['new']))"), "lambda: ['new']"),
        (sqlmodel("labels: list[str] = Field(sa_column=Column(JSON, default=[]))"), "list"),
        (sqlmodel("labels: list[str] = Field(sa_type=JSON, sa_column_kwargs={'default': []})"), "list"),
    ],
)
def test_mutable_default(source: str, factory: str) -> None:
    (finding,) = findings(source, select=["COL006"])
    assert finding.message == "Task.labels has a mutable default that all rows share"
    assert finding.suggestion == f"write default={factory} in Task.labels"


COL011_SILENT = {
    "sa_column alone": sqlmodel(
        "title: str = Field(default='', sa_column=Column(Text), description='x', max_length=9)"
    ),
    "no sa_column": sqlmodel("title: str = Field(index=True, nullable=False, max_length=9)"),
    "equal lengths": sqlmodel("title: str = Field(max_length=9, sa_type=String(9))"),
    "other lengths are CON004": sqlmodel("title: str = Field(max_length=9, sa_type=String(5))"),
    "text on purpose": sqlmodel("title: str = Field(max_length=9, sa_type=Text)"),
    "ondelete with foreign key": sqlmodel("user_id: uuid.UUID = Field(foreign_key='users.id', ondelete='CASCADE')"),
    "not SQLModel": declarative("title = Column(String, nullable=False, index=True)"),
}


@pytest.mark.parametrize("source", COL011_SILENT.values(), ids=COL011_SILENT)
def test_conflicting_column_arguments_is_silent(source: str) -> None:
    assert findings(source, select=["COL011"]) == []


COL011_FOUND = {
    "one": ("sa_column=Column(Text), nullable=False", "nullable"),
    "several": (
        "sa_column=Column(Text), index=True, unique=True, sa_column_kwargs={}",
        "unique, index and sa_column_kwargs",
    ),
    "false is refused as well": ("sa_column=Column(Text), primary_key=False", "primary_key"),
}


@pytest.mark.parametrize(("arguments", "names"), COL011_FOUND.values(), ids=COL011_FOUND)
def test_conflicting_column_arguments(arguments: str, names: str) -> None:
    (finding,) = findings(sqlmodel(f"title: str = Field({arguments})"), select=["COL011"])
    assert finding.message == f"Task.title has {names} beside sa_column, which SQLModel refuses"
    assert finding.suggestion == f"say {names} in the Column of Task.title"
    assert finding.severity == "error"


def test_conflicting_column_arguments_of_a_class_without_table() -> None:
    source = sqlmodel("title: str = Field(sa_column=Column(Text), index=True)", bases="SQLModel")
    assert [f.severity for f in findings(source, select=["COL011"])] == ["error"]


def test_conflicting_column_arguments_moved_into_the_column() -> None:
    source = sqlmodel("title: str = Field(sa_column=Column(Text, nullable=False), nullable=False, index=True)")
    (finding,) = findings(source, select=["COL011"])
    assert finding.fix is not None
    edits = [(edit.intent, edit.name, edit.value) for edit in finding.fix.edits]
    assert edits == [
        ("remove-argument", "nullable", None),
        ("remove-argument", "index", None),
        ("set-argument", "index", "True"),
    ]


def test_ondelete_without_foreign_key() -> None:
    (finding,) = findings(sqlmodel("user_id: uuid.UUID = Field(ondelete='CASCADE')"), select=["COL011"])
    assert finding.message == "Task.user_id has ondelete, but no foreign_key: SQLModel refuses it"


@pytest.mark.parametrize(
    ("arguments", "beside"),
    [("max_length=9, sa_type=String", "sa_type"), ("max_length=9, sa_column=Column(String)", "sa_column")],
)
def test_lost_length(arguments: str, beside: str) -> None:
    (finding,) = findings(sqlmodel(f"title: str = Field({arguments})"), select=["COL011"])
    assert finding.message == f"max_length of Task.title does not reach the database, since {beside} gives the type"
    assert finding.severity == "warning"


COL013_SILENT = {
    "annotated": sqlmodel("completed: bool = Field(default=False)"),
    "class variable": sqlmodel("completed: ClassVar[bool] = False"),
    "private": sqlmodel("_cache = {}"),
    "method and property": sqlmodel(
        "def one(self): ...\n@property\ndef two(self): ...\n@staticmethod\ndef three(): ..."
    ),
    "not SQLModel": declarative("completed = Column(Boolean)"),
    "table options": sqlmodel("title: str\n__table_args__ = {'comment': 'x'}"),
}


@pytest.mark.parametrize("source", COL013_SILENT.values(), ids=COL013_SILENT)
def test_missing_type_annotation_is_silent(source: str) -> None:
    assert findings(source, select=["COL013"]) == []


@pytest.mark.parametrize("bases", ["SQLModel, table=True", "SQLModel"])
def test_missing_type_annotation(bases: str) -> None:
    (finding,) = findings(sqlmodel("completed = Field(default=False)", bases=bases), select=["COL013"])
    assert finding.message == "Task.completed has no type annotation, and SQLModel refuses it"
    assert finding.suggestion == "annotate Task.completed"
