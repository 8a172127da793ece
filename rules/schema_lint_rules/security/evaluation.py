"""SEC: functions that policies call, and tables that they trust."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Policies, Violation, rule
from schema_lint.facts.database import PUBLIC, Function, RowPolicy
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._expressions import calls, literals, names, tokens
from schema_lint_rules._names import quoted
from schema_lint_rules._rights import WRITE, code_of, exposed_roles, grants_on_table, held, may_enter, routine
from schema_lint_rules._row_security import (
    SESSION_FUNCTIONS,
    conditions,
    holds_rows,
    is_protected,
    policy_label,
    protected_table,
)
from schema_lint_rules.shapes import listed


@rule(
    "SEC007", "session-function-per-row", severity=WARNING, evidence="C", reference="security:ROW_SECURITY",
    peers=("splinter 0003 auth_rls_initplan", "pgrls PERF001"),
)  # fmt: skip
def session_function_per_row(
    table: Table, schema: Schema, *, functions: tuple[str, ...] = SESSION_FUNCTIONS
) -> Iterator[Violation]:
    """A policy asks once who is asking, not once for each row.

    Why: PostgreSQL calls the function for every row that a query looks at. In a sub-select without a table it is
    evaluated once for the statement: 100 times faster on a table of 100,000 rows (Supabase documentation, "RLS
    Performance and Best Practices").

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = current_setting('app.user', true));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Exempt: calls whose arguments are columns; functions that are neither listed nor the project's own STABLE ones
    without arguments; `current_user`, which costs nothing.

    Options:
        functions: functions whose result does not change during a statement.
    """
    policies: dict[str, None] = {}
    repeated: dict[str, None] = {}
    for policy in schema.row_policies_of(table.key):
        if protected_table(policy, schema) is None:
            continue
        found = _called_for_each_row(policy, {*functions, *_own_stable(policy, schema)})
        if found:
            policies[quoted(policy.name)] = None
            repeated.update(found)
    if repeated:
        first = next(iter(repeated))
        example = "current_setting(…)" if first == "current_setting" else f"{first}()"
        which = "the policy" if len(policies) == 1 else "the policies"
        yield Violation(
            message=f"{which} {listed(policies, 3)} of {table.key} call{'s' * (len(policies) == 1)} "
            f"{listed(f'{name}()' for name in repeated)} for every row",
            suggestion=f"write (SELECT {example}) in place of {example}, with nothing else in the parentheses",
        )


def _own_stable(policy: RowPolicy, schema: Schema) -> set[str]:
    return {
        f"{function.schema}.{function.name}" if function.schema else function.name
        for function in schema.functions_of(policy)
        if function.volatility == "stable" and not function.arguments
    }


def _called_for_each_row(policy: RowPolicy, functions: set[str]) -> dict[str, None]:
    found: dict[str, None] = {}
    for expression in conditions(policy):
        for call in calls(expression):
            varies = any(next(names(argument), None) is not None for argument in call.arguments)
            if call.name in functions and not call.once and not varies:
                found[call.name] = None
    return found


_VOLATILE = frozenset(
    {"random", "clock_timestamp", "timeofday", "nextval", "setval", "gen_random_uuid", "uuid_generate_v4"}
)


@rule(
    "SEC033", "volatile-function-in-policy", severity=WARNING, evidence="C", reference="security:CURRENT_USER_ID",
    fix="sql", peers=("pgrls PERF002",),
)  # fmt: skip
def volatile_function_in_policy(policy: RowPolicy, schema: Schema) -> Iterator[Violation]:
    """A policy calls no volatile function.

    Why: a volatile function may answer otherwise each time, so PostgreSQL calls it for every row and uses no index with
    it (PostgreSQL documentation, 36.7. Function Volatility Categories). It is the default of CREATE FUNCTION, and
    mostly nobody's intention.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE FUNCTION app_user() RETURNS text LANGUAGE sql RETURN current_setting('app.user', true);
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT app_user()));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE FUNCTION app_user() RETURNS text LANGUAGE sql STABLE RETURN current_setting('app.user', true);
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT app_user()));
        ```
    """
    if protected_table(policy, schema) is None:
        return
    own = [function for function in schema.functions_of(policy) if function.volatility == "volatile"]
    named = {function.name for function in schema.functions_of(policy)}
    builtin = {call.name for expression in conditions(policy) for call in calls(expression)} & _VOLATILE - named
    if own or builtin:
        called = [f"{function.name}()" for function in own] + [f"{name}()" for name in sorted(builtin)]
        yield Violation(
            message=f"the {policy_label(policy)} calls {listed(called)}, which may answer otherwise for each row",
            suggestion=f"declare {own[0].name}() STABLE, if it only reads" if own else "compare with something stable",
            sql="\n".join(f"ALTER ROUTINE {routine(function)} STABLE;" for function in own) or None,
        )


_READS_SESSION = (
    r"(?i)\b(current_setting|auth\.(?:uid|jwt|role|email|user_id|session))\s*\(|\b(current_user|session_user)\b"
)


@rule(
    "SEC034", "immutable-session-function", severity=ERROR, evidence="C", reference="security:CURRENT_USER_ID",
    fix="sql", security_severity=7.5, peers=("pgrls SEC046",),
)  # fmt: skip
def immutable_session_function(function: Function, schema: Schema) -> Iterator[Violation]:
    """A function that a policy calls, and that asks who is asking, is not IMMUTABLE.

    Why: PostgreSQL calls an immutable function when it plans a query, and keeps the answer with the plan. A prepared
    statement then goes on with the rows of whoever planned it (PostgreSQL documentation, 36.7. Function Volatility
    Categories).

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE FUNCTION app_user() RETURNS text LANGUAGE sql IMMUTABLE AS $$SELECT current_setting('app.user', true)$$;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT app_user()));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE FUNCTION app_user() RETURNS text LANGUAGE sql STABLE AS $$SELECT current_setting('app.user', true)$$;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT app_user()));
        ```

    Exempt: functions that no policy calls; SQL-standard bodies, of which PostgreSQL keeps no text.
    """
    if function.volatility != "immutable" or function.body is None:
        return
    match = re.search(_READS_SESSION, code_of(function.body))
    users = schema.row_policies_calling(function)
    if match is not None and users:
        yield Violation(
            message=f"{function.name}() is IMMUTABLE but reads {match[1] or match[2]}, and the "
            f"{policy_label(users[0])} calls it",
            suggestion=f"declare {function.name}() STABLE",
            sql=f"ALTER ROUTINE {routine(function)} STABLE;",
        )


@rule(
    "SEC030", "policy-reads-unprotected-table", severity=WARNING, evidence="C", reference="security:ROW_SECURITY",
    security_severity=8.1, peers=("pgrls SEC025",),
)  # fmt: skip
def policy_reads_unprotected_table(policy: RowPolicy, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """Who is bound by a policy cannot write the table that the policy rests on.

    Why: where a policy looks up rights in a table of members, and a user may add a row there, users give themselves
    what rights they like.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE members (team integer NOT NULL, name name NOT NULL, PRIMARY KEY (team, name));
        GRANT SELECT, INSERT ON members TO app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, team integer NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY team ON tasks TO app USING (team IN (SELECT m.team FROM members m WHERE m.name = current_user));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE members (team integer NOT NULL, name name NOT NULL, PRIMARY KEY (team, name));
        GRANT SELECT ON members TO app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, team integer NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY team ON tasks TO app USING (team IN (SELECT m.team FROM members m WHERE m.name = current_user));
        ```

    Exempt: tables that have row-level security of their own; roles that may only read them.
    """
    if protected_table(policy, schema) is None:
        return
    bound = [name for name in policy.roles if name != PUBLIC]
    if PUBLIC in policy.roles:
        bound += [role.name for role in exposed_roles(schema, policies)]
    for key in policy.reads:
        table = schema.table(key)
        if table is None or not holds_rows(table) or is_protected(table):
            continue
        writers = [name for name in dict.fromkeys(bound) if _may_write(name, table, schema)]
        if writers:
            yield Violation(
                message=f"the {policy_label(policy)} trusts {key}, which {listed(writers)} may write: it has no "
                "row-level security",
                suggestion=f"revoke the right to write {key}, or enable row-level security there",
            )


def _may_write(name: str, table: Table, schema: Schema) -> bool:
    role = schema.role(name)
    if role is None or role.superuser or role.bypasses_row_security:
        return False
    return bool(held(role, grants_on_table(table, schema)) & WRITE) and may_enter(role, table.schema, schema)


@rule(
    "SEC031", "policy-by-database-role", severity=INFO, evidence="C", reference="security:CURRENT_USER_ID",
    peers=("pgrls SEC018",),
)  # fmt: skip
def policy_by_database_role(policy: RowPolicy, schema: Schema) -> Iterator[Violation]:
    """A policy knows users by something that a pool of connections does not share.

    Why: `current_user` is the role of the connection. An application that connects as one role for all its users, as
    every pool does, is one user to the policy.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        CREATE INDEX ON tasks (owner_name);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner_name = current_user);
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Exempt: nothing: where each user has a role of the database, accept it with a reason.
    """
    if protected_table(policy, schema) is None:
        return
    for expression in conditions(policy):
        words = list(tokens(expression))
        role = next((word for word in ("CURRENT_USER", "SESSION_USER") if word in words), None)
        if role is not None and _is_compared(words, role):
            yield Violation(
                message=f"the {policy_label(policy)} knows users by {role.lower()}, which a pool's connections share",
                suggestion="compare with a setting of the transaction: SELECT set_config('app.user_id', …, true)",
            )
            return


def _is_compared(words: list[str], role: str) -> bool:
    at = words.index(role)
    return "=" in (words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else "")


@rule(
    "SEC032", "strict-setting-in-policy", severity=INFO, evidence="C", reference="security:CURRENT_USER_ID",
    peers=("pgrls SEC019",),
)  # fmt: skip
def strict_setting_in_policy(policy: RowPolicy, schema: Schema) -> Iterator[Violation]:
    """A policy bears a connection on which nobody set its setting.

    Why: `current_setting('app.user')` raises where the setting was never made, for each query, an administrator's
    too; after a transaction that made it, it is an empty string, so that a cast fails. `current_setting('app.user',
    true)` in NULLIF gives NULL for both, and no row (PostgreSQL documentation, 9.28. System Administration Functions).

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user')));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Exempt: PostgreSQL's own settings, which always have a value. Who wants the error rather than no rows, ignores it.
    """
    if protected_table(policy, schema) is None:
        return
    found: dict[str, None] = {}
    for expression in conditions(policy):
        for call in calls(expression):
            if call.name == "current_setting" and len(call.arguments) == 1:
                found.update({text: None for text in literals(call.arguments[0]) if "." in text})
    if found:
        yield Violation(
            message=f"the {policy_label(policy)} fails where {listed(found)} was not set",
            suggestion="give current_setting() true as its second argument",
        )
