"""FK002, FK003, FK009, FK010: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings, told

OWNER = "owner_id: uuid.UUID = Field(foreign_key='users.id', ondelete='RESTRICT'"

COMPOSITE = """
    class Place(Base):
        __tablename__ = "places"
        x: Mapped[int] = mapped_column(primary_key=True)
        y: Mapped[int] = mapped_column(primary_key=True)
"""


KINDS = """
    class Evaluator(Base):
        __tablename__ = "evaluators"
        __table_args__ = (sa.UniqueConstraint("kind", "id"),)
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str] = mapped_column(String(7))

    class CodeEvaluator(Base):
        __tablename__ = "code_evaluators"
        __table_args__ = (
            sa.ForeignKeyConstraint(["kind", "id"], ["evaluators.kind", "evaluators.id"]),
            sa.CheckConstraint("{check}"),
        )
        id: Mapped[int] = mapped_column(primary_key=True)
        kind: Mapped[str] = mapped_column(String(4))
"""


def referencing(own: str, target: str) -> str:
    return declarative(
        f"code_id: Mapped[Any] = mapped_column({own}, ForeignKey('codes.id'))",
        before=f"""
            class Code(Base):
                __tablename__ = "codes"
                id: Mapped[Any] = mapped_column({target}, primary_key=True)
        """,
    )


FK002_SILENT = {
    "equal": referencing("Integer", "Integer"),
    "no type of its own": declarative("owner_id: Mapped[Any] = mapped_column(ForeignKey('users.id'))"),
    "text and varchar without length": referencing("Text", "String"),
    "equal lengths": referencing("String(36)", "String(36)"),
    "one decorator": referencing("Guid", "Guid").replace(
        "class Base(", "class Guid(TypeDecorator):\n    impl = sa.CHAR(36)\n\nclass Base("
    ),
    "type not known": "from elsewhere import wanted\n" + referencing("wanted()", "Integer"),
    "one kind of several": declarative("title: Mapped[str]", before=KINDS.format(check="kind = 'CODE'")),
    "uuid by two names": referencing("sa.Uuid", "sa.UUID(as_uuid=False)"),
}


@pytest.mark.parametrize("source", FK002_SILENT.values(), ids=FK002_SILENT)
def test_equal_types_are_silent(source: str) -> None:
    assert told(source, "FK002") == []


FK002_FOUND = {
    "text for uuid": ("String(36)", "sa.Uuid", "error", "PostgreSQL refuses the constraint"),
    "integer for text": ("Integer", "Text", "error", "PostgreSQL refuses the constraint"),
    "integer for bigint": ("Integer", "BigInteger", "error", "no row can reference a key above 2,147,483,647"),
    "bigint for integer": ("BigInteger", "Integer", "warning", "the wider type hides that keys end earlier"),
    "shorter text": ("String(10)", "String(20)", "warning", "it cannot hold every key"),
    "longer text": ("String(20)", "String(10)", "info", "it is wider than any key can be"),
    "padded text": ("sa.CHAR(10)", "String(10)", "warning", "CHAR pads with blanks, and the other does not"),
    "zone": ("DateTime(timezone=True)", "DateTime", "error", "equal keys may differ"),
}


@pytest.mark.parametrize(("own", "target", "severity", "reason"), FK002_FOUND.values(), ids=FK002_FOUND)
def test_different_types_are_found(own: str, target: str, severity: str, reason: str) -> None:
    ((found, message),) = told(referencing(own, target), "FK002")
    assert found == severity
    assert message.startswith("tasks.code_id is ")
    assert message.endswith(f": {reason}")


def test_a_check_of_something_else_lists_no_kinds() -> None:
    text = declarative("title: Mapped[str]", before=KINDS.format(check="kind <> '' AND id > 0"))
    assert [severity for severity, _ in told(text, "FK002")] == ["warning"]


def test_external_tables_have_the_types_that_the_policy_states() -> None:
    external = {"external-tables": {"account": {"id": "text"}}}
    text = sqlmodel("account_id: str = Field(foreign_key='account.id', index=True)")
    assert told(text, "FK002", policies=external) == []
    number = sqlmodel("account_id: int = Field(foreign_key='account.id', index=True)")
    assert [severity for severity, _ in told(number, "FK002", policies=external)] == ["error"]


FK003_SILENT = {
    "exists": sqlmodel(OWNER + ")"),
    "in a schema": declarative(
        "place_id: Mapped[int] = mapped_column(ForeignKey('geo.places.id'))",
        before="""
            class Place(Base):
                __tablename__ = "places"
                __table_args__ = {"schema": "geo"}
                id: Mapped[int] = mapped_column(primary_key=True)
        """,
    ),
    "a column object": declarative("owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(User.id))"),
    "defined further down": declarative(
        "place_id: Mapped[int] = mapped_column(ForeignKey('places.id'))",
        after="places = Table('places', Base.metadata, Column('id', Integer, primary_key=True))",
    ),
    "target not known": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(target()))", before="from elsewhere import target"
    ),
    "tables of a package that is not read": (
        "from elsewhere.models import Model\nfrom sqlalchemy import Column, ForeignKey, Integer\n\n"
        "class Task(Model):\n    __tablename__ = 'tasks'\n    id = Column(Integer, primary_key=True)\n"
        "    place_id = Column(Integer, ForeignKey('places.id'))\n"
    ),
    "a base class that could not be read": declarative(
        "place_id: Mapped[int] = mapped_column(ForeignKey('places.number'))",
        before="""
            from elsewhere import Numbered

            class Place(Numbered, Base):
                __tablename__ = "places"
                id: Mapped[int] = mapped_column(primary_key=True)
        """,
    ),
    "a base class that could not be read names the table": declarative(
        "account_id: Mapped[int] = mapped_column(ForeignKey('accounts.id'))",
        before="""
            from elsewhere import AccountTable

            class Account(AccountTable, Base):
                nick: Mapped[str]
        """,
    ),
    "a table whose name is not known": declarative(
        "place_id: Mapped[int] = mapped_column(ForeignKey('places.id'))",
        after="""
            from elsewhere import name

            places = Table(name(), Base.metadata, Column('id', Integer, primary_key=True))
        """,
    ),
    "a table whose schema is not known": declarative(
        "place_id: Mapped[int] = mapped_column(ForeignKey('geo.places.id'))",
        before="""
            from elsewhere import schema

            class Place(Base):
                __tablename__ = "places"
                __table_args__ = {"schema": schema()}
                id: Mapped[int] = mapped_column(primary_key=True)
        """,
    ),
}


@pytest.mark.parametrize("source", FK003_SILENT.values(), ids=FK003_SILENT)
def test_targets_that_exist_are_silent(source: str) -> None:
    assert told(source, "FK003") == []


FK003_FOUND = {
    "class for table": (
        "User.id",
        "tasks.owner_id references User.id, but there is no table User: User is a class, and its table is users",
        'reference "users.id" in tasks.owner_id',
    ),
    "case": (
        "Users.id",
        "tasks.owner_id references Users.id, but there is no table Users: the table is spelt users",
        'reference "users.id" in tasks.owner_id',
    ),
    "schema": (
        "auth.users.id",
        "tasks.owner_id references auth.users.id, but there is no table auth.users: the table is users, in the default "
        "schema",
        'reference "users.id" in tasks.owner_id',
    ),
    "nearest": (
        "uesrs.id",
        "tasks.owner_id references uesrs.id, but there is no table uesrs: the nearest is users",
        'reference "users.id" in tasks.owner_id',
    ),
    "column": (
        "users.idd",
        "tasks.owner_id references users.idd, but the table users has no column idd",
        'reference "users.id" in tasks.owner_id',
    ),
    "nothing near": (
        "companies.number",
        "tasks.owner_id references companies.number, but there is no table companies",
        "define the table companies, or, if something else makes it, declare it in the policy external-tables: "
        'companies = {number = "TYPE"}',
    ),
}


@pytest.mark.parametrize(("target", "message", "suggestion"), FK003_FOUND.values(), ids=FK003_FOUND)
def test_targets_that_do_not_exist_are_found(target: str, message: str, suggestion: str) -> None:
    source = declarative(f"owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('{target}'))")
    (finding,) = findings(source, select=["FK003"])
    assert (finding.message, finding.suggestion) == (message, suggestion)


def test_one_missing_table_is_one_finding() -> None:
    source = declarative(
        "a_id: Mapped[int] = mapped_column(ForeignKey('place.id'))\n"
        "b_id: Mapped[int] = mapped_column(ForeignKey('place.id'))\n"
        "c_id: Mapped[int] = mapped_column(ForeignKey('user.id'))"
    )
    place, user = findings(source, select=["FK003"])
    assert place.message == "tasks.a_id and tasks.b_id reference place.id, but there is no table place"
    assert [str(subject) for subject in place.subjects] == ["tasks.a_id", "tasks.b_id"]
    assert len(place.related) == 1
    assert user.suggestion == 'reference "users.id" in tasks.c_id'


def test_external_tables_exist_by_declaration() -> None:
    source = sqlmodel("account_id: str = Field(foreign_key='account.id', index=True)")
    assert len(told(source, "FK003")) == 1
    assert told(source, "FK003", policies={"external-tables": {"account": {"id": "text"}}}) == []


def test_a_column_is_named_not_its_attribute() -> None:
    source = declarative(
        "place_id: Mapped[int] = mapped_column(ForeignKey('places.placeId'))",
        before="""
            class Place(Base):
                __tablename__ = "places"
                placeId: Mapped[int] = mapped_column("place_id", primary_key=True)
        """,
    )
    (finding,) = findings(source, select=["FK003"])
    assert finding.message.endswith("has no column placeId: placeId is the attribute, place_id the column")


FK009_SILENT = {
    "primary key": sqlmodel(OWNER + ")"),
    "unique": declarative(
        "code: Mapped[str] = mapped_column(ForeignKey('codes.code'))",
        before="""
            class Code(Base):
                __tablename__ = "codes"
                id: Mapped[int] = mapped_column(primary_key=True)
                code: Mapped[str] = mapped_column(unique=True)
        """,
    ),
    "unique index": declarative(
        "code: Mapped[str] = mapped_column(ForeignKey('codes.code'))",
        before="""
            class Code(Base):
                __tablename__ = "codes"
                id: Mapped[int] = mapped_column(primary_key=True)
                code: Mapped[str] = mapped_column(index=True, unique=True)
        """,
    ),
    "composite, in another order": declarative(
        "x: Mapped[int]\ny: Mapped[int]\n"
        "__table_args__ = (sa.ForeignKeyConstraint(['y', 'x'], ['places.y', 'places.x']),)",
        before=COMPOSITE,
    ),
    "constraints that could not be read": declarative(
        "code: Mapped[str] = mapped_column(ForeignKey('codes.code'))",
        before="""
            from elsewhere import arguments

            class Code(Base):
                __tablename__ = "codes"
                __table_args__ = arguments()
                id: Mapped[int] = mapped_column(primary_key=True)
                code: Mapped[str]
        """,
    ),
}


@pytest.mark.parametrize("source", FK009_SILENT.values(), ids=FK009_SILENT)
def test_unique_targets_are_silent(source: str) -> None:
    assert told(source, "FK009") == []


def test_targets_that_are_not_unique_are_found() -> None:
    half = declarative("x: Mapped[int] = mapped_column(ForeignKey('places.x'))", before=COMPOSITE)
    assert told(half, "FK009") == [
        ("error", "tasks.x references places.x, which is neither a primary key nor unique"),
    ]


def test_what_is_merely_excluded_cannot_be_referenced() -> None:
    excluded = """
        class Code(Base):
            __tablename__ = "codes"
            id: Mapped[int] = mapped_column(primary_key=True)
            code: Mapped[str]
            __table_args__ = (ExcludeConstraint(("code", "="), using="btree"),)
    """
    source = declarative("code: Mapped[str] = mapped_column(ForeignKey('codes.code'))", before=excluded)
    assert [severity for severity, _ in told(source, "FK009")] == ["error"]


def test_a_reference_constrained_twice_is_found() -> None:
    twice = "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'{}))\n"
    twice += "__table_args__ = (sa.ForeignKeyConstraint(['owner_id'], ['users.id']{}),)"
    assert told(declarative(twice.format("", "")), "FK010") == [
        ("warning", "tasks.owner_id → users.id is constrained twice"),
    ]
    ((severity, message),) = told(declarative(twice.format(", ondelete='CASCADE'", "")), "FK010")
    assert severity == "error"
    assert message.endswith("is constrained twice, with ON DELETE CASCADE and ON DELETE NO ACTION")


def test_two_references_to_one_table_are_silent() -> None:
    two = "creator_id: uuid.UUID = Field(foreign_key='users.id')\nediter_id: uuid.UUID = Field(foreign_key='users.id')"
    assert told(sqlmodel(two), "FK010") == []
