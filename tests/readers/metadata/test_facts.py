"""What SQLAlchemy builds, as facts: the same that the static reader makes of the same source, and what only this
reader can know."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy
import sqlmodel

from built import built
from metadata_cases import CASES
from relationship_cases import CASES as RELATIONSHIPS
from schema_lint.facts.export import export
from schema_lint.facts.project import Project
from support import project_facts, project_tree

VERSIONS = {
    f"{package.__name__}_version": tuple(int(part) for part in package.__version__.split(".")[:3])
    for package in (sqlalchemy, sqlmodel)
}
OTHERWISE = {
    "metadata": "a metadata without a name is called after its line, or after its base",
    "models": "in which order several classes of one table stand",
    "polymorphic_on": "of a class that inherits nothing but columns",
    "class": "two names of one type",
    "attribute": "a column that two attributes are",
    "length": "a project's type may have one, or its implementation",
}
"""What the two readers may say otherwise, both being right."""


def built_facts(text: str) -> Project:
    with project_tree(text) as tree:
        return built(tree)


@pytest.mark.parametrize("name", [*CASES, *RELATIONSHIPS])
def test_facts_are_those_that_the_source_declares(name: str) -> None:
    text = {**CASES, **RELATIONSHIPS}[name]
    said, made = export(project_facts(text, **VERSIONS)), export(built_facts(text))
    for kind, key in (("tables", "name"), ("mappers", "class")):
        assert [alike(thing) for thing in ordered(made[kind], key)] == [alike(t) for t in ordered(said[kind], key)]


def ordered(things: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return sorted(things, key=lambda thing: (str(thing.get("schema")), thing[key], str(thing.get("table"))))


def alike(thing: Any, key: str = "") -> Any:
    """A table or mapper without what may differ; columns by name, since a class may list its bases' later."""
    if isinstance(thing, dict):
        if thing.get("kind") == "computed":
            return {"kind": "computed"}
        return {name: alike(value, name) for name, value in thing.items() if name not in OTHERWISE}
    if isinstance(thing, list):
        found = [alike(item) for item in thing]
        return sorted(found, key=lambda item: json.dumps(item, sort_keys=True)) if key != "bases" else found
    return thing
