"""Rules that rest on what a server has counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from created import SCRIPT, execute, project_of
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.database import ColumnStatistics, IndexStorage, TableStatistics
from schema_lint.facts.project import Project
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Some
from support import told

T = (
    "CREATE TABLE users (id bigint PRIMARY KEY);\n"
    "CREATE TABLE t (id bigint PRIMARY KEY, a int, owner_id bigint REFERENCES users (id));\n"
    "CREATE INDEX i_a ON t (a);\nCREATE INDEX i_owner ON t (owner_id)"
)
USED = TableStatistics(index_scans=5_000, inserts=5_000, live_rows=50_000)
LARGE = {"bytes": 20 * 2**20, "scans": 0}


def counted(
    database: str, table: TableStatistics = USED, *, days: float = 30, share: float = 0.0, **index: Any
) -> Callable[[SourceTree], Project]:
    """A reader of the database as if its server had counted this."""

    def change(found: Table) -> Table:
        assert found.storage is not None
        indexes = [msgspec.structs.replace(i, storage=IndexStorage(**{**LARGE, **index})) for i in found.indexes.known]
        columns = [
            msgspec.structs.replace(c, statistics=ColumnStatistics(null_share=share, distinct=-1))
            for c in found.columns.known
        ]
        storage = msgspec.structs.replace(found.storage, statistics=table, rows=table.live_rows)
        return msgspec.structs.replace(
            found, storage=storage, indexes=Some(tuple(indexes)), columns=Some(tuple(columns))
        )

    def reader(tree: SourceTree) -> Project:
        execute(database, T)
        project = project_of(database, usage=True)
        [schema] = project.schemas
        assert schema.server is not None
        tables = Some(tuple(change(found) if found.key == "t" else found for found in schema.tables.known))
        server = msgspec.structs.replace(schema.server, observed_days=days)
        return msgspec.structs.replace(
            project, schemas=(msgspec.structs.replace(schema, tables=tables, server=server),)
        )

    return reader


def messages(code: str, reader: Callable[[SourceTree], Project]) -> list[tuple[str, str]]:
    return told({SCRIPT: ""}, code, reader=reader)


def test_an_index_that_serves_a_foreign_key_is_not_unused(database: str) -> None:
    [(severity, message)] = messages("IDX021", counted(database))
    assert severity == "info"
    assert message == "no query has used the index i_a of t so far in 30 days (20 MB)"


QUIET: dict[str, tuple[str, dict[str, Any]]] = {
    "counted for a day only": ("IDX021", {"days": 1}),
    "a table that was hardly used": ("IDX021", {"table": TableStatistics(index_scans=3)}),
    "a small index": ("IDX021", {"bytes": 2**20}),
    "the replica identity": ("IDX021", {"replica_identity": True}),
    "a used index": ("IDX021", {"scans": 7}),
    "a used index, not long ago": ("IDX021", {"scans": 7, "days_since_scan": 30.0}),
    "few NULLs": ("IDX014", {"share": 0.4}),
    "few NULLs on the whole": ("IDX014", {"share": 0.9, "bytes": 8192}),
    "a small table": (
        "IDX023",
        {"table": TableStatistics(sequential_scans=500, rows_read_sequentially=50_000, live_rows=100)},
    ),
    "a table found by its indexes": (
        "IDX023",
        {
            "table": TableStatistics(
                sequential_scans=500, rows_read_sequentially=9**9, live_rows=50_000, index_scans=900
            )
        },
    ),
    "a nightly export": (
        "IDX023",
        {
            "table": TableStatistics(
                sequential_scans=30, rows_read_sequentially=1_500_000, live_rows=50_000, inserts=2_000
            )
        },
    ),
    "an index that is read more than written": ("IDX022", {"scans": 9_000}),
    "a table with rows": ("TBL030", {}),
    "a table that is read": ("TBL031", {}),
}


@pytest.mark.parametrize(("code", "given"), QUIET.values(), ids=QUIET)
def test_silent(code: str, given: dict[str, Any], database: str) -> None:
    found = messages(code, counted(database, **given))
    assert [message for _, message in found if not message.startswith("users ")] == []


LOUD: dict[str, tuple[str, dict[str, Any], int]] = {
    "not used for long": ("IDX021", {"scans": 7, "days_since_scan": 120.0}, 1),
    "mostly NULL": ("IDX014", {"share": 0.8}, 2),
    "read from end to end": (
        "IDX023",
        {"table": TableStatistics(sequential_scans=500, rows_read_sequentially=25_000_000, live_rows=50_000)},
        1,
    ),
    "rarely used": ("IDX022", {"scans": 3}, 1),
    "written and never read": ("TBL031", {"table": TableStatistics(inserts=2_000)}, 1),
}


@pytest.mark.parametrize(("code", "given", "count"), LOUD.values(), ids=LOUD)
def test_found(code: str, given: dict[str, Any], count: int, database: str) -> None:
    assert len(messages(code, counted(database, **given))) == count


NUMBERED = "CREATE TABLE t (id {} GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);\nSELECT setval('t_id_seq', {})"
SEQUENCES = {
    "half used": (NUMBERED.format("int", 1_000_000_000), []),
    "a bigint": (NUMBERED.format("bigint", 2_000_000_000), []),
    "from three quarters on": (NUMBERED.format("int", 1_700_000_000), ["warning"]),
    "from nine tenths on": (NUMBERED.format("int", 2_000_000_000), ["error"]),
    "a reference ends before its key": (
        NUMBERED.format("bigint", 2_000_000_000) + ";\nCREATE TABLE c (t_id int REFERENCES t (id))", ["error"],
    ),
    "it begins anew": (NUMBERED.format("int", 2_000_000_000) + ";\nALTER SEQUENCE t_id_seq CYCLE", []),
    "backwards": (
        "CREATE SEQUENCE s AS int INCREMENT -1 MINVALUE -2147483648 MAXVALUE -1;\n"
        "CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('s'));\nSELECT setval('s', -2000000000)", ["error"],
    ),
    "never used": ("CREATE TABLE t (id smallint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY)", []),
}  # fmt: skip


@pytest.mark.parametrize(("script", "severities"), SEQUENCES.values(), ids=SEQUENCES)
def test_how_much_of_a_sequence_is_left(script: str, severities: list[str], database: str) -> None:
    def reader(tree: SourceTree) -> Project:
        execute(database, script)
        return project_of(database, usage=True)

    assert [severity for severity, _ in messages("KEY017", reader)] == severities


def test_a_key_of_which_more_than_half_is_used(database: str) -> None:
    def reader(tree: SourceTree) -> Project:
        execute(database, NUMBERED.format("int", 1_300_000_000))
        return project_of(database, usage=True)

    [(severity, message)] = messages("KEY006", reader)
    assert (severity, "61% of it is used up" in message) == ("warning", True)
