"""SEC: what must stay silent about row-level security, then what must be found; on a real PostgreSQL.

The cases of splinter's own tests are here in our words. Where we differ on purpose, it says why.
"""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from created import execute, project_of, said
from schema_lint.checking.registry import load_rules
from schema_lint.checking.run import run
from schema_lint.checking.selection import select
from schema_lint.config.policies import Policies

EXPOSED = {"exposed-roles": ["anon", "authenticated"]}
ROLES = """
CREATE ROLE anon;
CREATE ROLE authenticated;
CREATE ROLE service BYPASSRLS;
CREATE SCHEMA auth;
CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE SET search_path = '' RETURN NULL::uuid;
CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE SET search_path = '' RETURN NULL::jsonb;
CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE SET search_path = '' RETURN NULL::text;
CREATE FUNCTION auth.email() RETURNS text LANGUAGE sql STABLE SET search_path = '' RETURN NULL::text;
"""
POSTS = f"""{ROLES}
CREATE TABLE posts (id integer PRIMARY KEY, user_id uuid NOT NULL, email varchar(99), title text, jwt jsonb,
    flag boolean);
CREATE INDEX ON posts (user_id);
ALTER TABLE posts ENABLE ROW LEVEL SECURITY;
"""
DATABASES = Path(__file__).parents[1] / "databases"


def policy(text: str, *, before: str = "") -> str:
    return f"{POSTS}{before}CREATE POLICY p ON posts {text};\n"


SILENT = {
    "SEC001 no roles are exposed": ("SEC001", "CREATE TABLE t (id int PRIMARY KEY);\nGRANT ALL ON t TO PUBLIC;\n", {}),
    "SEC001 another schema": (
        "SEC001",
        f"{ROLES}CREATE SCHEMA inner_part;\nCREATE TABLE inner_part.t (id int);\nGRANT ALL ON inner_part.t TO anon;\n",
        EXPOSED,
    ),
    "SEC001 no rights": ("SEC001", f"{ROLES}CREATE TABLE t (id int PRIMARY KEY);\n", EXPOSED),
    "SEC001 truncating alone": ("SEC001", f"{ROLES}CREATE TABLE t (id int);\nGRANT TRUNCATE ON t TO anon;\n", EXPOSED),
    "SEC002 a policy that lets nobody through": ("SEC002", policy("FOR SELECT USING (false)"), {}),
    "SEC003 switched on": ("SEC003", policy("FOR SELECT USING (true)"), {}),
    "SEC005 reading": ("SEC005", policy("FOR SELECT TO authenticated USING (true)"), EXPOSED),
    "SEC005 restrictive": ("SEC005", policy("AS RESTRICTIVE FOR UPDATE USING (true)"), EXPOSED),
    "SEC005 a role of the project's": ("SEC005", policy("FOR UPDATE TO service USING (true)"), EXPOSED),
    "SEC005 USING, which stands for WITH CHECK": (
        "SEC005", policy("TO authenticated USING (user_id = (SELECT auth.uid()))"), EXPOSED,
    ),
    "SEC005 no condition": ("SEC005", policy("FOR INSERT TO authenticated"), EXPOSED),
    "SEC005 narrowed by another": (
        "SEC005",
        policy(
            "USING (true)",
            before="CREATE POLICY r ON posts AS RESTRICTIVE USING (user_id = (SELECT auth.uid()));\n",
        ),
        EXPOSED,
    ),
    "SEC005 row-level security is off": (
        "SEC005", "CREATE TABLE t (id int);\nCREATE POLICY p ON t FOR UPDATE USING (true);\n", {},
    ),
    "SEC006 restrictive": (
        "SEC006",
        policy("AS RESTRICTIVE USING (flag)", before="CREATE POLICY q ON posts AS RESTRICTIVE USING (flag);\n"),
        {},
    ),
    "SEC006 other commands": (
        "SEC006", policy("FOR SELECT USING (flag)", before="CREATE POLICY q ON posts FOR UPDATE USING (flag);\n"), {},
    ),
    "SEC006 other roles": (
        "SEC006",
        policy("FOR SELECT TO anon USING (flag)", before="CREATE POLICY q ON posts TO authenticated USING (true);\n"),
        {},
    ),
    "SEC006 a role that no policy binds": (
        "SEC006",
        policy("FOR SELECT TO service USING (flag)", before="CREATE POLICY q ON posts TO service USING (true);\n"),
        {},
    ),
    "SEC007 asked once": ("SEC007", policy("USING (user_id = (SELECT auth.uid()))"), {}),
    "SEC007 a cast within": (
        "SEC007", policy("USING (user_id = (SELECT current_setting('app.user', true)::uuid))"), {},
    ),
    "SEC007 inside of another query": (
        "SEC007", policy("USING (id IN (SELECT p2.id FROM posts p2 WHERE p2.user_id = (SELECT auth.uid())))"), {},
    ),
    "SEC007 the database's role": ("SEC007", policy("USING (title = current_user)"), {}),
    "SEC007 a setting that the row names": ("SEC007", policy("USING (flag = (current_setting(title))::boolean)"), {}),
    "SEC007 a word in a text": ("SEC007", policy("USING (title = 'auth.uid()')"), {}),
    "SEC009 another claim": (
        "SEC009", policy("USING ((((SELECT auth.jwt()) ->> 'is_accessible'))::bool)"), {},
    ),
    "SEC009 a column of that name": ("SEC009", policy("USING (jwt ->> 'user_metadata' = 'x')"), {}),
    "SEC009 a text of that name": ("SEC009", policy("USING (title = 'user_metadata')"), {}),
    "SEC019 not null": ("SEC019", policy("USING ((SELECT auth.uid()) IS NOT NULL OR flag)"), {}),
    "SEC019 for those who are not logged in": ("SEC019", policy("FOR SELECT USING (auth.uid() IS NULL)"), {}),
    "SEC019 a column": ("SEC019", policy("USING (user_id IS NULL OR user_id = (SELECT auth.uid()))"), {}),
    "SEC019 and more": ("SEC019", policy("USING ((auth.uid() IS NULL AND flag) OR user_id = (SELECT auth.uid()))"), {}),
    "SEC020 USING alone": ("SEC020", policy("FOR UPDATE USING (flag)"), {}),
    "SEC020 WITH CHECK alone": ("SEC020", policy("WITH CHECK (flag)"), {}),
    "SEC021 the same": (
        "SEC021",
        policy("FOR UPDATE USING (user_id = (SELECT auth.uid())) WITH CHECK (user_id = (SELECT auth.uid()) AND flag)"),
        {},
    ),
    "SEC021 no WITH CHECK": ("SEC021", policy("FOR UPDATE USING (user_id = (SELECT auth.uid()))"), {}),
    "SEC021 a role's": ("SEC021", policy("FOR UPDATE USING (flag) WITH CHECK (title <> '')"), {}),
    "SEC022 false, alone": ("SEC022", policy("FOR SELECT USING (false)"), {}),
    "SEC022 plainly true": ("SEC022", policy("FOR SELECT USING (true)"), {}),
    "SEC024 a claim": ("SEC024", policy("USING (((SELECT auth.jwt()) ->> 'role') = 'admin')"), {}),
    "SEC024 membership": ("SEC024", policy("USING (pg_has_role('anon', 'member'))"), {}),
    "SEC025 something is written": (
        "SEC025",
        policy("FOR SELECT TO anon USING (flag)", before="GRANT ALL ON posts TO anon;\n"
               "CREATE POLICY q ON posts FOR INSERT TO anon WITH CHECK (flag);\n"),
        {},
    ),
    "SEC026 another role": (
        "SEC026",
        policy("FOR SELECT TO anon USING (flag)", before="CREATE POLICY q ON posts FOR SELECT USING (flag);\n"), {},
    ),
    "SEC027 no rights on the partition": (
        "SEC027",
        "CREATE TABLE e (d int) PARTITION BY LIST (d);\nCREATE TABLE e1 PARTITION OF e FOR VALUES IN (1);\n"
        "ALTER TABLE e ENABLE ROW LEVEL SECURITY;\nGRANT SELECT ON e TO PUBLIC;\n",
        {},
    ),
    "SEC030 protected, too": (
        "SEC030",
        policy(
            "TO anon USING (id IN (SELECT m.id FROM m))",
            before="CREATE TABLE m (id int);\nALTER TABLE m ENABLE ROW LEVEL SECURITY;\nGRANT ALL ON m TO anon;\n",
        ),
        {},
    ),
    "SEC032 a setting that always is": ("SEC032", policy("USING (title = (SELECT current_setting('TimeZone')))"), {}),
    "SEC035 a varchar as text": ("SEC035", policy("USING (email = (SELECT auth.email()))"), {}),
    "SEC035 what an index holds": (
        "SEC035",
        policy("USING (lower(email) = (SELECT auth.email()))", before="CREATE INDEX ON posts (lower(email));\n"),
        {},
    ),
    "SEC036 one way of several": ("SEC036", policy("USING (title = (SELECT auth.email()) OR flag)"), {}),
    "SEC043 a word that has one in it": (
        "SEC043", f"{POSTS}CREATE POLICY hackathon_debugger ON posts FOR SELECT USING (flag);\n", {},
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "script", "policies"), SILENT.values(), ids=SILENT)
def test_silent(database: str, code: str, script: str, policies: dict[str, object]) -> None:
    assert said(database, script, code, policies=policies) == []


FOUND = {
    "a column grant": (
        "SEC016",
        f"{ROLES}CREATE TABLE users (id int, ssn text);\nGRANT SELECT (id, ssn) ON users TO authenticated;\n",
        [("error", "authenticated may read ssn of users")],
    ),
    "every role": (
        "SEC001",
        f"{ROLES}CREATE TABLE t (id int);\nGRANT SELECT ON t TO PUBLIC;\n",
        [("error", "t has no row-level security, and anon and authenticated may SELECT any row")],
    ),
    "all rows to delete": (
        "SEC005",
        policy("FOR DELETE TO anon, service USING (1 = 1)"),
        [("warning", "the policy p of posts lets anon DELETE any row: its USING is always true")],
    ),
    "spaces and capitals": (
        "SEC005",
        policy("FOR UPDATE USING (   TRUE )"),
        [("warning", "the policy p of posts lets every role UPDATE any row: its USING is always true")],
    ),
    "two for reading": (
        "SEC006",
        policy("FOR SELECT USING (flag)", before="CREATE POLICY q ON posts USING (title <> '');\n"),
        [("info", "several permissive policies of posts are evaluated for SELECT by everybody: p and q")],
    ),
    "each of four functions, and a setting": (
        "SEC007",
        f"{POSTS}CREATE POLICY a ON posts FOR SELECT USING (user_id = auth.uid());\n"
        "CREATE POLICY b ON posts FOR INSERT WITH CHECK (jwt = auth.jwt());\n"
        "CREATE POLICY c ON posts FOR UPDATE WITH CHECK (title = auth.role());\n"
        "CREATE POLICY d ON posts FOR DELETE USING (email = auth.email());\n"
        "CREATE POLICY e ON posts FOR DELETE USING (email =   current_setting(  'role'  ));\n",
        [(
            "warning",
            "the policies a, b, c and 2 more of posts call auth.uid(), auth.jwt(), auth.role(), auth.email() and "
            "current_setting() for every row",
        )],
    ),
    "for each row of another query": (
        "SEC007",
        policy("USING (EXISTS (SELECT FROM posts o WHERE o.id = posts.id AND o.user_id = auth.uid()))"),
        [("warning", "the policy p of posts calls auth.uid() for every row")],
    ),
    "a query that looks at the row": (
        # splinter takes it for asked once; a function that counts its calls says otherwise.
        "SEC007",
        policy("USING ((SELECT auth.uid() = posts.user_id))"),
        [("warning", "the policy p of posts calls auth.uid() for every row")],
    ),
    "a stable function of the project's": (
        "SEC007",
        policy(
            "USING (user_id = whoever())",
            before="CREATE FUNCTION whoever() RETURNS uuid LANGUAGE sql STABLE RETURN NULL::uuid;\n",
        ),
        [("warning", "the policy p of posts calls whoever() for every row")],
    ),
    "a claim in a path": (
        "SEC009",
        policy("USING ((SELECT auth.jwt()) #>> '{user_metadata,role}' = 'admin')"),
        [("error", "the policy p of posts rests on {user_metadata,role}, which users write themselves")],
    ),
    "a claim of a setting": (
        "SEC009",
        policy("FOR INSERT WITH CHECK ((current_setting('request.jwt.claims', true)::json ->> 'user_metadata')::bool)"),
        [("error", "the policy p of posts rests on user_metadata, which users write themselves")],
    ),
    "who does not say": (
        "SEC019",
        policy("USING (nullif(current_setting('app.user', true), '') IS NULL OR user_id = (SELECT auth.uid()))"),
        [("error", "the policy p of posts lets all rows through for whoever does not say who asks")],
    ),
    "nothing to insert": (
        "SEC020",
        policy("FOR INSERT TO authenticated"),
        [("warning", "the policy p of posts has no WITH CHECK, and so admits no row")],
    ),
    "nothing to restrict": (
        "SEC020",
        policy("AS RESTRICTIVE"),
        [("warning", "the policy p of posts has no USING, and so restricts nothing")],
    ),
    "given away": (
        "SEC021",
        policy("FOR UPDATE USING (user_id = (SELECT auth.uid())) WITH CHECK (title <> '')"),
        [(
            "warning",
            "the policy p of posts asks for user_id in USING, but not in WITH CHECK: a row can be given to "
            "somebody else",
        )],
    ),
    "dead beside another": (
        "SEC022",
        policy("FOR SELECT USING (false)", before="CREATE POLICY q ON posts FOR SELECT USING (flag);\n"),
        [("warning", "the policy p of posts adds nothing to the others: its USING is never true")],
    ),
    "restricts nothing": (
        "SEC022",
        policy("AS RESTRICTIVE USING (true)"),
        [("warning", "the restrictive policy p of posts is always true, and restricts nothing")],
    ),
    "logged in": (
        "SEC024",
        policy("USING ((SELECT auth.role()) = 'authenticated')"),
        [("info", "the policy p of posts is true of every row for whoever is logged in (USING)")],
    ),
    "inherited": (
        "SEC027",
        "CREATE TABLE a (d int);\nALTER TABLE a ENABLE ROW LEVEL SECURITY;\nCREATE TABLE b () INHERITS (a);\n"
        "GRANT SELECT ON b TO PUBLIC;\n",
        [("warning", "b inherits from a, but not the policies: its rows are open")],
    ),
    "by the database's role": (
        "SEC031",
        policy("USING (email = current_user)"),
        [("info", "the policy p of posts knows users by current_user, which a pool's connections share")],
    ),
    "random": (
        "SEC033",
        policy("USING (flag AND random() < 0.5)"),
        [("warning", "the policy p of posts calls random(), which may answer otherwise for each row")],
    ),
    "lower case": (
        "SEC035",
        policy("USING (lower(email) = (SELECT auth.email()))", before="CREATE INDEX ON posts (email);\n"),
        [("info", "the policy p of posts compares what becomes of email, which no index holds")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "script", "expected"), FOUND.values(), ids=FOUND)
def test_found(database: str, code: str, script: str, expected: list[tuple[str, str]]) -> None:
    assert said(database, script, code, policies=EXPOSED) == expected


def test_what_an_absent_condition_does(database: str) -> None:
    """splinter calls an absent condition always true; no PostgreSQL lets a row through for it."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "CREATE ROLE anon; CREATE TABLE t (id int); INSERT INTO t VALUES (1); GRANT ALL ON t TO anon;"
            "ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY a ON t FOR INSERT TO anon;"
            "CREATE POLICY b ON t TO anon"
        )
        connection.execute("SET ROLE anon")
        assert connection.execute("SELECT count(*) FROM t").fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
            connection.execute("INSERT INTO t VALUES (2)")


# Until PostgreSQL 14, everybody may create tables in the schema public (SEC014).
@pytest.mark.postgresql(15)
def test_a_database_of_initdb_alone(database: str) -> None:
    found = run(project_of(database), select(load_rules()), Policies()).findings
    assert [f.message for f in found if f.code.startswith(("SEC", "NEON"))] == []


READ_ALOUD = {
    "supabase": [
        "SEC001 team_user", "SEC005 feedback (Anybody writes)", "SEC007 profiles", "SEC009 admin_notes (Admins)",
        "SEC010 document_titles", "SEC011 team_sizes", "SEC016 api_clients", "SEC018 profiles", "SEC025 teams",
        "SEC030 teams (Team members can see)", "SEC042 postgres",
    ],
    "neon": ["SEC001 invoices", "SEC007 notes", "SEC007 todos", "SEC008 notes.user_id", "SEC008 todos.user_id",
             "SEC018 notes", "SEC036 notes.user_id"],
}  # fmt: skip


@pytest.mark.postgresql(15)
@pytest.mark.parametrize("name", READ_ALOUD)
def test_databases_of_two_platforms(database: str, name: str) -> None:
    execute(database, (DATABASES / f"{name}.sql").read_text("utf-8"))
    exposed = Policies(exposed_roles=("anon", "authenticated", "anonymous"))
    found = run(project_of(database), select(load_rules()), exposed).findings
    security = sorted(f"{f.code} {f.subject}" for f in found if f.code.startswith("SEC"))
    assert security == READ_ALOUD[name]
