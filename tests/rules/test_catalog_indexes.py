"""Indexes of a real PostgreSQL: which serve a foreign key, which are superfluous, and which of two is kept."""

from __future__ import annotations

import pytest

from created import cases, execute, judged, said

USERS = "CREATE TABLE users (id bigint PRIMARY KEY);\n"
TASKS = USERS + "CREATE TABLE tasks (id bigint PRIMARY KEY, a int, owner_id bigint REFERENCES users (id));\n"
PLACES = "CREATE TABLE places (x int, y int, PRIMARY KEY (x, y));\n"
VISITS = PLACES + (
    "CREATE TABLE visits (id bigint PRIMARY KEY, x int, y int, n int, FOREIGN KEY (x, y) REFERENCES places);\n"
)
EVENTS = USERS + (
    "CREATE TABLE events (id bigint, at date, owner_id bigint REFERENCES users (id), PRIMARY KEY (id, at))"
    " PARTITION BY RANGE (at);\n"
    "CREATE TABLE e1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');\n"
    "CREATE TABLE e2 PARTITION OF events FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');\n"
)

COVERED = {
    "partial, WHERE the key IS NOT NULL": TASKS + "CREATE INDEX ON tasks (owner_id) WHERE owner_id IS NOT NULL",
    "composite, partial for NULL alone": VISITS + "CREATE INDEX ON visits (x, y) WHERE x IS NOT NULL AND y IS NOT NULL",
    "composite, columns in another order": VISITS + "CREATE INDEX ON visits (y, x)",
    "composite, first columns of a longer index": VISITS + "CREATE INDEX ON visits (y, x, n)",
    "hash": TASKS + "CREATE INDEX ON tasks USING hash (owner_id)",
    "it is the primary key": USERS + "CREATE TABLE tasks (owner_id bigint PRIMARY KEY REFERENCES users (id))",
    "unique constraint": TASKS + "ALTER TABLE tasks ADD UNIQUE (owner_id, a)",
    "descending": TASKS + "CREATE INDEX ON tasks (owner_id DESC NULLS LAST)",
    "partitioned, an index on all": EVENTS + "CREATE INDEX ON events (owner_id)",
    "partition that was attached to the index": EVENTS
    + "CREATE INDEX whole ON ONLY events (owner_id);\nCREATE INDEX one ON e1 (owner_id);\n"
    "CREATE INDEX two ON e2 (owner_id);\nALTER INDEX whole ATTACH PARTITION one;\n"
    "ALTER INDEX whole ATTACH PARTITION two",
    "a foreign table's reference cannot be": USERS
    + "CREATE EXTENSION file_fdw;\nCREATE SERVER files FOREIGN DATA WRAPPER file_fdw;\n"
    "CREATE FOREIGN TABLE lines (owner_id bigint) SERVER files OPTIONS (filename '/dev/null')",
}
UNCOVERED = {
    "no index": (TASKS, "error"),
    "only a partial one": (TASKS + "CREATE INDEX ON tasks (owner_id) WHERE a > 0", "error"),
    "composite, half of it INCLUDEd": (VISITS + "CREATE INDEX ON visits (x) INCLUDE (y)", "info"),
    "second column": (TASKS + "CREATE INDEX ON tasks (a, owner_id)", "error"),
    "BRIN": (TASKS + "CREATE INDEX ON tasks USING brin (owner_id)", "error"),
    "an expression": (TASKS + "CREATE INDEX ON tasks ((owner_id + 0))", "error"),
    "partitioned table, once": (EVENTS, "error"),
    "partitioned, an index on the parent alone": (EVENTS + "CREATE INDEX ON ONLY events (owner_id)", "error"),
}


@pytest.mark.parametrize("script", COVERED.values(), ids=COVERED)
def test_a_foreign_key_that_an_index_serves(script: str, database: str) -> None:
    assert said(database, script, "FK001") == []


@pytest.mark.parametrize(("script", "severity"), UNCOVERED.values(), ids=UNCOVERED)
def test_a_foreign_key_that_none_serves(script: str, severity: str, database: str) -> None:
    assert [found for found, _ in said(database, script, "FK001")] == [severity]


def test_an_invalid_index_serves_none(database: str) -> None:
    execute(database, TASKS + "INSERT INTO users VALUES (1);\nINSERT INTO tasks VALUES (1, 1, 1), (2, 2, 1)")
    with pytest.raises(Exception, match="could not create unique index"):
        execute(database, "CREATE UNIQUE INDEX CONCURRENTLY once ON tasks (owner_id)")
    [finding] = judged(database, "SELECT 1", "FK001")
    assert "once is invalid" in finding.message
    [finding] = judged(database, "SELECT 1", "IDX011")
    assert finding.sql == "REINDEX INDEX CONCURRENTLY once;"


def test_between_small_tables_it_matters_little(database: str) -> None:
    script = TASKS + "INSERT INTO users VALUES (1);\nINSERT INTO tasks VALUES (1, 1, 1);\nANALYZE"
    assert [severity for severity, _ in said(database, script, "FK001", usage=True)] == ["info"]
    assert [severity for severity, _ in said(database, "SELECT 1", "FK001")] == ["error"]


def test_what_to_paste_works(database: str) -> None:
    script = (
        'CREATE SCHEMA "Odd";\nCREATE TABLE "Odd".users (id bigint PRIMARY KEY);\n'
        'CREATE TABLE "Odd"."Order" (id bigint PRIMARY KEY, "user" bigint REFERENCES "Odd".users (id))'
    )
    [finding] = judged(database, script, "FK001")
    assert finding.sql == 'CREATE INDEX CONCURRENTLY "ix_Odd_Order_user" ON "Odd"."Order" ("user");'
    execute(database, finding.sql)
    assert judged(database, "SELECT 1", "FK001") == []


def test_an_index_of_a_partitioned_table_is_not_made_concurrently(database: str) -> None:
    [finding] = judged(database, EVENTS, "FK001")
    assert finding.sql == "CREATE INDEX ix_events_owner_id ON events (owner_id);"
    execute(database, finding.sql)
    assert judged(database, "SELECT 1", "FK001") == []


T = "CREATE TABLE t (id bigint PRIMARY KEY, a int, b int, ab int, c text, d text);\n"
PAIRS = T + (
    "CREATE INDEX i_a ON t (a);\nCREATE INDEX i_a_b ON t (a, b);\nCREATE INDEX i_ab ON t (ab);\n"
    "CREATE UNIQUE INDEX u_b ON t (b);\nCREATE INDEX i_b ON t (b);\nCREATE UNIQUE INDEX u_b_a ON t (b, a);\n"
    "CREATE INDEX i_a_some ON t (a) WHERE b > 0;\nCREATE INDEX i_lower ON t (lower(c));\n"
    "CREATE INDEX i_upper ON t (upper(c), a);\nCREATE INDEX i_id ON t (id)"
)


def test_what_is_superfluous_and_nothing_else(database: str) -> None:
    doubled = [finding.subject.name for finding in judged(database, PAIRS, "IDX004")]
    assert sorted(map(str, doubled)) == ["i_b", "i_id"]
    begun = [finding.subject.name for finding in judged(database, "SELECT 1", "IDX005")]
    assert sorted(map(str, begun)) == ["i_a"]


def test_an_index_read_backwards_is_the_same(database: str) -> None:
    script = (
        T + "CREATE INDEX up ON t (a, b);\nCREATE INDEX down ON t (a DESC, b DESC);\nCREATE INDEX m ON t (a, b DESC)"
    )
    found = judged(database, script, "IDX004")
    assert [(finding.severity, finding.subject.name) for finding in found] == [("info", "up")]


DISTINCT = {
    "method": "CREATE INDEX i ON t (a);\nCREATE INDEX j ON t USING hash (a)",
    "predicate": "CREATE INDEX i ON t (a) WHERE b > 0;\nCREATE INDEX j ON t (a) WHERE b > 1",
    "a word in another case": "CREATE INDEX i ON t (a) WHERE c = 'x';\nCREATE INDEX j ON t (a) WHERE c = 'X'",
    "operator class": "CREATE INDEX i ON t (c);\nCREATE INDEX j ON t (c text_pattern_ops)",
    "collation": 'CREATE INDEX i ON t (c);\nCREATE INDEX j ON t (c COLLATE "C")',
    "order of columns": "CREATE INDEX i ON t (a, b);\nCREATE INDEX j ON t (b, a)",
    "NULLS NOT DISTINCT": "CREATE UNIQUE INDEX i ON t (a);\nCREATE UNIQUE INDEX j ON t (a) NULLS NOT DISTINCT",
    "expressions": "CREATE INDEX i ON t (lower(c));\nCREATE INDEX j ON t (upper(c))",
}


@pytest.mark.parametrize("script", cases(DISTINCT, since={"NULLS NOT DISTINCT": 15}))
def test_indexes_that_differ(script: str, database: str) -> None:
    assert said(database, T + script, "IDX004") == []


KEPT = {
    "a constraint before an index": (
        "ALTER TABLE t ADD CONSTRAINT z_key UNIQUE (a);\nCREATE UNIQUE INDEX a_index ON t (a)",
        "a_index", "DROP INDEX CONCURRENTLY a_index;",
    ),
    "the primary key before a constraint": (
        "ALTER TABLE t ADD CONSTRAINT a_key UNIQUE (id)", "a_key", "ALTER TABLE t DROP CONSTRAINT a_key;",
    ),
    "the replica identity before others": (
        "ALTER TABLE t ALTER a SET NOT NULL;\nCREATE UNIQUE INDEX a_index ON t (a);\n"
        "CREATE UNIQUE INDEX z_index ON t (a);\nALTER TABLE t REPLICA IDENTITY USING INDEX z_index",
        "a_index", "DROP INDEX CONCURRENTLY a_index;",
    ),
    "what a foreign key relies on": (
        "CREATE UNIQUE INDEX z_index ON t (a);\nCREATE TABLE child (a int REFERENCES t (a));\n"
        "CREATE UNIQUE INDEX a_index ON t (a)",
        "a_index", "DROP INDEX CONCURRENTLY a_index;",
    ),
    "unique before plain": (
        "CREATE INDEX a_index ON t (a);\nCREATE UNIQUE INDEX z_index ON t (a)",
        "a_index", "DROP INDEX CONCURRENTLY a_index;",
    ),
    "the smaller name": (
        "CREATE INDEX z_index ON t (a);\nCREATE INDEX a_index ON t (a)",
        "z_index", "DROP INDEX CONCURRENTLY z_index;",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("script", "superfluous", "sql"), KEPT.values(), ids=KEPT)
def test_which_of_two_is_kept(script: str, superfluous: str, sql: str, database: str) -> None:
    [finding] = judged(database, T + script, "IDX004")
    assert (finding.subject.name, finding.sql) == (superfluous, sql)
    execute(database, sql)
    assert judged(database, "SELECT 1", "IDX004") == []


def test_an_index_that_a_foreign_key_relies_on_is_not_dropped_beside_a_constraint(database: str) -> None:
    script = T + (
        "CREATE UNIQUE INDEX a_index ON t (a);\n"
        "CREATE TABLE child (a int, CONSTRAINT fk FOREIGN KEY (a) REFERENCES t (a));\n"
        "ALTER TABLE t ADD CONSTRAINT a_key UNIQUE (a)"
    )
    [finding] = judged(database, script, "IDX004")
    assert finding.sql is None
    assert "make the foreign key fk anew" in str(finding.suggestion)


def test_indexes_of_a_materialized_view_count(database: str) -> None:
    script = T + "CREATE MATERIALIZED VIEW v AS SELECT a FROM t;\nCREATE INDEX i ON v (a);\nCREATE INDEX j ON v (a)"
    assert len(said(database, script, "IDX004")) == 1
