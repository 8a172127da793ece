"""Which databases the project's engines, settings and URLs name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.facts.unknown import Unknown

if TYPE_CHECKING:
    from schema_lint.facts.project import Project

_MYSQL = frozenset({"mysql", "mariadb"})


def is_mysql_only(project: Project) -> bool:
    """Every database that the application's own code and configuration name is MySQL or MariaDB, and one is named."""
    found = {literal.url.dialect for literal in project.url_literals if not literal.is_test}
    found |= {setting.url.dialect for setting in project.settings if setting.url is not None}
    for engine in project.engines.known:
        if not engine.is_test and not isinstance(engine.sources, Unknown):
            found |= {source.url.dialect for source in engine.sources if source.url is not None}
    return bool(found) and found <= _MYSQL
