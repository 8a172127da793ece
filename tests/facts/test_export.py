"""The JSON of the facts has the shape of a dump of real metadata."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from schema_lint.facts.export import export
from schema_lint.facts.models import Model, Relationship
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import NamingConvention, Project, Schema
from schema_lint.facts.schema import Column, Default, ForeignKey, Index, IndexPart, PrimaryKey, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown
from support import project_facts

INTEGER = ColumnType(sql="INTEGER", name="integer", class_name="sqlalchemy.sql.sqltypes.Integer")


def _project() -> Project:
    task = Table(
        name="task",
        columns=Some(
            (
                Column(table="task", name="id", type=INTEGER, nullable=False, primary_key=True),
                Column(
                    table="task",
                    name="done",
                    type=Unknown("no such type"),
                    nullable=Unknown("depends on a setting"),
                    default=Default(kind="scalar", value="False", literal="False"),
                ),
                Column(table="task", name="user_id", type=INTEGER, nullable=False),
            )
        ),
        primary_key=PrimaryKey(table="task", columns=("id",)),
        foreign_keys=Some(
            (ForeignKey(table="task", columns=("user_id",), target_table="app.user", target_columns=("id",)),)
        ),
        indexes=Some(
            (
                Index(
                    table="task",
                    name="ix_task_done",
                    parts=(IndexPart(column="done"), IndexPart(column="id", descending=True)),
                    method="gin",
                ),
            ),
            Unknown("a loop over something unknown"),
        ),
        models=("app.models.Task",),
        place=SourcePlace("app/models.py", 7),
    )
    model = Model(
        key="app.models.Task", name="Task", style="sqlmodel", table="task", place=SourcePlace("app/models.py", 7)
    )
    mixin = Model(key="app.models.Mixin", name="Mixin", style="sqlmodel")
    owner = Relationship(model=model.key, name="owner", target="app.models.User", secondary=Unknown("not found"))
    schema = Schema(
        label="sqlmodel.main.SQLModel.metadata",
        evidence="S",
        tables=Some((task,)),
        models=Some((model, mixin)),
        relationships=Some((owner,)),
        naming_convention=NamingConvention(templates={}, stated=False),
    )
    return Project(schemas=(schema,), sqlmodel_version=(0, 0, 50))


def test_export_is_plain_json() -> None:
    exported = export(_project())
    assert json.loads(json.dumps(exported)) == exported
    assert exported["version"] == 1
    assert exported["sqlmodel"] == "0.0.50"


def test_tables_have_the_shape_of_a_dump() -> None:
    (table,) = export(_project())["tables"]
    assert (table["name"], table["file"], table["line"]) == ("task", "app/models.py", 7)
    identity, done, _ = table["columns"]
    assert identity["type"] == {"sql": "INTEGER", "class": "sqlalchemy.sql.sqltypes.Integer"}
    assert done["type"] == {"unknown": "no such type"}
    assert done["nullable"] == {"unknown": "depends on a setting"}
    assert done["default"] == {"kind": "scalar", "value": "False"}
    assert table["foreign_keys"][0]["targets"] == ["app.user.id"]
    assert table["indexes"][0]["expressions"] == ["done", "task.id DESC"]
    assert table["indexes"][0]["options"] == {"postgresql_using": "gin"}
    assert table["incomplete"] == {"indexes": "a loop over something unknown"}


def test_only_mapped_classes_are_mappers() -> None:
    (mapper,) = export(_project())["mappers"]
    assert (mapper["class"], mapper["table"]) == ("app.models.Task", "task")
    (owner,) = mapper["relationships"]
    assert owner["cascade"] == ["merge", "save-update"]
    assert owner["secondary"] == {"unknown": "not found"}


def test_a_subclass_inherits_relationships_without_repeating_them() -> None:
    parent = Model(key="app.Parent", name="Parent", style="declarative", table="parent")
    child = Model(key="app.Child", name="Child", style="declarative", table="parent", inherits="app.Parent")
    schema = Schema(
        label="m",
        evidence="S",
        models=Some((parent, child)),
        relationships=Some((Relationship(model="app.Parent", name="owner", target="app.User"),)),
        naming_convention=NamingConvention(templates={}, stated=False),
    )
    assert schema.own_relationships("app.Child") == ()
    assert [r.name for r in schema.relationships_of("app.Child")] == ["owner"]


def test_every_key_of_the_export_is_documented() -> None:
    root = Path(__file__).parents[2]
    page = (root / "docs" / "facts.md").read_text("utf-8")
    code = (root / "linter" / "schema_lint" / "facts" / "export.py").read_text("utf-8")
    keys = {node.value for tree in ast.walk(ast.parse(code)) if isinstance(tree, ast.Dict)
            for node in tree.keys if isinstance(node, ast.Constant)}  # fmt: skip
    assert {key for key in keys if key not in ("unknown", "version") and f"`{key}`" not in page} == set()


@pytest.mark.parametrize(("default", "value"), [("False", "False"), ("'hunter22'", "***")])
def test_a_password_is_masked_and_a_flag_named_like_one_is_not(default: str, value: str) -> None:
    source = "from sqlalchemy import Boolean, Column, MetaData, Table\n"
    project = project_facts(source + f"Table('users', MetaData(), Column('change_password', default={default}))\n")
    (table,) = export(project)["tables"]
    assert table["columns"][0]["default"]["value"] == value
