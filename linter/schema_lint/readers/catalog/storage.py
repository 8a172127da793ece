"""How tables are kept, and what the server counted of them."""

from __future__ import annotations

from collections import defaultdict

from schema_lint.facts.database import ColumnStatistics, IndexStorage, TableStatistics, TableStorage
from schema_lint.readers.catalog.asking import Asker, plain
from schema_lint.readers.catalog.naming import Names, options
from schema_lint.readers.catalog.queries import storage as queries
from schema_lint.readers.catalog.queries.storage import PartitionsRow, RewriteRow, TableStatisticsRow
from schema_lint.readers.catalog.queries.tables import IndexRow, TableRow

_KINDS = {"r": "table", "p": "partitioned table", "f": "foreign table", "v": "view", "m": "materialized view"}
_REPLICA_IDENTITY = {"d": "default", "n": "nothing", "f": "full", "i": "index"}
_PAGE = 8192


class StorageReader:
    """The storage of every table and index; with their statistics where usage was asked for."""

    def __init__(self, asker: Asker, names: Names, *, usage: bool) -> None:
        self._names = names
        self._partitions = {row.table: row for row in asker.ask(queries.PARTITIONS, PartitionsRow)}
        self._parents: defaultdict[int, list[str]] = defaultdict(list)
        for table, schema, name in asker.ask(queries.INHERITANCE, plain):
            self._parents[table].append(names.key(schema, name))
        self._rewrites: defaultdict[int, list[RewriteRow]] = defaultdict(list)
        for row in asker.ask(queries.REWRITES, RewriteRow):
            self._rewrites[row.table].append(row)
        self._published = {table for (table,) in asker.ask(queries.PUBLISHED, plain)}
        self._usage = usage
        self._counted: dict[int, TableStatisticsRow] = {}
        self._scans: dict[int, tuple[int, float | None]] = {}
        self._values: dict[tuple[str, str, str], ColumnStatistics] = {}
        if usage:
            self._counted = {row.table: row for row in asker.ask(queries.TABLE_STATISTICS, TableStatisticsRow)}
            self._scans = {index: (scans, days) for index, scans, days in asker.ask(queries.INDEX_STATISTICS, plain)}
            self._values = {
                (schema, table, column): ColumnStatistics(null_share=nulls, distinct=distinct)
                for schema, table, column, nulls, distinct in asker.ask(queries.COLUMN_STATISTICS, plain)
            }
        self._analyzed = {(schema, table) for schema, table, _ in self._values}

    def of_table(self, row: TableRow) -> TableStorage:
        """How a table is kept."""
        partitions = self._partitions.get(row.number)
        rows, pages = (partitions.rows, partitions.pages) if partitions is not None else (row.rows, row.pages)
        rewrites = self._rewrites.get(row.number, ())
        return TableStorage(
            kind=_KINDS[row.kind],
            persistence="unlogged" if row.persistence == "u" else "permanent",
            owner=row.owner,
            options=options(row.options),
            row_security=row.row_security,
            row_security_forced=row.row_security_forced,
            replica_identity=_REPLICA_IDENTITY[row.replica_identity],
            partitions=partitions.count if partitions is not None else 0,
            unprotected_partitions=tuple(partitions.unprotected) if partitions is not None and row.row_security else (),
            inherits=tuple(self._parents.get(row.number, ())),
            rewrite_rules=tuple(rewrite.name for rewrite in rewrites if rewrite.name != "_RETURN"),
            reads=tuple(
                self._names.key(schema, name)
                for rewrite in rewrites
                if rewrite.name == "_RETURN"
                for schema, name in rewrite.reads
            ),
            rows=round(rows) if rows >= 0 else None,
            bytes=pages * _PAGE,
            published=None in self._published or row.number in self._published,
            statistics=self._statistics(row) if self._usage else None,
        )

    def of_column(self, table: TableRow, column: str) -> ColumnStatistics | None:
        """What the planner knows of a column."""
        return self._values.get((table.schema, table.name, column))

    def of_index(self, row: IndexRow) -> IndexStorage:
        """How an index is kept."""
        scans, days = self._scans.get(row.number, (0, None))
        return IndexStorage(
            bytes=row.pages * _PAGE,
            ready=row.ready,
            building=row.building,
            clustered=row.clustered,
            replica_identity=row.replica_identity,
            unattached=tuple(row.unattached),
            scans=scans if self._usage else None,
            days_since_scan=days,
        )

    def _statistics(self, table: TableRow) -> TableStatistics | None:
        row = self._counted.get(table.number)
        if row is None:
            return None
        counted = {name: getattr(row, name) for name in TableStatisticsRow.__struct_fields__ if name != "table"}
        return TableStatistics(**counted, analyzed=(table.schema, table.name) in self._analyzed)
