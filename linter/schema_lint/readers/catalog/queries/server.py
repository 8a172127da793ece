"""The server, what is installed in it, and its roles."""

from __future__ import annotations

import msgspec


class ServerRow(msgspec.Struct, frozen=True, gc=False):
    """The database that was asked."""

    database: str
    default_schema: str | None
    role: str
    superuser: bool
    encoding: str
    in_recovery: bool
    settings: dict[str, str]
    collation: str | None
    collation_changed: bool
    observed_days: float


# What a session of this role would have: our own transaction changes some. A statistics reset is NULL where there
# never was one, and what was counted before a restart may be lost on a compute that sleeps.
SERVER = """
SELECT d.datname, current_schema(), current_user, current_setting('is_superuser') = 'on',
       pg_encoding_to_char(d.encoding), pg_is_in_recovery(),
       (SELECT jsonb_object_agg(name, coalesce(reset_val, setting)) FROM pg_settings
        WHERE name LIKE 'neon.%' OR name IN (
          'TimeZone', 'autovacuum', 'default_transaction_isolation', 'idle_in_transaction_session_timeout',
          'lock_timeout', 'max_connections', 'password_encryption', 'search_path', 'server_version',
          'statement_timeout', 'track_counts', 'wal_level')),
       {collation}, {collation_changed},
       (extract(epoch FROM now() - greatest(
         pg_postmaster_start_time(), pg_stat_get_db_stat_reset_time(d.oid))) / 86400)::float8
FROM pg_database d WHERE d.datname = current_database()
"""


class ExtensionRow(msgspec.Struct, frozen=True, gc=False):
    """An extension that is installed, or could be: its schema and version are then `None`."""

    name: str
    schema: str | None
    version: str | None
    newest: str | None


EXTENSIONS = """
SELECT coalesce(e.extname, a.name), n.nspname, e.extversion, a.default_version
FROM pg_available_extensions() a FULL JOIN pg_extension e ON e.extname = a.name
LEFT JOIN pg_namespace n ON n.oid = e.extnamespace
ORDER BY 1
"""


class RoleRow(msgspec.Struct, frozen=True, gc=False):
    """A role."""

    name: str
    login: bool
    superuser: bool
    bypasses_row_security: bool
    groups: list[str]
    """Roles that it is a member of, directly."""


ROLES = """
SELECT r.rolname, r.rolcanlogin, r.rolsuper, r.rolbypassrls,
       ARRAY (SELECT pg_get_userbyid(m.roleid) FROM pg_auth_members m WHERE m.member = r.oid ORDER BY 1)::text[]
FROM pg_roles r ORDER BY r.rolname
"""

# (schema, owner)
NAMESPACES = """
SELECT n.nspname, pg_get_userbyid(n.nspowner) FROM pg_namespace n
WHERE n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
  AND (%(schemas)s::text[] IS NULL OR n.nspname = ANY (%(schemas)s::text[]))
ORDER BY n.nspname
"""
