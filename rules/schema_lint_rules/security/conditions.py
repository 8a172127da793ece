"""SEC: what a policy's USING and WITH CHECK let through."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Policies, Violation, rule
from schema_lint.facts.database import PUBLIC, RowPolicy
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._expressions import Group, branches, calls, compared, constant, literals, names, parse, tokens
from schema_lint_rules._platforms import is_platforms
from schema_lint_rules._row_security import (
    SESSION_FUNCTIONS,
    conditions,
    discriminators,
    is_for,
    own_columns,
    policy_label,
    protected_table,
    says_who_asks,
)
from schema_lint_rules.shapes import listed


def _is_plainly_true(text: str | None) -> bool:
    expression = parse(text)
    return expression is not None and len(branches(expression, "OR")) == 1 and constant(expression) is True


def _is_narrowed(policy: RowPolicy, schema: Schema) -> bool:
    """A restrictive policy takes away from what this one admits."""
    return any(
        not other.permissive
        and other.command in ("ALL", policy.command)
        and is_for(other, policy.roles)
        and not all(_is_plainly_true(text) for text in (other.using, other.check) if text is not None)
        for other in schema.row_policies_of(policy.table)
    )


@rule(
    "SEC005", "policy-always-true", severity=WARNING, evidence="C", reference="security:ROW_SECURITY",
    security_severity=6.5, peers=("splinter 0024 rls_policy_always_true", "pgrls SEC008", "pgrls SEC028"),
)  # fmt: skip
def policy_always_true(policy: RowPolicy, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """A policy for writing tells rows apart.

    Why: `USING (true)` for UPDATE, DELETE or ALL, and `WITH CHECK (true)` for INSERT, let every row through: row-level
    security is on, and protects nothing (PostgreSQL documentation, CREATE POLICY).

    Bad:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY change ON tasks FOR UPDATE USING (true);
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY change ON tasks FOR UPDATE USING (owner_name <> '');
        ```

    Exempt: SELECT, since much is meant to be read by all; policies for named roles that the policy `exposed-roles` does
    not name; policies that a restrictive one narrows; a policy without any expression, which admits nothing (SEC020).
    """
    table = protected_table(policy, schema)
    strangers = [role for role in policy.roles if role == PUBLIC or role in policies.exposed_roles]
    if table is None or not policy.permissive or not strangers or policy.command == "SELECT":
        return
    clause, text = ("WITH CHECK", policy.check) if policy.command == "INSERT" else ("USING", policy.using)
    if _is_plainly_true(text) and not _is_narrowed(policy, schema):
        who = "every role" if PUBLIC in strangers else listed(strangers)
        verb = "do anything to" if policy.command == "ALL" else policy.command
        yield Violation(
            message=f"the {policy_label(policy)} lets {who} {verb} any row: its {clause} is always true",
            suggestion="compare a column of the row with who asks, or name a role that may do so",
        )


_EDITABLE = ("user_metadata", "raw_user_meta_data")


@rule(
    "SEC009", "user-editable-claim", severity=ERROR, evidence="C", reference="security:CURRENT_USER_ID",
    security_severity=8.8, peers=("splinter 0015 rls_references_user_metadata", "pgrls SEC033"),
)  # fmt: skip
def user_editable_claim(
    policy: RowPolicy, schema: Schema, *, claims: tuple[str, ...] = _EDITABLE
) -> Iterator[Violation]:
    """A policy does not rest on what users write about themselves.

    Why: `user_metadata` of a JWT is whatever its user last sent (Supabase documentation, "User Management"): who puts
    `"role": "admin"` there is an administrator. `app_metadata` is the service's own.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE SCHEMA auth;
        CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE SET search_path = '' RETURN '{}'::jsonb;
        CREATE TABLE tasks (id uuid PRIMARY KEY, team text NOT NULL);
        CREATE INDEX ON tasks (team);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY team ON tasks TO app USING (team = (SELECT auth.jwt() -> 'user_metadata' ->> 'team'));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE SCHEMA auth;
        CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE SET search_path = '' RETURN '{}'::jsonb;
        CREATE TABLE tasks (id uuid PRIMARY KEY, team text NOT NULL);
        CREATE INDEX ON tasks (team);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY team ON tasks TO app USING (team = (SELECT auth.jwt() -> 'app_metadata' ->> 'team'));
        ```

    Options:
        claims: claims, and columns of `auth.users`, that users may write.
    """
    table = schema.table(policy.table)
    if table is None or is_platforms(table.schema, schema):
        return
    for expression in conditions(policy):
        reads_claims = any(_reads_claims(call.name, call.arguments) for call in calls(expression))
        found = {text for text in literals(expression) if reads_claims for part in _path(text) if part in claims}
        found |= {token for token in tokens(expression) if token in claims and "auth.users" in policy.reads}
        if found:
            yield Violation(
                message=f"the {policy_label(policy)} rests on {listed(sorted(found))}, which users write themselves",
                suggestion="take what only the service may write, as app_metadata, or a table of rights",
            )
            return


def _reads_claims(name: str, arguments: tuple[Group, ...]) -> bool:
    if name in ("auth.jwt", "auth.session"):
        return True
    return name == "current_setting" and any("jwt" in text for argument in arguments for text in literals(argument))


def _path(text: str) -> list[str]:
    """The parts of a path into JSON: `{user_metadata,role}`."""
    return text.strip("{}").split(",") if text.startswith("{") else [text]


@rule(
    "SEC019", "inverted-null-check", severity=ERROR, evidence="C", reference="security:CURRENT_USER_ID", minimal=True,
    security_severity=9.1, peers=("pgrls SEC004",),
)  # fmt: skip
def inverted_null_check(policy: RowPolicy, schema: Schema) -> Iterator[Violation]:
    """Nobody gets all rows by not saying who they are.

    Why: `auth.uid() IS NULL OR …` is true for whoever is not logged in, and `current_setting(…, true) IS NULL OR …` for
    every connection on which the application forgot the setting.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (
            (SELECT current_setting('app.user', true)) IS NULL OR owner = (SELECT current_setting('app.user', true)));
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Exempt: a policy that is nothing but the test, and so is plainly meant for those who are not logged in; restrictive
    policies.
    """
    if protected_table(policy, schema) is None or not policy.permissive:
        return
    for expression in conditions(policy):
        parts = branches(expression, "OR")
        for part in parts if len(parts) > 1 else ():
            if part.items[-2:] == ("IS", "NULL"):
                asked = Group(part.items[:-2])
                if says_who_asks(asked) and not own_columns(asked, policy):
                    yield Violation(
                        message=f"the {policy_label(policy)} lets all rows through for whoever does not say who asks",
                        suggestion="leave the IS NULL branch away; give administrators a role with a policy of its own",
                    )
                    return


@rule(
    "SEC020", "policy-without-condition", severity=WARNING, evidence="C", reference="security:ROW_SECURITY",
    security_severity=3.1, peers=("pgrls SEC006",),
)  # fmt: skip
def policy_without_condition(policy: RowPolicy, schema: Schema) -> Iterator[Violation]:
    """A policy says which rows it is about.

    Why: a permissive policy without USING (for INSERT: without WITH CHECK) admits no row, though it reads as if it
    admitted all; a restrictive one restricts nothing. PostgreSQL accepts both without a word (tried on 15 and 18).

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY add ON tasks FOR INSERT TO app;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY add ON tasks FOR INSERT TO app WITH CHECK (owner_name <> '');
        ```

    Exempt: UPDATE and ALL with USING alone, which PostgreSQL takes for WITH CHECK, too; ALL with WITH CHECK alone.
    """
    if protected_table(policy, schema) is None:
        return
    if policy.command == "INSERT":
        missing = "WITH CHECK" if policy.check is None else None
    elif policy.command == "ALL":
        missing = "USING" if policy.using is None and policy.check is None else None
    else:
        missing = "USING" if policy.using is None else None
    if missing is not None:
        does = "admits no row" if policy.permissive else "restricts nothing"
        yield Violation(
            message=f"the {policy_label(policy)} has no {missing}, and so {does}",
            suggestion=f"say {missing} (…), or drop the policy",
        )


@rule(
    "SEC021", "check-weaker-than-using", severity=WARNING, evidence="C", reference="security:ROW_SECURITY",
    security_severity=6.5, peers=("splinter 0024 rls_policy_always_true", "pgrls SEC020", "pgrls SEC040"),
)  # fmt: skip
def check_weaker_than_using(policy: RowPolicy, schema: Schema) -> Iterator[Violation]:
    """Who may change only their own rows cannot give them to others.

    Why: USING judges the row as it was, WITH CHECK as it becomes. Where the second does not ask whose the row is, a
    user can write rows that belong to somebody else (PostgreSQL documentation, CREATE POLICY). Without WITH CHECK
    PostgreSQL asks USING twice.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks FOR UPDATE TO app
            USING (owner = (SELECT current_setting('app.user', true))) WITH CHECK (true);
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks FOR UPDATE TO app
            USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Exempt: restrictive policies; a USING that lets every row through; policies that a restrictive one narrows.
    """
    using, check = parse(policy.using), parse(policy.check)
    if protected_table(policy, schema) is None or not policy.permissive or using is None or check is None:
        return
    if constant(using) is not None or _is_narrowed(policy, schema):
        return
    if constant(check) is True:
        yield Violation(
            message=f"the {policy_label(policy)} lets a row become anything: its WITH CHECK is always true",
            suggestion="leave WITH CHECK away, so that USING judges the new row, too",
        )
        return
    dropped = sorted(discriminators(policy) - set(tokens(check)) - set(names(check)))
    if dropped and constant(check) is None and not says_who_asks(check):
        yield Violation(
            message=f"the {policy_label(policy)} asks for {listed(dropped)} in USING, but not in WITH CHECK: "
            "a row can be given to somebody else",
            suggestion=f"compare {listed(dropped)} in WITH CHECK, too",
        )


@rule(
    "SEC022", "constant-policy", severity=WARNING, evidence="C", reference="security:ROW_SECURITY",
    security_severity=5.3, peers=("pgrls SEC010", "pgrls SEC011", "pgrls SEC031"),
)  # fmt: skip
def constant_policy(policy: RowPolicy, schema: Schema) -> Iterator[Violation]:
    """No part of a policy makes the rest of it idle.

    Why: `… OR true` admits every row whatever stands before it, a permissive policy that is never true adds nothing to
    the others, and a restrictive one that is always true takes nothing away.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '' OR true);
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        ```

    Exempt: a plain `true`; a plain `false` where it is the only permissive policy for its command, which seals the
    table on purpose.
    """
    table = protected_table(policy, schema)
    if table is None:
        return
    clauses = [("USING", policy.using), ("WITH CHECK", policy.check)]
    known = {clause: expression for clause, text in clauses if (expression := parse(text)) is not None}
    values = {clause: constant(expression) for clause, expression in known.items()}
    if not policy.permissive:
        if values and all(value is True for value in values.values()):
            yield Violation(
                message=f"the restrictive {policy_label(policy)} is always true, and restricts nothing",
                suggestion="say what it demands, or drop it",
            )
        return
    for clause, expression in known.items():
        if values[clause] is True and len(branches(expression, "OR")) > 1:
            yield Violation(
                message=f"the {policy_label(policy)} lets every row through: one branch of its {clause} is always true",
                suggestion="take the branch out",
            )
        elif values[clause] is False and _has_company(policy, table, schema):
            yield Violation(
                message=f"the {policy_label(policy)} adds nothing to the others: its {clause} is never true",
                suggestion="drop it; a restrictive policy is what takes rights away",
            )


def _has_company(policy: RowPolicy, table: Table, schema: Schema) -> bool:
    return any(
        other.permissive and (other.command == policy.command or "ALL" in (other.command, policy.command))
        for other in schema.row_policies_of(table.key)
        if other.name != policy.name
    )


@rule(
    "SEC024", "policy-without-own-column", severity=INFO, evidence="C", reference="security:ROW_SECURITY",
    peers=("pgrls SEC005",),
)  # fmt: skip
def policy_without_own_column(policy: RowPolicy, schema: Schema) -> Iterator[Violation]:
    """A policy looks at the row, and not only at whether somebody is logged in.

    Why: `auth.uid() IS NOT NULL` and `auth.role() = 'authenticated'` are true of every user and every row; the roles of
    a policy (`TO authenticated`) say the same at no cost for each row.

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING ((SELECT current_setting('app.user', true)) IS NOT NULL);
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner text NOT NULL);
        CREATE INDEX ON tasks (owner);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY own ON tasks TO app USING (owner = (SELECT current_setting('app.user', true)));
        ```

    Exempt: tests of what somebody may do: claims of a JWT, membership in a role, functions and tables of the project's
    own; restrictive policies.
    """
    if protected_table(policy, schema) is None or not policy.permissive or policy.columns or policy.reads:
        return
    for clause, text in (("USING", policy.using), ("WITH CHECK", policy.check)):
        expression = parse(text)
        if expression is not None and _only_asks_for_login(expression):
            yield Violation(
                message=f"the {policy_label(policy)} is true of every row for whoever is logged in ({clause})",
                suggestion="compare a column with who asks; for all rows, name the role with TO and say true",
            )
            return


def _only_asks_for_login(expression: Group) -> bool:
    called = [call.name for call in calls(expression)]
    if not called or not set(called) <= {*SESSION_FUNCTIONS, "nullif"} or "auth.jwt" in called:
        return False
    if expression.items[-3:] == ("IS", "NOT", "NULL"):
        return True
    sides = compared(expression)
    return sides is not None and called == ["auth.role"] and set(literals(expression)) <= {"authenticated", "anon"}
