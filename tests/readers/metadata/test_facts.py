"""What SQLAlchemy builds, as facts: the same that the static reader makes of the same source, and what only this
reader can know."""

from __future__ import annotations

import pytest
import sqlalchemy
import sqlmodel

from built import built
from metadata_cases import CASES
from readers_of_metadata import alike, ordered
from relationship_cases import CASES as RELATIONSHIPS
from schema_lint.facts.export import export
from schema_lint.facts.project import Project
from support import project_facts, project_tree

VERSIONS = {
    f"{package.__name__}_version": tuple(int(part) for part in package.__version__.split(".")[:3])
    for package in (sqlalchemy, sqlmodel)
}


def built_facts(text: str) -> Project:
    with project_tree(text) as tree:
        return built(tree)


@pytest.mark.parametrize("name", [*CASES, *RELATIONSHIPS])
def test_facts_are_those_that_the_source_declares(name: str) -> None:
    text = {**CASES, **RELATIONSHIPS}[name]
    said, made = export(project_facts(text, **VERSIONS)), export(built_facts(text))
    for kind, key in (("tables", "name"), ("mappers", "class")):
        assert [alike(thing) for thing in ordered(made[kind], key)] == [alike(t) for t in ordered(said[kind], key)]
