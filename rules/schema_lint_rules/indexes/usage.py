"""IDX014, IDX021 to IDX023: what a server's statistics say of its indexes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from schema_lint.checking.rule import INFO, Violation, rule
from schema_lint.facts.unknown import Some
from schema_lint_rules._index_coverage import is_served
from schema_lint_rules._names import quoted
from schema_lint_rules._statements import create_index
from schema_lint_rules.indexes.suitability import name_of
from schema_lint_rules.shapes import listed

if TYPE_CHECKING:
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Index, Table

_MEGABYTE = 2**20
_FEW_SCANS, _FEW_WRITES = 100, 1_000
"""With fewer of both, a table has not been used so far that its statistics say anything."""


def is_in_use(table: Table) -> bool:
    """The server has counted enough of the table to judge by."""
    counted = table.storage.statistics if table.storage is not None else None
    return counted is not None and (counted.scans >= _FEW_SCANS or counted.writes >= _FEW_WRITES)


@rule(
    "IDX014", "index-of-nulls", severity=INFO, evidence="P", windowed=False, reference="models:Task.__table_args__",
    peers=("pg-extras null_indexes", "pg-index-health indexes_with_null_values"),
)  # fmt: skip
def index_of_nulls(index: Index, table: Table) -> Iterator[Violation]:
    """An index does not mostly hold NULLs.

    Why: hardly a query looks for NULL. A partial index WHERE the column IS NOT NULL serves the others, and a foreign
    key, and is as small as they are few.

    Bad:
        ```sql
        CREATE INDEX ix_tasks_parent_id ON tasks (parent_id);
        ```

    Good:
        ```sql
        CREATE INDEX ix_tasks_parent_id ON tasks (parent_id) WHERE parent_id IS NOT NULL;
        ```

    Exempt: unique and partial indexes; indexes over several columns; columns of which less than half are NULL; indexes
    of less than 1 MB; invalid ones.
    """
    if len(index.parts) != 1 or index.unique is not False or index.predicate is not None or not index.valid:
        return
    column = table.column(index.parts[0].column or "")
    if column is None or column.statistics is None or index.storage is None or index.method != "btree":
        return
    share = column.statistics.null_share
    if share >= 0.5 and index.storage.bytes >= _MEGABYTE:
        name = f"{index.name}_not_null"
        key = quoted(column.name)
        yield Violation(
            message=f"{share:.0%} of {name_of(index)} of {table.key} are NULL ({index.storage.bytes // _MEGABYTE} MB)",
            suggestion=f"make it partial: WHERE {column.name} IS NOT NULL, unless queries look for NULL",
            sql=create_index(table, name, [key], where=f"{key} IS NOT NULL"),
        )


@rule(
    "IDX021", "unused-index", severity=INFO, evidence="P", reference="models:Task.__table_args__",
    peers=("splinter 0005 unused_index", "pglinter B004", "pg-index-health unused_indexes", "dblinter T004", "PgHero",
           "pg-extras unused_indexes", "pgAssistant"),
)  # fmt: skip
def unused_index(index: Index, table: Table, schema: Schema) -> Iterator[Violation]:
    """An index is used by some query.

    Why: every write pays for it, and the cache holds it in place of what is read.

    Bad:
        ```sql
        CREATE INDEX ix_tasks_description ON tasks (description);
        ```

    Good:
        ```sql
        DROP INDEX CONCURRENTLY ix_tasks_description;
        ```

    Exempt:
        - unique indexes and those of constraints; the replica identity; an index that the table was clustered by
        - the only index that leads from a foreign key to its rows: deletes of the parent need it
        - indexes below 10 MB, and those of tables that were hardly used
        - everything, where the server has not counted for long enough

    Limits: it was not used on this server; a replica, or a job at the end of the year, may need it.
    """
    storage = index.storage
    if storage is None or storage.scans is None or index.unique is not False or not index.valid:
        return
    if storage.replica_identity or storage.clustered or storage.bytes < 10 * _MEGABYTE or not is_in_use(table):
        return
    long_ago = storage.days_since_scan is not None and storage.days_since_scan > 90
    if (storage.scans and not long_ago) or _serves_a_foreign_key(index, table):
        return
    when = f"for {storage.days_since_scan:.0f} days" if storage.scans and storage.days_since_scan else "so far"
    days = schema.server.observed_days if schema.server is not None else None
    counted = f" in {days:.0f} days" if days is not None and not storage.scans else ""
    yield Violation(
        message=f"no query has used {name_of(index)} of {table.key} {when}{counted} ({storage.bytes // _MEGABYTE} MB)",
        suggestion="see whether replicas and rare jobs use it; if not, it is a candidate to be dropped",
    )


def _serves_a_foreign_key(index: Index, table: Table) -> bool:
    """It is the only index of a foreign key of the table."""
    others = Some(tuple(other for other in table.indexes.known if other is not index))
    without = msgspec.structs.replace(table, indexes=others)
    return any(not is_served(without, fk.columns) and is_served(table, fk.columns) for fk in table.foreign_keys.known)


@rule(
    "IDX022", "rarely-used-index", severity=INFO, on=False, strict=False, evidence="P",
    reference="models:Task.__table_args__", peers=("pgx_scripts", "pgAssistant"),
)  # fmt: skip
def rarely_used_index(index: Index, table: Table) -> Iterator[Violation]:
    """An index is read more often than it is written.

    Why: an index that each thousand writes maintain for one query costs more than it saves.

    Bad:
        ```sql
        CREATE INDEX ix_events_note ON events (note);
        ```

    Good:
        ```sql
        DROP INDEX CONCURRENTLY ix_events_note;
        ```

    Exempt: unique indexes and those of constraints; unused ones (IDX021); indexes that serve a foreign key; tables that
    were hardly written to; those of which a tenth or more of the look-ups use it.
    """
    counted = table.storage.statistics if table.storage is not None else None
    storage = index.storage
    if storage is None or not storage.scans or counted is None or index.unique is not False or not index.valid:
        return
    if counted.writes < _FEW_WRITES or storage.scans > counted.writes or storage.scans >= 0.1 * counted.index_scans:
        return
    if not _serves_a_foreign_key(index, table):
        yield Violation(
            message=f"{name_of(index)} of {table.key} was used {storage.scans:,} times, while {counted.writes:,} rows "
            "were written",
            suggestion="see whether another index would serve these queries",
        )


@rule(
    "IDX023", "scanned-table", severity=INFO, evidence="P", reference="models:Task.__table_args__",
    peers=("pg-index-health tables_with_missing_indexes", "PgHero missing indexes", "dblinter T005", "pgx_scripts"),
)  # fmt: skip
def scanned_table(table: Table) -> Iterator[Violation]:
    """A large table is searched by indexes.

    Why: reading ten thousand rows to find a few takes a thousand times as long as the few would.

    Bad:
        ```sql
        SELECT * FROM tasks WHERE status = 'open';
        ```

    Good:
        ```sql
        CREATE INDEX ix_tasks_status ON tasks (status);
        ```

    Exempt: tables of fewer than 10,000 rows, or without a primary key (KEY001); those that indexes find rows of more
    often; those that are mostly written to; jobs that read the whole table, less than once an hour.
    """
    storage = table.storage
    counted = storage.statistics if storage is not None else None
    if counted is None or table.is_view or not table.primary_key.columns or not is_in_use(table):
        return
    if counted.live_rows < 10_000 or counted.sequential_scans <= counted.index_scans:
        return
    each = counted.rows_read_sequentially / counted.sequential_scans
    if each < 1_000 or counted.writes > counted.rows_read_sequentially:
        return
    if each >= 0.9 * counted.live_rows and counted.sequential_scans < _FEW_SCANS:
        return
    yield Violation(
        message=f"{table.key} ({counted.live_rows:,} rows) was read from end to end {counted.sequential_scans:,} "
        f"times, and by an index {counted.index_scans:,} times",
        suggestion=f"look for the queries that filter {table.key} by columns without an index; it has indexes on "
        + (listed(", ".join(column or "…" for column in index.columns) for index in table.indexes.known) or "its key"),
    )
