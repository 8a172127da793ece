"""SEC: functions that run with their owner's rights."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Policies, Violation, rule
from schema_lint.facts.database import PUBLIC, Function
from schema_lint.facts.project import Schema
from schema_lint_rules._names import quoted
from schema_lint_rules._platforms import is_platforms
from schema_lint_rules._rights import callers, code_of, exposed_roles, may_enter, routine
from schema_lint_rules.shapes import listed

_TRIGGERS = frozenset({"trigger", "event_trigger"})


def _runs_for_others(function: Function, schema: Schema) -> bool:
    """Somebody besides the owner can make it run: by a call, or by what fires the trigger."""
    return function.returns in _TRIGGERS or bool(callers(function, schema))


@rule(
    "SEC012", "function-without-search-path", severity=WARNING, evidence="C", reference="security:COUNT_OPEN_TASKS",
    fix="sql", security_severity=7.2, peers=("splinter 0011 function_search_path_mutable",),
)  # fmt: skip
def function_without_search_path(function: Function, schema: Schema, *, invoker: bool = False) -> Iterator[Violation]:
    """A function that runs with its owner's rights says where it looks for names.

    Why: it resolves unqualified names by its caller's `search_path`. Who can create a function or a table in some
    schema puts that schema first, and the owner's rights do what the caller likes (PostgreSQL documentation, CREATE
    FUNCTION, "Writing SECURITY DEFINER Functions Safely").

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id integer PRIMARY KEY);
        CREATE FUNCTION task_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER
            AS 'SELECT count(*) FROM public.tasks';
        REVOKE EXECUTE ON FUNCTION task_count() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION task_count() TO app;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id integer PRIMARY KEY);
        CREATE FUNCTION task_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = ''
            AS 'SELECT count(*) FROM public.tasks';
        REVOKE EXECUTE ON FUNCTION task_count() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION task_count() TO app;
        ```

    Exempt: functions that nobody but the owner may call; SQL-standard bodies (`RETURN …`, `BEGIN ATOMIC`), whose names
    are bound when they are made; functions in C; those of extensions; functions that run with their caller's rights.

    Options:
        invoker: also functions that run with their caller's rights.
    """
    if not (function.security_definer or invoker) or "search_path" in function.settings:
        return
    if function.body is None or function.language in ("c", "internal") or is_platforms(function.schema, schema):
        return
    if _runs_for_others(function, schema):
        rights = "its owner's rights" if function.security_definer else "its caller's rights"
        home = function.schema or schema.default_schema or "public"
        yield Violation(
            message=f"{function.signature} runs with {rights}, and looks for names where its caller says",
            suggestion="set its search_path: to '' if all names in it are qualified",
            sql=f"ALTER ROUTINE {routine(function)} SET search_path = {quoted(home)}, pg_temp;",
        )


@rule(
    "SEC013", "definer-function-for-everyone", severity=WARNING, evidence="C", reference="security:COUNT_OPEN_TASKS",
    fix="sql", security_severity=6.5,
    peers=("splinter 0028 anon_security_definer_function_executable",
           "splinter 0029 authenticated_security_definer_function_executable", "pgrls SEC042"),
)  # fmt: skip
def definer_function_for_everyone(function: Function, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """A function that runs with its owner's rights may be called by those who need it.

    Why: PostgreSQL lets everybody execute a new function (documentation, 5.8. Privileges), and row-level security is
    judged for the owner. Whatever it reads or does, every role has the right to.

    Bad:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY);
        CREATE FUNCTION task_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = ''
            AS 'SELECT count(*) FROM public.tasks';
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id integer PRIMARY KEY);
        CREATE FUNCTION task_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = ''
            AS 'SELECT count(*) FROM public.tasks';
        REVOKE EXECUTE ON FUNCTION task_count() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION task_count() TO app;
        ```

    Exempt: trigger functions, which cannot be called; functions in a schema that not everybody may use; roles whose
    policies call the function.
    """
    if not function.security_definer or function.returns in _TRIGGERS or is_platforms(function.schema, schema):
        return
    grantees = callers(function, schema)
    needing = {role for policy in schema.row_policies_calling(function) for role in policy.roles}
    if PUBLIC in needing:
        return
    home = function.schema or schema.default_schema or ""
    usable = any(grant.grantee == PUBLIC for grant in schema.grants_on("schema", None, home))
    who = ["everybody"] if PUBLIC in grantees and usable else []
    for role in exposed_roles(schema, policies) if not who else ():
        granted = not {role.name, PUBLIC, *role.member_of}.isdisjoint(grantees)
        if granted and role.name not in needing and may_enter(role, function.schema, schema):
            who.append(role.name)
    if who:
        revoked = PUBLIC if PUBLIC in grantees else ", ".join(quoted(name) for name in who)
        yield Violation(
            message=f"{listed(who)} may call {function.signature}, which runs with the rights of {function.owner}",
            suggestion="revoke EXECUTE, and grant it to the roles that need it",
            sql=f"REVOKE EXECUTE ON ROUTINE {routine(function)} FROM {revoked};",
        )


_RELATION = r'(?i)\b(?:from|join|update|into)\s+(?:only\s+)?("?)([a-z_][\w$]*)\1(?!["\w$]|\s*[.(])'


@rule(
    "SEC039", "temporary-tables-before-real-ones", severity=WARNING, evidence="C",
    reference="security:COUNT_OPEN_TASKS", fix="sql", security_severity=7.2, peers=("pgrls SEC015",),
)  # fmt: skip
def temporary_tables_before_real_ones(function: Function, schema: Schema) -> Iterator[Violation]:
    """A function with its owner's rights looks for tables among temporary ones last.

    Why: where `search_path` does not name `pg_temp`, temporary tables come before all others: a caller makes one with
    the name of a table that the function reads, and the function reads that (PostgreSQL documentation, CREATE FUNCTION,
    "Writing SECURITY DEFINER Functions Safely").

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id integer PRIMARY KEY);
        CREATE FUNCTION task_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public
            AS 'SELECT count(*) FROM tasks';
        REVOKE EXECUTE ON FUNCTION task_count() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION task_count() TO app;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id integer PRIMARY KEY);
        CREATE FUNCTION task_count() RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp
            AS 'SELECT count(*) FROM tasks';
        REVOKE EXECUTE ON FUNCTION task_count() FROM PUBLIC;
        GRANT EXECUTE ON FUNCTION task_count() TO app;
        ```

    Exempt: functions that name their tables with the schema; functions without a `search_path` (SEC012); databases in
    which not everybody may make temporary tables.
    """
    path = function.settings.get("search_path")
    if not function.security_definer or path is None or function.body is None or is_platforms(function.schema, schema):
        return
    places = [part.strip().strip('"') for part in path.split(",")]
    if places[-1] == "pg_temp" or not _runs_for_others(function, schema) or not _may_make_temporary_tables(schema):
        return
    named = {match[2] for match in re.finditer(_RELATION, code_of(function.body))}
    visible = {place if place != schema.default_schema else None for place in places}
    found = sorted(table.name for table in schema.tables.known if table.name in named and table.schema in visible)
    if found:
        yield Violation(
            message=f"{function.signature} reads {listed(found)} with its owner's rights, or a temporary table that "
            "its caller names so",
            suggestion=f"name pg_temp at the end of its search_path, or the schema of {listed(found)}",
            sql=f"ALTER ROUTINE {routine(function)} SET search_path = {', '.join((*_kept(places), 'pg_temp'))};",
        )


def _kept(places: list[str]) -> list[str]:
    return [quoted(place) for place in places if place not in ("", "pg_temp")]


def _may_make_temporary_tables(schema: Schema) -> bool:
    return any(
        grant.kind == "database" and not {"TEMPORARY", "TEMP"}.isdisjoint(grant.privileges) for grant in schema.grants
    )


@rule(
    "SEC044", "leakproof-function", severity=WARNING, evidence="C", reference="security:COUNT_OPEN_TASKS", fix="sql",
    security_severity=4.3, peers=("pgrls SEC017",),
)  # fmt: skip
def leakproof_function(function: Function, schema: Schema) -> Iterator[Violation]:
    """No function of the project's own is called LEAKPROOF.

    Why: PostgreSQL calls such a function before the policies, on rows that the user may not see. If an error message,
    or the time that it takes, depends on its arguments, it tells what they hide (PostgreSQL documentation, 41.5. Rules
    and Privileges).

    Bad:
        ```sql
        CREATE FUNCTION ratio(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE LEAKPROOF RETURN a / b;
        ```

    Good:
        ```sql
        CREATE FUNCTION ratio(a integer, b integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN a / b;
        ```

    Exempt: functions of extensions.
    """
    if function.leakproof and not is_platforms(function.schema, schema):
        yield Violation(
            message=f"{function.signature} is LEAKPROOF: PostgreSQL calls it on rows that policies hide",
            suggestion="take the mark away, unless nothing in it can fail or depend on its arguments",
            sql=f"ALTER FUNCTION {routine(function)} NOT LEAKPROOF;",
        )
