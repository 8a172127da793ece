"""Tables under row-level security, and what their policies compare with whom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.facts.database import PUBLIC
from schema_lint_rules._expressions import Group, branches, calls, column, compared, names, parse, tokens
from schema_lint_rules._names import quoted, quoted_table
from schema_lint_rules._platforms import is_platforms

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.database import RowPolicy
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Table

SESSION_FUNCTIONS = (
    "current_setting",
    "auth.uid",
    "auth.jwt",
    "auth.role",
    "auth.email",
    "auth.user_id",
    "auth.session",
)
"""Functions that say who asks: PostgreSQL's own, Supabase's and Neon's."""

_ROLE_WORDS = frozenset({"CURRENT_USER", "SESSION_USER", "USER", "CURRENT_ROLE"})
READS_ROWS = frozenset({"ALL", "SELECT", "UPDATE", "DELETE"})
MAKES_ROWS = frozenset({"ALL", "INSERT", "UPDATE"})


def holds_rows(table: Table) -> bool:
    """An ordinary or partitioned table of the project's: what row-level security is for."""
    return table.storage is not None and table.storage.kind in ("table", "partitioned table")


def is_protected(table: Table | None) -> bool:
    """Row-level security is switched on."""
    return table is not None and table.storage is not None and table.storage.row_security


def protected_table(policy: RowPolicy, schema: Schema) -> Table | None:
    """The policy's table, where the policy takes effect and the table is the project's own."""
    table = schema.table(policy.table)
    if table is None or not is_protected(table) or is_platforms(table.schema, schema):
        return None
    return table


def conditions(policy: RowPolicy) -> Iterator[Group]:
    """What USING and WITH CHECK say, as far as it can be read."""
    for text in (policy.using, policy.check):
        expression = parse(text)
        if expression is not None:
            yield expression


def says_who_asks(expression: Group) -> bool:
    """The expression depends on the session: on its settings, its claims, or its role."""
    named = any(call.name in SESSION_FUNCTIONS for call in calls(expression))
    return named or not _ROLE_WORDS.isdisjoint(tokens(expression))


def own_columns(expression: Group, policy: RowPolicy) -> frozenset[str]:
    """Columns of the policy's own table that the expression reads outside of sub-selects."""
    return frozenset(names(expression)) & frozenset(policy.columns)


def comparisons(expression: Group, policy: RowPolicy) -> Iterator[tuple[Group, Group]]:
    """What every row must fulfil: sides of `=` of which the first alone reads columns of the table."""
    for branch in branches(expression, "AND"):
        sides = compared(branch)
        if sides is None:
            continue
        for one, other in (sides, sides[::-1]):
            if own_columns(one, policy) and not own_columns(other, policy):
                yield one, other


def discriminators(policy: RowPolicy) -> frozenset[str]:
    """Columns that USING compares with who asks: whose row it is."""
    expression = parse(policy.using)
    if expression is None:
        return frozenset()
    found = (column(one) for one, other in comparisons(expression, policy) if says_who_asks(other))
    return frozenset(name for name in found if name is not None)


def tenant_columns(schema: Schema, _: Policies) -> dict[str, frozenset[str]]:
    """Columns that say whose a row is, by the policies of each table that has any."""
    return {
        key: frozenset(name for policy in schema.row_policies_of(key) for name in discriminators(policy))
        for key in dict.fromkeys(policy.table for policy in schema.row_policies)
    }


def is_for(policy: RowPolicy, roles: tuple[str, ...]) -> bool:
    """The policy applies to all of these roles."""
    return PUBLIC in policy.roles or set(roles) <= set(policy.roles)


def policy_label(policy: RowPolicy) -> str:
    """`policy "own rows" of tasks`."""
    return f"policy {quoted(policy.name)} of {policy.table}"


def alter_policy(policy: RowPolicy, table: Table, change: str) -> str:
    """SQL that changes a policy."""
    return f"ALTER POLICY {quoted(policy.name)} ON {quoted_table(table)} {change};"
