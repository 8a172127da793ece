"""SEC: what views show of protected tables."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Policies, Violation, rule
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._names import quoted, quoted_table
from schema_lint_rules._platforms import is_platforms
from schema_lint_rules._rights import READ, exposed_to, is_exempt, others_with
from schema_lint_rules._row_security import is_protected
from schema_lint_rules.shapes import listed

SECURITY_INVOKER = 150000
"""`server_version_num` of the first PostgreSQL that has it."""


def _kind(table: Table) -> str:
    return table.storage.kind if table.storage is not None else ""


def _is_set(table: Table, option: str) -> bool:
    value = table.storage.options.get(option, "") if table.storage is not None else ""
    return value.lower() in ("true", "on", "yes", "1")


def _protected_sources(view: Table, schema: Schema) -> list[Table]:
    if view.storage is None or is_platforms(view.schema, schema):
        return []
    found = (schema.table(key) for key in view.storage.reads)
    return [table for table in found if table is not None and is_protected(table)]


@rule(
    "SEC010", "view-bypasses-row-security", severity=WARNING, evidence="C", reference="security:OPEN_TASKS", fix="sql",
    security_severity=7.5, peers=("splinter 0010 security_definer_view", "pgrls VIEW001"),
)  # fmt: skip
def view_bypasses_row_security(table: Table, schema: Schema) -> Iterator[Violation]:
    """A view over a protected table reads it with the rights of whoever asks.

    Why: a view reads its tables as its owner, and policies are judged for the owner, who is mostly not bound by any:
    everybody who may read the view sees all rows. `security_invoker` (PostgreSQL 15) reads as the one who asks
    (PostgreSQL documentation, CREATE VIEW).

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        CREATE VIEW owners AS SELECT DISTINCT owner_name FROM tasks;
        GRANT SELECT ON owners TO app;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        CREATE VIEW owners WITH (security_invoker = true) AS SELECT DISTINCT owner_name FROM tasks;
        GRANT SELECT ON owners TO app;
        ```

    Exempt: views that only their owner may read; owners that the policies bind, too; views over tables without
    row-level security; PostgreSQL 14, which has no `security_invoker`.
    """
    storage = table.storage
    if storage is None or _kind(table) != "view" or _is_set(table, "security_invoker"):
        return
    if schema.server is None or schema.server.version < SECURITY_INVOKER:
        return
    passed = [source.key for source in _protected_sources(table, schema) if is_exempt(storage.owner, source, schema)]
    readers = others_with(table, schema, READ) if passed else []
    if readers:
        yield Violation(
            message=f"the view {table.key} reads {listed(passed)} with the rights of {storage.owner}, past the "
            f"policies, and {listed(readers)} may read it",
            suggestion=f"set security_invoker on {table.key}",
            sql=f"ALTER VIEW {quoted_table(table)} SET (security_invoker = true);",
        )


@rule(
    "SEC011", "unprotected-relation-exposed", severity=WARNING, evidence="C", reference="security:PRIVILEGES",
    fix="sql", security_severity=6.5, silences=("SEC041",),
    peers=("splinter 0016 materialized_view_in_api", "splinter 0017 foreign_table_in_api", "pgrls SEC053",
           "pgrls SEC054"),
)  # fmt: skip
def unprotected_relation_exposed(table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """A role of strangers cannot read what has no row-level security.

    Why: a materialized view holds rows as its owner saw them, and a foreign table those of another server. Neither can
    have policies: who may read it reads all of it (PostgreSQL documentation, CREATE POLICY).

    Bad:
        ```toml
        [tool.schema-lint]
        exposed-roles = ["anon"]
        ```
        ```sql
        # file: schema.sql
        CREATE ROLE anon;
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);
        CREATE MATERIALIZED VIEW titles AS SELECT title, count(*) FROM tasks GROUP BY title;
        GRANT SELECT ON titles TO anon;
        ```

    Good:
        ```toml
        [tool.schema-lint]
        exposed-roles = ["anon"]
        ```
        ```sql
        # file: schema.sql
        CREATE ROLE anon;
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);
        CREATE MATERIALIZED VIEW titles AS SELECT title, count(*) FROM tasks GROUP BY title;
        ```

    Exempt: everything, while the policy `exposed-roles` names no role.
    """
    kind = _kind(table)
    if kind not in ("materialized view", "foreign table") or is_platforms(table.schema, schema):
        return
    exposed = exposed_to(table, schema, policies, READ)
    if exposed:
        yield Violation(
            message=f"{listed(exposed)} may read all of the {kind} {table.key}, which can have no policies",
            suggestion=f"revoke SELECT on {table.key}, and show what may be seen by a view with a condition",
            sql="\n".join(f"REVOKE SELECT ON {quoted_table(table)} FROM {quoted(role)};" for role in exposed),
        )


@rule(
    "SEC040", "view-without-security-barrier", severity=INFO, evidence="C", reference="security:OPEN_TASKS", on=False,
    fix="sql", peers=("pgrls VIEW002",),
)  # fmt: skip
def view_without_security_barrier(table: Table, schema: Schema) -> Iterator[Violation]:
    """A view that hides rows of a protected table is a barrier to functions in queries.

    Why: without `security_barrier` PostgreSQL may call a cheap function of the query before the view's own condition,
    and the function sees rows that the view hides. The policies themselves are not passed by (PostgreSQL documentation,
    41.5. Rules and Privileges).

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL, secret boolean NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        CREATE VIEW shown WITH (security_invoker = true) AS SELECT id FROM tasks WHERE NOT secret;
        GRANT SELECT ON shown TO app;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL, secret boolean NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        CREATE VIEW shown WITH (security_invoker = true, security_barrier = true) AS
            SELECT id FROM tasks WHERE NOT secret;
        GRANT SELECT ON shown TO app;
        ```

    Exempt: views that only their owner may read.
    """
    if _kind(table) != "view" or _is_set(table, "security_barrier") or not others_with(table, schema, READ):
        return
    sources = _protected_sources(table, schema)
    if sources:
        yield Violation(
            message=f"the view {table.key} over {listed(source.key for source in sources)} is no security barrier",
            suggestion=f"set security_barrier on {table.key}, if it hides rows",
            sql=f"ALTER VIEW {quoted_table(table)} SET (security_barrier = true);",
        )


@rule(
    "SEC041", "materialized-view-past-policies", severity=WARNING, evidence="C", reference="security:OPEN_TASKS",
    security_severity=6.5, peers=("pgrls VIEW003",),
)  # fmt: skip
def materialized_view_past_policies(table: Table, schema: Schema) -> Iterator[Violation]:
    """A materialized view copies no rows past the policies of their table.

    Why: it is filled as its owner, and read without asking the table again: whoever may read it sees what the owner
    saw (PostgreSQL documentation, REFRESH MATERIALIZED VIEW).

    Bad:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        CREATE MATERIALIZED VIEW owners AS SELECT owner_name, count(*) FROM tasks GROUP BY owner_name;
        GRANT SELECT ON owners TO app;
        ```

    Good:
        ```sql
        CREATE ROLE app;
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_name name NOT NULL);
        ALTER TABLE tasks ENABLE ROW LEVEL SECURITY;
        CREATE POLICY named ON tasks FOR SELECT TO app USING (owner_name <> '');
        CREATE MATERIALIZED VIEW owners AS SELECT owner_name, count(*) FROM tasks GROUP BY owner_name;
        ```

    Exempt: materialized views that only their owner may read; owners that the policies bind, too.
    """
    storage = table.storage
    if storage is None or storage.kind != "materialized view":
        return
    copied = [source.key for source in _protected_sources(table, schema) if is_exempt(storage.owner, source, schema)]
    readers = others_with(table, schema, READ) if copied else []
    if readers:
        yield Violation(
            message=f"the materialized view {table.key} holds rows of {listed(copied)} past their policies, and "
            f"{listed(readers)} may read it",
            suggestion=f"revoke SELECT on {table.key}, and show it by a view that compares whose the rows are",
        )
