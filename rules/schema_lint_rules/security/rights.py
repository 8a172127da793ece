"""SEC: rights that everybody has."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Policies, Severity, Violation, rule
from schema_lint.facts.database import PUBLIC, Grant
from schema_lint.facts.project import Schema
from schema_lint_rules._names import qualified, quoted
from schema_lint_rules._platforms import is_platforms
from schema_lint_rules._rights import WRITE, in_order
from schema_lint_rules.shapes import listed

CLOSED_BY_DEFAULT = 150000
"""`server_version_num` of the first PostgreSQL whose schema `public` not everybody may create in."""


@rule(
    "SEC014", "create-granted-to-public", severity=WARNING, evidence="C", reference="security:PRIVILEGES", fix="sql",
    security_severity=6.5, peers=("pglinter S003", "dblinter B005"),
)  # fmt: skip
def create_granted_to_public(grant: Grant, schema: Schema) -> Iterator[Violation]:
    """Not everybody may create objects in a schema.

    Why: who may create in a schema that others search puts a function or an operator there that their queries call
    instead of the one they mean (CVE-2018-1058). Until PostgreSQL 14 everybody may in `public`; a database that was
    upgraded keeps that.

    Bad:
        ```sql
        GRANT CREATE ON SCHEMA public TO PUBLIC;
        ```

    Good:
        ```sql
        REVOKE CREATE ON SCHEMA public FROM PUBLIC;
        ```

    Limits: an info where PostgreSQL 14 or older grants it by itself and only one role may log in.
    """
    if grant.kind != "schema" or grant.grantee != PUBLIC or "CREATE" not in grant.privileges:
        return
    if is_platforms(grant.object, schema):
        return
    old = schema.server is not None and schema.server.version < CLOSED_BY_DEFAULT
    alone = sum(role.login and not role.superuser for role in schema.roles) <= 1
    severity: Severity = INFO if old and alone else WARNING
    yield Violation(
        message=f"everybody may create objects in the schema {grant.object}",
        suggestion=f"revoke CREATE on {grant.object} from PUBLIC",
        severity=severity,
        sql=f"REVOKE CREATE ON SCHEMA {quoted(grant.object)} FROM PUBLIC;",
    )


@rule(
    "SEC015", "grant-to-public", severity=WARNING, evidence="C", reference="security:PRIVILEGES", fix="sql",
    security_severity=5.3, peers=("eslint-plugin-postgresql",),
)  # fmt: skip
def grant_to_public(grant: Grant, schema: Schema) -> Iterator[Violation]:
    """Rights on a table are given to roles, not to everybody.

    Why: PUBLIC is every role that there is and will be: a reporting tool's, a former colleague's (PostgreSQL
    documentation, GRANT).

    Bad:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY);
        GRANT SELECT ON tasks TO PUBLIC;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id integer PRIMARY KEY);
        GRANT SELECT ON tasks TO app;
        ```

    Exempt: what PostgreSQL grants by itself; functions (SEC013) and schemas (SEC014); extensions' objects.
    """
    if grant.grantee != PUBLIC or grant.by_default or grant.kind not in ("table", "column", "sequence"):
        return
    if is_platforms(grant.schema, schema):
        return
    name = f"{grant.schema}.{grant.object}" if grant.schema else grant.object
    sql_name = qualified(grant.schema, grant.object)
    columns = f" ({quoted(grant.column)})" if grant.column else ""
    privileges = ", ".join(f"{privilege}{columns}" for privilege in grant.privileges)
    what = f"{name}.{grant.column}" if grant.column else name
    yield Violation(
        message=f"everybody has the right to {listed(in_order(grant.privileges))} on {what}",
        suggestion="grant it to the roles that need it, and revoke it from PUBLIC",
        sql=f"REVOKE {privileges} ON {'SEQUENCE ' * (grant.kind == 'sequence')}{sql_name} FROM PUBLIC;",
    )


@rule(
    "SEC042", "default-privileges-for-everyone", severity=WARNING, evidence="C", reference="security:PRIVILEGES",
    fix="sql", security_severity=5.3, peers=("pgrls SEC044",),
)  # fmt: skip
def default_privileges_for_everyone(grant: Grant, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """Tables that will be made are not open to everybody before anybody thought of them.

    Why: ALTER DEFAULT PRIVILEGES gives the right with each CREATE TABLE, before its row-level security is on; a
    migration that forgets the policies publishes the table (PostgreSQL documentation, ALTER DEFAULT PRIVILEGES).

    Bad:
        ```sql
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO PUBLIC;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO app;
        ```

    Exempt: defaults for roles that the policy `exposed-roles` does not name; those of a platform's own administrators.
    """
    strangers = grant.grantee == PUBLIC or grant.grantee in policies.exposed_roles
    privileges = [name for name in in_order(grant.privileges) if name == "SELECT" or name in WRITE]
    if grant.kind != "future tables" or not strangers or not privileges or is_platforms(grant.schema, schema):
        return
    if grant.object.startswith("supabase_") and schema.role("supabase_admin") is not None:
        return
    who = "everybody" if grant.grantee == PUBLIC else grant.grantee
    place = f" in {grant.schema}" if grant.schema else ""
    within = f" IN SCHEMA {quoted(grant.schema)}" if grant.schema else ""
    grantee = PUBLIC if grant.grantee == PUBLIC else quoted(grant.grantee)
    yield Violation(
        message=f"{who} will have the right to {listed(privileges)} on every table that {grant.object} makes{place}",
        suggestion="grant rights table by table, after its policies",
        sql=f"ALTER DEFAULT PRIVILEGES FOR ROLE {quoted(grant.object)}{within} "
        f"REVOKE {', '.join(privileges)} ON TABLES FROM {grantee};",
    )
