"""Helpers for tests: what a real PostgreSQL says of tables, and what the rules say of that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

import built
from schema_lint.checking.finding import Finding
from schema_lint.checking.rule import Severity
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project, Schema
from schema_lint.readers.catalog import read
from support import findings

SCRIPT = "schema.sql"
"""The file of an example that makes its tables."""


def cases(given: Mapping[str, Any], *, since: Mapping[str, int]) -> list[Any]:
    """Cases by their names, some of which only servers from a major version on understand."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            id=name,
            marks=[pytest.mark.postgresql(since[name])] if name in since else [],
        )
        for name, case in given.items()
    ]


def schema_of(database: str, *, usage: bool = False, schemas: Sequence[str] | None = None) -> Schema:
    """What the catalogue says of a database; with `usage` its statistics, too."""
    with psycopg.connect(database) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        return read(connection, schemas=schemas, usage=usage)


def project_of(database: str, *, usage: bool = False, schemas: Sequence[str] | None = None) -> Project:
    """The same as a project."""
    schema = schema_of(database, usage=usage, schemas=schemas)
    return Project(evidence=schema.evidence, schemas=(schema,))


def created(database: str, *, usage: bool = False) -> Callable[[SourceTree], Project]:
    """A reader: makes the tables of a tree's script, or of its models, in the empty database, and reads that."""

    def reader(tree: SourceTree) -> Project:
        script = Path(tree.root, SCRIPT)
        if script.exists():
            execute(database, script.read_text())
        else:
            built.answer(tree, database)
        return project_of(database, usage=usage)

    return reader


def execute(database: str, script: str) -> None:
    """Run SQL, each statement by itself, as psql does."""
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in script.split(";\n"):
            if statement.strip():
                connection.execute(statement.encode())


def judged(database: str, script: str, code: str, *, usage: bool = False, **arguments: object) -> list[Finding]:
    """What one rule says of the tables that the script makes."""
    return findings({SCRIPT: script}, select=[code], reader=created(database, usage=usage), **arguments)


def said(
    database: str, script: str, code: str, *, usage: bool = False, **arguments: object
) -> list[tuple[Severity, str]]:
    """Severity and message of each of these findings."""
    return [(finding.severity, finding.message) for finding in judged(database, script, code, usage=usage, **arguments)]
