"""REL014–REL018: what must stay silent, then what must be found."""

from __future__ import annotations

import pytest

from sources import declarative, sqlmodel
from support import codes, findings, told

TAG = """
    class Tag(SQLModel, table=True):
        __tablename__ = "tags"
        id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        {}
"""
TAG_IDS = "tag_ids: list[uuid.UUID] = Field(default_factory=list, sa_column=Column(ARRAY(sa.Uuid), nullable=False))"

REL014_SILENT = {
    "no such table": sqlmodel(TAG_IDS),
    "items of another type": sqlmodel(TAG_IDS.replace("sa.Uuid", "Text"), before=TAG.format("")),
    "somebody else's": sqlmodel(TAG_IDS.replace("tag_ids", "external_ids"), before=TAG.format("")),
    "history": sqlmodel("__tablename__ = 'task_events'\n" + TAG_IDS, before=TAG.format("")),
    "link_model": sqlmodel(
        "tags: list['Tag'] = Relationship(back_populates='tasks', link_model=TaskTag)",
        before="""
            class TaskTag(SQLModel, table=True):
                task_id: uuid.UUID = Field(foreign_key="tasks.id", primary_key=True)
                tag_id: uuid.UUID = Field(foreign_key="tags.id", primary_key=True, index=True)
        """
        + TAG.format("tasks: list['Task'] = Relationship(back_populates='tags', link_model=TaskTag)"),
    ),
}


@pytest.mark.parametrize("source", REL014_SILENT.values(), ids=REL014_SILENT)
def test_tables_between_are_silent(source: str) -> None:
    assert told(source, "REL014") == []


def test_ids_in_a_column_are_found() -> None:
    (finding,) = findings(sqlmodel(TAG_IDS, before=TAG.format("")), select=["REL014"])
    assert (finding.severity, finding.message) == ("warning", "tasks.tag_ids holds ids of tags in one column")
    assert finding.suggestion == "make a junction table (task_tags) with foreign keys to tasks and tags"
    as_json = TAG_IDS.replace("ARRAY(sa.Uuid)", "JSONB")
    assert len(told(sqlmodel(as_json, before=TAG.format("")), "REL014")) == 1


def test_lists_on_both_sides_are_one_finding() -> None:
    source = sqlmodel(
        "tags: list['Tag'] = Relationship(back_populates='tasks')",
        before=TAG.format("tasks: list['Task'] = Relationship(back_populates='tags')"),
    )
    assert codes(source, select=["REL"]) == ["REL014"]
    assert told(source, "REL014") == [
        ("error", "Tag.tasks and Task.tags are lists on both sides, and no table is between them"),
    ]


def junction(body: str, *, link: bool = True, key: str = "", name: str = "shares") -> str:
    linked = f"shared: Mapped[list['Task']] = relationship(secondary='{name}', viewonly=True)" if link else "pass"
    return declarative(
        "title: Mapped[str]",
        before=f"""
            from elsewhere import extra

            class Person(Base):
                __tablename__ = "people"
                id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
                {linked}
        """,
        after=f"""
            class Share(Base):
                __tablename__ = "{name}"
                person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("people.id"){key})
                task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("tasks.id"){key})
                {body}
        """,
    )


KEYED = ", primary_key=True"
SURROGATE = "id: Mapped[int] = mapped_column(primary_key=True)"

REL015_SILENT = {
    "primary key over both": junction("pass", key=KEYED),
    "primary key over both and more": junction("role: Mapped[str] = mapped_column(primary_key=True)", key=KEYED),
    "unique constraint": junction(f"{SURROGATE}; __table_args__ = (UniqueConstraint('task_id', 'person_id'),)"),
    "unique index": junction(f"{SURROGATE}; __table_args__ = (Index('ix', 'task_id', 'person_id', unique=True),)"),
    "one of them is unique": junction(f"{SURROGATE}; __table_args__ = (UniqueConstraint('task_id'),)"),
    "an entity of its own": junction(f"{SURROGATE}; role: Mapped[str]", link=False),
    "constraints that could not be read": junction(f"{SURROGATE}; __table_args__ = extra()"),
    "an entity that a relationship only looks through": junction(f"{SURROGATE}; role: Mapped[str]"),
    "history": junction(SURROGATE, link=False, name="share_log"),
}


@pytest.mark.parametrize("source", REL015_SILENT.values(), ids=REL015_SILENT)
def test_junctions_with_keys_are_silent(source: str) -> None:
    assert told(source, "REL015") == []


def test_junctions_without_keys_are_found() -> None:
    (finding,) = findings(junction(SURROGATE), select=["REL015"])
    assert finding.severity == "warning"
    assert finding.message == "shares links people and tasks, but nothing keeps it from holding a pair twice"
    assert finding.suggestion == (
        'make (person_id, task_id) the primary key of Share, or add UniqueConstraint("person_id", "task_id")'
    )
    assert [severity for severity, _ in told(junction(SURROGATE, link=False), "REL015")] == ["info"]


def test_a_table_without_any_key_is_key001_alone() -> None:
    source = declarative(
        "users: Mapped[list[User]] = relationship(secondary='shares', viewonly=True)",
        before="shares = Table('shares', Base.metadata, Column('user_id', ForeignKey('users.id')), "
        "Column('task_id', ForeignKey('tasks.id')))",
    )
    assert codes(source, select=["KEY001", "REL015"]) == ["KEY001"]


def annotated(annotation: str, *, future: bool = False, arguments: str = "") -> str:
    source = sqlmodel(
        f"parent_id: uuid.UUID = Field(foreign_key='people.id')\nparent: {annotation} = Relationship({arguments})",
        before="""
            class Person(SQLModel, table=True):
                __tablename__ = "people"
                id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        """,
    )
    return ("from __future__ import annotations\n" if future else "") + source


RESOLVED = (
    "Person",
    '"Person"',
    "Person | None",
    "Optional[Person]",
    'Optional["Person"]',
    "list[Person]",
    'list["Person"]',
)


@pytest.mark.parametrize("annotation", RESOLVED)
def test_annotations_that_sqlmodel_takes_apart_are_silent(annotation: str) -> None:
    assert told(annotated(annotation), "REL016") == []


def test_a_bare_name_may_be_postponed() -> None:
    assert told(annotated("Person", future=True), "REL016") == []


def test_sa_relationship_says_what_it_leads_to() -> None:
    source = annotated('"Person | None"', arguments="sa_relationship=sa.orm.relationship('Person')")
    assert told(source, "REL016") == []


def test_declarative_annotations_are_sqlalchemys_to_resolve() -> None:
    source = "from __future__ import annotations\n" + declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\n"
        "owner: Mapped['User | None'] = relationship()"
    )
    assert told(source, "REL016") == []


UNRESOLVED = {
    '"Person | None"': 'write Optional["Person"]',
    '"Optional[Person]"': 'write Optional["Person"]',
    '"list[Person]"': 'write list["Person"]',
    '"Person" | None': 'write Optional["Person"]',
}


@pytest.mark.parametrize(("annotation", "suggestion"), UNRESOLVED.items())
def test_annotations_that_reach_sqlalchemy_as_text_are_found(annotation: str, suggestion: str) -> None:
    (finding,) = findings(annotated(annotation), select=["REL016"])
    assert (finding.severity, finding.suggestion) == ("error", suggestion)


@pytest.mark.parametrize("annotation", ["Person | None", "Optional[Person]", "list[Person]", '"Person"'])
def test_postponed_expressions_are_found(annotation: str) -> None:
    (finding,) = findings(annotated(annotation, future=True), select=["REL016"])
    assert finding.message.startswith("Task.parent cannot be resolved: from __future__ import annotations turns")


SELF = "parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey('tasks.id'))\n"

REL017_SILENT = {
    "remote_side": declarative(SELF + "parent: Mapped[Optional['Task']] = relationship(remote_side='Task.id')"),
    "the list alone": declarative(SELF + "children: Mapped[list['Task']] = relationship()"),
    "remote_side in the backref": declarative(
        SELF + "children: Mapped[list['Task']] = relationship(backref=sa.orm.backref('parent', remote_side=[id]))"
    ),
    "the next of a previous": declarative(
        SELF + "next: Mapped[Optional['Task']] = relationship(back_populates='previous')\n"
        "previous: Mapped[Optional['Task']] = relationship(back_populates='next', remote_side='Task.id')"
    ),
    "one-to-one on purpose": declarative(SELF + "next: Mapped[Optional['Task']] = relationship(uselist=False)"),
    "a table between": declarative(
        "friends: Mapped[list['Task']] = relationship(secondary='pairs', primaryjoin='Task.id == pairs.c.a', "
        "secondaryjoin='Task.id == pairs.c.b')",
        before="pairs = Table('pairs', Base.metadata, Column('a', ForeignKey('tasks.id'), primary_key=True), "
        "Column('b', ForeignKey('tasks.id'), primary_key=True))",
    ),
    "another class": declarative(
        "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\nowner: Mapped[User] = relationship()"
    ),
    "not named after its key": declarative(SELF + "related = relationship('Task')"),
}


@pytest.mark.parametrize("source", REL017_SILENT.values(), ids=REL017_SILENT)
def test_self_references_with_a_direction_are_silent(source: str) -> None:
    assert told(source, "REL017") == []


REL017_FOUND = {
    "a pair": "parent: Mapped[Optional['Task']] = relationship(back_populates='children')\n"
    "children: Mapped[list['Task']] = relationship(back_populates='parent')",
    "alone": "parent: Mapped[Optional['Task']] = relationship()",
    "without annotations": "parent = relationship('Task', back_populates='children')\n"
    "children = relationship('Task', back_populates='parent')",
    "alone, named after its key": "parent = relationship('Task')",
}


@pytest.mark.parametrize("body", REL017_FOUND.values(), ids=REL017_FOUND)
def test_self_references_without_a_direction_are_found_once(body: str) -> None:
    (finding,) = findings(declarative(SELF + body), select=["REL017"])
    assert finding.message == (
        "Task.parent leads from Task to itself without remote_side, so SQLAlchemy takes it for the children"
    )
    assert finding.suggestion == 'add remote_side="Task.id" to Task.parent'


def test_a_list_with_remote_side_holds_the_parent() -> None:
    source = declarative(SELF + "children: Mapped[list['Task']] = relationship(remote_side='Task.id')")
    assert told(source, "REL010") == [
        ("error", "Task.children is annotated as a list, but remote_side makes it the parent: it holds one Task"),
    ]


def test_options_are_explained() -> None:
    body = "owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey('users.id'))\n{}\n"
    body += "owner: Mapped[User] = relationship(primaryjoin='Task.owner_id == User.id', overlaps='x')"
    assert told(declarative(body.format("")), "REL018") == [
        ("info", "Task.owner sets primaryjoin and overlaps without saying why"),
    ]
    assert told(declarative(body.format("# The owner may be gone from the directory.")), "REL018") == []
