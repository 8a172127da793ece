"""FK001: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings, told

OWNER = "owner_id: uuid.UUID = Field(foreign_key='users.id', ondelete='RESTRICT'"


OWNER_COLUMN = "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))"


def indexed(arguments: str) -> str:
    return declarative(f"{OWNER_COLUMN}\npinned: Mapped[bool]\n__table_args__ = ({arguments},)")


COMPOSITE = """
    class Place(Base):
        __tablename__ = "places"
        x: Mapped[int] = mapped_column(primary_key=True)
        y: Mapped[int] = mapped_column(primary_key=True)
"""


def composite(arguments: str) -> str:
    return declarative(
        f"""
        x: Mapped[int]
        y: Mapped[int]
        __table_args__ = (sa.ForeignKeyConstraint(["x", "y"], ["places.x", "places.y"]), {arguments})
        """,
        before=COMPOSITE,
    )


FK001_SILENT = {
    "index=True": sqlmodel(OWNER + ", index=True)"),
    "unique=True": sqlmodel(OWNER + ", unique=True)"),
    "it is the primary key": sqlmodel("id: uuid.UUID = Field(foreign_key='users.id', primary_key=True)"),
    "first column of the primary key": sqlmodel(
        "owner_id: uuid.UUID = Field(foreign_key='users.id', primary_key=True)\nn: int = Field(primary_key=True)"
    ),
    "first column of an index": indexed("Index('ix', 'owner_id', 'pinned')"),
    "first column, descending": indexed("Index('ix', owner_id.desc(), 'pinned')"),
    "first column, descending by its text": indexed("Index('ix', text('owner_id DESC NULLS LAST'))"),
    "unique constraint": indexed("UniqueConstraint('owner_id', 'pinned')"),
    "partial for NULL alone": indexed("Index('ix', 'owner_id', postgresql_where=text('owner_id IS NOT NULL'))"),
    "exclusion constraint that compares it first": indexed("ExcludeConstraint(('owner_id', '='), ('pinned', '&&'))"),
    "exclusion constraint that could not be read": declarative(
        f"{OWNER_COLUMN}\n__table_args__ = (ExcludeConstraint(*elements()),)", before="from elsewhere import elements"
    ),
    "hash index": indexed("Index('ix', 'owner_id', postgresql_using='hash')"),
    "composite, columns in another order": composite("Index('ix', 'y', 'x')"),
    "composite, first two of three": composite("Index('ix', 'y', 'x', 'id')"),
    "composite, partial for NULL alone": composite(
        "Index('ix', 'x', 'y', postgresql_where=text('(x IS NOT NULL) AND (tasks.y IS NOT NULL)'))"
    ),
    "joined inheritance": declarative(
        "kind: Mapped[str]\n__mapper_args__ = {'polymorphic_on': 'kind', 'polymorphic_identity': 'task'}",
        after="""
            class Chore(Task):
                __tablename__ = "chores"
                id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
                __mapper_args__ = {"polymorphic_identity": "chore"}
        """,
    ),
    "an index that could not be read": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\n__table_args__ = extra_indexes()",
        before="from elsewhere import extra_indexes",
    ),
    "index=True that could not be read": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'), index=wanted())",
        before="from elsewhere import wanted",
    ),
    "index added after the class": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))", after="Index('ix', Task.owner_id)"
    ),
}


@pytest.mark.parametrize("source", FK001_SILENT.values(), ids=FK001_SILENT)
def test_served_foreign_keys_are_silent(source: str) -> None:
    assert told(source, "FK001") == []


MISSING = "the foreign key tasks.owner_id → users.id has no index that starts with it"

FK001_FOUND = {
    "no index": (sqlmodel(OWNER + ")"), [("error", MISSING)]),
    "partial on something else": (
        indexed("Index('ix', 'owner_id', postgresql_where=text('pinned'))"),
        [("error", f"{MISSING}: ix is partial (WHERE pinned)")],
    ),
    "second column": (indexed("Index('ix', 'pinned', 'owner_id')"), [("error", f"{MISSING}: ix begins with pinned")]),
    "included only": (
        indexed("Index('ix', 'pinned', postgresql_include=['owner_id'])"),
        [("error", f"{MISSING}: ix only INCLUDEs owner_id")],
    ),
    "BRIN": (
        indexed("Index('ix', 'owner_id', postgresql_using='brin')"),
        [("error", f"{MISSING}: ix is a BRIN index")],
    ),
    "expression": (
        declarative(
            "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\n"
            "__table_args__ = (Index('ix', text('lower(owner_id::text)')),)"
        ),
        [("error", MISSING)],
    ),
    "an expression without text": (indexed("Index('ix', text(' '))"), [("error", MISSING)]),
    "composite, half covered": (
        composite("Index('ix', 'x', postgresql_include=['y'])"),
        [("info", "the foreign key tasks.(x, y) → places.(x, y) has no index that starts with it: ix only INCLUDEs y")],
    ),
    "hash index for one of two": (
        composite("Index('ix', 'x', postgresql_using='hash')"),
        [("error", "the foreign key tasks.(x, y) → places.(x, y) has no index that starts with it")],
    ),
}


@pytest.mark.parametrize(("source", "expected"), FK001_FOUND.values(), ids=FK001_FOUND)
def test_unserved_foreign_keys_are_found(source: str, expected: list[tuple[str, str]]) -> None:
    assert told(source, "FK001") == expected


def test_the_way_back_through_a_junction_is_explained() -> None:
    source = sqlmodel(
        "task_id: uuid.UUID = Field(foreign_key='users.id', primary_key=True)\n"
        "tag_id: uuid.UUID = Field(foreign_key='users.id', primary_key=True)"
    )
    (finding,) = findings(source, select=["FK001"])
    assert finding.message == (
        "the foreign key tasks.tag_id → users.id has no index that starts with it: the primary key begins with task_id"
    )
    assert finding.suggestion == "add index=True to Task.tag_id"
    assert finding.sql == "CREATE INDEX CONCURRENTLY ix_tasks_tag_id ON tasks (tag_id);"


def test_one_index_serves_a_foreign_key_and_a_wider_one() -> None:
    source = declarative(
        """
        owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
        number: Mapped[int]
        __table_args__ = (sa.ForeignKeyConstraint(["number", "owner_id"], ["accounts.number", "accounts.owner_id"]),)
        """,
        before="""
            class Account(Base):
                __tablename__ = "accounts"
                number: Mapped[int] = mapped_column(primary_key=True)
                owner_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
        """,
    )
    (finding,) = findings(source, select=["FK001"])
    assert finding.suggestion == 'add Index("ix_tasks_owner_id_number", "owner_id", "number") to __table_args__ of Task'
    assert sorted(subject.columns for subject in finding.subjects) == [("number", "owner_id"), ("owner_id",)]


def test_a_mixins_foreign_key_is_one_finding() -> None:
    source = declarative(
        "title: Mapped[str]",
        bases="Owned, Base",
        before="""
            class Owned:
                owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id"))
        """,
        after="""
            class Note(Owned, Base):
                __tablename__ = "notes"
                id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
        """,
    )
    (finding,) = findings(source, select=["FK001"])
    assert sorted(subject.table or "" for subject in finding.subjects) == ["notes", "tasks"]
    assert finding.suggestion == "add index=True to Owned.owner_id"


def test_foreign_keys_to_lookup_tables_are_information() -> None:
    source = sqlmodel(OWNER + ")")
    assert told(source, "FK001", policies={"lookup-tables": ["users"]}) == [("info", MISSING)]
    ignored = {"FK001": {"ignore-lookup-tables": True}}
    assert told(source, "FK001", policies={"lookup-tables": ["users"]}, options=ignored) == []


def test_names_that_need_quotes_are_quoted() -> None:
    source = sqlmodel('__tablename__ = "order"\n' + OWNER + ")")
    (finding,) = findings(source, select=["FK001"])
    assert finding.sql == 'CREATE INDEX CONCURRENTLY ix_order_owner_id ON "order" (owner_id);'


def test_mysql_makes_the_index_itself() -> None:
    engine = "from sqlalchemy import create_engine\n\nengine = create_engine('{}://localhost/todo')\n"
    files = {"models.py": sqlmodel(OWNER + ")"), "db.py": engine.format("mysql+pymysql")}
    assert findings(files, select=["FK001"]) == []
    assert len(findings({**files, "dev.py": engine.format("sqlite")}, select=["FK001"])) == 1
    assert len(findings({**files, "db.py": engine.format("postgresql")}, select=["FK001"])) == 1


def test_a_column_that_a_helper_makes_gets_an_index_of_its_own() -> None:
    source = sqlmodel(
        "owner_id: uuid.UUID = reference('users.id')",
        before="""
            def reference(target):
                return Field(sa_column=Column(ForeignKey(target, ondelete="RESTRICT"), nullable=False))
        """,
    )
    (finding,) = findings(source, select=["FK001"])
    assert finding.suggestion == 'add Index("ix_tasks_owner_id", "owner_id") to __table_args__ of Task'
    assert finding.fix is None


def test_a_table_of_an_unknown_schema_is_judged_all_the_same() -> None:
    source = declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\n"
        "__table_args__ = {'schema': elsewhere.schema()}",
        before="import elsewhere",
    )
    assert len(findings(source, select=["FK001"])) == 1
