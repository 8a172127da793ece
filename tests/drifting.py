"""Helpers for tests: models that are created in a database, and where that differs from them after a change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
import sqlalchemy

from created import execute
from schema_lint.checking.finding import Finding
from schema_lint.checking.judging import Focus, judge
from schema_lint.checking.registry import load_rules
from schema_lint.checking.selection import select
from schema_lint.checking.suppressions import Exceptions
from schema_lint.comparing.drift import Database, compare_with_database
from schema_lint.config.policies import Policies
from schema_lint.facts.difference import Comparison
from schema_lint.facts.project import Project
from schema_lint.readers.catalog import read
from schema_lint.readers.catalog.relations import read_elsewhere
from support import project_facts

VERSION = tuple(int(part) for part in sqlalchemy.__version__.split(".")[:3])
ALL = [rule.code for rule in load_rules() if "X" in rule.evidence]


def metadata_of(models: str) -> sqlalchemy.MetaData:
    """What SQLAlchemy makes of a module's `Base`."""
    namespace: dict[str, Any] = {"__name__": "models"}
    exec(compile(models, "models.py", "exec", dont_inherit=True), namespace)
    metadata: sqlalchemy.MetaData = namespace["Base"].metadata
    return metadata


def create(database: str, models: str, change: str = "") -> sqlalchemy.MetaData:
    """Make the tables, and then change them."""
    metadata = metadata_of(models)
    engine = sqlalchemy.create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        for schema in sorted({table.schema for table in metadata.tables.values() if table.schema}):
            connection.execute(sqlalchemy.schema.CreateSchema(schema, if_not_exists=True))
        metadata.create_all(connection)
    engine.dispose()
    execute(database, change.replace("; ", ";\n"))
    return metadata


def comparison(
    database: str, models: str, *, external: Iterable[str] = (), read_only: Sequence[str] | None = None
) -> tuple[Project, Comparison]:
    """The models, read without running them, against the database as it is."""
    project = project_facts(models, sqlalchemy_version=VERSION)
    with psycopg.connect(database) as connection:
        schema = read(connection, schemas=read_only)
        elsewhere = read_elsewhere(connection)
    found = Database(schema, read=read_only, elsewhere=elsewhere)
    return project, compare_with_database(project.schemas, found, external=frozenset(external))


def findings(database: str, models: str, *, rules: Sequence[str] = ALL, **arguments: Any) -> list[Finding]:
    """What the rules say of what differs."""
    project, compared = comparison(database, models, **arguments)
    project = Project(evidence="X", schemas=project.schemas, differences=compared.differences)
    every = load_rules()
    verdict = judge(
        project,
        select(every, selected=rules),
        Policies(),
        rules=every,
        exceptions=Exceptions(),
        focus=Focus(),
    )
    return list(verdict.findings)


def drift(database: str, models: str, change: str = "", **arguments: Any) -> list[tuple[str, str]]:
    """Code and message of each finding after a change of the database."""
    create(database, models, change)
    return [(finding.code, finding.message) for finding in findings(database, models, **arguments)]
