"""SEC: rights, roles, functions and views: what must stay silent, then what must be found."""

from __future__ import annotations

import msgspec
import pytest

from created import cases, project_of, said
from postgres import needs
from schema_lint.checking.registry import load_rules
from schema_lint.checking.run import run
from schema_lint.checking.selection import select
from schema_lint.config.policies import Policies
from schema_lint.facts.database import PUBLIC, Grant, Role, Server
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.unknown import Unknown

EXPOSED = {"exposed-roles": ["anon"]}
GUARDED = """
CREATE ROLE app;
CREATE TABLE tasks (id integer PRIMARY KEY, owner_name name NOT NULL);
ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
"""
DEFINER = "CREATE FUNCTION f() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
TRIGGER = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
OPEN = "REVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;\nGRANT EXECUTE ON FUNCTION f() TO app;\n"

SILENT = {
    "SEC010 nobody may read it": ("SEC010", f"{GUARDED}CREATE VIEW v AS SELECT id FROM tasks;\n"),
    "SEC010 another's rights do not matter": (
        "SEC010",
        f"{GUARDED}CREATE ROLE backup BYPASSRLS;\nCREATE VIEW v AS SELECT id FROM tasks;\n"
        "GRANT SELECT ON v TO backup;\n",
    ),
    "SEC010 as the one who asks": (
        "SEC010",
        f"{GUARDED}CREATE VIEW v WITH (security_invoker = 1) AS SELECT id FROM tasks;\nGRANT SELECT ON v TO app;\n",
    ),
    "SEC010 nothing is protected": (
        "SEC010", "CREATE TABLE t (id int);\nCREATE VIEW v AS SELECT id FROM t;\nGRANT SELECT ON v TO PUBLIC;\n",
    ),
    "SEC010 the policies bind its owner": (
        "SEC010",
        f"{GUARDED}CREATE ROLE other;\nGRANT SELECT ON tasks TO other;\nCREATE VIEW v AS SELECT id FROM tasks;\n"
        "ALTER VIEW v OWNER TO other;\nGRANT SELECT ON v TO app;\n",
    ),
    "SEC011 no roles are exposed": (
        "SEC011", "CREATE MATERIALIZED VIEW m AS SELECT 1;\nGRANT SELECT ON m TO PUBLIC;\n",
    ),
    "SEC012 only its owner calls it": (
        "SEC012", f"{DEFINER} AS 'SELECT 1::bigint';\nREVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;\n",
    ),
    "SEC012 its caller's rights": ("SEC012", "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n"),
    "SEC012 names are bound": ("SEC012", f"{DEFINER} RETURN 1;\n"),
    "SEC012 an empty path": ("SEC012", f"{DEFINER} SET search_path = '' AS 'SELECT 1::bigint';\n"),
    "SEC012 a function in C": ("SEC012", "CREATE EXTENSION IF NOT EXISTS plpgsql;\n"),
    "SEC013 a trigger": ("SEC013", f"{TRIGGER} SET search_path = '' AS 'BEGIN RETURN new; END';\n"),
    "SEC013 out of reach": (
        "SEC013",
        "CREATE SCHEMA hidden;\nCREATE FUNCTION hidden.f() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1;\n",
    ),
    "SEC013 a policy needs it": (
        "SEC013",
        f"{GUARDED}CREATE FUNCTION f() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER RETURN true;\n"
        "CREATE POLICY p ON tasks USING (f());\n",
    ),
    "SEC014 USAGE": ("SEC014", "GRANT USAGE ON SCHEMA public TO PUBLIC;\n"),
    "SEC014 a role's": ("SEC014", "CREATE ROLE app;\nGRANT CREATE ON SCHEMA public TO app;\n"),
    "SEC015 a function": ("SEC015", "CREATE FUNCTION f() RETURNS int LANGUAGE sql RETURN 1;\n"),
    "SEC028 no policies": (
        "SEC028", "CREATE ROLE b LOGIN BYPASSRLS;\nCREATE TABLE t (id int);\nGRANT SELECT ON t TO b;\n",
    ),
    "SEC028 no rights": ("SEC028", f"{GUARDED}CREATE ROLE b LOGIN BYPASSRLS IN ROLE pg_read_all_data;\n"),
    "SEC028 nobody logs in": ("SEC028", f"{GUARDED}CREATE ROLE b BYPASSRLS;\nGRANT SELECT ON tasks TO b;\n"),
    "SEC028 its own tables": (
        "SEC028",
        f"{GUARDED}CREATE ROLE b LOGIN BYPASSRLS;\nALTER TABLE tasks OWNER TO b;\nGRANT SELECT ON tasks TO PUBLIC;\n",
    ),
    "SEC029 the owner": ("SEC029", f"{GUARDED}CREATE ROLE b LOGIN;\nALTER TABLE tasks OWNER TO b;\n"),
    "SEC034 no policy calls it": (
        "SEC034", "CREATE FUNCTION f() RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT current_user::text';\n",
    ),
    "SEC034 in a comment": (
        "SEC034",
        f"{GUARDED}CREATE FUNCTION f() RETURNS boolean LANGUAGE sql IMMUTABLE AS "
        "$$ /* not current_setting('a') */ SELECT 'current_user' <> '' $$;\nCREATE POLICY p ON tasks USING (f());\n",
    ),
    "SEC039 with the schema": (
        "SEC039",
        f"{GUARDED}{DEFINER} SET search_path = public AS 'SELECT count(*) FROM public.tasks';\n{OPEN}",
    ),
    "SEC039 temporary tables last": (
        "SEC039",
        f"{GUARDED}{DEFINER} SET search_path = public, pg_temp AS 'SELECT count(*) FROM tasks';\n{OPEN}",
    ),
    "SEC039 what is no table": (
        "SEC039",
        f"{GUARDED}{DEFINER} SET search_path = public AS "
        f"'WITH a AS (SELECT 1) SELECT count(*) FROM a, generate_series(1, 2)';\n{OPEN}",
    ),
    "SEC039 nobody makes temporary tables": (
        "SEC039",
        f"{GUARDED}{DEFINER} SET search_path = public AS 'SELECT count(*) FROM tasks';\n{OPEN}"
        "DO $$ BEGIN EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database()); END $$;\n",
    ),
    "SEC041 nobody may read it": ("SEC041", f"{GUARDED}CREATE MATERIALIZED VIEW m AS SELECT id FROM tasks;\n"),
    "SEC042 a role of the project's": (
        "SEC042", "CREATE ROLE app;\nALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO app;\n",
    ),
    "SEC042 functions": ("SEC042", "ALTER DEFAULT PRIVILEGES GRANT EXECUTE ON FUNCTIONS TO PUBLIC;\n"),
    "SEC044 not called so": ("SEC044", "CREATE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE RETURN 1;\n"),
}  # fmt: skip


# Views have `security_invoker` from PostgreSQL 15 on; before it, everybody may create tables in the schema public.
SILENT_SINCE = {"SEC010 as the one who asks": 15, "SEC014 USAGE": 15, "SEC014 a role's": 15}


@pytest.mark.parametrize(("code", "script"), cases(SILENT, since=SILENT_SINCE))
def test_silent(database: str, code: str, script: str) -> None:
    assert said(database, script, code) == []


FOUND = {
    "a view for all": (
        "SEC010",
        f"{GUARDED}CREATE VIEW v AS SELECT id FROM tasks;\nGRANT SELECT ON v TO PUBLIC;\n",
        [("warning", "the view v reads tasks with the rights of postgres, past the policies, and PUBLIC may read it")],
    ),
    "a trigger resolves names": (
        "SEC012",
        f"{TRIGGER} AS 'BEGIN RETURN new; END';\n",
        [("warning", "f() runs with its owner's rights, and looks for names where its caller says")],
    ),
    "two of one name": (
        "SEC013",
        "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1;\n"
        "CREATE FUNCTION f(a int, label text) RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1;\n",
        [
            ("warning", "everybody may call f(a integer), which runs with the rights of postgres"),
            ("warning", "everybody may call f(a integer, label text), which runs with the rights of postgres"),
        ],
    ),
    "one that strangers may call": (
        "SEC013",
        f"CREATE ROLE anon;\n{DEFINER} RETURN 1;\nREVOKE EXECUTE ON FUNCTION f() FROM PUBLIC;\n"
        "GRANT EXECUTE ON FUNCTION f() TO anon;\n",
        [("warning", "anon may call f(), which runs with the rights of postgres")],
    ),
    "a column": (
        "SEC015",
        "CREATE TABLE t (a int, b int);\nGRANT SELECT (b), UPDATE (b) ON t TO PUBLIC;\n",
        [("warning", "everybody has the right to SELECT and UPDATE on t.b")],
    ),
    "by way of a group": (
        "SEC028",
        f"{GUARDED}CREATE ROLE g BYPASSRLS;\nCREATE ROLE web LOGIN IN ROLE g;\nGRANT SELECT ON tasks TO web;\n",
        [("warning", "web may become g, which bypasses row-level security, so the policies of tasks do not bind it")],
    ),
    "foreign tables": (
        "SEC011",
        "CREATE ROLE anon;\nCREATE EXTENSION file_fdw;\nCREATE SERVER s FOREIGN DATA WRAPPER file_fdw;\n"
        "CREATE FOREIGN TABLE ft (a text) SERVER s OPTIONS (filename '/dev/null');\nGRANT SELECT ON ft TO anon;\n",
        [("warning", "anon may read all of the foreign table ft, which can have no policies")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "script", "expected"), cases(FOUND, since={"a view for all": 15}))
def test_found(database: str, code: str, script: str, expected: list[tuple[str, str]]) -> None:
    needs(database, extension="file_fdw" if "file_fdw" in script else None)
    assert sorted(said(database, script, code, policies=EXPOSED)) == sorted(expected)


def of_server(server: Server, code: str, **facts: object) -> list[tuple[str, str]]:
    schema = Schema(label="todo", evidence="C", naming_convention=Unknown("?"), server=server, default_schema="public")
    schema = msgspec.structs.replace(schema, **facts)
    outcome = run(Project(evidence="C", schemas=(schema,)), select(load_rules(), selected=[code]), Policies())
    return [(finding.severity, finding.message) for finding in outcome.findings]


@pytest.mark.parametrize(("kept", "found"), [("scram-sha-256", 0), ("md5", 1)])
def test_how_passwords_are_kept(kept: str, found: int) -> None:
    server = Server(version=170000, role="app", settings={"password_encryption": kept})
    assert len(of_server(server, "SEC017")) == found


@pytest.mark.parametrize(
    ("version", "logins", "severity"), [(140000, 1, "info"), (140000, 2, "warning"), (160000, 1, "warning")]
)
def test_who_creates_in_public(version: int, logins: int, severity: str) -> None:
    grant = Grant(kind="schema", schema=None, object="public", grantee=PUBLIC, privileges=("USAGE", "CREATE"))
    roles = tuple(Role(name=f"r{number}", login=True) for number in range(logins))
    server = Server(version=version, role="r0")
    assert of_server(server, "SEC014", grants=(grant,), roles=roles) == [
        (severity, "everybody may create objects in the schema public")
    ]


@pytest.mark.postgresql(15)
def test_views_of_postgresql_14_have_no_security_invoker(database: str) -> None:
    script = f"{GUARDED}CREATE VIEW v AS SELECT id FROM tasks;\nGRANT SELECT ON v TO PUBLIC;\n"
    assert len(said(database, script, "SEC010")) == 1
    [schema] = project_of(database).schemas
    assert schema.server is not None
    older = msgspec.structs.replace(schema, server=msgspec.structs.replace(schema.server, version=140011))
    assert (
        run(Project(evidence="C", schemas=(older,)), select(load_rules(), selected=["SEC010"]), Policies()).findings
        == ()
    )
