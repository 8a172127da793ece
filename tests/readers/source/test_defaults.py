"""Defaults whose parts are not known."""

from __future__ import annotations

from schema_lint.facts.export import export
from schema_lint.facts.unknown import Unknown
from support import project_facts


def test_a_sequence_may_have_a_name_that_is_not_known() -> None:
    project = project_facts("""
from pathlib import Path

from sqlalchemy import Column, Integer, MetaData, Sequence, Table

tasks = Table("tasks", MetaData(), Column("id", Integer, Sequence(Path.cwd().name), primary_key=True))
""")
    (table,) = project.schemas[0].tables.known
    default = table.columns.known[0].default
    assert default is not None
    assert not isinstance(default, Unknown)
    assert default.kind == "sequence"
    assert isinstance(default.value, Unknown)


def test_the_ends_of_time_are_values_and_not_functions() -> None:
    project = project_facts("""
import datetime as dt

from sqlalchemy import Column, DateTime, Integer, MetaData, Table

tasks = Table("tasks", MetaData(), Column("id", Integer, primary_key=True), Column("seen", default=dt.datetime.min))
""")
    default = project.schemas[0].tables.known[0].columns.known[1].default
    assert default is not None
    assert not isinstance(default, Unknown)
    assert default.kind == "scalar"


def test_what_the_database_makes_is_fetched() -> None:
    project = project_facts("""
from sqlalchemy import Column, FetchedValue, Integer, MetaData, String, Table

slug = Column("slug", String, server_default=FetchedValue())
tasks = Table("tasks", MetaData(), Column("id", Integer, primary_key=True), slug)
""")
    default = project.schemas[0].tables.known[0].columns.known[1].server_default
    assert default is not None
    assert not isinstance(default, Unknown)
    assert default.kind == "fetched"
    assert isinstance(default.value, Unknown)
    (table,) = export(project)["tables"]
    assert table["columns"][1]["server_default"] == {"kind": "FetchedValue", "value": None}
