"""REL006–REL018: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import findings, told

PERSON = """
    class Person(SQLModel, table=True):
        __tablename__ = "people"
        id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        {}
"""
OWNED = "owner_id: uuid.UUID = Field(foreign_key='people.id', ondelete='RESTRICT', index=True)"
OWNER = "owner: 'Person' = Relationship(back_populates='tasks')"
TASKS = "tasks: list['Task'] = Relationship(back_populates='owner'{})"


def owned(
    tasks: str = TASKS.format(""), owner: str = OWNER, *, key: str = OWNED, more: str = "", imports: str = ""
) -> str:
    """A `Person` with tasks and a `Task` with an owner."""
    return imports + sqlmodel(f"{key}\n{owner}\n{more}", before=PERSON.format(tasks))


def test_a_foreign_key_without_relationship() -> None:
    bare = sqlmodel("owner_id: uuid.UUID = Field(foreign_key='users.id')")
    assert told(bare, "REL006") == [("info", "no relationship follows the foreign key tasks.owner_id → users.id")]
    assert [severity for severity, _ in told(bare, "REL006", policies={"require-relationships": True})] == ["warning"]
    assert told(bare, "REL006", policies={"require-relationships": False}) == []


REL006_SILENT = {
    "followed": owned(),
    "followed from one side": owned(tasks="", owner="owner: 'Person' = Relationship()"),
    "junction": sqlmodel(
        "a_id: uuid.UUID = Field(foreign_key='users.id', primary_key=True)\n"
        "b_id: uuid.UUID = Field(foreign_key='users.id', primary_key=True)"
    ),
    "shares its parent's key": sqlmodel("id: uuid.UUID = Field(foreign_key='users.id', primary_key=True)"),
    "a table without a class": declarative(
        "owner_id: Mapped[int] = mapped_column(ForeignKey('places.id'))",
        before="places = Table('places', Base.metadata, Column('id', Integer, primary_key=True))",
    ),
    "a relationship that could not be read": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\nowner = relationship(target())",
        before="from elsewhere import target",
    ),
}


@pytest.mark.parametrize("source", REL006_SILENT.values(), ids=REL006_SILENT)
def test_followed_foreign_keys_are_silent(source: str) -> None:
    assert told(source, "REL006") == []


REL007_SILENT = {
    "a foreign key": owned(),
    "a join condition": declarative(
        "user_id: Mapped[uuid.UUID]\nuser: Mapped[User] = relationship(primaryjoin='foreign(Task.user_id) == User.id')"
    ),
    "a foreign key to nothing is FK003": owned(key="owner_id: uuid.UUID = Field(foreign_key='persons.id')"),
    "a base that could not be read": declarative(
        "user: Mapped[User] = relationship()", bases="Owned, Base", before="from elsewhere import Owned"
    ),
    "a secondary with both": declarative(
        "users: Mapped[list[User]] = relationship(secondary='shares')",
        before="""
            shares = Table(
                "shares",
                Base.metadata,
                Column("user_id", ForeignKey("users.id"), primary_key=True),
                Column("task_id", ForeignKey("tasks.id"), primary_key=True),
            )
        """,
    ),
    "inherited by joined tables": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\nkind: Mapped[str]\n"
        "__mapper_args__ = {'polymorphic_on': 'kind', 'polymorphic_identity': 'task'}",
        after="""
            class Chore(Task):
                __tablename__ = "chores"
                id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tasks.id"), primary_key=True)
                owner: Mapped[User] = relationship()
                __mapper_args__ = {"polymorphic_identity": "chore"}
        """,
    ),
}


@pytest.mark.parametrize("source", REL007_SILENT.values(), ids=REL007_SILENT)
def test_joined_tables_are_silent(source: str) -> None:
    assert told(source, "REL007") == []


def test_tables_without_a_join_are_found_once() -> None:
    (finding,) = findings(owned(key=""), select=["REL007"])
    assert finding.message == "Task.owner leads to Person, but no foreign key joins tasks and people"
    assert finding.suggestion == 'add a foreign key to "people.id" to Task'


TWO_KEYS = OWNED + "\nreviewer_id: uuid.UUID = Field(foreign_key='people.id', ondelete='RESTRICT', index=True)"
CHOSEN = ", sa_relationship_kwargs={'foreign_keys': 'Task.owner_id'}"

REL008_SILENT = {
    "one foreign key": owned(),
    "foreign_keys on both sides": owned(
        TASKS.format(CHOSEN), OWNER.replace("'tasks')", f"'tasks'{CHOSEN})"), key=TWO_KEYS
    ),
    "a join condition": declarative(
        "a_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\n"
        "b_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\n"
        "a: Mapped[User] = relationship(primaryjoin='Task.a_id == User.id')"
    ),
    "one column, constrained twice": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\nowner: Mapped[User] = relationship()\n"
        "__table_args__ = (sa.ForeignKeyConstraint(['owner_id'], ['users.id']),)"
    ),
}


@pytest.mark.parametrize("source", REL008_SILENT.values(), ids=REL008_SILENT)
def test_unambiguous_relationships_are_silent(source: str) -> None:
    assert told(source, "REL008") == []


def test_ambiguous_relationships_are_found() -> None:
    found = findings(owned(key=TWO_KEYS), select=["REL008"])
    assert sorted(finding.message for finding in found) == [
        "Person.tasks could follow any of several foreign keys: Task.owner_id and Task.reviewer_id",
        "Task.owner could follow any of several foreign keys: Task.owner_id and Task.reviewer_id",
    ]
    assert found[0].suggestion == "say which with foreign_keys=Task.owner_id, on both sides"


def test_missing_targets() -> None:
    (nearest,) = findings(owned(TASKS.format("").replace("Task", "Tasks")), select=["REL009"])
    assert nearest.message == "Person.tasks leads to Tasks, but there is no such mapped class; the nearest is Task"
    (table,) = findings(owned(TASKS.format("").replace("'Task'", "'tasks'")), select=["REL009"])
    assert (
        table.message
        == "Person.tasks leads to tasks, but there is no such mapped class: tasks is the table, Task the class"
    )
    assert table.suggestion == 'name "Task"'
    assert told(owned(), "REL009") == []


REL009_SILENT = {
    "an import that could not be read": declarative(
        "place_id: Mapped[int] = mapped_column(ForeignKey('places.id'))\nplace: Mapped[Place] = relationship()",
        before="from elsewhere import Place",
    ),
    "of the package that a base comes from": declarative(
        "person_id: Mapped[int]\nperson = relationship('Person')", bases="Kept, Base", before="from x import Kept"
    ),
    "under TYPE_CHECKING": {
        "app/__init__.py": "",
        "app/place.py": "from app.base import Base\nfrom sqlalchemy.orm import Mapped, mapped_column\n\n"
        "class Place(Base):\n    __tablename__ = 'places'\n    id: Mapped[int] = mapped_column(primary_key=True)\n",
        "app/base.py": "from sqlalchemy.orm import DeclarativeBase\n\nclass Base(DeclarativeBase):\n    pass\n",
        "app/task.py": "from typing import TYPE_CHECKING\nfrom sqlalchemy import ForeignKey\n"
        "from sqlalchemy.orm import Mapped, mapped_column, relationship\nfrom app.base import Base\n"
        "if TYPE_CHECKING:\n    from app.place import Place\n\n"
        "class Task(Base):\n    __tablename__ = 'tasks'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    place_id: Mapped[int] = mapped_column(ForeignKey('places.id'))\n"
        "    place: Mapped['Place'] = relationship()\n",
    },
}


@pytest.mark.parametrize("source", REL009_SILENT.values(), ids=REL009_SILENT)
def test_targets_that_may_exist_are_silent(source: str | dict[str, str]) -> None:
    assert told(source, "REL009") == []


REL010_SILENT = {
    "list and object": owned(),
    "one-to-one": owned(
        "task: Optional['Task'] = Relationship(back_populates='owner')", OWNER.replace("tasks", "task")
    ),
    "lists through a table": declarative(
        "users: Mapped[list[User]] = relationship(secondary='shares')",
        before="shares = Table('shares', Base.metadata, Column('user_id', ForeignKey('users.id'), primary_key=True), "
        "Column('task_id', ForeignKey('tasks.id'), primary_key=True))",
    ),
    "no annotation": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\nowner = relationship('User')"
    ),
    "set and dict": declarative(
        "parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey('tasks.id'))\n"
        "children: Mapped[set['Task']] = relationship()"
    ),
    "a query": declarative(
        "parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey('tasks.id'))\n"
        "children: Mapped['Task'] = relationship(lazy='dynamic', uselist=True)"
    ),
    "the kind of attribute alone": declarative(
        "pass",
        bases="Owned, Base",
        before="""
            class Owned:
                parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("tasks.id"))

                @sa.orm.declared_attr
                def children(cls) -> sa.orm.RelationshipProperty:
                    return relationship("Task")
        """,
    ),
    "anything": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\nowner: Any = relationship('User')"
    ),
}


@pytest.mark.parametrize("source", REL010_SILENT.values(), ids=REL010_SILENT)
def test_annotations_that_agree_are_silent(source: str) -> None:
    assert told(source, "REL010") == []


def test_a_list_on_the_side_of_the_foreign_key_is_found() -> None:
    (finding,) = findings(owned("", "owner: list['Person'] = Relationship()"), select=["REL010"])
    assert finding.message == (
        "Task.owner is annotated as a list, but Task has the foreign key (owner_id): it holds one Person"
    )
    source = owned(TASKS.format(", sa_relationship_kwargs={'uselist': False}"))
    assert told(source, "REL010") == [
        ("error", "Person.tasks is annotated as a list, but uselist=False makes it one Task"),
    ]


ONE = "task: Optional['Task'] = Relationship(back_populates='owner'{})"
OF_ONE = OWNER.replace("tasks", "task")

REL011_SILENT = {
    "unique": owned(ONE.format(""), OF_ONE, key=OWNED.replace("index", "unique")),
    "unique index": owned(ONE.format(""), OF_ONE, key=OWNED.replace("index=True", "index=True, unique=True")),
    "excluded": owned(
        ONE.format(""), OF_ONE, more="__table_args__ = (ExcludeConstraint(('owner_id', '='), using='hash'),)"
    ),
    "the primary key": owned(
        ONE.format(""), OF_ONE, key="id: uuid.UUID = Field(foreign_key='people.id', primary_key=True)"
    ),
    "a list": owned(),
    "one of several, on purpose": owned(ONE.format(", sa_relationship_kwargs={'order_by': 'Task.id.desc()'}"), OF_ONE),
    "viewonly": owned("task: Optional['Task'] = Relationship(sa_relationship_kwargs={'viewonly': True})", OF_ONE),
    "constraints that could not be read": owned(
        ONE.format(""), OF_ONE, more="__table_args__ = extra()", imports="from elsewhere import extra\n"
    ),
}


@pytest.mark.parametrize("source", REL011_SILENT.values(), ids=REL011_SILENT)
def test_unique_one_to_ones_are_silent(source: str) -> None:
    assert told(source, "REL011") == []


def test_one_to_ones_that_are_not_unique_are_found() -> None:
    (finding,) = findings(owned(ONE.format(""), OF_ONE), select=["REL011"])
    assert (finding.severity, finding.message) == (
        "warning",
        "Person.task expects one Task, but tasks.owner_id is not unique",
    )
    assert finding.suggestion == (
        "add unique=True to Task.owner_id, or annotate Person.task as list[Task] if there may be several"
    )
    partial = "__table_args__ = (Index('ix', 'owner_id', unique=True, postgresql_where=text('deleted_at IS NULL')),)"
    assert [s for s, _ in told(owned(ONE.format(""), OF_ONE, more=partial), "REL011")] == ["info"]


NO_ACTION = OWNED.replace(", ondelete='RESTRICT'", "")
CASCADE = OWNED.replace("RESTRICT", "CASCADE")
SET_NULL = "owner_id: uuid.UUID | None = Field(default=None, foreign_key='people.id', ondelete='SET NULL', index=True)"

REL012_SILENT = {
    "both delete": owned(TASKS.format(", cascade_delete=True"), key=CASCADE),
    "both delete, the database first": owned(TASKS.format(", cascade_delete=True, passive_deletes=True"), key=CASCADE),
    "left to the database": owned(TASKS.format(", passive_deletes=True"), key=CASCADE),
    "both refuse": owned(TASKS.format(", passive_deletes='all'"), key=OWNED),
    "both set NULL": owned(TASKS.format(""), key=SET_NULL),
    "set NULL by the database": owned(TASKS.format(", passive_deletes=True"), key=SET_NULL),
    "nobody deletes": owned(key=NO_ACTION),
    "the ORM deletes, the database guards": owned(TASKS.format(", cascade_delete=True"), key=OWNED),
}


@pytest.mark.parametrize("source", REL012_SILENT.values(), ids=REL012_SILENT)
def test_agreeing_cascades_are_silent(source: str) -> None:
    assert told(source, "REL012") == []


SPELT_OUT = ", sa_relationship_kwargs={'cascade': 'all, delete-orphan'}"

REL012_FOUND = {
    "cascade_delete alone": (
        owned(TASKS.format(", cascade_delete=True"), key=NO_ACTION),
        "warning",
        "Person.tasks deletes its rows with Person, but Task.owner_id has no ON DELETE, so that only the ORM can",
    ),
    "SQLAlchemy's cascade alone": (
        owned(TASKS.format(SPELT_OUT), key=NO_ACTION),
        "info",
        "Person.tasks deletes its rows with Person, but Task.owner_id has no ON DELETE, so that only the ORM can",
    ),
    "passive_deletes alone": (
        owned(TASKS.format(", passive_deletes=True"), key=NO_ACTION),
        "warning",
        "Person.tasks leaves its rows to the database (passive_deletes), but Task.owner_id has no ON DELETE",
    ),
    "passive_deletes, refused": (
        owned(TASKS.format(", passive_deletes=True"), key=OWNED),
        "warning",
        "Person.tasks leaves its rows to the database (passive_deletes), but Task.owner_id says ON DELETE RESTRICT",
    ),
    "CASCADE that never comes to it": (
        owned(key=CASCADE),
        "info",
        "Task.owner_id says ON DELETE CASCADE, but before a delete the ORM sets the rows of Person.tasks to NULL, "
        "which NOT NULL refuses",
    ),
    "delete and SET NULL": (
        owned(TASKS.format(", cascade_delete=True"), key=SET_NULL),
        "info",
        "Person.tasks deletes its rows with Person, but Task.owner_id says ON DELETE SET NULL",
    ),
}


@pytest.mark.parametrize(("source", "severity", "message"), REL012_FOUND.values(), ids=REL012_FOUND)
def test_disagreeing_cascades_are_found(source: str, severity: str, message: str) -> None:
    assert told(source, "REL012") == [(severity, message)]


def owner_with(arguments: str, *, key: str = OWNED) -> str:
    return owned(owner=OWNER.replace("'tasks')", f"'tasks', sa_relationship_kwargs={arguments})"), key=key)


REL013_SILENT = {
    "none": owned(),
    "from the parent": owned(TASKS.format(", cascade_delete=True"), key=CASCADE),
    "single_parent": owner_with("{'cascade': 'all, delete-orphan', 'single_parent': True}"),
    "without delete": owner_with("{'cascade': 'save-update, merge, expunge'}"),
    "it owns the other row": owner_with("{'cascade': 'all'}", key=OWNED.replace("index", "unique")),
    "cascade not known": "from elsewhere import WANTED\n" + owner_with("{'cascade': WANTED}"),
}


@pytest.mark.parametrize("source", REL013_SILENT.values(), ids=REL013_SILENT)
def test_cascades_from_parents_are_silent(source: str) -> None:
    assert told(source, "REL013") == []


def test_cascades_from_children_are_found() -> None:
    assert told(owner_with("{'cascade': 'all, delete'}"), "REL013") == [
        ("error", "deleting a Task deletes the Person that Task.owner leads to"),
    ]
    assert told(owner_with("{'cascade': 'all, delete-orphan'}"), "REL013") == [
        ("error", "Task.owner asks for delete-orphan on the side that has the foreign key, which SQLAlchemy refuses"),
    ]
