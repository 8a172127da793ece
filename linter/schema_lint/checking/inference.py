"""Policies as the code shows them: what most of it does, with counts and a place; undecided where that is not clear."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from schema_lint.config.policies import Timestamps
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Column, Default, ForeignKey, Table
from schema_lint.facts.unknown import Unknown

MAJORITY = 0.8
"""Share of the tables that must agree on the kind of their keys."""

OWNED = 0.5
"""Share of the tables that must lead to the users by one column for it to be the owner."""

STAMPED = 0.25
"""Share of the tables that must have a time of one name for it to be the project's."""

PREVAILING = 0.6
"""Share that one name must have of all that mean the same."""

_KEYS = {"uuid": "uuid", "integer": "integer", "smallint": "integer", "bigint": "bigint"}
_TEXTS = frozenset({"varchar", "text", "char"})
_OWNERS = frozenset({"user_id", "owner_id", "account_id"})
_TENANTS = frozenset(
    {"org_id", "organization_id", "organisation_id", "tenant_id", "workspace_id", "team_id", "company_id"}
)
_USERS = frozenset({"user", "users", "account", "accounts", "auth_user", "app_user", "app_users"})
_MADE_BY_OTHERS = frozenset({"user", "users", "account", "session", "verification", "auth.users", "auth_user"})
"""Tables of authentication services: Better Auth, Auth.js, Supabase, Django."""

_DELETIONS = ("deleted_at", "is_deleted", "deleted", "deleted_on", "removed_at", "date_deleted", "deletion_time")
_MANAGED = (".rds.amazonaws.com", ".postgres.database.azure.com")
"""Servers that are one's own in that each connection is a session: without a pooler in front."""


class Inferred(msgspec.Struct, frozen=True, kw_only=True):
    """What the code shows of one policy."""

    key: str
    """As the configuration has it."""

    value: Any = None
    """What to state; `None` where nothing needs to be, or it is undecided."""

    shown: str = ""
    """The answer in a word or two; empty where it is undecided."""

    why: str
    place: SourcePlace | None = None
    """The first of what it was seen at."""

    effect: str = ""
    """What it means that it is undecided."""


def infer(project: Project, *, documents: Sequence[tuple[str, str]] = ()) -> tuple[Inferred, ...]:
    """What the code shows of the policies; without tables, only where the database runs.

    Args:
        documents: paths and texts that tell where the database runs: README and the like.
    """
    tables = [(schema, table) for schema in project.schemas for table in _own(schema, project)]
    if not tables:
        return (_deployment(project, documents),)
    return (
        _primary_key([table for _, table in tables]),
        _timestamps([table for _, table in tables]),
        _owner(tables),
        _soft_delete([table for _, table in tables]),
        *_external_tables(project),
        _deployment(project, documents),
    )


def _own(schema: Schema, project: Project) -> Iterator[Table]:
    for table in schema.tables.known:
        path = table.place.path if isinstance(table.place, SourcePlace) else None
        if not table.is_view and path not in project.set_aside:
            yield table


def _primary_key(tables: Sequence[Table]) -> Inferred:
    keys = [(kind, column) for table in tables if (column := _key(table)) is not None and (kind := _kind(column))]
    kinds = Counter(kind for kind, _ in keys)
    total = len(keys)
    effect = "KEY002 is one finding for all tables until it is stated"
    if not total:
        return Inferred(key="primary-key", why="of no table is the type of a key of one column known")
    numbers = kinds["integer"] + kinds["bigint"]
    for value, count in (("uuid", kinds["uuid"]), ("bigint", kinds["bigint"]), ("integer", numbers)):
        if count >= MAJORITY * total:
            first = next(column for kind, column in keys if kind == value)
            with_bigint = f" ({kinds['bigint']} of them bigint)" if value == "integer" and kinds["bigint"] else ""
            why = f"{count} of {_tables(total)}{with_bigint}"
            return Inferred(key="primary-key", value=value, shown=value, why=why, place=_place(first))
    found = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    why = f"of {_tables(total)}: {found}; decided from {MAJORITY:.0%} on"
    return Inferred(key="primary-key", why=why, effect=effect)


def _key(table: Table) -> Column | None:
    """The column that means nothing but the row itself; `None` for junctions, natural keys and children's keys."""
    names = table.primary_key.columns
    column = table.column(names[0]) if len(names) == 1 else None
    if column is None or any(column.name in key.columns for key in table.foreign_keys.known):
        return None
    return column


def _kind(column: Column) -> str | None:
    if isinstance(column.type, Unknown):
        return None
    name = column.type.name
    if name in _TEXTS:
        return "text" if column.name.lower().endswith(("id", "uid")) or column.default is not None else None
    return _KEYS.get(name)


def _timestamps(tables: Sequence[Table]) -> Inferred:
    usual = Timestamps()
    made = _stamps(tables, usual.created, others=usual.updated, changes=False)
    changed = _stamps(tables, usual.updated, others=usual.created, changes=True)
    if not made and not changed:
        return Inferred(key="timestamps", shown="none", why=f"no column of {_tables(len(tables))} is one")
    parts = [f"{name} in {count}" for names in (made, changed) for name, count in names.most_common()[:3]]
    why = f"{', '.join(parts)} of {_tables(len(tables))}"
    value, shown = {}, []
    for role, found, known in (("created", made, usual.created), ("updated", changed, usual.updated)):
        names = [name for name, _ in sorted(found.items(), key=lambda item: (-item[1], item[0]))]
        usually = {_folded(name) for name in names} <= set(map(_folded, known))
        if names and found[names[0]] >= max(STAMPED * len(tables), PREVAILING * found.total()):
            shown.append(names[0])
            if names[0] != known[0] or not usually:
                value[role] = names
    if not shown:
        return Inferred(key="timestamps", why=f"{why}; no name prevails", effect="the usual names count")
    why = why if value else f"{why}; as usual"
    return Inferred(key="timestamps", value=value or None, shown=", ".join(shown), why=why)


def _stamps(tables: Sequence[Table], usual: Sequence[str], *, others: Sequence[str], changes: bool) -> Counter[str]:
    """Tables by the name of such a column: a usual one, or one that fills itself in half of all tables or more."""
    known, strange = set(map(_folded, usual)), set(map(_folded, others))
    named: Counter[str] = Counter()
    filled: Counter[str] = Counter()
    for table in tables:
        for column in table.columns.known:
            if not isinstance(column.type, Unknown) and column.type.name.startswith("timestamp"):
                named[column.name] += _folded(column.name) in known
                filled[column.name] += _folded(column.name) not in strange and _fills_itself(column, changes=changes)
    named.update({name: n for name, n in filled.items() if not named[name] and 3 <= n >= OWNED * len(tables)})
    return +named


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


def _fills_itself(column: Column, *, changes: bool) -> bool:
    if changes:
        return isinstance(column.onupdate, Default) or isinstance(column.server_onupdate, Default)
    given = [default for default in (column.default, column.server_default) if isinstance(default, Default)]
    is_now = any("now" in str(d.value).lower() or "current_timestamp" in str(d.value).lower() for d in given)
    return is_now and column.onupdate is None and column.server_onupdate is None


def _owner(tables: Sequence[tuple[Schema, Table]]) -> Inferred:
    effect = "NUL006 reports at info"
    leading: dict[str, list[ForeignKey]] = {}
    tenants: Counter[str] = Counter()
    others = 0
    for _, table in tables:
        if table.key.rpartition(".")[2] in _USERS:
            continue
        others += 1
        for key in table.foreign_keys.known:
            if len(key.columns) == 1 and key.target_table.rpartition(".")[2] in _USERS:
                leading.setdefault(key.columns[0], []).append(key)
            tenants.update(name for name in key.columns if name in _TENANTS)
    candidates = {name: keys for name, keys in leading.items() if name in _OWNERS}
    if not candidates:
        return Inferred(key="owner", why=f"no user_id or owner_id of {_tables(others)} leads to users", effect=effect)
    name, keys = max(sorted(candidates.items()), key=lambda item: len(item[1]))
    why = f"leads to {keys[0].target_table} in {len(keys)} of {_tables(others)}"
    if len(keys) < OWNED * others:
        return Inferred(key="owner", why=f"{name} {why}; decided from half of them on", effect=effect)
    tenant, count = next(iter(tenants.most_common()), ("", 0))
    if count >= len(keys) / 2:
        return Inferred(key="owner", why=f"{name} {why}, and {tenant} is in {count}", effect=effect)
    return Inferred(key="owner", value=[name], shown=name, why=why, place=_place(keys[0]))


def _soft_delete(tables: Sequence[Table]) -> Inferred:
    marks: dict[str, list[Column]] = {}
    for table in tables:
        for column in table.columns.known:
            kind = "" if isinstance(column.type, Unknown) else column.type.name
            if column.name in _DELETIONS and (kind == "boolean" or kind.startswith("timestamp")):
                marks.setdefault(column.name, []).append(column)
    if not marks:
        return Inferred(key="soft-delete", why="no column marks a row as deleted", shown="none")
    names = sorted(marks, key=lambda name: (-len(marks[name]), name))
    parts = [f"{name} in {len(marks[name])}" for name in names]
    why = f"{', '.join(parts)} of {_tables(len(tables))}"
    marked = {column.table for columns in marks.values() for column in columns}
    if len(marked) < 2 and len(marked) < OWNED * len(tables):
        effect = "IDX010 reports at info"
        return Inferred(key="soft-delete", why=f"{why}; decided from two tables on", effect=effect)
    place = _place(marks[names[0]][0])
    return Inferred(key="soft-delete", value=names, shown=", ".join(names), why=why, place=place)


def _external_tables(project: Project) -> Iterator[Inferred]:
    """Tables that foreign keys lead to and that are defined nowhere, although all tables are known."""
    everywhere = {table.key for schema in project.schemas for table in schema.tables.known}
    wanted: dict[str, list[tuple[ForeignKey, Column | None]]] = {}
    for schema in project.schemas:
        for table in _own(schema, project) if schema.tables.rest is None else ():
            for key in table.foreign_keys.known:
                own = {key.target_table, f"{schema.default_schema}.{key.target_table}"}
                if not own & everywhere and len(key.columns) == 1:
                    wanted.setdefault(key.target_table, []).append((key, table.column(key.columns[0])))
    for target, keys in sorted(wanted.items()):
        yield _external_table(target, keys, everywhere)


def _external_table(
    target: str, keys: Sequence[tuple[ForeignKey, Column | None]], everywhere: Iterable[str]
) -> Inferred:
    label = f"external-tables.{target}"
    columns = sorted({f"{key.table}.{key.columns[0]}" for key, _ in keys})
    why = f"{_listed(columns)} {'leads' if len(columns) == 1 else 'lead'} there, and it is defined nowhere"
    near = _alike(target, everywhere)
    if near is not None:
        return Inferred(key=label, why=f"{why}; is {near} meant?", effect="FK003 reports it")
    if target not in _MADE_BY_OTHERS:
        return Inferred(key=label, why=f"{why}; no service is known by it", effect="FK003 reports it")
    types: dict[str, set[str]] = {}
    for key, column in keys:
        kind = None if column is None or isinstance(column.type, Unknown) else column.type.name
        types.setdefault(key.target_columns[0], set()).add(_declared(kind))
    if any(len(found) != 1 or "" in found for found in types.values()):
        return Inferred(key=label, why=f"{why}; the types of the columns differ", effect="FK003 reports it")
    value = {name: found.pop() for name, found in sorted(types.items())}
    shown = ", ".join(f"{name}: {kind}" for name, kind in value.items())
    return Inferred(key=label, value=value, shown=shown, why=why, place=_place(keys[0][0]))


def _declared(kind: str | None) -> str:
    return "text" if kind in _TEXTS else kind if kind in _KEYS else ""


def _alike(name: str, names: Iterable[str]) -> str | None:
    from difflib import get_close_matches

    by_bare = {other.rpartition(".")[2]: other for other in sorted(names)}
    near = get_close_matches(name.rpartition(".")[2], by_bare, 1, 0.75)
    return by_bare[near[0]] if near else None


def _deployment(project: Project, documents: Sequence[tuple[str, str]]) -> Inferred:
    effect = "ENV008 does not run"
    urls = [(item.url, item.place) for item in project.url_literals if not item.is_test]
    urls += [(item.url, item.place) for item in project.settings if item.url is not None]
    neon = next((place for url, place in urls if url.is_neon), None)
    managed = next((place for url, place in urls if (url.host or "").lower().endswith(_MANAGED)), None)
    named = [(path, _services(text)) for path, text in documents]
    services = {service for _, found in named for service in found}
    if neon is not None and managed is None:
        return Inferred(key="deployment", value="neon", shown="neon", why="the host of a URL is Neon's", place=neon)
    if managed is not None and neon is None:
        why = "the host of a URL has no pooler in front"
        return Inferred(key="deployment", value="traditional", shown="traditional", why=why, place=managed)
    if neon is None and services == {"Neon"}:
        paths = [path for path, found in named if found]
        more = f" and {len(paths) - 1} more name" if paths[1:] else " names"
        return Inferred(
            key="deployment", value="neon", shown="neon", why=f"{paths[0]}{more} Neon, and no other service"
        )
    if services:
        return Inferred(key="deployment", why=f"the documents name {', '.join(sorted(services))}", effect=effect)
    why = "the URLs are local, or read from the environment" if urls else "no URL tells"
    return Inferred(key="deployment", why=why, effect=effect)


_SERVICES = {
    "Neon": ("neon.tech", "neon postgres", "neon serverless", "neon database", "neondb", "neon (", "neon db"),
    "Supabase": ("supabase",),
    "Amazon RDS": ("amazonaws.com", "amazon rds", "aws rds"),
    "Railway": ("railway.app",),
    "Render": ("render.com",),
    "Fly": ("fly.io",),
    "Heroku": ("heroku",),
    "Cloud SQL": ("cloud sql", "cloudsql"),
    "Azure": ("postgres.database.azure.com",),
    "DigitalOcean": ("ondigitalocean.com",),
}


def _services(text: str) -> set[str]:
    lower = text.lower()
    return {name for name, words in _SERVICES.items() if any(word in lower for word in words)}


def _tables(count: int) -> str:
    return f"{count:,} table{'' if count == 1 else 's'}"


def _place(fact: Column | ForeignKey) -> SourcePlace | None:
    return fact.place if isinstance(fact.place, SourcePlace) else None


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if names[3:] else "")
