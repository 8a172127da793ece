"""TBL029 to TBL034: how a database keeps its tables, and what it does with them behind the scenes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, INFO, WARNING, Shared, Violation, rule
from schema_lint_rules._names import quoted
from schema_lint_rules._statements import alter
from schema_lint_rules.shapes import listed

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.database import Trigger
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Table


@rule(
    "TBL029", "unlogged-table", severity=WARNING, evidence="C", reference="models:Task",
    peers=("db_verifier r1001", "pgrubic"),
)  # fmt: skip
def unlogged_table(table: Table, schema: Schema) -> Iterator[Violation]:
    """A table's rows survive a crash.

    Why: after a crash PostgreSQL empties every unlogged table, and a replica never has its rows. On Neon they are gone
    with the compute, at every suspension (Neon documentation, PostgreSQL compatibility).

    Bad:
        ```sql
        CREATE UNLOGGED TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);
        ```

    Exempt: views and foreign tables; temporary tables.

    Limits: an error on Neon.
    """
    if table.storage is None or table.storage.persistence != "unlogged" or table.is_view:
        return
    neon = schema.server is not None and schema.server.neon
    yield Violation(
        message=f"{table.key} is unlogged: its rows are gone "
        + ("when the compute is suspended" if neon else "after a crash"),
        suggestion="make it a logged table, unless its rows can be made anew",
        severity=ERROR if neon else None,
        sql=alter(table, "SET LOGGED"),
    )


@rule(
    "TBL030", "empty-table", severity=INFO, on=False, strict=False, evidence="P", reference="models:Task",
    peers=("pg-index-health tables_with_no_data", "SchemaCrawler LinterTableEmpty"),
)  # fmt: skip
def empty_table(table: Table) -> Iterator[Violation]:
    """A table has rows.

    Why: what has been empty for as long as the server counts, nobody uses.

    Bad:
        ```sql
        CREATE TABLE drafts (id uuid PRIMARY KEY);
        ```

    Good:
        ```sql
        DROP TABLE drafts;
        ```

    Exempt: tables that were written to; views; a server that has not counted for long enough.
    """
    storage = table.storage
    counted = storage.statistics if storage is not None else None
    if storage is None or counted is None or table.is_view or storage.bytes or counted.live_rows or counted.writes:
        return
    if not storage.rows:
        yield Violation(message=f"{table.key} is empty, and nobody has written to it", suggestion="see who needs it")


@rule(
    "TBL031", "write-only-table", severity=INFO, on=False, strict=False, evidence="P", reference="models:Task",
    peers=("pglinter B006",),
)  # fmt: skip
def write_only_table(table: Table) -> Iterator[Violation]:
    """What is written is read.

    Why: rows that nobody has asked for cost room and time.

    Bad:
        ```sql
        INSERT INTO audit SELECT gen_random_uuid();
        ```

    Good:
        ```sql
        SELECT count(*) FROM audit;
        ```

    Exempt: tables with fewer than 1,000 inserts; those that replicas may read; a server that has not counted for long
    enough.
    """
    counted = table.storage.statistics if table.storage is not None else None
    if counted is not None and counted.inserts >= 1_000 and not counted.scans and not table.is_view:
        yield Violation(
            message=f"{counted.inserts:,} rows were inserted into {table.key}, and none was ever read",
            suggestion="see whether a replica or an export reads them",
        )


@rule(
    "TBL032", "table-with-rules", severity=WARNING, evidence="C", reference="models:Task",
    peers=("pgdesigner I007", "pgrubic"),
)  # fmt: skip
def table_with_rules(table: Table) -> Iterator[Violation]:
    """A table has triggers, not rules.

    Why: a rule rewrites the query: a volatile function in it runs twice, the count of rows is another's, and INSERT …
    RETURNING fails (PostgreSQL wiki, "Don't Do This: Don't use rules").

    Bad:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);
        CREATE RULE keep_tasks AS ON DELETE TO tasks DO INSTEAD NOTHING;
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);
        ```

    Exempt: a view's own rule, and others of views.
    """
    rules = table.storage.rewrite_rules if table.storage is not None else ()
    if rules and not table.is_view:
        yield Violation(
            message=f"{table.key} has the rewrite rule{'s' if len(rules) > 1 else ''} {listed(rules)}",
            suggestion="write a trigger in its place",
        )


@rule(
    "TBL033", "partitioned-table-without-partitions", severity=WARNING, evidence="C", reference="models:Task",
    peers=("pgdesigner W008", "check_postgres partman_premake"),
)  # fmt: skip
def partitioned_table_without_partitions(table: Table, *, most: int = 1_000) -> Iterator[Violation]:
    """A partitioned table has partitions, and not too many.

    Why: without any it refuses every row ("no partition of relation found for row"). Thousands make planning slow, and
    take a lock each (PostgreSQL documentation, 5.12.6 Best Practices for Declarative Partitioning).

    Bad:
        ```sql
        CREATE TABLE events (at date NOT NULL, id uuid NOT NULL, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
        ```

    Good:
        ```sql
        CREATE TABLE events (at date NOT NULL, id uuid NOT NULL, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
        CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        ```

    Exempt: tables that are not partitioned.

    Options:
        most: how many partitions a table may have before it is an info.
    """
    storage = table.storage
    if storage is None or storage.kind != "partitioned table":
        return
    if storage.partitions == 0:
        yield Violation(
            message=f"{table.key} is partitioned, but has no partitions: it refuses every row",
            suggestion="make its partitions, or one for all other rows: CREATE TABLE … PARTITION OF … DEFAULT",
        )
    elif storage.partitions > most:
        yield Violation(
            message=f"{table.key} has {storage.partitions:,} partitions",
            suggestion="make larger partitions, or drop old ones",
            severity=INFO,
        )


@rule(
    "TBL034", "disabled-trigger", severity=WARNING, evidence="C", reference="models:Task.owner_id",
    peers=("check_postgres disabled_triggers",),
)  # fmt: skip
def disabled_trigger(trigger: Trigger, schema: Schema, shared: Shared) -> Iterator[Violation]:
    """Triggers are enabled.

    Why: ALTER TABLE … DISABLE TRIGGER ALL, which many a data load begins with, also turns off those that enforce
    foreign keys; if nobody turns them on again, rows may reference what does not exist.

    Bad:
        ```sql
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE tasks (id bigint PRIMARY KEY, owner_id bigint NOT NULL REFERENCES users (id));
        ALTER TABLE tasks DISABLE TRIGGER ALL;
        ```

    Good:
        ```sql
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE tasks (id bigint PRIMARY KEY, owner_id bigint NOT NULL REFERENCES users (id));
        ALTER TABLE tasks DISABLE TRIGGER ALL;
        ALTER TABLE tasks ENABLE TRIGGER ALL;
        ```

    Exempt: triggers that fire only on a replica, or always.

    Limits: an error for those that enforce a foreign key.
    """
    if trigger.enabled:
        return
    table = schema.table(trigger.table)
    if trigger.constraint is not None:
        # Each side of a foreign key has several.
        if shared.of(_first_disabled)[trigger.table, trigger.constraint] is not trigger:
            return
        yield Violation(
            message=f"the foreign key {trigger.constraint} of {trigger.table} is not enforced: its trigger is disabled",
            suggestion="enable it; then make the constraint anew, NOT VALID, and validate it, to find bad rows",
            severity=ERROR,
            # The trigger's own name is another in every database.
            subject=Subject(
                kind="constraint",
                schema=table.schema if table is not None else None,
                table=table.name if table is not None else trigger.table,
                name=trigger.constraint,
            ),
            sql=alter(table, "ENABLE TRIGGER ALL"),
        )
    else:
        yield Violation(
            message=f"the trigger {trigger.name} of {trigger.table} is disabled",
            suggestion="enable it, or drop it",
            sql=alter(table, f"ENABLE TRIGGER {quoted(trigger.name)}"),
        )


def _first_disabled(schema: Schema, _: Policies) -> dict[tuple[str, str | None], Trigger]:
    """Of each table and constraint the first trigger that is disabled."""
    return {(found.table, found.constraint): found for found in reversed(schema.triggers) if not found.enabled}
