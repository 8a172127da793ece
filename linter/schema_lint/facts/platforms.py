"""What a hosting platform keeps in a database beside the project's own: nobody else may change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema_lint.facts.project import Schema

# Supabase's own schemas, as its documentation and its `splinter` list them.
_SUPABASE = frozenset({
    "auth", "cron", "extensions", "graphql", "graphql_public", "net", "pgbouncer", "pgmq", "pgsodium", "pgsodium_masks",
    "pgtle", "realtime", "_realtime", "repack", "storage", "supabase_functions", "supabase_migrations", "vault",
    "_analytics", "_supavisor",
})  # fmt: skip
_NEON = frozenset({"neon", "neon_auth", "neon_migration"})


def is_platforms(namespace: str | None, schema: Schema) -> bool:
    """The schema of that name is the platform's, not the project's; its own roles say that the platform is there."""
    if namespace in _SUPABASE and schema.role("supabase_admin") is not None:
        return True
    return namespace in _NEON and on_neon(schema)


def on_neon(schema: Schema) -> bool:
    """The database is one of Neon's."""
    return schema.server is not None and (schema.server.neon or schema.role("neon_superuser") is not None)


def platforms_of(schema: Schema) -> frozenset[str]:
    """The schemas of a database that are a platform's."""
    return frozenset(name for name in _SUPABASE | _NEON if is_platforms(name, schema))
