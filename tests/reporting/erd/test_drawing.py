"""What an entity-relationship diagram says of a schema."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from schema_lint.config.policies import Policies
from schema_lint.facts.project import NamingConvention, Project, Schema
from schema_lint.facts.schema import Column, ForeignKey, PrimaryKey, Table, UniqueConstraint
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.reporting.erd.drawing import Drawing, View, draw
from support import project_facts

HEAD = """
from enum import Enum
from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Table, Column, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): pass
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


def drawn(source: str, policies: dict[str, Any] | None = None, **view: Any) -> Drawing:
    return draw(project_facts(HEAD + source), msgspec.convert(policies or {}, Policies), View(**view))


def names(drawing: Drawing) -> list[str]:
    return [entity.name for entity in drawing.entities]


def links(drawing: Drawing) -> list[tuple[str, str, str, str, str]]:
    return [(link.child[1], link.child_end, link.label, link.parent_end, link.parent[1]) for link in drawing.links]


TASK = 'class Task(Base):\n    __tablename__ = "tasks"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'


@pytest.mark.parametrize(
    ("column", "child_end", "parent_end"),
    [
        ('Mapped[int] = mapped_column(ForeignKey("users.id"))', "zero-or-more", "one"),
        ('Mapped[int | None] = mapped_column(ForeignKey("users.id"))', "zero-or-more", "zero-or-one"),
        ('Mapped[int] = mapped_column(ForeignKey("users.id"), unique=True)', "zero-or-one", "one"),
        ('Mapped[int | None] = mapped_column(ForeignKey("users.id"), unique=True)', "zero-or-one", "zero-or-one"),
        ('Mapped[int] = mapped_column(ForeignKey("users.id"), index=True, unique=True)', "zero-or-one", "one"),
    ],
)  # fmt: skip
def test_ends_follow_nullability_and_uniqueness(column: str, child_end: str, parent_end: str) -> None:
    assert links(drawn(f"{TASK}    owner_id: {column}\n")) == [("tasks", child_end, "owner_id", parent_end, "users")]


def test_a_key_of_several_columns_is_unique_only_as_a_whole() -> None:
    source = TASK + '    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))\n    kind: Mapped[str]\n'
    for columns, end in (('"user_id", "kind"', "zero-or-more"), ('"user_id"', "zero-or-one")):
        drawing = drawn(source + f"    __table_args__ = (UniqueConstraint({columns}),)\n")
        assert links(drawing)[0][1] == end


def test_columns_say_what_is_known_of_them() -> None:
    source = (
        "from vendor import Odd\n"
        'class Status(Enum):\n    open = 1\n    done = 2\n'
        + TASK
        + '    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), comment="whose")\n'
        "    code: Mapped[str] = mapped_column(unique=True)\n"
        "    status: Mapped[Status]\n"
        "    odd: Mapped[int] = mapped_column(Odd())\n"
    )  # fmt: skip
    (tasks,) = (entity for entity in drawn(source).entities if entity.name == "tasks")
    fields = {field.name: field for field in tasks.fields}
    assert list(fields) == ["id", "owner_id", "code", "status", "odd"]
    assert (fields["id"].primary, fields["id"].type, fields["id"].nullable) == (True, "integer", False)
    assert (fields["owner_id"].foreign, fields["owner_id"].nullable, fields["owner_id"].comment) == (
        True,
        True,
        "whose",
    )
    assert (fields["code"].unique, fields["status"].labels) == (True, ("open", "done"))
    assert fields["odd"].type == "?"


def test_self_references_composite_keys_and_schemas() -> None:
    source = TASK + (
        '    parent_id: Mapped[int | None] = mapped_column(ForeignKey("tasks.id"))\n'
        "class Line(Base):\n"
        '    __tablename__ = "lines"\n'
        '    a: Mapped[int] = mapped_column(primary_key=True)\n'
        '    b: Mapped[int] = mapped_column(primary_key=True)\n'
        "class Part(Base):\n"
        '    __tablename__ = "parts"\n'
        '    a: Mapped[int] = mapped_column(primary_key=True)\n'
        "    b: Mapped[int | None]\n"
        '    __table_args__ = (ForeignKeyConstraint(["a", "b"], ["lines.a", "lines.b"]), {"schema": "stock"})\n'
    )  # fmt: skip
    drawing = drawn(source)
    assert names(drawing) == ["lines", "stock.parts", "tasks", "users"]
    assert links(drawing) == [
        ("stock.parts", "zero-or-one", "(a, b)", "zero-or-one", "lines"),
        ("tasks", "zero-or-more", "parent_id", "zero-or-one", "tasks"),
    ]


JUNCTION = TASK + (
    "class Assignment(Base):\n"
    '    __tablename__ = "assignments"\n'
    '    task_id: Mapped[int] = mapped_column(ForeignKey("tasks.id"), primary_key=True)\n'
    '    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)\n'
)


def test_a_junction_is_one_line_when_asked() -> None:
    assert names(drawn(JUNCTION)) == ["assignments", "tasks", "users"]
    drawing = drawn(JUNCTION, collapse_junctions=True)
    assert names(drawing) == ["tasks", "users"]
    assert links(drawing) == [("tasks", "zero-or-more", "assignments", "zero-or-more", "users")]
    assert links(drawn(JUNCTION + "    created_at: Mapped[int]\n", collapse_junctions=True)) == links(drawing)


@pytest.mark.parametrize(
    "more",
    [
        "    role: Mapped[str]\n",
        'class Note(Base):\n    __tablename__ = "notes"\n    id: Mapped[int] = mapped_column(primary_key=True)\n'
        '    on: Mapped[int] = mapped_column(ForeignKey("assignments.task_id"))\n',
    ],
    ids=["a column of its own", "referenced by another table"],
)
def test_a_junction_with_a_life_of_its_own_is_a_box(more: str) -> None:
    assert "assignments" in names(drawn(JUNCTION + more, collapse_junctions=True))


def test_only_and_exclude() -> None:
    drawing = drawn(JUNCTION, only=("assign*",))
    kinds = {entity.name: (entity.kind, [field.name for field in entity.fields]) for entity in drawing.entities}
    assert kinds["assignments"][0] == "table"
    assert kinds["tasks"] == ("outside", ["id"])
    assert kinds["users"] == ("outside", ["id"])
    assert names(drawn(JUNCTION, exclude=("public.users",))) == ["assignments", "tasks"]
    assert links(drawn(JUNCTION, exclude=("users",)))[0][4] == "tasks"


def test_tables_out_of_focus_and_of_tests_are_drawn_as_stubs_at_most() -> None:
    files = {
        "app/users.py": HEAD,
        "app/tasks.py": f'from app.users import *\n{TASK}    u: Mapped[int] = mapped_column(ForeignKey("users.id"))\n',
        "tests/test_x.py": f"from app.users import *\n{TASK.replace('tasks', 'fake').replace('Task', 'Fake')}",
    }
    project = project_facts(files)
    assert names(draw(project, Policies())) == ["tasks", "users"]
    drawing = draw(project, Policies(), focus=lambda path: path == "app/tasks.py")
    assert [(entity.name, entity.kind) for entity in drawing.entities] == [("tasks", "table"), ("users", "outside")]


def test_external_and_unknown_tables_are_stubs() -> None:
    source = TASK + (
        '    a: Mapped[str] = mapped_column(ForeignKey("accounts.id"))\n'
        '    b: Mapped[str] = mapped_column(ForeignKey("gone.id"))\n'
    )
    drawing = drawn(source, {"external-tables": {"accounts": {"id": "text", "email": "text"}}}, only=("tasks",))
    kinds = {entity.name: (entity.kind, [(f.name, f.type) for f in entity.fields]) for entity in drawing.entities}
    assert kinds["accounts"] == ("external", [("id", "text"), ("email", "text")])
    assert kinds["gone"] == ("outside", [("id", "?")])


def test_columns_can_be_left_out() -> None:
    source = TASK + '    u: Mapped[int] = mapped_column(ForeignKey("users.id"))\n    title: Mapped[str]\n'
    for choice, expected in (("keys", ["id", "u"]), ("none", []), ("all", ["id", "u", "title"])):
        tasks = drawn(source, columns=choice).entities[0]
        assert [field.name for field in tasks.fields] == expected


def test_a_name_that_several_metadata_have_says_which() -> None:
    convention = NamingConvention(templates={}, stated=False)
    table = Table(name="t", columns=Some(), primary_key=PrimaryKey(table="t"))
    schemas = [Schema(label=f"{app}.metadata", evidence="M", tables=Some((table,)), naming_convention=convention)
               for app in ("b", "a")]  # fmt: skip
    assert names(draw(Project(schemas=tuple(schemas)), Policies())) == ["t (a)", "t (b)"]


def test_what_may_be_missing_is_said_and_claims_are_no_stronger_than_the_facts() -> None:
    why = Unknown("reflected")
    integer = ColumnType(sql="INTEGER", name="integer")
    columns = (
        Column(table="t", name="u", type=integer, nullable=False),
        Column(table="t", name="w", type=integer, nullable=why),
    )
    table = Table(
        name="t",
        columns=Some(columns, why),
        primary_key=PrimaryKey(table="t"),
        unique_constraints=Some((UniqueConstraint(table="t", columns=("u",)),), why),
        foreign_keys=Some(
            tuple(ForeignKey(table="t", columns=(c,), target_table="x", target_columns=("id",)) for c in "vw"), why
        ),
    )
    schema = Schema(label="m", evidence="C", tables=Some((table,)), naming_convention=why)
    drawing = draw(Project(schemas=(schema,)), Policies())
    assert drawing.entities[0].incomplete == "reflected"
    assert [field.nullable for field in drawing.entities[0].fields] == [False, None]
    assert links(drawing) == [("t", "zero-or-more", c, "zero-or-one", "x") for c in "vw"]
