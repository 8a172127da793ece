"""SEC: a table's policies beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.database import PUBLIC, RowPolicy
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._names import quoted, quoted_table, words
from schema_lint_rules._platforms import is_platforms
from schema_lint_rules._rights import WRITE, grants_on_table, held, in_order
from schema_lint_rules._row_security import is_protected, policy_label, protected_table
from schema_lint_rules.shapes import listed

_COMMANDS = ("SELECT", "INSERT", "UPDATE", "DELETE")


def _live(table: Table, schema: Schema) -> tuple[RowPolicy, ...]:
    """The policies of a protected table of the project's."""
    if not is_protected(table) or is_platforms(table.schema, schema):
        return ()
    return schema.row_policies_of(table.key)


def _commands(policy: RowPolicy) -> tuple[str, ...]:
    return _COMMANDS if policy.command == "ALL" else (policy.command,)


def _identity(policy: RowPolicy) -> tuple[object, ...]:
    return policy.command, policy.permissive, frozenset(policy.roles), policy.using, policy.check


@rule(
    "SEC006", "overlapping-permissive-policies", severity=INFO, evidence="C", reference="security:ROW_SECURITY",
    peers=("splinter 0006 multiple_permissive_policies",),
)  # fmt: skip
def overlapping_permissive_policies(table: Table, schema: Schema) -> Iterator[Violation]:
    """One permissive policy decides about one command of one role.

    Why: permissive policies are joined by OR, and all of them are evaluated for every row (PostgreSQL documentation,
    CREATE POLICY): the loosest decides, and each costs time.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL, shared boolean NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks TO app USING (owner_name <> '');
        CREATE POLICY shared ON tasks FOR SELECT TO app USING (shared);
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL, shared boolean NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY seen ON tasks FOR SELECT TO app USING (owner_name <> '' OR shared);
        CREATE POLICY changed ON tasks FOR UPDATE TO app USING (owner_name <> '');
        ```

    Exempt: restrictive policies; roles that bypass row-level security; policies that are the same in all but their
    name (SEC026).
    """
    distinct = {_identity(policy): policy for policy in reversed(_live(table, schema)) if policy.permissive}
    permissive = sorted(distinct.values(), key=lambda policy: policy.name)
    if len(permissive) < 2:
        return
    overlaps: dict[tuple[str, ...], tuple[dict[str, None], dict[str, None]]] = {}
    for role in dict.fromkeys(role for policy in permissive for role in policy.roles):
        known = schema.role(role)
        if known is not None and (known.superuser or known.bypasses_row_security):
            continue
        for command in _COMMANDS:
            applied = [p for p in permissive if command in _commands(p) and (role in p.roles or PUBLIC in p.roles)]
            if len(applied) > 1:
                roles, commands = overlaps.setdefault(tuple(quoted(p.name) for p in applied), ({}, {}))
                roles[role] = commands[command] = None
    if overlaps:
        parts = [
            f"{listed(commands)} by {_who(roles)}: {listed(names)}" for names, (roles, commands) in overlaps.items()
        ]
        yield Violation(
            message=f"several permissive policies of {table.key} are evaluated for {'; '.join(parts)}",
            suggestion="join them by OR in one policy, or give each the commands and roles that the others lack",
        )


def _who(roles: Iterable[str]) -> str:
    return listed("everybody" if role == PUBLIC else role for role in roles)


@rule(
    "SEC018", "policy-for-everyone", severity=INFO, evidence="C", reference="security:ROW_SECURITY",
    peers=("pgrls SEC003",),
)  # fmt: skip
def policy_for_everyone(table: Table, schema: Schema) -> Iterator[Violation]:
    """A permissive policy names the roles that it is for.

    Why: a policy without `TO` is for every role that there is and will be, also for one that nobody thought of; and it
    is evaluated for roles that could never pass it (PostgreSQL documentation, CREATE POLICY; Supabase documentation,
    "RLS Performance and Best Practices").

    Bad:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT USING (owner_name <> '');
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        ```

    Exempt: restrictive policies, which are safest when they are for all.
    """
    found = [policy for policy in _live(table, schema) if policy.permissive and PUBLIC in policy.roles]
    if found:
        names = listed((quoted(policy.name) for policy in found), 3)
        yield Violation(
            message=f"{'the policy' if len(found) == 1 else 'the policies'} {names} of {table.key} "
            f"{'is' if len(found) == 1 else 'are'} for every role",
            suggestion="name the roles with TO",
        )


@rule(
    "SEC023", "only-restrictive-policies", severity=WARNING, evidence="C", reference="security:ROW_SECURITY",
    security_severity=3.1, peers=("pgrls SEC012",),
)  # fmt: skip
def only_restrictive_policies(table: Table, schema: Schema) -> Iterator[Violation]:
    """Beside restrictive policies a table has a permissive one.

    Why: restrictive policies only take away from what permissive ones admit. Where there is no permissive policy,
    nothing is admitted (PostgreSQL documentation, CREATE POLICY), silently.

    Bad:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks AS RESTRICTIVE USING (owner_name <> '');
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks AS RESTRICTIVE USING (owner_name <> '');
        CREATE POLICY read ON tasks FOR SELECT TO app USING (true);
        ```
    """
    found = _live(table, schema)
    if found and not any(policy.permissive for policy in found):
        names = listed((quoted(policy.name) for policy in found), 3)
        yield Violation(
            message=f"all policies of {table.key} are restrictive ({names}), so nobody sees a row",
            suggestion="add a permissive policy for those who may",
        )


@rule(
    "SEC025", "policies-for-reading-only", severity=INFO, evidence="C", reference="security:ROW_SECURITY",
    peers=("pgrls SEC022",),
)  # fmt: skip
def policies_for_reading_only(table: Table, schema: Schema) -> Iterator[Violation]:
    """What a role has the right to write, some policy lets it write.

    Why: a right without a policy is none: INSERT fails, UPDATE and DELETE silently touch no row (PostgreSQL
    documentation, 5.9. Row Security Policies). Either the right is too much, or the policy is forgotten.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        GRANT SELECT, INSERT, UPDATE ON tasks TO app;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        GRANT SELECT ON tasks TO app;
        ```

    Exempt: tables of which some permissive policy is for writing; roles that no policy of the table names.
    """
    permissive = [policy for policy in _live(table, schema) if policy.permissive]
    if not permissive or any(policy.command != "SELECT" for policy in permissive):
        return
    named = dict.fromkeys(role for policy in permissive for role in policy.roles if role != PUBLIC)
    grants = grants_on_table(table, schema)
    for name in named:
        role = schema.role(name)
        if role is None or role.superuser or role.bypasses_row_security:
            continue
        idle = held(role, grants) & WRITE
        if idle:
            verbs = ", ".join(in_order(idle))
            yield Violation(
                message=f"{name} has the right to {listed(in_order(idle))} in {table.key}, but no policy for it",
                suggestion=f"write the policy, or revoke {verbs}",
                sql=f"REVOKE {verbs} ON {quoted_table(table)} FROM {quoted(name)};",
            )


@rule(
    "SEC026", "duplicate-policy", severity=INFO, evidence="C", reference="security:ROW_SECURITY", fix="sql",
    peers=("pgrls HYG003",),
)  # fmt: skip
def duplicate_policy(table: Table, schema: Schema) -> Iterator[Violation]:
    """A policy stands once.

    Why: the second does nothing, until somebody changes one of the two and believes that it holds: permissive policies
    are joined by OR (PostgreSQL documentation, CREATE POLICY).

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        CREATE POLICY named_again ON tasks FOR SELECT TO app USING (owner_name <> '');
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        ```
    """
    groups: dict[tuple[object, ...], list[RowPolicy]] = {}
    for policy in schema.row_policies_of(table.key) if not is_platforms(table.schema, schema) else ():
        groups.setdefault(_identity(policy), []).append(policy)
    for first, *others in groups.values():
        if others:
            yield Violation(
                message=f"{listed(_quoted_names(others))} of {table.key} only repeat{'s' * (len(others) == 1)} "
                f"{quoted(first.name)}",
                suggestion=f"drop {listed(_quoted_names(others))}",
                sql="\n".join(f"DROP POLICY {quoted(other.name)} ON {quoted_table(table)};" for other in others),
            )


def _quoted_names(policies: Iterable[RowPolicy]) -> list[str]:
    return [quoted(policy.name) for policy in policies]


_PLACEHOLDERS = frozenset({"todo", "fixme", "tmp", "hack", "xxx", "debug", "placeholder"})


@rule(
    "SEC043", "placeholder-policy-name", severity=INFO, evidence="C", reference="security:ROW_SECURITY",
    peers=("pgrls HYG002",),
)  # fmt: skip
def placeholder_policy_name(policy: RowPolicy, schema: Schema) -> Iterator[Violation]:
    """No policy is named like something to be done later.

    Why: a policy called `tmp` or `todo` was meant to be replaced, and decides who sees what until it is.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY tmp_read ON tasks FOR SELECT TO app USING (owner_name <> '');
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        ```
    """
    table = protected_table(policy, schema)
    found = [word for word in words(policy.name.replace(" ", "_")) if word in _PLACEHOLDERS]
    if table is not None and found:
        yield Violation(
            message=f"the {policy_label(policy)} is named like something unfinished ({found[0]})",
            suggestion="finish it, and name it by what it lets through",
        )
