"""What a hosting platform keeps in a database beside the project's own: nobody else may change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema_lint.facts.database import Role
    from schema_lint.facts.project import Schema

# Supabase's own schemas, as its documentation and its `splinter` list them.
_SUPABASE = frozenset({
    "auth", "cron", "extensions", "graphql", "graphql_public", "net", "pgbouncer", "pgmq", "pgsodium", "pgsodium_masks",
    "pgtle", "realtime", "_realtime", "repack", "storage", "supabase_functions", "supabase_migrations", "vault",
    "_analytics", "_supavisor",
})  # fmt: skip
_NEON = frozenset({"neon", "neon_auth", "neon_migration"})
_ROLES = frozenset({
    "authenticator", "service_role", "dashboard_user", "pgbouncer", "pgsodium_keymaker", "neon_superuser",
    "cloud_admin", "neon_service", "rds_superuser", "rdsadmin", "rds_replication", "cloudsqlsuperuser",
    "cloudsqladmin", "azure_pg_admin", "azuresu",
})  # fmt: skip


def is_platforms(namespace: str | None, schema: Schema) -> bool:
    """The schema of that name is the platform's, not the project's."""
    if namespace in _SUPABASE and schema.role("supabase_admin") is not None:
        return True
    return namespace in _NEON and on_neon(schema)


def on_neon(schema: Schema) -> bool:
    """The database is one of Neon's."""
    return schema.server is not None and (schema.server.neon or schema.role("neon_superuser") is not None)


def is_administrative(role: Role, schema: Schema) -> bool:
    """The platform made the role, or gives everyone who administers the database its like."""
    if role.superuser or role.name in _ROLES or role.name.startswith("supabase_"):
        return True
    supabase = schema.role("supabase_admin") is not None and role.name == "postgres"
    return supabase or "neon_superuser" in role.member_of
