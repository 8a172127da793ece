"""What roles may do with an object: their own rights, those of their groups, and those of PUBLIC."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from schema_lint.facts.database import PUBLIC
from schema_lint_rules._names import quoted

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.database import Function, Grant, Role
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Table

READ = frozenset({"SELECT"})
WRITE = frozenset({"INSERT", "UPDATE", "DELETE"})
_ORDER = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


def grants_on_table(table: Table, schema: Schema) -> tuple[Grant, ...]:
    """Rights on the table or view, and on some of its columns."""
    return schema.grants_on("table", table.schema, table.name) + schema.grants_on("column", table.schema, table.name)


def held(role: Role, grants: Iterable[Grant]) -> frozenset[str]:
    """Privileges that the role has by these grants."""
    names = {role.name, PUBLIC, *role.member_of}
    return frozenset(privilege for grant in grants if grant.grantee in names for privilege in grant.privileges)


def may_enter(role: Role, namespace: str | None, schema: Schema) -> bool:
    """The role has USAGE on the schema, without which no right on anything in it is of use."""
    name = namespace or schema.default_schema or ""
    owner = next((found.owner for found in schema.namespaces if found.name == name), None)
    if role.superuser or owner == role.name:
        return True
    return "USAGE" in held(role, schema.grants_on("schema", None, name))


def exposed_roles(schema: Schema, policies: Policies) -> Iterator[Role]:
    """Those of the policy `exposed-roles` that the server has."""
    for name in policies.exposed_roles:
        role = schema.role(name)
        if role is not None:
            yield role


def exposed_to(table: Table, schema: Schema, policies: Policies, wanted: frozenset[str]) -> dict[str, list[str]]:
    """Which exposed roles may do some of what is wanted with the table."""
    grants = grants_on_table(table, schema) if policies.exposed_roles else ()
    found = {}
    for role in exposed_roles(schema, policies):
        privileges = held(role, grants) & wanted
        if privileges and may_enter(role, table.schema, schema):
            found[role.name] = in_order(privileges)
    return found


def others_with(table: Table, schema: Schema, wanted: frozenset[str]) -> list[str]:
    """Grantees of such rights on the table that are subject to row-level security, PUBLIC among them."""
    names = []
    for grant in grants_on_table(table, schema):
        role = schema.role(grant.grantee)
        bound = role is None or not (role.superuser or role.bypasses_row_security)
        if bound and not wanted.isdisjoint(grant.privileges):
            names.append(grant.grantee)
    return list(dict.fromkeys(names))


def callers(function: Function, schema: Schema) -> list[str]:
    """Roles besides the owner that may call the function, PUBLIC among them."""
    name = f"{function.name}({function.arguments})"
    return [
        grant.grantee
        for grant in schema.grants_on("function", function.schema, name)
        if "EXECUTE" in grant.privileges and grant.grantee != function.owner
    ]


def is_exempt(name: str, table: Table, schema: Schema) -> bool:
    """Row-level security of the table does not apply to the role."""
    role = schema.role(name)
    if role is not None and (role.superuser or role.bypasses_row_security):
        return True
    storage = table.storage
    return storage is not None and storage.owner == name and not storage.row_security_forced


def in_order(privileges: Iterable[str]) -> list[str]:
    """Privileges as PostgreSQL's documentation orders them."""
    return sorted(privileges, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))


def code_of(body: str) -> str:
    """A function's body without its comments and texts."""
    return re.sub(r"(?s)--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", " ", body)


def routine(function: Function) -> str:
    """The function as `ALTER ROUTINE` names it."""
    prefix = f"{quoted(function.schema)}." if function.schema else ""
    return f"{prefix}{quoted(function.name)}({function.arguments})"
