"""What a hosting platform keeps in a database beside the project's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.facts.platforms import is_platforms, on_neon

if TYPE_CHECKING:
    from schema_lint.facts.database import Role
    from schema_lint.facts.project import Schema

__all__ = ["is_administrative", "is_platforms", "on_neon"]

_ROLES = frozenset({
    "authenticator", "service_role", "dashboard_user", "pgbouncer", "pgsodium_keymaker", "neon_superuser",
    "cloud_admin", "neon_service", "rds_superuser", "rdsadmin", "rds_replication", "cloudsqlsuperuser",
    "cloudsqladmin", "azure_pg_admin", "azuresu",
})  # fmt: skip


def is_administrative(role: Role, schema: Schema) -> bool:
    """The platform made the role, or gives everyone who administers the database its like."""
    if role.superuser or role.name in _ROLES or role.name.startswith("supabase_"):
        return True
    supabase = schema.role("supabase_admin") is not None and role.name == "postgres"
    return supabase or "neon_superuser" in role.member_of
