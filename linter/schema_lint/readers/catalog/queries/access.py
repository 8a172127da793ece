"""Who may do what: grants, default privileges, and policies of row-level security."""

from __future__ import annotations

import msgspec

from schema_lint.readers.catalog.queries.tables import IN_SCHEMAS, TABLES_READ, of_extension


class GrantRow(msgspec.Struct, frozen=True, gc=False):
    """Rights that somebody else than the owner has on an object."""

    kind: str
    schema: str | None
    object: str
    column: str | None
    grantee: int
    """0 for all."""

    grantee_name: str | None
    privileges: list[str]
    by_default: bool


# An object without a list has its kind's default: nothing for others, but EXECUTE on functions.
GRANTS = f"""
SELECT g.kind, g.schema, g.object, g.part, g.grantee, CASE WHEN g.grantee <> 0 THEN pg_get_userbyid(g.grantee) END,
       array_agg(g.privilege_type ORDER BY g.place), bool_and(g.by_default)
FROM (
  SELECT 'table' AS kind, t.nspname::text AS schema, t.relname::text AS object, NULL::text AS part, a.grantee,
         a.privilege_type, c.relowner AS owner, false AS by_default, a.place
  FROM ({TABLES_READ}) t JOIN pg_class c ON c.oid = t.oid AND c.relacl IS NOT NULL,
       aclexplode(c.relacl) WITH ORDINALITY a (grantor, grantee, privilege_type, is_grantable, place)
  UNION ALL
  SELECT 'column', t.nspname, t.relname, b.attname, a.grantee, a.privilege_type, c.relowner, false, a.place
  FROM ({TABLES_READ}) t JOIN pg_class c ON c.oid = t.oid
  JOIN pg_attribute b ON b.attrelid = t.oid AND b.attacl IS NOT NULL AND NOT b.attisdropped,
       aclexplode(b.attacl) WITH ORDINALITY a (grantor, grantee, privilege_type, is_grantable, place)
  UNION ALL
  SELECT 'sequence', n.nspname, c.relname, NULL, a.grantee, a.privilege_type, c.relowner, false, a.place
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
       aclexplode(c.relacl) WITH ORDINALITY a (grantor, grantee, privilege_type, is_grantable, place)
  WHERE c.relkind = 'S' AND c.relacl IS NOT NULL AND {IN_SCHEMAS}
    AND NOT {of_extension("pg_class", "c.oid")}
  UNION ALL
  SELECT 'function', n.nspname, format('%%s(%%s)', p.proname, pg_get_function_identity_arguments(p.oid)), NULL,
         a.grantee, a.privilege_type, p.proowner, p.proacl IS NULL, a.place
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace,
       aclexplode(coalesce(p.proacl, acldefault('f', p.proowner)))
         WITH ORDINALITY a (grantor, grantee, privilege_type, is_grantable, place)
  WHERE {IN_SCHEMAS}
    AND NOT {of_extension("pg_proc", "p.oid")}
  UNION ALL
  SELECT 'schema', NULL, n.nspname, NULL, a.grantee, a.privilege_type, n.nspowner, false, a.place
  FROM pg_namespace n, aclexplode(n.nspacl) WITH ORDINALITY a (grantor, grantee, privilege_type, is_grantable, place)
  WHERE n.nspacl IS NOT NULL AND {IN_SCHEMAS}
  UNION ALL
  SELECT 'database', NULL, b.datname, NULL, a.grantee, a.privilege_type, b.datdba, b.datacl IS NULL, a.place
  FROM pg_database b,
       aclexplode(coalesce(b.datacl, acldefault('d', b.datdba)))
         WITH ORDINALITY a (grantor, grantee, privilege_type, is_grantable, place)
  WHERE b.datname = current_database()
  UNION ALL
  SELECT 'future ' || CASE f.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' ELSE 'functions' END,
         n.nspname, pg_get_userbyid(f.defaclrole), NULL, a.grantee, a.privilege_type, f.defaclrole, false, a.place
  FROM pg_default_acl f LEFT JOIN pg_namespace n ON n.oid = f.defaclnamespace,
       aclexplode(f.defaclacl) WITH ORDINALITY a (grantor, grantee, privilege_type, is_grantable, place)
  WHERE f.defaclobjtype IN ('r', 'S', 'f')
) g
WHERE g.grantee <> g.owner
GROUP BY g.kind, g.schema, g.object, g.part, g.grantee
ORDER BY g.kind, g.schema, g.object, g.part, g.grantee
"""


class PolicyRow(msgspec.Struct, frozen=True, gc=False):
    """A policy."""

    table: int
    name: str
    command: str
    permissive: bool
    roles: list[str]
    """Empty for all."""

    using: str | None
    check: str | None
    columns: list[str]
    reads: list[list[str]]
    functions: list[list[str]]


# PostgreSQL's own functions and tables leave no dependency: nobody can drop them.
POLICIES = f"""
SELECT t.oid, p.polname, p.polcmd, p.polpermissive,
       ARRAY (SELECT pg_get_userbyid(r)::text FROM unnest(p.polroles) r WHERE r <> 0 ORDER BY 1),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid),
       ARRAY (SELECT DISTINCT a.attname::text
              FROM pg_depend d JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
              WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
                AND d.refobjid = p.polrelid AND d.refobjsubid > 0),
       ARRAY (SELECT DISTINCT ARRAY[n.nspname, c.relname]::text[]
              FROM pg_depend d JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
                AND d.refobjid <> p.polrelid),
       ARRAY (SELECT DISTINCT ARRAY[n.nspname, format('%%s(%%s)', f.proname,
                                                      pg_get_function_identity_arguments(f.oid))]::text[]
              FROM pg_depend d JOIN pg_proc f ON f.oid = d.refobjid JOIN pg_namespace n ON n.oid = f.pronamespace
              WHERE d.classid = 'pg_policy'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass)
FROM ({TABLES_READ}) t JOIN pg_policy p ON p.polrelid = t.oid
ORDER BY t.oid, p.polname
"""
