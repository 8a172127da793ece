"""NUL: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings

NUL001_SILENT = {
    "annotation and column agree": sqlmodel("title: str\nnotes: str | None = None"),
    "agree in declarative": declarative("title: Mapped[str]\nnotes: Mapped[str | None]\nmore: Mapped[Optional[str]]"),
    "primary key": sqlmodel("id: int | None = Field(default=None, primary_key=True)"),
    "optional filled by default": declarative("title: Mapped[str | None] = mapped_column(nullable=False, default='x')"),
    "optional filled by server": declarative(
        "made: Mapped[datetime | None] = mapped_column(DateTime, nullable=False, server_default=func.now())"
    ),
    "identity": declarative("number: Mapped[int | None] = mapped_column(Integer, Identity(), nullable=False)"),
    "computed": declarative("size: Mapped[int] = mapped_column(Integer, Computed('1'), nullable=True)"),
    "sa_column without nullable is NUL002": sqlmodel("title: str = Field(sa_column=Column(Text))"),
    "single-table child": declarative(
        "kind: Mapped[str]\n__mapper_args__ = {'polymorphic_on': 'kind', 'polymorphic_identity': 'task'}",
        after="""
            class Chore(Task):
                room: Mapped[str] = mapped_column(nullable=True)
                __mapper_args__ = {"polymorphic_identity": "chore"}
        """,
    ),
    "type of the project's own": declarative(
        "labels: Mapped[list[str]] = mapped_column(Labels, nullable=True)",
        before="""
            class Labels(TypeDecorator):
                impl = Text
                def process_result_value(self, value, dialect):
                    return value.split(",") if value else []
        """,
    ),
    "anything": declarative("data: Mapped[Any] = mapped_column(JSON, nullable=True)"),
    "plain Column, nullable not stated": declarative("title: str = Column(String)"),
    "nullable not known": declarative(
        "title: Mapped[str] = mapped_column(String, nullable=flag())", before="from elsewhere import flag"
    ),
}


@pytest.mark.parametrize("source", NUL001_SILENT.values(), ids=NUL001_SILENT)
def test_optional_mismatch_is_silent(source: str) -> None:
    assert findings(source, select=["NUL001"]) == []


NUL001_FOUND = {
    "plain, nullable": (
        sqlmodel("title: str = Field(nullable=True)"),
        "Task.title does not admit None, but the column tasks.title is nullable",
    ),
    "optional, not null": (
        declarative("title: Mapped[str | None] = mapped_column(nullable=False)"),
        "Task.title admits None, but the column tasks.title is NOT NULL",
    ),
    "optional, sa_column not null": (
        sqlmodel("title: Optional[str] = Field(sa_column=Column(String, nullable=False))"),
        "Task.title admits None, but the column tasks.title is NOT NULL",
    ),
    "plain Column, nullable stated": (
        declarative("title: str = Column(String, nullable=True)"),
        "Task.title does not admit None, but the column tasks.title is nullable",
    ),
}


@pytest.mark.parametrize(("source", "message"), NUL001_FOUND.values(), ids=NUL001_FOUND)
def test_optional_mismatch(source: str, message: str) -> None:
    assert [f.message for f in findings(source, select=["NUL001"])] == [message]


def test_optional_mismatch_of_an_unread_annotation_is_a_warning() -> None:
    source = declarative("title: str = Column(String, nullable=True)")
    assert [f.severity for f in findings(source, select=["NUL001"])] == ["warning"]


@pytest.mark.parametrize(
    ("field", "annotation"),
    [
        ("title: str = Field(nullable=True)", "str | None"),
        ("title: Optional[str] = Field(sa_column=Column(String, nullable=False))", "str"),
        ("title: str | None = Field(sa_column=Column(String, nullable=False))", "str"),
    ],
)
def test_optional_mismatch_is_mended_in_the_annotation(field: str, annotation: str) -> None:
    (finding,) = findings(sqlmodel(field), select=["NUL001"])
    assert finding.fix is not None
    assert finding.fix.applicability == "safe"
    assert [edit.value for edit in finding.fix.edits] == [annotation]


def test_optional_mismatch_silences_what_follows_from_it() -> None:
    source = sqlmodel("title: str\ncompleted: bool = Field(default=False, nullable=True)")
    assert [f.code for f in findings(source, select=["NUL"])] == ["NUL001"]


NUL002_SILENT = {
    "says not null": sqlmodel("title: str = Field(sa_column=Column(Text, nullable=False))"),
    "says nullable": sqlmodel("title: str = Field(sa_column=Column(Text, nullable=True))"),
    "optional": sqlmodel("title: str | None = Field(default=None, sa_column=Column(Text))"),
    "primary key": sqlmodel("id: int = Field(sa_column=Column(Integer, primary_key=True))"),
    "identity": sqlmodel("number: int = Field(sa_column=Column(Integer, Identity()))"),
    "anything": sqlmodel("data: Any = Field(sa_column=Column(JSON))"),
    "no sa_column": sqlmodel("title: str = Field(sa_type=Text)"),
    "arguments not known": sqlmodel(
        "title: str = Field(sa_column=Column(Text, **options))", before="from elsewhere import options"
    ),
}


@pytest.mark.parametrize("source", NUL002_SILENT.values(), ids=NUL002_SILENT)
def test_implicit_nullability_is_silent(source: str) -> None:
    assert findings(source, select=["NUL002"]) == []


def test_implicit_nullability() -> None:
    (finding,) = findings(sqlmodel("title: str = Field(sa_column=Column(Text))"), select=["NUL002"])
    assert finding.message == (
        "Task.title does not admit None, but its sa_column is nullable, since it does not say otherwise"
    )
    assert finding.suggestion == "add nullable=False to the Column of Task.title"
    assert finding.severity == "error"


def test_implicit_nullability_of_a_mixin_is_one_finding() -> None:
    source = sqlmodel(
        "title: str",
        bases="Stamped, table=True",
        before="""
            class Stamped(SQLModel):
                made: datetime = Field(sa_column=Column(DateTime(timezone=True)))
        """,
        after="""
            class Note(Stamped, table=True):
                id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        """,
    )
    (finding,) = findings(source, select=["NUL002"])
    assert finding.message.startswith("Stamped.made does not admit None")
    assert [str(subject) for subject in finding.subjects] == ["tasks.made", "note.made"]


NUL003_SILENT = {
    "default": sqlmodel("notes: str | None = None\nmore: str | None = Field(default=None, max_length=5)"),
    "factory": sqlmodel("notes: str | None = Field(default_factory=str)"),
    "required on purpose": sqlmodel("notes: str | None = Field(...)\nmore: str | None = Field(default=...)"),
    "not optional": sqlmodel("title: str"),
    "declarative needs none": declarative("notes: Mapped[str | None]"),
    "dataclass without init": declarative(
        "id: Mapped[int] = mapped_column(primary_key=True)\nnotes: Mapped[str | None] = mapped_column(init=False)",
        bases="MappedAsDataclass, Base",
    ),
}


@pytest.mark.parametrize("source", NUL003_SILENT.values(), ids=NUL003_SILENT)
def test_optional_without_default_is_silent(source: str) -> None:
    assert findings(source, select=["NUL003"]) == []


NUL003_FOUND = {
    "annotation": sqlmodel("notes: str | None"),
    "field": sqlmodel("notes: Optional[str] = Field(max_length=100)"),
    "sa_column": sqlmodel("notes: str | None = Field(sa_column=Column(Text))"),
    "dataclass": declarative(
        "id: Mapped[int] = mapped_column(primary_key=True)\nnotes: Mapped[str | None] = mapped_column(Text)",
        bases="MappedAsDataclass, Base",
    ),
}


@pytest.mark.parametrize("source", NUL003_FOUND.values(), ids=NUL003_FOUND)
def test_optional_without_default(source: str) -> None:
    (finding,) = findings(source, select=["NUL003"])
    who = "the constructor requires" if "MappedAsDataclass" in source else "validation and type checkers require"
    assert finding.message == f"Task.notes may be None, but has no default: {who} a value"
    assert finding.suggestion == "add default=None to Task.notes"


def test_optional_fields_without_default_are_one_finding_of_their_class() -> None:
    source = sqlmodel("notes: str | None\nmore: str | None = Field(max_length=5)\nlast: str | None = None")
    (finding,) = findings(source, select=["NUL003"])
    assert finding.message.startswith("Task.notes and Task.more may be None, but have no default")
    assert [str(subject) for subject in finding.subjects] == ["tasks.notes", "tasks.more"]
    assert finding.fix is not None
    assert len(finding.fix.edits) == 2


NUL004_SILENT = {
    "not null": sqlmodel("completed: bool = False"),
    "explained": declarative(
        "# NULL: nobody has answered yet\naccepted: Mapped[bool | None] = mapped_column(default=None)"
    ),
    "described": sqlmodel("accepted: bool | None = Field(default=None, description='empty until somebody answers')"),
    "single-table child": declarative(
        "kind: Mapped[str]\n__mapper_args__ = {'polymorphic_on': 'kind', 'polymorphic_identity': 'task'}",
        after="""
            class Chore(Task):
                indoors: Mapped[bool | None]
                __mapper_args__ = {"polymorphic_identity": "chore"}
        """,
    ),
    "no boolean": sqlmodel("title: str | None = None"),
    "type not known": declarative(
        "flag: Mapped[int | None] = mapped_column(Kind)", before="from elsewhere import Kind"
    ),
}


@pytest.mark.parametrize("source", NUL004_SILENT.values(), ids=NUL004_SILENT)
def test_nullable_boolean_is_silent(source: str) -> None:
    assert findings(source, select=["NUL004"]) == []


@pytest.mark.parametrize(
    ("source", "suggestion"),
    [
        (
            sqlmodel("completed: bool | None = None"),
            "annotate Task.completed without None and give it a default, or say in a comment what NULL means",
        ),
        (
            declarative("completed = Column(Boolean, default=False)"),
            "write nullable=False in Task.completed, or say in a comment what NULL means",
        ),
        (
            declarative("completed = Column(Boolean)  # done or not"),
            "write nullable=False in Task.completed and give it a default, or say in a comment what NULL means",
        ),
    ],
)
def test_nullable_boolean(source: str, suggestion: str) -> None:
    (finding,) = findings(source, select=["NUL004"])
    assert finding.message == "Task.completed is a boolean that can also be NULL"
    assert finding.severity == ("warning" if "give it a default" in suggestion else "info")
    assert finding.suggestion == suggestion


def test_a_boolean_that_clients_may_leave_empty_is_a_warning_also_with_a_default() -> None:
    (finding,) = findings(sqlmodel("completed: bool | None = Field(default=False)"), select=["NUL004"])
    assert finding.severity == "warning"
    source = declarative("completed: Mapped[bool | None] = mapped_column(default=False)")
    assert [f.severity for f in findings(source, select=["NUL004"])] == ["info"]


NUL005_SILENT = {
    "not null": sqlmodel("created_at: datetime = Field(default_factory=utc_now)"),
    "never updated": declarative(
        "updated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), onupdate=utc_now)"
    ),
    "another name": sqlmodel("due_at: datetime | None = None"),
    "another type": sqlmodel("created: bool | None = None\nupdated: int | None = None"),
}


@pytest.mark.parametrize("source", NUL005_SILENT.values(), ids=NUL005_SILENT)
def test_nullable_timestamp_is_silent(source: str) -> None:
    assert findings(source, select=["NUL005"]) == []


NUL005_FOUND = {
    "creation": (
        sqlmodel("created_at: datetime | None = Field(default_factory=utc_now)"),
        "Task.created_at can be NULL, though every row was made at some time",
    ),
    "synonym": (
        declarative("dateCreated = Column(DateTime, default=utc_now)"),
        "Task.dateCreated can be NULL, though every row was made at some time",
    ),
    "update with a default": (
        declarative("updated_at = Column(DateTime, default=utc_now, onupdate=utc_now)"),
        "Task.updated_at can be NULL, though every row changed at some time",
    ),
}


@pytest.mark.parametrize(("source", "message"), NUL005_FOUND.values(), ids=NUL005_FOUND)
def test_nullable_timestamp(source: str, message: str) -> None:
    assert [f.message for f in findings(source, select=["NUL005"])] == [message]


def test_names_of_timestamps_are_the_policys() -> None:
    source = sqlmodel("angelegt: datetime | None = Field(default_factory=utc_now)")
    assert findings(source, select=["NUL005"]) == []
    stated = {"timestamps": {"created": ["angelegt"]}}
    assert [f.code for f in findings(source, select=["NUL005"], policies=stated)] == ["NUL005"]


OWNER = "uuid.UUID | None = Field(default=None, foreign_key='users.id'"
NUL006_SILENT = {
    "not null": sqlmodel("owner_id: uuid.UUID = Field(foreign_key='users.id')"),
    "outlives its owner": sqlmodel(f"owner_id: {OWNER}, ondelete='SET NULL')"),
    "explained": sqlmodel(f"# empty: shared with everybody\nowner_id: {OWNER})"),
    "another name": sqlmodel(f"assignee_id: {OWNER})"),
    "no foreign key": sqlmodel("owner_id: str | None = None"),
}


@pytest.mark.parametrize("source", NUL006_SILENT.values(), ids=NUL006_SILENT)
def test_nullable_owner_is_silent(source: str) -> None:
    assert findings(source, select=["NUL006"]) == []


def test_nullable_owner() -> None:
    source = sqlmodel(f"owner_id: {OWNER}, ondelete='SET NULL')\nuser_id: {OWNER})")
    (guessed,) = findings(source, select=["NUL006"])
    assert (guessed.message, guessed.severity) == ("Task.user_id says whose row it is, but can be NULL", "info")
    (stated,) = findings(source, select=["NUL006"], policies={"owner": ["owner_id"]})
    assert (stated.message, stated.severity) == ("Task.owner_id says whose row it is, but can be NULL", "warning")


NULLABLE = "a: str\nb: str | None = None\n"
NUL007_SILENT = {
    "not null": sqlmodel("a: str\nb: str\n__table_args__ = (UniqueConstraint('a', 'b'),)"),
    "one column": sqlmodel("email: str | None = Field(default=None, unique=True)"),
    "nulls not distinct": sqlmodel(
        f"{NULLABLE}__table_args__ = (UniqueConstraint('a', 'b', postgresql_nulls_not_distinct=True),)"
    ),
    "partial": sqlmodel(
        f"{NULLABLE}__table_args__ = (Index('i', 'a', 'b', unique=True, postgresql_where=text('b IS NOT NULL')),)"
    ),
    "expression": sqlmodel(f"{NULLABLE}__table_args__ = (Index('i', 'a', text('coalesce(b, 0)'), unique=True),)"),
    "other half": sqlmodel(
        f"{NULLABLE}__table_args__ = (UniqueConstraint('a', 'b'), "
        "Index('i', 'a', unique=True, postgresql_where=text('b IS NULL')),)"
    ),
    "plain index": sqlmodel(f"{NULLABLE}__table_args__ = (Index('i', 'a', 'b'),)"),
}


@pytest.mark.parametrize("source", NUL007_SILENT.values(), ids=NUL007_SILENT)
def test_nullable_unique_is_silent(source: str) -> None:
    assert findings(source, select=["NUL007"]) == []


@pytest.mark.parametrize("key", ["UniqueConstraint('a', 'b')", "Index('i', 'a', 'b', unique=True)"])
def test_nullable_unique(key: str) -> None:
    (finding,) = findings(sqlmodel(f"{NULLABLE}__table_args__ = ({key},)"), select=["NUL007"])
    assert finding.message == "the unique key (a, b) of tasks does not hold where b is NULL"
    assert finding.subject.columns == ("a", "b")


NUL008_SILENT = {
    "something is demanded": sqlmodel("title: str\nnotes: str | None = None"),
    "key alone": sqlmodel("id: int | None = Field(default=None, primary_key=True)"),
    "junction": declarative(
        """
        user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
        other_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id"))
        """
    ),
    "joined-table child": declarative(
        "kind: Mapped[str]\n__mapper_args__ = {'polymorphic_on': 'kind', 'polymorphic_identity': 'task'}",
        after="""
            class Chore(Task):
                __tablename__ = "chores"
                id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
                room: Mapped[str | None]
                __mapper_args__ = {"polymorphic_identity": "chore"}
        """,
    ),
    "check": declarative(
        "a: Mapped[str | None]\nb: Mapped[str | None]\n"
        "__table_args__ = (CheckConstraint('a IS NOT NULL OR b IS NOT NULL', name='one'),)"
    ),
    "columns not known": declarative(
        "a: Mapped[str | None]", bases="Wanted, Base", before="from elsewhere import Wanted"
    ),
}


@pytest.mark.parametrize("source", NUL008_SILENT.values(), ids=NUL008_SILENT)
def test_all_columns_nullable_is_silent(source: str) -> None:
    assert findings(source, select=["NUL008"]) == []


def test_all_columns_nullable() -> None:
    (finding,) = findings(declarative("a = Column(String)\nb = Column(String)"), select=["NUL008"])
    assert finding.message == "every column of tasks besides the primary key can be NULL"


NUL009_SILENT = {
    "not null": sqlmodel("priority: int = 3"),
    "no default": sqlmodel("priority: int | None = None"),
    "default None": declarative("priority = Column(Integer, default=None)"),
    "computed": declarative("size = Column(Integer, Computed('1'))"),
    "explained": sqlmodel("# empty: not judged yet\npriority: int | None = Field(default=3)"),
    "foreign key": sqlmodel("owner_id: uuid.UUID | None = Field(default_factory=new_id, foreign_key='users.id')"),
    "default not known": declarative("priority = Column(Integer, default=usual)", before="from elsewhere import usual"),
}


@pytest.mark.parametrize("source", NUL009_SILENT.values(), ids=NUL009_SILENT)
def test_nullable_with_default_is_silent(source: str) -> None:
    assert findings(source, select=["NUL009"]) == []


@pytest.mark.parametrize(
    "field",
    [
        "priority: int | None = Field(default=3)",
        "priority: int | None = Field(default=None, sa_column_kwargs={'server_default': '3'})",
    ],
)
def test_nullable_with_default(field: str) -> None:
    (finding,) = findings(sqlmodel(field), select=["NUL009"])
    assert finding.message == "Task.priority has a default and can be NULL all the same"


def test_nullable_with_default_is_silenced_by_its_parents() -> None:
    source = declarative("completed = Column(Boolean, default=False)\ncreated_at = Column(DateTime, default=utc_now)")
    assert [f.code for f in findings(source, select=["NUL004", "NUL005", "NUL009"])] == ["NUL004", "NUL005"]


def test_external_tables_are_never_reported() -> None:
    source = sqlmodel(
        "title: str\ncompleted: bool | None = None\ncreated_at: datetime | None = Field(default_factory=utc_now)"
    )
    assert [f.code for f in findings(source, select=["NUL"])] == ["NUL004", "NUL005"]
    assert findings(source, select=["NUL"], policies={"external-tables": {"tasks": {"id": "uuid"}}}) == []
