"""NEON, STA and ENV004 on a database: what must stay silent, then what must be found."""

from __future__ import annotations

from typing import Any

import pytest

from created import execute, said, schema_of
from schema_lint.checking.registry import load_rules
from schema_lint.checking.run import run
from schema_lint.checking.selection import select
from schema_lint.config.policies import Policies
from schema_lint.facts.database import Server, TableStatistics, TableStorage
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import PrimaryKey, Table
from schema_lint.facts.unknown import Some, Unknown

NEON = "CREATE ROLE neon_superuser;\n"
GIBIBYTE = 1024**3


def of_facts(
    code: str, *, storage: TableStorage | None = None, policies: Any = None, **server: Any
) -> list[tuple[str, str]]:
    table = Table(name="tasks", columns=Some(), primary_key=PrimaryKey(table="tasks"), storage=storage)
    facts: dict[str, Any] = {"version": 170000, "role": "app", "observed_days": 30.0, **server}
    schema = Schema(
        label="todo", evidence="CP", naming_convention=Unknown("?"), server=Server(**facts), tables=Some((table,))
    )
    selection = select(load_rules(), selected=[code])
    found = run(Project(evidence="CP", schemas=(schema,)), selection, policies or Policies()).findings
    return [(finding.severity, finding.message) for finding in found]


@pytest.mark.parametrize(
    "script",
    ["CREATE UNLOGGED TABLE t (id int);\n", f"{NEON}CREATE TABLE t (id serial);\nCREATE SEQUENCE s;\n"],
    ids=["not on Neon", "logged"],
)
def test_unlogged_is_silent(database: str, script: str) -> None:
    assert said(database, script, "NEON001") == []


def test_unlogged_on_neon(database: str) -> None:
    assert said(database, f"{NEON}CREATE UNLOGGED TABLE t (id serial);\n", "NEON001") == [
        ("error", "t is unlogged, and empty whenever the compute has restarted")
    ]


@pytest.mark.parametrize(
    ("server", "found"),
    [
        ({"settings": {"idle_in_transaction_session_timeout": "0"}}, 0),
        ({"neon": True, "settings": {"idle_in_transaction_session_timeout": "300000"}}, 0),
        ({"neon": True}, 0),
        ({"neon": True, "settings": {"idle_in_transaction_session_timeout": "0"}}, 1),
    ],
)
def test_idle_transactions(server: dict[str, Any], found: int) -> None:
    assert len(of_facts("NEON002", **server)) == found


@pytest.mark.parametrize(
    ("server", "policies", "found"),
    [
        ({"host": None, "encrypted": None}, {}, 0),
        ({"host": "localhost", "encrypted": False}, {}, 0),
        ({"host": "db", "encrypted": False}, {}, 0),
        ({"host": "10.1.2.3", "encrypted": False}, {}, 0),
        ({"host": "db.example.org", "encrypted": True}, {}, 0),
        ({"host": "db.example.org", "encrypted": None}, {}, 0),
        ({"host": "10.1.2.3", "encrypted": False}, {"require_tls": True}, 1),
        ({"host": "db.example.org", "encrypted": False}, {}, 1),
    ],
)
def test_a_connection_without_tls(server: dict[str, Any], policies: dict[str, Any], found: int) -> None:
    told = of_facts("ENV004", policies=Policies(**policies), **server)
    assert told == [("warning", f"the connection to {server['host']} is not encrypted")] * found


def storage(counts: dict[str, Any] | None = None, **given: Any) -> TableStorage:
    statistics = {"live_rows": 100_000, "analyzed": True, **(counts or {})}
    return TableStorage(**{"rows": 100_000, "bytes": 2 * GIBIBYTE, **given}, statistics=TableStatistics(**statistics))


SILENT = {
    "STA001 statistics were not read": ("STA001", TableStorage(rows=None)),
    "STA001 hardly any rows": ("STA001", storage({"live_rows": 900, "analyzed": False}, rows=None)),
    "STA001 fresh": ("STA001", storage({"modified_since_analyze": 90_000, "days_since_analyze": 1.0})),
    "STA001 hardly changed": ("STA001", storage({"modified_since_analyze": 900, "days_since_analyze": 99.0})),
    "STA001 since when is not known": ("STA001", storage({"modified_since_analyze": 90_000})),
    "STA001 a view": ("STA001", storage({"analyzed": False}, rows=None, kind="view")),
    "STA002 few": ("STA002", storage({"dead_rows": 9_999, "live_rows": 1})),
    "STA002 a small table": ("STA002", storage({"dead_rows": 90_000}, bytes=90 * 1024**2)),
    "STA002 a small share": ("STA002", storage({"dead_rows": 15_000})),
    "STA003 on": ("STA003", storage(options={"fillfactor": "70"})),
    "STA003 said to be on": ("STA003", storage(options={"autovacuum_enabled": "true"})),
    "STA004 as usual": ("STA004", storage({"transactions_old": 200_000_000})),
    "STA005 few updates": ("STA005", storage({"updates": 9_000})),
    "STA005 mostly without": ("STA005", storage({"updates": 90_000, "hot_updates": 80_000})),
}


@pytest.mark.parametrize(("code", "kept"), SILENT.values(), ids=SILENT)
def test_silent(code: str, kept: TableStorage) -> None:
    assert of_facts(code, storage=kept) == []


FOUND = {
    "never": (
        "STA001", storage({"analyzed": False}, rows=None), [("info", "tasks has 100,000 rows and was never analyzed")],
    ),
    "long ago": (
        "STA001",
        storage({"modified_since_analyze": 40_000, "days_since_analyze": 20.4}),
        [("info", "tasks has 100,000 rows and was last analyzed 20 days and 40 % of its rows ago")],
    ),
    "dead": (
        "STA002",
        storage({"dead_rows": 50_000, "days_since_vacuum": 9.9}),
        [("info", "33 % of tasks (50,000 rows) is dead, 9 days after the last VACUUM")],
    ),
    "off": (
        "STA003",
        storage(options={"autovacuum_enabled": "off"}),
        [("warning", "autovacuum is switched off for tasks")],
    ),
    "near": (
        "STA004",
        storage({"transactions_old": 1_400_000_000}),
        [("warning", "the oldest rows of tasks are 1,400,000,000 transactions old; at 2 billion the server stops")],
    ),
    "danger": (
        "STA004",
        storage({"multixacts_old": 1_600_000_000}),
        [("error", "the oldest rows of tasks are 1,600,000,000 multixacts old; at 2 billion the server stops")],
    ),
    "indexes": (
        "STA005",
        storage({"updates": 50_000, "hot_updates": 1_000}),
        [("info", "2 % of 50,000 updates of tasks left its indexes alone")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("code", "kept", "expected"), FOUND.values(), ids=FOUND)
def test_found(code: str, kept: TableStorage, expected: list[tuple[str, str]]) -> None:
    assert of_facts(code, storage=kept) == expected


def test_on_neon_it_says_why() -> None:
    [(_, message)] = of_facts("STA001", storage=storage({"analyzed": False}, rows=None), neon=True)
    assert message.endswith(": a Neon compute may have forgotten the changes when it was suspended")


@pytest.mark.postgresql(15)
def test_a_real_table_that_nobody_analyzed(database: str) -> None:
    execute(
        database,
        "CREATE TABLE tasks (id integer PRIMARY KEY) WITH (autovacuum_enabled = false);\n"
        "INSERT INTO tasks SELECT generate_series(1, 5000);\nSELECT pg_stat_force_next_flush();\n",
    )
    schema = schema_of(database, usage=True)
    assert "P" in schema.evidence
    outcome = run(Project(evidence="CP", schemas=(schema,)), select(load_rules(), selected=["STA"]), Policies())
    assert [(finding.code, finding.message) for finding in outcome.findings] == [
        ("STA003", "autovacuum is switched off for tasks"),
        ("STA001", "tasks has 5,000 rows and was never analyzed"),
    ]
    assert {skipped.code for skipped in outcome.skipped} == {"STA005"}
