"""What PostgreSQL says of the tables after `create_all`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, create_engine
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

Json = dict[str, Any]
SCHEMAS = ("public", "app", "audit")

_COLUMNS = """
select c.oid::regclass::text as key, n.nspname as schema, c.relname as table, a.attname as name,
       format_type(a.atttypid, a.atttypmod) as type, not a.attnotnull as nullable, a.attidentity as identity,
       a.attgenerated as generated, pg_get_expr(d.adbin, d.adrelid) as default,
       col_description(c.oid, a.attnum) as comment, obj_description(c.oid, 'pg_class') as table_comment
from pg_class c join pg_namespace n on n.oid = c.relnamespace
left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind = 'r' and n.nspname = any(%s) order by c.oid, a.attnum
"""
_CONSTRAINTS = """
select n.nspname as schema, c.relname as table, o.conname as name, o.contype as kind, o.condeferrable as deferrable,
       o.condeferred as deferred, o.confdeltype as ondelete, o.confupdtype as onupdate,
       tn.nspname as target_schema, t.relname as target,
       array(select a.attname::text from unnest(o.conkey) with ordinality k(n, i)
             join pg_attribute a on a.attrelid = o.conrelid and a.attnum = k.n order by k.i) as columns,
       array(select a.attname::text from unnest(o.confkey) with ordinality k(n, i)
             join pg_attribute a on a.attrelid = o.confrelid and a.attnum = k.n order by k.i) as target_columns
from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
left join pg_class t on t.oid = o.confrelid left join pg_namespace tn on tn.oid = t.relnamespace
where n.nspname = any(%s) and o.contype in ('p', 'f', 'u', 'c')
"""
_INDEXES = """
select n.nspname as schema, c.relname as table, ic.relname as name, i.indisunique as unique, am.amname as method,
       i.indnullsnotdistinct as nulls_not_distinct, i.indpred is not null as partial,
       array(select pg_get_indexdef(i.indexrelid, k, true) from generate_series(1, i.indnkeyatts) k) as parts,
       array(select a.attname::text from unnest(i.indkey[i.indnkeyatts:]) with ordinality k(n, o)
             join pg_attribute a on a.attrelid = c.oid and a.attnum = k.n order by k.o) as include,
       array(select option & 1 = 1 from unnest(i.indoption) option) as descending,
       array(select option & 2 = 2 from unnest(i.indoption) option) as nulls_first
from pg_index i join pg_class ic on ic.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
join pg_namespace n on n.oid = c.relnamespace join pg_am am on am.oid = ic.relam
where n.nspname = any(%s)
and not exists (select from pg_constraint o where o.conindid = ic.oid and o.contype in ('p', 'u', 'x'))
"""
_ENUMS = """
select t.typname as name, array_agg(e.enumlabel::text order by e.enumsortorder) as labels
from pg_type t join pg_enum e on e.enumtypid = t.oid join pg_namespace n on n.oid = t.typnamespace
where n.nspname = any(%s) group by t.oid, t.typname
"""


def created(url: str, metadatas: list[MetaData]) -> Json:
    """Create the tables in empty schemas and read them back."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        for schema in SCHEMAS:
            connection.exec_driver_sql(f"drop schema if exists {schema} cascade")
            connection.exec_driver_sql(f"create schema {schema}")
        for metadata in metadatas:
            metadata.create_all(connection)
        return {
            name: _rows(connection, query)
            for name, query in (
                ("columns", _COLUMNS), ("constraints", _CONSTRAINTS), ("indexes", _INDEXES), ("enums", _ENUMS),
            )
        }  # fmt: skip


def _rows(connection: Connection, query: str) -> list[Json]:
    return [dict(row) for row in connection.exec_driver_sql(query, (list(SCHEMAS),)).mappings()]
