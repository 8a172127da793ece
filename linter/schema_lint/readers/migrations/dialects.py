"""Which histories are surely of another kind of database than PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schema_lint.facts.migrations import MigrationEnvironment

_OTHERS = {
    "sqlite": "sqlite", "sqlite3": "sqlite", "mysql": "mysql", "mariadb": "mariadb", "oracle": "oracle",
    "mssql": "mssql", "sqlserver": "mssql", "cockroachdb": "cockroachdb",
}  # fmt: skip
_POSTGRESQL = ("postgresql", "postgres", "pg", "pgsql", "psql")


def with_dialects(environments: Sequence[MigrationEnvironment]) -> tuple[MigrationEnvironment, ...]:
    """The environments, each with its dialect where that is surely another: where its revisions lie in a folder of that
    name and PostgreSQL's beside it, or where its `env.py` connects to that and nothing else. What `alembic.ini` says
    does not count: it is a developer's, and each deployment has its own."""
    folders = {revision.path.rpartition("/")[0] for each in environments for revision in each.revisions}
    return tuple(
        msgspec.structs.replace(each, dialect=dialect) if (dialect := _dialect(each, folders)) is not None else each
        for each in environments
    )


def _dialect(environment: MigrationEnvironment, folders: set[str]) -> str | None:
    own = {revision.path.rpartition("/")[0] for revision in environment.revisions}
    found = {_named(folder, folders) for folder in own}
    addresses = environment.addresses
    if found in (set(), {None}) and addresses.rest is None and all(a.kind == "literal" for a in addresses.known):
        found = {address.url.dialect if address.url is not None else None for address in addresses.known}
    dialect = next(iter(found)) if len(found) == 1 else None
    return dialect if dialect in _OTHERS.values() else None


def _named(folder: str, folders: set[str]) -> str | None:
    """What a folder, or one that it lies in, is named for, where that is beside one for PostgreSQL."""
    parts = folder.split("/")
    for at, part in enumerate(parts):
        beside = ["/".join([*parts[:at], name]) for name in _POSTGRESQL]
        if part in _OTHERS and any(f"{other}/".startswith(f"{name}/") for other in folders for name in beside):
            return _OTHERS[part]
    return None
