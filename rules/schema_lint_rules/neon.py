"""NEON: what differs where a compute sleeps, restarts and keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, Violation, rule
from schema_lint.facts.database import Sequence, Server
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._names import qualified, quoted, quoted_table
from schema_lint_rules._platforms import is_platforms, on_neon


@rule(
    "NEON001", "unlogged-table-on-neon", severity=ERROR, evidence="C", reference="models:Task", fix="sql", minimal=True,
    silences=("TBL029",),
    peers=("db_verifier r1001", "db_verifier s1001"),
)  # fmt: skip
def unlogged_table_on_neon(kept: Table | Sequence, schema: Schema) -> Iterator[Violation]:
    """A table on Neon is logged.

    Why: an unlogged table is on the compute's own disk, and empty after each restart; a compute restarts whenever it
    wakes from scaling to zero (Neon documentation, "Postgres compatibility", unlogged tables).

    Bad:
        ```sql
        CREATE ROLE neon_superuser;
        CREATE UNLOGGED TABLE carts (id uuid PRIMARY KEY);
        ```

    Good:
        ```sql
        CREATE ROLE neon_superuser;
        CREATE TABLE carts (id uuid PRIMARY KEY);
        ```

    Exempt: databases that are not on Neon.
    """
    if not on_neon(schema) or is_platforms(kept.schema, schema):
        return
    if isinstance(kept, Table):
        if kept.storage is not None and kept.storage.persistence == "unlogged":
            yield Violation(
                message=f"{kept.key} is unlogged, and empty whenever the compute has restarted",
                suggestion=f"make {kept.key} a logged table",
                sql=f"ALTER TABLE {quoted_table(kept)} SET LOGGED;",
            )
    elif kept.unlogged and kept.owned_by is None:
        name = qualified(kept.schema, kept.name)
        yield Violation(
            message=f"the sequence {kept.name} is unlogged, and begins anew whenever the compute has restarted",
            suggestion=f"make {kept.name} a logged sequence",
            sql=f"ALTER SEQUENCE {name} SET LOGGED;",
        )


@rule(
    "NEON002", "idle-transaction-keeps-compute-awake", severity=INFO, evidence="C", reference="db:limit_statements",
    fix="sql",
)  # fmt: skip
def idle_transaction_keeps_compute_awake(server: Server, schema: Schema) -> Iterator[Violation]:
    """On Neon a transaction that does nothing ends by itself.

    Why: a connection that is idle in a transaction counts as active, so that the compute does not scale to zero (Neon
    documentation, "Compute lifecycle"): one forgotten COMMIT is paid for by the hour. And it keeps its locks.

    Bad:
        ```text
        # file: postgresql.conf
        idle_in_transaction_session_timeout = 0
        ```

    Good:
        ```text
        # file: postgresql.conf
        idle_in_transaction_session_timeout = 300000
        ```

    Exempt: databases that are not on Neon.
    """
    if on_neon(schema) and server.settings.get("idle_in_transaction_session_timeout") == "0":
        yield Violation(
            message=f"for {server.role} a transaction may be idle for ever, and keeps the compute awake",
            suggestion="set idle_in_transaction_session_timeout for the role",
            sql=f"ALTER ROLE {quoted(server.role)} SET idle_in_transaction_session_timeout = '5min';",
        )
