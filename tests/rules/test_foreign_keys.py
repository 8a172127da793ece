"""FK: what must stay silent, then what must be found."""

from __future__ import annotations

from typing import Any

import pytest

from sources import declarative, sqlmodel
from support import findings

OWNER = "owner_id: uuid.UUID = Field(foreign_key='users.id', ondelete='RESTRICT'"


def told(source: str, code: str, **arguments: Any) -> list[tuple[str, str]]:
    """Severity and message of each finding of a rule."""
    return [(f.severity, f.message) for f in findings(source, select=[code], **arguments)]


def indexed(
    arguments: str, *, columns: str = "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))"
) -> str:
    return declarative(f"{columns}\npinned: Mapped[bool]\n__table_args__ = ({arguments},)")


COMPOSITE = """
    class Place(Base):
        __tablename__ = "places"
        x: Mapped[int] = mapped_column(primary_key=True)
        y: Mapped[int] = mapped_column(primary_key=True)
"""


def composite(arguments: str) -> str:
    return declarative(
        f"x: Mapped[int]\ny: Mapped[int]\n__table_args__ = (sa.ForeignKeyConstraint(['x', 'y'], ['places.x', 'places.y']), "
        f"{arguments})",
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
    "first column, descending": indexed("Index('ix', sa.desc('owner_id'), 'pinned')"),
    "unique constraint": indexed("UniqueConstraint('owner_id', 'pinned')"),
    "partial, but not for NULL alone": indexed(
        "Index('ix', 'owner_id', postgresql_where=text('owner_id IS NOT NULL'))"
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
    "type not known": referencing("wanted()", "Integer").replace(
        "class Base(", "from elsewhere import wanted\n\nclass Base("
    ),
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
    "longer text": ("String(20)", "String(10)", "info", "it admits values that cannot be a key"),
    "padded text": ("sa.CHAR(10)", "String(10)", "warning", "CHAR pads with blanks, and the other does not"),
    "zone": ("DateTime(timezone=True)", "DateTime", "error", "equal keys may differ"),
}


@pytest.mark.parametrize(("own", "target", "severity", "reason"), FK002_FOUND.values(), ids=FK002_FOUND)
def test_different_types_are_found(own: str, target: str, severity: str, reason: str) -> None:
    ((found, message),) = told(referencing(own, target), "FK002")
    assert found == severity
    assert message.startswith("tasks.code_id is ")
    assert message.endswith(f": {reason}")


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
    "a base class that could not be read": declarative(
        "place_id: Mapped[int] = mapped_column(ForeignKey('places.number'))",
        before="""
            from elsewhere import Numbered

            class Place(Numbered, Base):
                __tablename__ = "places"
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


FK004_SILENT = {
    "stated": sqlmodel(OWNER + ")"),
    "the ORM deletes": sqlmodel(
        "owner_id: uuid.UUID = Field(foreign_key='people.id')\nowner: 'Person' = Relationship(back_populates='tasks')",
        before="""
            class Person(SQLModel, table=True):
                __tablename__ = "people"
                id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
                tasks: list["Task"] = Relationship(back_populates="owner", cascade_delete=True)
        """,
    ),
    "shares its parent's key": sqlmodel("id: uuid.UUID = Field(foreign_key='users.id', primary_key=True)"),
    "not known": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id', ondelete=action()))",
        before="from elsewhere import action",
    ),
}


@pytest.mark.parametrize("source", FK004_SILENT.values(), ids=FK004_SILENT)
def test_stated_actions_are_silent(source: str) -> None:
    assert told(source, "FK004") == []


def test_implicit_actions_are_found() -> None:
    source = sqlmodel("owner_id: uuid.UUID = Field(foreign_key='users.id')")
    (finding,) = findings(source, select=["FK004"])
    assert finding.message == "the foreign key tasks.owner_id → users.id does not say what a delete does"
    assert (finding.severity, finding.suggestion) == ("info", 'add ondelete="RESTRICT" to Task.owner_id')
    for allowed in ("any", "NO ACTION"):
        assert told(source, "FK004", policies={"foreign-key-action": allowed}) == []
    (cascading,) = findings(source, select=["FK004"], policies={"foreign-key-action": "CASCADE"})
    assert cascading.suggestion == 'add ondelete="CASCADE" to Task.owner_id'


CASCADING = "owner_id: uuid.UUID = Field(foreign_key='users.id', ondelete='CASCADE', index=True)"
PERSON = """
    class Person(SQLModel, table=True):
        __tablename__ = "people"
        id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        tasks: list["Task"] = Relationship(back_populates="owner"{})
"""
OF_PERSON = CASCADING.replace("users", "people") + "\nowner: 'Person' = Relationship(back_populates='tasks')"

FK005_SILENT = {
    "comment": sqlmodel("# A task means nothing without its owner.\n" + CASCADING),
    "comment on the line": sqlmodel(CASCADING + "  # goes with its owner"),
    "the ORM deletes too": sqlmodel(OF_PERSON, before=PERSON.format(", cascade_delete=True")),
    "the ORM leaves it to the database": sqlmodel(OF_PERSON, before=PERSON.format(", passive_deletes=True")),
    "junction": sqlmodel(
        "task_id: uuid.UUID = Field(foreign_key='users.id', ondelete='CASCADE', primary_key=True)\n"
        "tag_id: uuid.UUID = Field(foreign_key='users.id', ondelete='CASCADE', primary_key=True)\n"
        "created_at: datetime"
    ),
    "shares its parent's key": sqlmodel(
        "id: uuid.UUID = Field(foreign_key='users.id', ondelete='CASCADE', primary_key=True)"
    ),
    "another action": sqlmodel(OWNER + ")"),
}


@pytest.mark.parametrize("source", FK005_SILENT.values(), ids=FK005_SILENT)
def test_explained_cascades_are_silent(source: str) -> None:
    assert told(source, "FK005") == []


def test_unexplained_cascades_are_found() -> None:
    ((severity, message),) = told(sqlmodel(CASCADING), "FK005")
    assert severity == "info"
    assert message == "ON DELETE CASCADE on tasks.owner_id → users.id deletes rows of tasks without saying why"
    assert told(sqlmodel(CASCADING), "FK005", policies={"cascade-tables": ["task*"]}) == []
    assert told(sqlmodel(CASCADING), "FK005", policies={"foreign-key-action": "CASCADE"}) == []


FK006_SILENT = {
    "a foreign key": sqlmodel("user_id: uuid.UUID = Field(foreign_key='users.id')"),
    "no such table": sqlmodel("company_id: uuid.UUID"),
    "another type": sqlmodel("user_id: int"),
    "text": sqlmodel("user_id: str"),
    "the primary key": sqlmodel("user_id: uuid.UUID = Field(primary_key=True)"),
    "polymorphic": sqlmodel("user_id: uuid.UUID\nuser_type: str"),
    "somebody else's": sqlmodel("external_user_id: uuid.UUID\nstripe_user_id: uuid.UUID"),
    "part of a name": sqlmodel("power_user_id: uuid.UUID"),
    "history": sqlmodel("__tablename__ = 'task_events'\nuser_id: uuid.UUID"),
    "two tables of that name": sqlmodel(
        "user_id: uuid.UUID",
        before="""
            class Account(SQLModel, table=True):
                __tablename__ = "user"
                id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        """,
    ),
    "joined by on purpose": declarative(
        """
        user_id: Mapped[uuid.UUID]
        user: Mapped[User] = relationship(primaryjoin="foreign(Task.user_id) == User.id", viewonly=True)
        """
    ),
}


@pytest.mark.parametrize("source", FK006_SILENT.values(), ids=FK006_SILENT)
def test_columns_that_are_no_references_are_silent(source: str) -> None:
    assert told(source, "FK006") == []


def test_references_without_constraint_are_found() -> None:
    ((severity, message),) = told(sqlmodel("user_id: uuid.UUID"), "FK006")
    assert (severity, message) == ("info", "tasks.user_id looks like a reference to users.id, but is no foreign key")
    external = {"external-tables": {"account": {"id": "text"}}}
    assert len(told(sqlmodel("account_id: str"), "FK006", policies=external)) == 1


FK007_SILENT = {
    "nullable": sqlmodel(
        "owner_id: uuid.UUID | None = Field(default=None, foreign_key='users.id', ondelete='SET NULL')"
    ),
    "another action": sqlmodel(OWNER + ")"),
    "nullability not known": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id', ondelete='SET NULL'), nullable=flag())",
        before="from elsewhere import flag",
    ),
    "only the nullable one of two": declarative(
        "x: Mapped[int]\ny: Mapped[int | None]\n__table_args__ = "
        "(sa.ForeignKeyConstraint(['x', 'y'], ['places.x', 'places.y'], ondelete='SET NULL (y)'),)",
        before=COMPOSITE,
    ),
}


@pytest.mark.parametrize("source", FK007_SILENT.values(), ids=FK007_SILENT)
def test_possible_set_null_is_silent(source: str) -> None:
    assert told(source, "FK007") == []


FK007_FOUND = {
    "not null": (
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id', ondelete='set null'))",
        "ON DELETE SET NULL on tasks.owner_id → users.id cannot work: tasks.owner_id is NOT NULL",
    ),
    "a key": (
        "id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id', ondelete='SET NULL'), primary_key=True)",
        "ON DELETE SET NULL on tasks.id → users.id cannot work: tasks.id is a key",
    ),
    "on update": (
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id', onupdate='SET NULL'))",
        "ON UPDATE SET NULL on tasks.owner_id → users.id cannot work: tasks.owner_id is NOT NULL",
    ),
}


@pytest.mark.parametrize(("body", "message"), FK007_FOUND.values(), ids=FK007_FOUND)
def test_impossible_set_null_is_found(body: str, message: str) -> None:
    assert told(declarative(body), "FK007") == [("error", message)]


def circle(one: str, other: str) -> str:
    return declarative(
        f"boss_id: Mapped[uuid.UUID{' | None' if 'NULL' in one else ''}] = mapped_column(ForeignKey('bosses.id'{one.replace('NULL', '')}))",
        after=f"""
            class Boss(Base):
                __tablename__ = "bosses"
                id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
                task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tasks.id"{other}))
        """,
    )


FK008_SILENT = {
    "no circle": sqlmodel(OWNER + ")"),
    "itself": sqlmodel("parent_id: uuid.UUID = Field(foreign_key='tasks.id')"),
    "nullable and added last": circle("NULL, use_alter=True, name='fk_boss'", ""),
    "nullable and named": circle("NULL, name='fk_boss'", ""),
    "deferrable": circle(", deferrable=True, initially='DEFERRED', name='fk_boss'", ""),
}


@pytest.mark.parametrize("source", FK008_SILENT.values(), ids=FK008_SILENT)
def test_open_circles_are_silent(source: str) -> None:
    assert told(source, "FK008") == []


def test_closed_circles_are_found() -> None:
    (finding,) = findings(circle("", ""), select=["FK008"])
    assert finding.severity == "warning"
    assert finding.message == (
        "no row can be inserted into bosses → tasks → bosses: each needs a row of the next, and no foreign key of the "
        "circle may be NULL or be checked later"
    )
    assert finding.suggestion == "let Boss.task_id be NULL and give its foreign key use_alter=True and a name"
    ((severity, message),) = told(circle("NULL", ""), "FK008")
    assert severity == "info"
    assert message == "bosses → tasks → bosses reference each other in a circle that drop_all cannot take apart"


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
