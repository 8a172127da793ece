"""`migrations --replay --rows`, as the command line tells it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from cli_run import Run
from histories import make

TASK = (
    'op.create_table("task", sa.Column("id", sa.Integer, primary_key=True), sa.Column("note", sa.Text),\n'
    '    sa.Column("price", sa.Integer, nullable=False))',
    'op.drop_table("task")',
)
DROPPED = ('op.drop_column("task", "note")', 'op.add_column("task", sa.Column("note", sa.Text))')
REQUIRED = ('op.add_column("task", sa.Column("due", sa.Date, nullable=False))', 'op.drop_column("task", "due")')
SET = ('op.alter_column("task", "note", nullable=False)', 'op.alter_column("task", "note", nullable=True)')

REPLAY = ("migrations", "--replay", "--python", sys.executable, "--server")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project; the working directory."""
    for variable in ("NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "DATABASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def messages(run: Run, server: str, *more: str) -> list[str]:
    status, out, err = run(*REPLAY, server, "--select", "MIG003,MIG013,MIG014", "--output-format", "json", *more)
    assert (status, err) in ((0, ""), (1, ""))
    found = json.loads(out)["findings"]
    return [each["message"] for each in sorted(found, key=lambda each: (each["places"][0]["path"], each["code"]))]


def test_rows_need_a_replay(shop: Path, run: Run) -> None:
    status, _, err = run("migrations", "--rows", "3")
    assert status == 2
    assert "--rows is of use with --replay only" in err


def test_what_reading_suspects_is_proved_once(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK, DROPPED, REQUIRED])
    assert messages(run, database, "--rows", "10") == [
        "revision r2 drops the column task.note with its values (replayed: dropped 10 values of task.note, which its "
        "downgrade does not bring back)",
        "revision r3 adds task.due as NOT NULL without a server default: it fails where the table has rows (replayed "
        'with 10 rows: column "due" of relation "task" contains null values)',
    ]


def test_without_rows_nothing_of_them_is_told(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK, DROPPED, REQUIRED])
    assert messages(run, database) == [
        "revision r2 drops the column task.note with its values",
        "revision r3 adds task.due as NOT NULL without a server default: it fails where the table has rows",
    ]


def test_a_row_without_a_value_proves_what_reading_suspects(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK, SET])
    assert messages(run, database, "--rows", "2") == [
        "revision r2 makes task.note NOT NULL, and no revision gives the rows a value that have none (replayed with 2 "
        'rows: column "note" of relation "task" contains null values)'
    ]


def test_what_the_server_takes_is_not_suspected(shop: Path, database: str, run: Run) -> None:
    emptied = ("op.execute(open('empty.sql').read())\n" + REQUIRED[0], REQUIRED[1])
    kept = (
        'op.execute("DO $$BEGIN CREATE TABLE kept AS SELECT id, note FROM task; END$$")\nop.drop_column("task", '
        '"note")',
        DROPPED[1] + "\nop.execute('UPDATE task SET note = kept.note FROM kept WHERE kept.id = task.id')",
    )
    make(shop, [TASK, emptied, kept], files={"empty.sql": "DELETE FROM task"})
    found = messages(run, database, "--rows", "2")
    assert [message for message in found if "note" in message or "due" in message] == []


def test_a_narrower_type_stays_suspected(shop: Path, database: str, run: Run) -> None:
    narrowed = (
        'op.alter_column("task", "note", type_=sa.String(255))',
        'op.alter_column("task", "note", type_=sa.Text())',
    )
    make(shop, [TASK, narrowed])
    assert messages(run, database, "--rows", "2") == [
        "revision r2 changes task.note from TEXT to VARCHAR(255), which longer values do not fit"
    ]


def test_what_cannot_be_read_is_told_by_the_server_alone(shop: Path, database: str, run: Run) -> None:
    dropped = ("op.execute(\"DO $$BEGIN EXECUTE 'ALTER TABLE task DROP note'; END$$\")", DROPPED[1])
    required = ("op.execute(\"DO $$BEGIN EXECUTE 'ALTER TABLE task ADD due date NOT NULL'; END$$\")", REQUIRED[1])
    undo = ('op.drop_column("task", "price")', 'op.add_column("task", sa.Column("price", sa.Integer, nullable=False))')
    unique = ("op.execute(\"DO $$BEGIN ALTER TABLE task ADD code text DEFAULT 'x' UNIQUE; END$$\")", "pass")
    make(shop, [TASK, dropped, required, undo, unique])
    assert messages(run, database, "--rows", "2") == [
        "revision r2, replayed with rows, dropped 2 values of task.note, which its downgrade does not bring back",
        'revision r3 fails as soon as task has rows (replayed with 2 rows): column "due" of relation "task" '
        "contains null "
        "values",
        'the downgrade of revision r4 fails as soon as task has rows (replayed with 2 rows): column "price" of '
        "relation "
        '"task" contains null values',
        "revision r4 drops the column task.price with its values (replayed: dropped 2 values of task.price, which its "
        "downgrade does not bring back)",
        "the upgrade of revision r5 fails as soon as task has rows (replayed with 2 rows): could not create "
        "unique index "
        '"task_code_key"',
    ]


def test_the_table_sums_up(shop: Path, database: str, run: Run) -> None:
    odd = ("op.execute('CREATE TABLE odd (n int NOT NULL CHECK (n = 42 AND n <> 42))')", "op.execute('DROP TABLE odd')")
    make(shop, [TASK, odd, REQUIRED, DROPPED, TASK[::-1]])
    _, out, _ = run(*REPLAY, database, "--rows", "2", "--exit-zero")
    assert "With 2 rows in each table: 2 revisions lose values, 1 upgrade fails." in out
    assert 'No rows for odd: new row for relation "odd" violates check constraint "odd_n_check".' in out


def test_the_table_counts_what_fails_where_a_value_is_missing(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK, SET])
    _, out, _ = run(*REPLAY, database, "--rows", "2", "--exit-zero")
    assert "With 2 rows in each table: 1 upgrade fails where a row has no value." in out


def test_what_could_not_be_tried_is_told(shop: Path, database: str, run: Run) -> None:
    text = ("op.execute('ALTER TABLE task ALTER note TYPE int USING note::int')", "pass")
    make(shop, [TASK, text])
    _, out, err = run(*REPLAY, database, "--rows", "2", "--exit-zero", "--verbose")
    assert "1 revision could not be tried with made up rows: --verbose tells why." in out
    assert "revision r2 could not be tried with rows: DataError: invalid input syntax for type integer" in err
