"""How tables are kept: partitions, views, inheritance, publications, and what the server counted."""

from __future__ import annotations

import msgspec

from schema_lint.readers.catalog.queries.tables import TABLES_READ


class PartitionsRow(msgspec.Struct, frozen=True, gc=False):
    """A partitioned table's partitions that hold rows, at any depth."""

    table: int
    count: int
    rows: float
    pages: int
    unprotected: list[str]


PARTITIONS = """
SELECT pg_partition_root(c.oid)::oid, count(*) FILTER (WHERE c.relkind <> 'p'),
       coalesce(sum(c.reltuples) FILTER (WHERE c.reltuples >= 0), -1)::float8, sum(c.relpages)::int8,
       coalesce(array_agg(c.oid::regclass::text ORDER BY c.oid) FILTER (
         WHERE NOT c.relrowsecurity
           AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee <> c.relowner)), '{}')
FROM pg_class c WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f') GROUP BY 1
"""

# (table, schema and name of what it inherits from)
INHERITANCE = f"""
SELECT t.oid, n.nspname, p.relname
FROM ({TABLES_READ}) t JOIN pg_inherits i ON i.inhrelid = t.oid
JOIN pg_class p ON p.oid = i.inhparent JOIN pg_namespace n ON n.oid = p.relnamespace
ORDER BY t.oid, i.inhseqno
"""


class RewriteRow(msgspec.Struct, frozen=True, gc=False):
    """A rule of a table, or a view's query."""

    table: int
    name: str
    """`_RETURN` for a view's query."""

    reads: list[list[str]]
    """Schema and name of the tables that it depends on."""


REWRITES = f"""
SELECT t.oid, r.rulename,
       ARRAY (SELECT DISTINCT ARRAY[n.nspname, c.relname]::text[]
              FROM pg_depend d JOIN pg_class c ON c.oid = d.refobjid JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> t.oid)
FROM ({TABLES_READ}) t JOIN pg_rewrite r ON r.ev_class = t.oid
ORDER BY t.oid, r.rulename
"""

# Tables that some publication names; NULL for one that names all.
PUBLISHED = """
SELECT NULL::oid FROM pg_publication WHERE puballtables
UNION SELECT prrelid FROM pg_publication_rel
"""


class TableStatisticsRow(msgspec.Struct, frozen=True, gc=False):
    """What was counted of a table and its partitions."""

    table: int
    sequential_scans: int
    rows_read_sequentially: int
    index_scans: int
    inserts: int
    updates: int
    hot_updates: int
    deletes: int
    live_rows: int
    dead_rows: int
    modified_since_analyze: int
    days_since_analyze: float | None
    days_since_vacuum: float | None
    transactions_old: int
    multixacts_old: int


# A partition counts for its root; a table without storage has no age.
TABLE_STATISTICS = """
SELECT coalesce(pg_partition_root(c.oid)::oid, c.oid),
       sum(pg_stat_get_numscans(c.oid))::int8, sum(pg_stat_get_tuples_returned(c.oid))::int8,
       coalesce(sum(x.scans), 0)::int8,
       sum(pg_stat_get_tuples_inserted(c.oid))::int8, sum(pg_stat_get_tuples_updated(c.oid))::int8,
       sum(pg_stat_get_tuples_hot_updated(c.oid))::int8, sum(pg_stat_get_tuples_deleted(c.oid))::int8,
       sum(pg_stat_get_live_tuples(c.oid))::int8, sum(pg_stat_get_dead_tuples(c.oid))::int8,
       sum(pg_stat_get_mod_since_analyze(c.oid))::int8,
       max(extract(epoch FROM now() - greatest(
         pg_stat_get_last_analyze_time(c.oid), pg_stat_get_last_autoanalyze_time(c.oid))) / 86400)::float8,
       max(extract(epoch FROM now() - greatest(
         pg_stat_get_last_vacuum_time(c.oid), pg_stat_get_last_autovacuum_time(c.oid))) / 86400)::float8,
       max(CASE WHEN c.relfrozenxid <> '0' THEN age(c.relfrozenxid) ELSE 0 END)::int8,
       max(CASE WHEN c.relminmxid <> '0' THEN mxid_age(c.relminmxid) ELSE 0 END)::int8
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (SELECT indrelid, sum(pg_stat_get_numscans(indexrelid)) AS scans FROM pg_index GROUP BY indrelid) x
  ON x.indrelid = c.oid
WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
GROUP BY 1
"""

# (index, scans, days since the last), an index of a partition counting for its root's.
INDEX_STATISTICS = """
WITH RECURSIVE part (leaf, root) AS (
  SELECT i.indexrelid, i.indexrelid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid WHERE NOT c.relispartition
  UNION ALL SELECT h.inhrelid, part.root FROM part JOIN pg_inherits h ON h.inhparent = part.leaf
)
SELECT part.root, sum(s.idx_scan)::int8,
       min(extract(epoch FROM now() - {last_index_scan}) / 86400)::float8
FROM part JOIN pg_stat_user_indexes s ON s.indexrelid = part.leaf GROUP BY 1
"""

# (schema, table, column, share of NULLs, distinct values); `pg_stats` shows what the role may read.
COLUMN_STATISTICS = """
SELECT schemaname, tablename, attname, null_frac::float8, n_distinct::float8 FROM pg_stats
WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
ORDER BY inherited
"""
