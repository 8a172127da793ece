"""Tables, their columns, constraints and indexes, and enums."""

from __future__ import annotations

import msgspec

IN_SCHEMAS = """n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND (%(schemas)s::text[] IS NULL OR n.nspname = ANY (%(schemas)s::text[]))"""


def of_extension(catalog: str, number: str) -> str:
    """Condition: the object, by the catalogue that lists it and its number there, belongs to an extension."""
    return (
        f"EXISTS (SELECT FROM pg_depend e WHERE e.classid = '{catalog}'::regclass AND e.objid = {number}"
        " AND e.deptype = 'e')"
    )


# Objects that belong to an extension are not the project's, nor is what only this session sees. A partition repeats
# what its parent says.
TABLES_READ = f"""
SELECT c.oid, n.nspname, c.relname, c.relkind
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE {IN_SCHEMAS}
  AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relpersistence <> 't' AND NOT c.relispartition
  AND NOT {of_extension("pg_class", "c.oid")}
"""


class TableRow(msgspec.Struct, frozen=True, gc=False):
    """A relation with columns of its own."""

    number: int
    schema: str
    name: str
    kind: str
    """`pg_class.relkind`."""

    comment: str | None
    persistence: str
    owner: str
    options: list[str] | None
    row_security: bool
    row_security_forced: bool
    replica_identity: str
    rows: float
    """-1 if nothing ever counted them."""

    pages: int


TABLES = f"""
SELECT t.oid, t.nspname, t.relname, t.relkind, obj_description(t.oid, 'pg_class'), c.relpersistence,
       pg_get_userbyid(c.relowner), c.reloptions, c.relrowsecurity, c.relforcerowsecurity, c.relreplident,
       c.reltuples::float8, c.relpages
FROM ({TABLES_READ}) t JOIN pg_class c ON c.oid = t.oid ORDER BY t.nspname, t.relname
"""


class ColumnRow(msgspec.Struct, frozen=True, gc=False):
    """A column."""

    table: int
    position: int
    name: str
    type: str
    """As `format_type` prints it."""

    type_kind: str
    """`pg_type.typtype`."""

    base_type: int
    """The type of an array's items, or below a domain; else its own."""

    not_null: bool
    identity: str
    generated: str
    default: str | None
    comment: str | None
    collation: int
    type_collation: int
    """That which the type has by itself."""


COLUMNS = f"""
SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), y.typtype,
       coalesce(e.oid, b.oid, y.oid), a.attnotnull, a.attidentity, a.attgenerated,
       pg_get_expr(f.adbin, f.adrelid), col_description(a.attrelid, a.attnum),
       a.attcollation, y.typcollation
FROM ({TABLES_READ}) t
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type y ON y.oid = a.atttypid
LEFT JOIN pg_type e ON e.oid = y.typelem AND y.typcategory = 'A'
LEFT JOIN pg_type b ON b.oid = y.typbasetype
LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
ORDER BY a.attrelid, a.attnum
"""


class ConstraintRow(msgspec.Struct, frozen=True, gc=False):
    """A constraint of a table."""

    table: int
    name: str
    kind: str
    """`pg_constraint.contype`."""

    columns: list[int] | None
    target: int
    target_schema: str | None
    target_name: str | None
    target_columns: list[int] | None
    on_delete: str
    on_update: str
    deferrable: bool
    deferred: bool
    expression: str | None
    index: int
    """The index that holds it up."""

    match: str
    validated: bool
    enforced: bool
    set_columns: list[int] | None
    """Of ON DELETE SET NULL and SET DEFAULT; all of them if `None`."""

    operators: list[str] | None
    """Of an exclusion constraint, for each key of its index."""


# A partition's constraint, and one that a child inherits, repeats its parent's. From PostgreSQL 18 on NOT NULL is a
# constraint, too; of these only one that was never checked says more than its column.
CONSTRAINTS = f"""
SELECT k.conrelid, k.conname, k.contype, k.conkey, k.confrelid, rn.nspname, r.relname, k.confkey, k.confdeltype,
       k.confupdtype, k.condeferrable, k.condeferred, pg_get_expr(k.conbin, k.conrelid), k.conindid,
       k.confmatchtype, k.convalidated, {{enforced}}, {{set_columns}},
       CASE WHEN k.contype = 'x' THEN
         ARRAY (SELECT o.oprname FROM unnest(k.conexclop) WITH ORDINALITY AS u (number, place)
                JOIN pg_operator o ON o.oid = u.number ORDER BY u.place) END
FROM ({TABLES_READ}) t
JOIN pg_constraint k ON k.conrelid = t.oid AND k.conparentid = 0 AND k.coninhcount = 0
  AND (k.contype IN ('p', 'f', 'u', 'c', 'x') OR k.contype = 'n' AND NOT k.convalidated)
LEFT JOIN pg_class r ON r.oid = k.confrelid
LEFT JOIN pg_namespace rn ON rn.oid = r.relnamespace
ORDER BY k.conrelid, k.conname
"""

# Names of the columns that a foreign key references, also in tables that are not read.
REFERENCED = """
SELECT DISTINCT a.attrelid, a.attnum, a.attname
FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = ANY (k.confkey)
WHERE k.contype = 'f'
"""


class IndexRow(msgspec.Struct, frozen=True, gc=False):
    """An index."""

    table: int
    number: int
    name: str
    method: str
    unique: bool
    valid: bool
    columns: list[int]
    """Keys, then what it merely includes; 0 stands for an expression."""

    keys: int
    options: list[int]
    operator_classes: list[int]
    collations: list[int]
    texts: list[str] | None
    """Each key as DDL has it, if there is an expression among them."""

    predicate: str | None
    nulls_not_distinct: bool
    ready: bool
    building: bool
    clustered: bool
    replica_identity: bool
    pages: int
    unattached: list[str]
    """Partitions that lack their share of a partitioned table's invalid index."""


INDEXES = f"""
WITH building AS MATERIALIZED (
  SELECT index_relid FROM pg_stat_progress_create_index WHERE datname = current_database())
SELECT i.indrelid, i.indexrelid, x.relname, m.amname, i.indisunique, i.indisvalid AND i.indisready AND i.indislive,
       i.indkey::int2[], i.indnkeyatts, i.indoption::int2[], i.indclass::oid[], i.indcollation::oid[],
       CASE WHEN i.indexprs IS NOT NULL THEN
         ARRAY (SELECT pg_get_indexdef(i.indexrelid, n, true) FROM generate_series(1, i.indnkeyatts) n) END,
       pg_get_expr(i.indpred, i.indrelid), {{nulls_not_distinct}}, i.indisready AND i.indislive,
       EXISTS (SELECT FROM building b WHERE b.index_relid = i.indexrelid), i.indisclustered, i.indisreplident,
       x.relpages,
       CASE WHEN x.relkind = 'I' AND NOT i.indisvalid THEN
         ARRAY (SELECT p.inhrelid::regclass::text FROM pg_inherits p
                WHERE p.inhparent = i.indrelid AND NOT EXISTS (
                  SELECT FROM pg_inherits a JOIN pg_index s ON s.indexrelid = a.inhrelid
                  WHERE a.inhparent = i.indexrelid AND s.indrelid = p.inhrelid)
                ORDER BY 1) ELSE '{{}}' END
FROM ({TABLES_READ}) t
JOIN pg_index i ON i.indrelid = t.oid
JOIN pg_class x ON x.oid = i.indexrelid
JOIN pg_am m ON m.oid = x.relam
ORDER BY i.indrelid, x.relname
"""

# Operator classes and collations that are not the default of what they stand for.
OPERATOR_CLASSES = "SELECT oid, opcname FROM pg_opclass WHERE NOT opcdefault"
COLLATIONS = "SELECT oid, collname FROM pg_collation WHERE collname <> 'default'"


class EnumRow(msgspec.Struct, frozen=True, gc=False):
    """An enum with its labels in order."""

    number: int
    schema: str
    name: str
    labels: list[str]


ENUMS = f"""
SELECT y.oid, n.nspname, y.typname,
       ARRAY (SELECT l.enumlabel FROM pg_enum l WHERE l.enumtypid = y.oid ORDER BY l.enumsortorder)
FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace
WHERE y.typtype = 'e'
  AND NOT {of_extension("pg_type", "y.oid")}
ORDER BY n.nspname, y.typname
"""
