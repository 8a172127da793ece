"""Who may do what."""

from __future__ import annotations

from collections.abc import Mapping

from schema_lint.facts.database import PUBLIC, Grant, Role, RowPolicy
from schema_lint.facts.place import CatalogPlace
from schema_lint.readers.catalog.asking import Asker
from schema_lint.readers.catalog.naming import Names, part
from schema_lint.readers.catalog.queries import access as queries
from schema_lint.readers.catalog.queries import server as server_queries
from schema_lint.readers.catalog.queries.access import GrantRow, PolicyRow
from schema_lint.readers.catalog.queries.server import RoleRow
from schema_lint.readers.catalog.queries.tables import TableRow

_COMMANDS = {"*": "ALL", "r": "SELECT", "a": "INSERT", "w": "UPDATE", "d": "DELETE"}


def read_roles(asker: Asker, names: Names) -> tuple[Role, ...]:
    """Every role that is not PostgreSQL's own."""
    rows = asker.ask(server_queries.ROLES, RoleRow)
    groups = {row.name: row.groups for row in rows}
    return tuple(
        Role(
            name=row.name,
            login=row.login,
            superuser=row.superuser,
            bypasses_row_security=row.bypasses_row_security,
            member_of=_reachable(row.name, groups),
            place=names.top(row.name),
        )
        for row in rows
        if not row.name.startswith("pg_")
    )


def _reachable(role: str, groups: Mapping[str, list[str]]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    waiting = list(groups.get(role, ()))
    while waiting:
        group = waiting.pop(0)
        if group not in found:
            found[group] = None
            waiting += groups.get(group, ())
    return tuple(found)


def read_grants(asker: Asker, names: Names) -> tuple[Grant, ...]:
    """Rights of others than the owner."""
    return tuple(
        Grant(
            kind=row.kind,
            schema=names.schema(row.schema) if row.schema is not None else None,
            object=row.object,
            column=row.column,
            grantee=row.grantee_name or PUBLIC,
            privileges=tuple(row.privileges),
            by_default=row.by_default,
            place=_place_of(row, names),
        )
        for row in asker.ask(queries.GRANTS, GrantRow)
    )


def _place_of(row: GrantRow, names: Names) -> CatalogPlace:
    if row.schema is None:
        return names.top(row.object)
    if row.kind == "function":
        return names.function(row.schema, row.object)
    whole = names.place(row.schema, row.object)
    return part(whole, row.column) if row.column is not None else whole


def read_policies(asker: Asker, names: Names, tables: Mapping[int, TableRow]) -> tuple[RowPolicy, ...]:
    """Policies of row-level security."""
    found = []
    for row in asker.ask(queries.POLICIES, PolicyRow):
        table = tables[row.table]
        found.append(
            RowPolicy(
                table=names.key(table.schema, table.name),
                name=row.name,
                command=_COMMANDS[row.command],
                permissive=row.permissive,
                roles=tuple(row.roles) or (PUBLIC,),
                using=row.using,
                check=row.check,
                columns=tuple(row.columns),
                reads=tuple(names.key(schema, name) for schema, name in row.reads),
                functions=tuple(names.key(schema, name) for schema, name in row.functions),
                place=part(names.place(table.schema, table.name), row.name),
            )
        )
    return tuple(found)
