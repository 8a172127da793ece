"""SEC: roles that policies do not bind."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import WARNING, Policies, Violation, rule
from schema_lint.facts.database import Role, Server
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._names import quoted, quoted_table
from schema_lint_rules._platforms import is_administrative, is_platforms
from schema_lint_rules._rights import READ, WRITE, grants_on_table, held
from schema_lint_rules._row_security import is_protected
from schema_lint_rules.shapes import listed


@rule(
    "SEC017", "md5-password-encryption", severity=WARNING, evidence="C", reference="db:tls", on=False, fix="sql",
    security_severity=5.9, peers=("pglinter C003", "dblinter C003"),
)  # fmt: skip
def md5_password_encryption(server: Server) -> Iterator[Violation]:
    """New passwords are kept as SCRAM, not as MD5.

    Why: an MD5 digest is as good as the password to whoever sees it, and PostgreSQL 18 calls it deprecated
    (PostgreSQL documentation, 20.5. Password Authentication).

    Bad:
        ```text
        # file: postgresql.conf
        password_encryption = md5
        ```

    Good:
        ```text
        # file: postgresql.conf
        password_encryption = scram-sha-256
        ```
    """
    if server.settings.get("password_encryption") in ("md5", "on"):
        yield Violation(
            message="the server keeps new passwords as MD5",
            suggestion="set password_encryption to scram-sha-256, then let everyone set their password anew",
            sql="ALTER SYSTEM SET password_encryption = 'scram-sha-256';",
        )


def _guarded(schema: Schema) -> list[Table]:
    """The project's tables whose rows policies guard."""
    keys = dict.fromkeys(policy.table for policy in schema.row_policies)
    tables = (schema.table(key) for key in keys)
    return [t for t in tables if t is not None and is_protected(t) and not is_platforms(t.schema, schema)]


@rule(
    "SEC028", "role-bypasses-row-security", severity=WARNING, evidence="C", reference="security:PRIVILEGES", fix="sql",
    security_severity=6.5, peers=("pgrls SEC016", "pgrls SEC023", "pgrls SEC029"),
)  # fmt: skip
def role_bypasses_row_security(role: Role, schema: Schema) -> Iterator[Violation]:
    """A role that logs in is bound by the policies.

    Why: BYPASSRLS passes all policies of all tables by, for itself and for whoever may SET ROLE to it. A policy for
    such a role does nothing (PostgreSQL documentation, CREATE ROLE).

    Bad:
        ```sql
        CREATE ROLE app LOGIN BYPASSRLS;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        GRANT SELECT ON tasks TO app;
        ```

    Good:
        ```sql
        CREATE ROLE app LOGIN;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        GRANT SELECT ON tasks TO app;
        ```

    Exempt: superusers and administrators of a platform; roles without a right on any protected table, such as that of a
    backup; owners of the tables; databases without policies.
    """
    if not role.login or is_administrative(role, schema):
        return
    groups = [found for name in role.member_of if (found := schema.role(name)) is not None]
    through = [group.name for group in groups if group.bypasses_row_security and not group.superuser]
    if not role.bypasses_row_security and not through:
        return
    tables = [table for table in _guarded(schema) if held(role, grants_on_table(table, schema)) & (READ | WRITE)]
    if tables and not any(table.storage is not None and table.storage.owner == role.name for table in tables):
        keys = listed((table.key for table in tables), 3)
        how = "bypasses" if role.bypasses_row_security else f"may become {listed(through)}, which bypasses"
        mended = (
            f"ALTER ROLE {quoted(role.name)} NOBYPASSRLS;"
            if role.bypasses_row_security
            else "\n".join(f"REVOKE {quoted(group)} FROM {quoted(role.name)};" for group in through)
        )
        yield Violation(
            message=f"{role.name} {how} row-level security, so the policies of {keys} do not bind it",
            suggestion="let the application log in as a role without BYPASSRLS",
            sql=mended,
        )


@rule(
    "SEC029", "owners-member-past-policies", severity=WARNING, evidence="C", reference="security:ROW_SECURITY",
    fix="sql", security_severity=6.5, peers=("pgrls SEC048",),
)  # fmt: skip
def owners_member_past_policies(role: Role, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """A role that is a member of a table's owner is bound by its policies.

    Why: who has the owner's rights passes the policies by as the owner does, unless row-level security is forced
    (PostgreSQL documentation, 5.9. Row Security Policies).

    Bad:
        ```sql
        CREATE ROLE owners;
        CREATE ROLE app LOGIN IN ROLE owners;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks OWNER TO owners;
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        ```

    Good:
        ```sql
        CREATE ROLE owners;
        CREATE ROLE app LOGIN IN ROLE owners;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks OWNER TO owners;
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        ```

    Exempt: superusers, roles that bypass row-level security anyway (SEC028), administrators of a platform; roles that
    neither log in nor are named by the policy `exposed-roles`.
    """
    if not (role.login or role.name in policies.exposed_roles) or role.bypasses_row_security:
        return
    if is_administrative(role, schema):
        return
    open_to = [
        table
        for table in _guarded(schema)
        if table.storage is not None and table.storage.owner in role.member_of and not table.storage.row_security_forced
    ]
    if open_to:
        owners = listed(dict.fromkeys(table.storage.owner for table in open_to if table.storage is not None))
        yield Violation(
            message=f"{role.name} is a member of {owners}, so the policies of {listed((t.key for t in open_to), 3)} do "
            "not bind it",
            suggestion=f"force row-level security, or take {role.name} out of {owners}",
            sql="\n".join(f"ALTER TABLE {quoted_table(table)} FORCE ROW LEVEL SECURITY;" for table in open_to),
        )
