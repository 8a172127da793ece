"""FK004–FK008: what must stay silent, then what must be found."""

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
    "the parent's list is REL012's": sqlmodel(OF_PERSON, before=PERSON.format("")),
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


def circle(first: str, second: str, *, annotation: str = "uuid.UUID") -> str:
    return declarative(
        f"boss_id: Mapped[{annotation}] = mapped_column(ForeignKey('bosses.id'{first}))",
        after=f"""
            class Boss(Base):
                __tablename__ = "bosses"
                id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
                task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tasks.id"{second}))
        """,
    )


NULLABLE = "uuid.UUID | None"

FK008_SILENT = {
    "no circle": sqlmodel(OWNER + ")"),
    "itself": sqlmodel("parent_id: uuid.UUID = Field(foreign_key='tasks.id')"),
    "nullable and added last": circle(", use_alter=True, name='fk_boss'", "", annotation=NULLABLE),
    "nullable and named": circle(", name='fk_boss'", "", annotation=NULLABLE),
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
    ((severity, message),) = told(circle("", "", annotation=NULLABLE), "FK008")
    assert severity == "info"
    assert message == "bosses → tasks → bosses reference each other in a circle that drop_all cannot take apart"
