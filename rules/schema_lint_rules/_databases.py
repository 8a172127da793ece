"""Which databases the project has: those that its URLs name, and `MetaData` that only describes another's tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.facts.unknown import Unknown

if TYPE_CHECKING:
    from schema_lint.facts.project import Project, Schema

_MYSQL = frozenset({"mysql", "mariadb"})


def is_mysql_only(project: Project) -> bool:
    """Every database that the application's own code and configuration name is MySQL or MariaDB, and one is named."""
    found = {literal.url.dialect for literal in project.url_literals if not literal.is_test}
    found |= {setting.url.dialect for setting in project.settings if setting.url is not None}
    for engine in project.engines.known:
        if not engine.is_test and not isinstance(engine.sources, Unknown):
            found |= {source.url.dialect for source in engine.sources if source.url is not None}
    return bool(found) and found <= _MYSQL


def is_only_described(schema: Schema, project: Project) -> bool:
    """A `MetaData` without any key, constraint, index or class, beside another with keys: it describes what queries of
    something else see, and nobody creates its tables."""
    if "C" in schema.evidence:
        return False
    beside = any(table.primary_key.columns for other in project.schemas for table in other.tables.known)
    return beside and not any(
        table.models
        or table.primary_key.columns
        or table.foreign_keys.known
        or table.unique_constraints.known
        or table.check_constraints.known
        or table.exclusion_constraints.known
        or table.indexes.known
        for table in schema.tables.known
    )
