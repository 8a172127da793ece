"""KEY: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import codes, findings, told

CORE = "from sqlalchemy import *\nmetadata = MetaData()\n"

KEY001_SILENT = {
    "a key": sqlmodel("title: str"),
    "by constraint": declarative("number: Mapped[int]\n__table_args__ = (sa.PrimaryKeyConstraint('number'),)").replace(
        "    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)\n    number", "    number"
    ),
    "a mixin's": declarative(
        "title: Mapped[str]  # primary_key",
        bases="Keyed, Base",
        before="""
            class Keyed:
                id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
        """,
    ),
    "a base that could not be read": declarative(
        "title: Mapped[str]  # primary_key", bases="Keyed, Base", before="from elsewhere import Keyed"
    ),
    "what queries of another storage see": sqlmodel(
        "title: str",
        after="""
            from sqlalchemy import Table, MetaData, Integer

            events = Table("events", MetaData(), Column("at", Integer), Column("name", Text))
        """,
    ),
    "a column that another package makes": declarative(
        "id = make_id(primary_key=True)\ntitle: Mapped[str]", before="from elsewhere import make_id"
    ),
    "a column that another package makes, annotated": declarative(
        "id: Mapped[int] = make_id(primary_key=True)", before="from elsewhere import make_id"
    ),
    "columns that could not be read": CORE + "from elsewhere import columns\nTable('tasks', metadata, *columns())\n",
}


@pytest.mark.parametrize("source", KEY001_SILENT.values(), ids=KEY001_SILENT)
def test_tables_with_keys_are_silent(source: str) -> None:
    assert told(source, "KEY001") == []


def test_tables_without_keys_are_found() -> None:
    source = CORE + "Table('tasks', metadata, Column('id', Integer))\n"
    assert told(source, "KEY001") == [("error", "the table tasks has no primary key")]
    unique = CORE + "Table('tasks', metadata, Column('id', Integer, unique=True, nullable=False))\n"
    (finding,) = findings(unique, select=["KEY001"])
    assert (finding.severity, finding.suggestion) == (
        "warning",
        "make (id) the primary key of tasks: it is unique already",
    )


def integers(count: int, others: int = 0, body: str = "id: int | None = Field(default=None, primary_key=True)") -> str:
    tables = [f"class A{n}(SQLModel, table=True):\n    {body}\n" for n in range(count)]
    tables += [
        f"class U{n}(SQLModel, table=True):\n    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)\n"
        for n in range(others)
    ]
    return "import uuid\nfrom sqlmodel import Field, SQLModel\n\n" + "\n".join(tables)


KEY002_SILENT = {
    "uuid": integers(0, 3),
    "junction": sqlmodel(
        "a_id: int = Field(foreign_key='x.id', primary_key=True)\n"
        "b_id: int = Field(foreign_key='x.id', primary_key=True)"
    ),
    "shares its parent's key": sqlmodel("id: int = Field(foreign_key='x.id', primary_key=True)"),
    "natural": sqlmodel("code: str = Field(primary_key=True, max_length=2)"),
    "composite": sqlmodel("year: int = Field(primary_key=True)\nnumber: int = Field(primary_key=True)"),
    "uuid as text is KEY004": sqlmodel("id: str = Field(primary_key=True, max_length=36)"),
    "a text that nothing here makes": sqlmodel("task_id: str = Field(primary_key=True)"),
    "a natural number": sqlmodel("date_key: int = Field(primary_key=True)"),
    "type not known": declarative(
        "id: Mapped[int] = mapped_column(wanted(), primary_key=True)", before="from elsewhere import wanted"
    ),
}


@pytest.mark.parametrize("source", KEY002_SILENT.values(), ids=KEY002_SILENT)
def test_keys_of_the_policys_kind_are_silent(source: str) -> None:
    assert told(source, "KEY002") == []


def test_a_majority_of_another_kind_is_one_finding() -> None:
    (finding,) = findings(integers(4, 1), select=["KEY002"])
    assert finding.message == (
        "4 of 5 tables have an integer primary key (a0, a1, a2 and a3), and the policy primary-key, which is not "
        "stated, asks for uuid"
    )
    assert finding.suggestion == (
        'state the policy: primary-key = "integer" under [tool.schema-lint.policies], or change the keys to uuid.UUID'
    )
    assert finding.severity == "warning"
    assert len(finding.subjects) == 5


def test_a_minority_of_another_kind_is_one_finding_each() -> None:
    found = findings(integers(2, 8), select=["KEY002"])
    assert [finding.message for finding in found] == [
        "the primary key a0.id is INTEGER, and the policy primary-key asks for uuid",
        "the primary key a1.id is INTEGER, and the policy primary-key asks for uuid",
    ]
    assert found[0].suggestion == "make A0.id uuid.UUID"


def test_keys_of_several_kinds_are_one_finding() -> None:
    source = integers(2, 2) + "\nclass T(SQLModel, table=True):\n    id: str = Field(default='x', primary_key=True)\n"
    (finding,) = findings(source, select=["KEY002"])
    assert finding.message == (
        "3 of 5 tables have no uuid primary key (integer: a0 and a1; text: t), and the policy primary-key, which is "
        "not stated, asks for uuid"
    )
    assert finding.suggestion is not None
    assert finding.suggestion.startswith('state the policy: primary-key = "any"')


def test_tables_of_tests_have_keys_as_they_like() -> None:
    files = {"models.py": integers(0, 3), "tests/test_models.py": integers(4)}
    assert told(files, "KEY002") == []


def test_a_stated_policy_is_kept() -> None:
    assert len(told(integers(5), "KEY002", policies={"primary-key": "uuid"})) == 5
    assert told(integers(5), "KEY002", policies={"primary-key": "integer"}) == []
    assert told(integers(5), "KEY002", policies={"primary-key": "any"}) == []
    assert len(told(integers(1, 5), "KEY002", policies={"primary-key": "integer"})) == 5
    assert len(told(integers(5), "KEY002", policies={"primary-key": "bigint"})) == 5
    big = integers(2, body="id: int | None = Field(default=None, sa_type=BigInteger, primary_key=True)")
    assert told("from sqlalchemy import BigInteger\n" + big, "KEY002", policies={"primary-key": "integer"}) == []
    assert told(integers(2, 2), "KEY002", policies={"lookup-tables": ["a*"]}) == []
    assert told(integers(1, 2), "KEY002", policies={"external-tables": {"a0": {"id": "integer"}}}) == []


def test_the_policy_silences_narrow_keys() -> None:
    assert codes(integers(2, 8), select=["KEY002", "KEY006"]) == ["KEY002", "KEY002"]
    assert codes(integers(5), select=["KEY002", "KEY006"]) == ["KEY002"]


KEY003_SILENT = {
    "default_factory": sqlmodel("id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)"),
    "default": declarative(
        "id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)", before="def new_id(): ..."
    ),
    "server default": declarative(
        "id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())"
    ),
    "a foreign key": sqlmodel("id: uuid.UUID = Field(primary_key=True, foreign_key='users.id')"),
    "composite": sqlmodel("id: uuid.UUID = Field(primary_key=True)\nversion: int = Field(primary_key=True)"),
    "named after something else": sqlmodel("account_id: uuid.UUID = Field(primary_key=True)"),
    "an integer": sqlmodel("id: int | None = Field(default=None, primary_key=True)"),
    "default not known": declarative(
        "id: Mapped[uuid.UUID] = mapped_column(primary_key=True, **options())", before="from elsewhere import options"
    ),
    "of the constructor": declarative(
        "id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default_factory=uuid.uuid4)",
        bases="MappedAsDataclass, Base",
    ),
}


@pytest.mark.parametrize("source", KEY003_SILENT.values(), ids=KEY003_SILENT)
def test_uuid_keys_with_defaults_are_silent(source: str) -> None:
    assert told(source, "KEY003") == []


GIVEN = {
    "given": "task = Task(title='x', id=uuid.uuid4())",
    "given on another line": "task = Task(\n    title=name(1),\n    id=new_id(),\n)",
    "may be given": "task = Task(**data)",
}


@pytest.mark.parametrize("call", GIVEN.values(), ids=GIVEN)
def test_a_key_that_the_code_gives_needs_no_default(call: str) -> None:
    files = {"models.py": sqlmodel("id: uuid.UUID = Field(primary_key=True)"), "service.py": call}
    assert told(files, "KEY003") == []


@pytest.mark.parametrize(
    "call", ["Task(title='x')", "Task(title=f(id=1))", "Task(title=id == 1)", "class Task(x, id=1): ..."]
)
def test_a_key_that_no_call_gives_needs_a_default(call: str) -> None:
    files = {"models.py": sqlmodel("id: uuid.UUID = Field(primary_key=True)"), "service.py": call}
    assert len(told(files, "KEY003")) == 1


def test_uuid_keys_without_defaults_are_found() -> None:
    (finding,) = findings(sqlmodel("id: uuid.UUID = Field(primary_key=True)"), select=["KEY003"])
    assert (finding.severity, finding.message) == ("error", "the primary key tasks.id is a UUID that nothing makes")
    assert finding.suggestion == "add default_factory=uuid.uuid4 to Task.id"
    (other,) = findings(declarative("task_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)"), select=["KEY003"])
    assert other.suggestion == "add default=uuid.uuid4 to Task.task_id"


KEY004_SILENT = {
    "more than a uuid": sqlmodel(
        "id: str = Field(default_factory=task_uuid, primary_key=True, max_length=60)",
        before="""
            def task_uuid() -> str:
                return f"task_{uuid.uuid4()}"
        """,
    ),
    "uuid": sqlmodel("id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)"),
    "text": sqlmodel("id: str = Field(primary_key=True)"),
    "length of a hash": sqlmodel("digest: str = Field(primary_key=True, max_length=32)"),
    "not the key": sqlmodel("title: str = Field(max_length=36)"),
    "room for a name": sqlmodel("pipeline_uuid: str = Field(max_length=255)"),
    "a foreign key": sqlmodel("owner_uuid: str = Field(foreign_key='users.id', max_length=36)"),
    "a type of the project's own": declarative(
        "id: Mapped[uuid.UUID] = mapped_column(Guid, primary_key=True)",
        before="""
            class Guid(TypeDecorator):
                impl = sa.CHAR(36)
        """,
    ),
}


@pytest.mark.parametrize("source", KEY004_SILENT.values(), ids=KEY004_SILENT)
def test_other_text_is_silent(source: str) -> None:
    assert told(source, "KEY004") == []


KEY004_FOUND = {
    "by its length": ("id: str = Field(primary_key=True, max_length=36)", "tasks.id holds a UUID as VARCHAR(36)"),
    "by its name": ("public_uuid: str = Field(max_length=40)", "tasks.public_uuid holds a UUID as VARCHAR(40)"),
    "by its name and default": (
        "public_uuid: str = Field(default_factory=lambda: str(uuid.uuid4()), max_length=255)",
        "tasks.public_uuid holds a UUID as VARCHAR(255)",
    ),
    "by its default": (
        "id: str = Field(default_factory=lambda: str(uuid.uuid4()), primary_key=True)",
        "tasks.id holds a UUID as VARCHAR",
    ),
}


@pytest.mark.parametrize(("body", "message"), KEY004_FOUND.values(), ids=KEY004_FOUND)
def test_uuids_as_text_are_found(body: str, message: str) -> None:
    assert told(sqlmodel(body), "KEY004") == [("warning", message)]


KEY005_SILENT = {
    "the function": sqlmodel("made_at: datetime = Field(default_factory=utc_now)"),
    "always the same": sqlmodel("price: Decimal = Decimal('0')", before="from decimal import Decimal"),
    "a period": sqlmodel("lasts: timedelta = timedelta(days=1)", before="from datetime import timedelta"),
    "a setting": sqlmodel(
        "limit: int = Field(default=settings().limit)",
        before="def settings():\n    return load()\n\nfrom x import load",
    ),
    "the database's": declarative("made_at: Mapped[datetime] = mapped_column(default=func.now())"),
}


@pytest.mark.parametrize("source", KEY005_SILENT.values(), ids=KEY005_SILENT)
def test_defaults_that_may_be_shared_are_silent(source: str) -> None:
    assert told(source, "KEY005") == []


KEY005_FOUND = {
    "uuid4()": (
        sqlmodel("id: uuid.UUID = Field(default=uuid.uuid4(), primary_key=True)"),
        "the default of tasks.id is what uuid.uuid4() gave once, at import",
    ),
    "now()": (
        sqlmodel("made_at: datetime = Field(default=datetime.now())"),
        "the default of tasks.made_at is what datetime.now() gave once, at import",
    ),
    "with a zone": (
        declarative("made_at: Mapped[datetime] = mapped_column(default=datetime.now(timezone.utc))"),
        "the default of tasks.made_at is what datetime.now() gave once, at import",
    ),
    "uuid4() as text": (
        sqlmodel("id: str = Field(default=str(uuid.uuid4()), primary_key=True)"),
        "the default of tasks.id is what uuid.uuid4() gave once, at import",
    ),
    "uuid4().hex": (
        sqlmodel("token: str = Field(default='t_' + uuid.uuid4().hex)"),
        "the default of tasks.token is what uuid.uuid4() gave once, at import",
    ),
    "onupdate": (
        declarative("made_at: Mapped[datetime] = mapped_column(onupdate=datetime.utcnow())"),
        "the onupdate of tasks.made_at is what datetime.utcnow() gave once, at import",
    ),
}


def test_arguments_of_a_called_default_are_kept() -> None:
    source = sqlmodel("made_at: datetime = Field(default=datetime.now(timezone.utc))")
    (finding,) = findings(source, select=["KEY005"])
    assert finding.suggestion == (
        "hand over a function, not its result: default_factory=lambda: datetime.now(timezone.utc) on Task.made_at"
    )


@pytest.mark.parametrize(("source", "message"), KEY005_FOUND.values(), ids=KEY005_FOUND)
def test_defaults_called_at_import_are_found(source: str, message: str) -> None:
    assert told(source, "KEY005") == [("error", message)]


INTEGER = "id: int | None = Field(default=None, primary_key=True)"

KEY006_SILENT = {
    "bigint": sqlmodel("id: int | None = Field(default=None, sa_type=BigInteger, primary_key=True)"),
    "a foreign key": sqlmodel("id: int = Field(foreign_key='x.id', primary_key=True)"),
    "composite": sqlmodel("id: int = Field(primary_key=True)\nversion: int = Field(primary_key=True)"),
    "not numbered": declarative("id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)"),
    "a default of its own": declarative(
        "id: Mapped[int] = mapped_column(primary_key=True, default=number)", before="def number() -> int: ..."
    ),
    "bigint but for SQLite": declarative(
        "id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, 'sqlite'), primary_key=True)"
    ),
}


@pytest.mark.parametrize("source", KEY006_SILENT.values(), ids=KEY006_SILENT)
def test_wide_keys_are_silent(source: str) -> None:
    assert told(source, "KEY006", policies={"primary-key": "any"}) == []


def test_narrow_keys_are_found() -> None:
    assert told(sqlmodel(INTEGER), "KEY006") == [
        ("info", "the primary key tasks.id is INTEGER and ends at 2,147,483,647"),
    ]
    assert told(sqlmodel(INTEGER), "KEY006", policies={"primary-key": "integer"}) == []
    assert told(sqlmodel(INTEGER), "KEY006", policies={"lookup-tables": ["tasks"]}) == []


KEY008_SILENT = {
    "optional": sqlmodel(INTEGER),
    "optional without default is NUL003": sqlmodel("id: int | None = Field(primary_key=True)"),
    "a foreign key": sqlmodel("id: int = Field(foreign_key='x.id', primary_key=True)"),
    "composite": sqlmodel("id: int = Field(primary_key=True)\nversion: int = Field(primary_key=True)"),
    "natural": sqlmodel("year: int = Field(primary_key=True)"),
    "not numbered": sqlmodel("id: int = Field(primary_key=True, sa_column_kwargs={'autoincrement': False})"),
    "a default": sqlmodel(
        "id: int = Field(default_factory=number, primary_key=True)", before="def number() -> int: ..."
    ),
    "declarative": declarative("id: Mapped[int] = mapped_column(primary_key=True)"),
    "a uuid": sqlmodel("id: uuid.UUID = Field(primary_key=True)"),
}


@pytest.mark.parametrize("source", KEY008_SILENT.values(), ids=KEY008_SILENT)
def test_keys_that_may_be_left_out_are_silent(source: str) -> None:
    assert told(source, "KEY008") == []


def test_required_numbered_keys_are_found() -> None:
    (finding,) = findings(sqlmodel("id: int = Field(primary_key=True)"), select=["KEY008"])
    assert (finding.severity, finding.message) == (
        "warning",
        "Task.id is a required field, though the database numbers it",
    )
    assert finding.suggestion == "declare it as id: int | None = Field(default=None, …)"
