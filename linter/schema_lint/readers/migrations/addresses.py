"""What of the project an `env.py` means: the address that it connects to, and the metadata that it compares."""

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


def with_target(environment: MigrationEnvironment, project: Project) -> MigrationEnvironment:
    """The environment with the label of the metadata that its `env.py` names, where only one is called so."""
    written = environment.metadata
    if written is None:
        return environment
    labels = [schema.label for schema in project.schemas if schema.tables.known]
    found = [label for label in labels if f".{label}".endswith(f".{written}")]
    return msgspec.structs.replace(environment, target=found[0]) if len(found) == 1 else environment


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
