"""SEC: whether a table has row-level security, and whether that takes effect."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Policies, Severity, Violation, rule
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._names import quoted, quoted_table, words
from schema_lint_rules._platforms import is_platforms
from schema_lint_rules._rights import READ, WRITE, exposed_to, in_order, others_with
from schema_lint_rules._row_security import holds_rows, is_protected
from schema_lint_rules.shapes import listed


def enabling(table: Table) -> str:
    """SQL that switches row-level security on."""
    return f"ALTER TABLE {quoted_table(table)} ENABLE ROW LEVEL SECURITY;"


@rule(
    "SEC001", "exposed-table-without-row-security", severity=ERROR, evidence="C", reference="security:ROW_SECURITY",
    fix="sql", security_severity=8.6, peers=("splinter 0013 rls_disabled_in_public", "schemalint row-level-security",
                                             "pgrls SEC001"),
)  # fmt: skip
def exposed_table_without_row_security(table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """A table that a role of strangers may use has row-level security.

    Why: without it the right to read a table is the right to read everybody's rows, and an API that acts as that role
    passes it on (PostgreSQL documentation, 5.9. Row Security Policies; PostgREST and the data APIs of Supabase and Neon
    rest on it).

    Bad:
        ```toml
        [tool.schema-lint]
        exposed-roles = ["anon"]
        ```
        ```sql
        # file: schema.sql
        CREATE ROLE anon;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL, title text);
        GRANT SELECT ON tasks TO anon;
        ```

    Good:
        ```toml
        [tool.schema-lint]
        exposed-roles = ["anon"]
        ```
        ```sql
        # file: schema.sql
        CREATE ROLE anon;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL, title text, public boolean NOT NULL);
        GRANT SELECT ON tasks TO anon;
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY published ON tasks FOR SELECT TO anon USING (public);
        ```

    Exempt: everything, while the policy `exposed-roles` names no role; tables of a schema that the role may not use;
    views and foreign tables, which cannot have it.
    """
    if not holds_rows(table) or is_protected(table) or is_platforms(table.schema, schema):
        return
    exposed = exposed_to(table, schema, policies, READ | WRITE)
    if exposed:
        privileges = in_order({privilege for held in exposed.values() for privilege in held})
        yield Violation(
            message=f"{table.key} has no row-level security, and {listed(exposed)} may {listed(privileges)} any row",
            suggestion=f"enable row-level security on {table.key} and write policies, or revoke the rights",
            sql=enabling(table),
        )


@rule(
    "SEC002", "row-security-without-policy", severity=INFO, evidence="C", reference="security:ROW_SECURITY",
    peers=("splinter 0008 rls_enabled_no_policy", "pgrls SEC009"),
)  # fmt: skip
def row_security_without_policy(table: Table, schema: Schema) -> Iterator[Violation]:
    """A table with row-level security has a policy.

    Why: without any policy nobody but the owner, and roles that bypass row-level security, sees or writes a single row
    (PostgreSQL documentation, 5.9. Row Security Policies). If that is meant, revoking the rights says it more plainly.

    Bad:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY anybody_reads ON tasks FOR SELECT USING (id IS NOT NULL);
        ```

    Exempt: tables that are sealed on purpose: accept the finding with a reason.
    """
    if not holds_rows(table) or not is_protected(table) or is_platforms(table.schema, schema):
        return
    if not schema.row_policies_of(table.key):
        yield Violation(
            message=f"{table.key} has row-level security and no policy: only its owner sees rows",
            suggestion=f"write the policies of {table.key}",
        )


@rule(
    "SEC003", "policy-without-row-security", severity=ERROR, evidence="C", reference="security:ROW_SECURITY", fix="sql",
    minimal=True, silences=("SEC001",), security_severity=8.6,
    peers=("splinter 0007 policy_exists_rls_disabled", "pgrls SEC032"),
)  # fmt: skip
def policy_without_row_security(table: Table, schema: Schema) -> Iterator[Violation]:
    """A table with policies has row-level security switched on.

    Why: policies are stored, and shown by `\\d`, but do nothing until `ENABLE ROW LEVEL SECURITY` (PostgreSQL
    documentation, CREATE POLICY): whoever may read the table reads all of it.

    Bad:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        CREATE POLICY active ON tasks FOR SELECT USING (owner_name <> '');
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        CREATE POLICY active ON tasks FOR SELECT USING (owner_name <> '');
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        ```
    """
    found = schema.row_policies_of(table.key)
    if found and not is_protected(table) and not is_platforms(table.schema, schema):
        names = listed((quoted(policy.name) for policy in found), 3)
        which = "the policy" if len(found) == 1 else "the policies"
        yield Violation(
            message=f"{table.key} has {which} {names}, but row-level security is off: nothing is checked",
            suggestion=f"enable row-level security on {table.key}",
            sql=enabling(table),
        )


@rule(
    "SEC004", "row-security-not-forced", severity=INFO, evidence="C", reference="security:ROW_SECURITY", on=False,
    strict=False, fix="sql", peers=("schemalint row-level-security", "pgrls SEC002"),
)  # fmt: skip
def row_security_not_forced(table: Table, schema: Schema) -> Iterator[Violation]:
    """Policies apply to the table's owner, too.

    Why: the owner passes every policy by, unless row-level security is forced (PostgreSQL documentation, ALTER TABLE).
    An application that connects as the owner, as many do that run their own migrations, is not held by any.

    Bad:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY active ON tasks FOR SELECT USING (owner_name <> '');
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        ALTER TABLE tasks FORCE ROW LEVEL SECURITY;
        CREATE POLICY active ON tasks FOR SELECT USING (owner_name <> '');
        ```

    Limits: a warning where the role that reads the catalogue is the owner; superusers are never held.
    """
    storage = table.storage
    if storage is None or not is_protected(table) or storage.row_security_forced or not holds_rows(table):
        return
    if is_platforms(table.schema, schema) or not schema.row_policies_of(table.key):
        return
    connected = schema.server is not None and schema.server.role == storage.owner
    severity: Severity = WARNING if connected else INFO
    yield Violation(
        message=f"the policies of {table.key} do not hold for {storage.owner}, who owns it",
        suggestion=f"force row-level security on {table.key}, or let the application connect as another role",
        severity=severity,
        sql=f"ALTER TABLE {quoted_table(table)} FORCE ROW LEVEL SECURITY;",
    )


_SENSITIVE = frozenset({
    "password", "passwd", "pwd", "password_hash", "passwordhash", "encrypted_password", "hashed_password",
    "secret", "secret_key", "secretkey", "client_secret", "api_key", "apikey", "api_secret", "private_key",
    "privatekey", "access_token", "accesstoken", "refresh_token", "refreshtoken", "auth_token", "session_token",
    "reset_token", "otp_secret", "totp_secret", "mfa_secret", "recovery_codes", "pin", "ssn", "social_security",
    "social_security_number", "national_id", "tax_id", "passport_number", "drivers_license", "credit_card",
    "creditcard", "credit_card_number", "card_number", "cardnumber", "cvv", "cvc", "iban", "bank_account",
    "bank_account_number", "account_number", "routing_number", "date_of_birth", "medical_record", "health_record",
    "diagnosis",
})  # fmt: skip


@rule(
    "SEC016", "sensitive-column-exposed", severity=ERROR, evidence="C", reference="security:PRIVILEGES", minimal=True,
    fix="sql", silences=("SEC001",), security_severity=9.1,
    peers=("splinter 0023 sensitive_columns_exposed", "pgrls SEC045", "dblinter T012"),
)  # fmt: skip
def sensitive_column_exposed(table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """A role of strangers cannot read passwords, tokens, and numbers of cards and accounts.

    Why: a column is readable with its table, unless rights are given by column, and nothing in an API hides it
    (PostgreSQL documentation, GRANT).

    Bad:
        ```toml
        [tool.schema-lint]
        exposed-roles = ["anon"]
        ```
        ```sql
        # file: schema.sql
        CREATE ROLE anon;
        CREATE TABLE users (id uuid PRIMARY KEY, name text NOT NULL, api_key text NOT NULL);
        GRANT SELECT ON users TO anon;
        ```

    Good:
        ```toml
        [tool.schema-lint]
        exposed-roles = ["anon"]
        ```
        ```sql
        # file: schema.sql
        CREATE ROLE anon;
        CREATE TABLE users (id uuid PRIMARY KEY, name text NOT NULL, api_key text NOT NULL);
        ```

    Exempt: everything, while the policy `exposed-roles` names no role; tables with row-level security; rights on other
    columns alone. Only whole names count: `password`, not `password_changed_at`.
    """
    if table.storage is None or is_protected(table) or is_platforms(table.schema, schema):
        return
    sensitive = [column for column in table.columns.known if "_".join(words(column.name)) in _SENSITIVE]
    if not sensitive or not policies.exposed_roles:
        return
    for_all = [grant for grant in schema.grants_on("table", table.schema, table.name) if "SELECT" in grant.privileges]
    of_columns = schema.grants_on("column", table.schema, table.name)
    names = {column.name for column in sensitive}
    if not for_all and not any(grant.column in names and "SELECT" in grant.privileges for grant in of_columns):
        return
    exposed = exposed_to(table, schema, policies, READ)
    if exposed:
        readers = listed(exposed)
        yield Violation(
            message=f"{readers} may read {listed(column.name for column in sensitive)} of {table.key}",
            suggestion=f"revoke SELECT on {table.key}, and grant the columns that may be seen",
            sql="\n".join(f"REVOKE SELECT ON {quoted_table(table)} FROM {quoted(role)};" for role in exposed),
        )


@rule(
    "SEC027", "unprotected-partition", severity=WARNING, evidence="C", reference="security:ROW_SECURITY", fix="sql",
    security_severity=6.5, peers=("pgrls SEC041", "pgrls SEC043"),
)  # fmt: skip
def unprotected_partition(table: Table, schema: Schema) -> Iterator[Violation]:
    """A table that belongs to a protected one cannot be read around it.

    Why: policies of a partitioned table, or of one that others inherit from, hold for queries that name that table. A
    query that names the partition is judged by the partition's own (PostgreSQL documentation, 5.12. Table
    Partitioning).

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE events (day date NOT NULL, owner_name name NOT NULL) PARTITION BY RANGE (day);
        CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        ALTER TABLE events ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON events FOR SELECT TO app USING (owner_name <> '');
        GRANT SELECT ON events, events_2026 TO app;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE events (day date NOT NULL, owner_name name NOT NULL) PARTITION BY RANGE (day);
        CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        ALTER TABLE events ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON events FOR SELECT TO app USING (owner_name <> '');
        GRANT SELECT ON events TO app;
        ```

    Exempt: partitions and children on which nobody but the owner has rights.
    """
    storage = table.storage
    if storage is None or is_platforms(table.schema, schema):
        return
    if storage.unprotected_partitions:
        plural = "s" * (len(storage.unprotected_partitions) > 1)
        yield Violation(
            message=f"{listed(storage.unprotected_partitions, 3)} can be read past the policies of {table.key}",
            suggestion=f"revoke the rights on the partition{plural}, or enable row-level security there, too",
            sql="\n".join(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;" for name in storage.unprotected_partitions),
        )
    parents = [name for name in storage.inherits if is_protected(schema.table(name))]
    if parents and holds_rows(table) and not is_protected(table) and others_with(table, schema, READ | WRITE):
        yield Violation(
            message=f"{table.key} inherits from {listed(parents)}, but not the policies: its rows are open",
            suggestion=f"revoke the rights on {table.key}, or enable row-level security there, too",
            sql=enabling(table),
        )
