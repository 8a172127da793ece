"""Where an `env.py` has the address from that it connects to."""

from __future__ import annotations

import msgspec

from schema_lint.facts.application import UrlSource
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.project import Project
from schema_lint.facts.unknown import Some, Unknown

_ELSEWHERE = "no engine is made in env.py, and no sqlalchemy.url set"


def with_addresses(environment: MigrationEnvironment, project: Project) -> MigrationEnvironment:
    """The environment with its addresses: of the engines that its `env.py` makes, of `sqlalchemy.url` as it sets it,
    and as an `alembic.ini` beside or above it has it."""
    if environment.place is None:
        return environment
    path = environment.place.path
    options = [option.sources for option in project.address_options if option.place.path == path]
    written = _written(environment, project)
    stated = bool(options or written)
    made = [
        engine.sources
        for engine in project.engines
        if engine.place.path == path and not (stated and engine.function.endswith("from_config"))
    ]
    found = [*made, *options]
    known = [source for sources in found if not isinstance(sources, Unknown) for source in sources]
    rest = next((sources for sources in found if isinstance(sources, Unknown)), None)
    if not found and not written:
        rest = Unknown(_ELSEWHERE, environment.place)
    return msgspec.structs.replace(environment, addresses=Some(tuple(dict.fromkeys([*known, *written])), rest))


def _written(environment: MigrationEnvironment, project: Project) -> list[UrlSource]:
    return [
        UrlSource(kind="file", url=literal.url, place=literal.place)
        for literal in project.url_literals
        if literal.file_kind == "alembic.ini"
        and not literal.overridden
        and f"{environment.folder}/".startswith(_folder(literal.place.path))
    ]


def _folder(path: str) -> str:
    folder = path.rpartition("/")[0]
    return f"{folder}/" if folder else ""
