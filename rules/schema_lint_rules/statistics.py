"""STA: how the server keeps up with its tables; read with `live --usage` alone."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Violation, rule
from schema_lint.facts.database import TableStatistics, TableStorage
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._names import quoted_table
from schema_lint_rules._observation import observed
from schema_lint_rules._platforms import is_platforms, on_neon

MEBIBYTE = 1024 * 1024
_FALSE = frozenset({"false", "off", "no", "0"})


def _kept(table: Table, schema: Schema) -> tuple[TableStorage, TableStatistics] | None:
    """Storage and statistics of a table of the project's that holds rows of its own."""
    storage = table.storage
    if storage is None or storage.statistics is None or is_platforms(table.schema, schema):
        return None
    if storage.kind not in ("table", "partitioned table", "materialized view"):
        return None
    return storage, storage.statistics


@rule(
    "STA001", "stale-planner-statistics", severity=INFO, evidence="P", windowed=False, reference="db:LIMITS",
    fix="sql", peers=("check_postgres last_analyze", "pgAssistant"),
)  # fmt: skip
def stale_planner_statistics(
    table: Table, schema: Schema, *, changed_share: float = 0.3, days: float = 14.0
) -> Iterator[Violation]:
    """What the planner knows of a table is true of its rows.

    Why: without statistics the planner guesses how many rows a condition leaves, and takes the wrong index or join
    (PostgreSQL documentation, 14.2. Statistics Used by the Planner). Autovacuum sees to it after so many changes; on
    Neon a compute that is suspended may forget how many there were.

    Bad:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY);
        ALTER TABLE tasks SET (autovacuum_enabled = false);
        INSERT INTO tasks SELECT generate_series(1, 5000);
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY);
        INSERT INTO tasks SELECT generate_series(1, 5000);
        ANALYZE tasks;
        ```

    Exempt: tables of fewer than 1,000 rows.

    Options:
        changed-share: share of the rows that changed since.
        days: for how long, at least, nothing was analyzed.
    """
    kept = _kept(table, schema)
    if kept is None:
        return
    storage, statistics = kept
    rows = max(statistics.live_rows, storage.rows or 0)
    if rows < 1_000:
        return
    if storage.rows is None or not statistics.analyzed:
        what = "was never analyzed"
    elif (
        statistics.modified_since_analyze > changed_share * rows
        and statistics.days_since_analyze is not None
        and statistics.days_since_analyze > days
    ):
        share = min(round(100 * statistics.modified_since_analyze / rows), 999)
        what = f"was last analyzed {int(statistics.days_since_analyze)} days and {share} % of its rows ago"
    else:
        return
    neon = ": a Neon compute may have forgotten the changes when it was suspended" if on_neon(schema) else ""
    yield Violation(
        message=f"{table.key} has {rows:,} rows and {what}{neon}",
        suggestion=f"analyze {table.key}, and see that autovacuum comes to it",
        sql=f"ANALYZE {quoted_table(table)};",
    )


@rule(
    "STA002", "dead-rows", severity=INFO, evidence="P", windowed=False, reference="db:LIMITS", fix="sql",
    peers=("pghero autovacuum_danger", "pgAssistant"),
)  # fmt: skip
def dead_rows(table: Table, schema: Schema) -> Iterator[Violation]:
    """Rows that nobody sees any more do not fill a table.

    Why: an updated or deleted row stays until VACUUM removes it; scans read it, and the table grows (PostgreSQL
    documentation, 24.1. Routine Vacuuming). A transaction that is open for hours, an abandoned replication slot, or a
    threshold that is too high for a large table keeps them.

    Bad:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY, title text) WITH (autovacuum_enabled = false);
        INSERT INTO tasks SELECT n, repeat('x', 900) FROM generate_series(1, 100000) n;
        UPDATE tasks SET title = title;
        UPDATE tasks SET title = title;
        ANALYZE tasks;
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY, title text);
        INSERT INTO tasks SELECT n, repeat('x', 900) FROM generate_series(1, 1000) n;
        ```

    Exempt: fewer than 10,000 dead rows; tables below 100 MiB; less than 30 % of the rows (20 % above 1 GiB).
    """
    kept = _kept(table, schema)
    if kept is None:
        return
    storage, statistics = kept
    total = statistics.live_rows + statistics.dead_rows
    share = statistics.dead_rows / total if total else 0.0
    limit = 0.2 if storage.bytes > 1024 * MEBIBYTE else 0.3
    if statistics.dead_rows >= 10_000 and storage.bytes > 100 * MEBIBYTE and share >= limit:
        when = statistics.days_since_vacuum
        last = f", {int(when)} days after the last VACUUM" if when is not None and when >= 1 else ""
        yield Violation(
            message=f"{round(100 * share)} % of {table.key} ({statistics.dead_rows:,} rows) is dead{last}",
            suggestion="find what holds VACUUM up: an open transaction, a replication slot, autovacuum's thresholds",
            sql=f"VACUUM (ANALYZE) {quoted_table(table)};",
        )


@rule(
    "STA003", "autovacuum-disabled", severity=WARNING, evidence="P", windowed=False, reference="db:LIMITS", fix="sql",
    peers=("postgres_dba", "Box-of-Tricks"),
)  # fmt: skip
def autovacuum_disabled(table: Table, schema: Schema) -> Iterator[Violation]:
    """Autovacuum is on for every table.

    Why: without it dead rows stay, the planner's statistics grow old, and nothing freezes rows until the server forces
    it (PostgreSQL documentation, CREATE TABLE, Storage Parameters). It is mostly switched off for a load and
    forgotten.

    Bad:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY) WITH (autovacuum_enabled = false);
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY);
        ```
    """
    kept = _kept(table, schema)
    if kept is not None and kept[0].options.get("autovacuum_enabled", "").lower() in _FALSE:
        yield Violation(
            message=f"autovacuum is switched off for {table.key}",
            suggestion=f"switch it on again for {table.key}",
            sql=f"ALTER TABLE {quoted_table(table)} RESET (autovacuum_enabled);",
        )


WRAPAROUND_NEAR = 1_300_000_000
WRAPAROUND_DANGER = 1_500_000_000


@rule(
    "STA004", "transaction-id-wraparound", severity=ERROR, evidence="P", windowed=False, reference="db:LIMITS",
    fix="sql", peers=("check_postgres txn_wraparound", "pghero transaction_id_danger"),
)  # fmt: skip
def transaction_id_wraparound(table: Table, schema: Schema) -> Iterator[Violation]:
    """A table's oldest rows are frozen long before transaction numbers run out.

    Why: 2 billion transactions after the oldest row that is not frozen, the server takes no more writes (PostgreSQL
    documentation, 24.1.5. Preventing Transaction ID Wraparound Failures). Autovacuum freezes at 200 million; where it
    is at six times as many, something keeps it from doing so.

    Bad:
        ```text
        # file: psql
        => SELECT age(relfrozenxid) FROM pg_class WHERE relname = 'tasks';
        1600000000
        ```

    Good:
        ```text
        # file: psql
        => SELECT age(relfrozenxid) FROM pg_class WHERE relname = 'tasks';
        150000000
        ```

    Limits: a warning from 1.3 billion, an error from 1.5 billion.
    """
    kept = _kept(table, schema)
    if kept is None:
        return
    for age, kind in ((kept[1].transactions_old, "transactions"), (kept[1].multixacts_old, "multixacts")):
        if age >= WRAPAROUND_NEAR:
            yield Violation(
                message=f"the oldest rows of {table.key} are {age:,} {kind} old; at 2 billion the server stops",
                suggestion="find what holds VACUUM up: an open or prepared transaction, or a replication slot",
                severity=ERROR if age >= WRAPAROUND_DANGER else WARNING,
                sql=f"VACUUM (FREEZE, VERBOSE) {quoted_table(table)};",
            )


@rule(
    "STA005", "updates-that-touch-indexes", severity=INFO, evidence="P", on=False, reference="db:LIMITS",
    peers=("ruby-pg-extras low_hot_same_page",),
)  # fmt: skip
def updates_that_touch_indexes(table: Table, schema: Schema) -> Iterator[Violation]:
    """Most updates of a table write no index.

    Why: an update that changes no indexed column, and finds room in its page, leaves all indexes alone (HOT:
    PostgreSQL documentation, 65.7. Heap-Only Tuples). Where hardly any does, an index on a column that changes all the
    time, or pages that are full, cost a write to every index each time.

    Bad:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY, seen_at timestamptz);
        CREATE INDEX ON tasks (seen_at);
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id integer PRIMARY KEY, seen_at timestamptz) WITH (fillfactor = 80);
        ```

    Exempt: fewer than 10,000 updates, or more than a tenth of them heap-only.
    """
    statistics = observed(table)
    if statistics is None or _kept(table, schema) is None or statistics.updates < 10_000:
        return
    if statistics.hot_updates < 0.1 * statistics.updates:
        share = round(100 * statistics.hot_updates / statistics.updates)
        yield Violation(
            message=f"{share} % of {statistics.updates:,} updates of {table.key} left its indexes alone",
            suggestion="see which index is on a column that changes often; if none is, lower the table's fillfactor",
        )
