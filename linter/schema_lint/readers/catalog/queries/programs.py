"""What runs in a database, and what feeds its columns: functions, triggers, sequences, domains."""

from __future__ import annotations

import msgspec

from schema_lint.readers.catalog.queries.tables import IN_SCHEMAS, TABLES_READ, of_extension


class FunctionRow(msgspec.Struct, frozen=True, gc=False):
    """A function or procedure."""

    schema: str
    name: str
    arguments: str
    language: str
    owner: str
    security_definer: bool
    volatility: str
    leakproof: bool
    settings: list[str] | None
    returns: str | None
    body: str | None


FUNCTIONS = f"""
SELECT n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), l.lanname, pg_get_userbyid(p.proowner),
       p.prosecdef, p.provolatile, p.proleakproof, p.proconfig, pg_get_function_result(p.oid),
       CASE WHEN p.prosqlbody IS NULL AND l.lanname NOT IN ('c', 'internal') THEN p.prosrc END
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
WHERE p.prokind IN ('f', 'p') AND {IN_SCHEMAS}
  AND NOT {of_extension("pg_proc", "p.oid")}
ORDER BY n.nspname, p.proname, 3
"""


class TriggerRow(msgspec.Struct, frozen=True, gc=False):
    """A trigger."""

    table: int
    name: str
    function_schema: str
    function: str
    type: int
    """Bits of `pg_trigger.tgtype`."""

    enabled: bool
    constraint: str | None


# A foreign key's own triggers are told of only where somebody has switched them off.
TRIGGERS = f"""
SELECT t.oid, g.tgname, n.nspname, p.proname, g.tgtype, g.tgenabled <> 'D', k.conname
FROM ({TABLES_READ}) t JOIN pg_trigger g ON g.tgrelid = t.oid AND (NOT g.tgisinternal OR g.tgenabled = 'D')
JOIN pg_proc p ON p.oid = g.tgfoid JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN pg_constraint k ON k.oid = g.tgconstraint AND g.tgisinternal
ORDER BY t.oid, g.tgname
"""


class SequenceRow(msgspec.Struct, frozen=True, gc=False):
    """A sequence."""

    number: int
    schema: str
    name: str
    type: str
    start: int
    increment: int
    minimum: int
    maximum: int
    cycles: bool
    unlogged: bool
    readable: bool
    owner_table: int | None
    owner_position: int | None
    identity: bool | None


# `serial` leaves an automatic dependency, an identity column an internal one.
SEQUENCES = f"""
SELECT c.oid, n.nspname, c.relname, format_type(s.seqtypid, NULL), s.seqstart, s.seqincrement, s.seqmin, s.seqmax,
       s.seqcycle, c.relpersistence = 'u', has_sequence_privilege(c.oid, 'SELECT, USAGE'), d.refobjid, d.refobjsubid,
       d.deptype = 'i'
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid AND c.relpersistence <> 't'
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
  AND d.refclassid = 'pg_class'::regclass
WHERE {IN_SCHEMAS}
  AND NOT {of_extension("pg_class", "c.oid")}
ORDER BY n.nspname, c.relname
"""

# (sequence, table, position of the column whose default takes its next value)
FEEDS = """
SELECT d.refobjid, f.adrelid, f.adnum
FROM pg_depend d JOIN pg_attrdef f ON f.oid = d.objid JOIN pg_class c ON c.oid = d.refobjid AND c.relkind = 'S'
WHERE d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'n'
ORDER BY d.refobjid, f.adrelid, f.adnum
"""

# (sequence, last value), of those that the role may read; each is a look into the sequence's own page.
LAST_VALUES = f"""
SELECT s.seqrelid, pg_sequence_last_value(s.seqrelid)
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid AND c.relpersistence <> 't'
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE has_sequence_privilege(s.seqrelid, 'SELECT, USAGE') AND {IN_SCHEMAS}
"""


class DomainRow(msgspec.Struct, frozen=True, gc=False):
    """A domain."""

    schema: str
    name: str
    type: str
    not_null: bool
    default: str | None
    checks: list[str]
    check_names: list[str]
    unvalidated: list[str]


DOMAINS = f"""
SELECT n.nspname, y.typname, format_type(y.typbasetype, y.typtypmod), y.typnotnull, y.typdefault,
       ARRAY (SELECT pg_get_constraintdef(k.oid) FROM pg_constraint k
              WHERE k.contypid = y.oid AND k.contype = 'c' ORDER BY k.conname),
       ARRAY (SELECT k.conname::text FROM pg_constraint k
              WHERE k.contypid = y.oid AND k.contype = 'c' ORDER BY k.conname),
       ARRAY (SELECT k.conname::text FROM pg_constraint k
              WHERE k.contypid = y.oid AND NOT k.convalidated ORDER BY k.conname)
FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace
WHERE y.typtype = 'd' AND {IN_SCHEMAS}
  AND NOT {of_extension("pg_type", "y.oid")}
ORDER BY n.nspname, y.typname
"""
