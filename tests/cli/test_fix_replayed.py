"""`migrations --fix`: downgrades that a replay showed to leave something, mended, and replayed again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cli_run import Run
from histories import Step, make, replayed, verdicts
from repositories import isolate
from schema_lint import replaying
from schema_lint.facts.replaying import Replay

TABLE = (
    'op.create_table("task", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(50)),\n'
    '    sa.Column("due", sa.Date, server_default="2026-01-01"), sa.UniqueConstraint("title", name="task_title"))\n'
    'op.create_table("note", sa.Column("id", sa.Integer, primary_key=True),\n'
    '    sa.Column("task_id", sa.Integer, sa.ForeignKey("task.id", name="note_task", ondelete="CASCADE")))\n'
    'op.create_index("task_due", "task", ["due", "title"], unique=True)\n'
    'op.create_index("task_open", "task", ["due"], postgresql_where=sa.text("title IS NULL"))\n'
    "op.execute(\"CREATE TYPE level AS ENUM ('low')\")\n"
    'op.execute("CREATE VIEW one AS SELECT 1 AS id")\n'
    'op.execute("CREATE FUNCTION tasks() RETURNS int LANGUAGE sql AS $$SELECT count(*)::int FROM public.task$$")',
    'op.execute("DROP VIEW one")\nop.execute("DROP TYPE level")\nop.execute("DROP FUNCTION tasks()")\n'
    'op.drop_table("note")\nop.drop_table("task")',
)
LEFT: dict[str, tuple[Step, str]] = {
    "an enum": (
        (
            'op.execute("CREATE TYPE state AS ENUM (\'a\')")\nop.create_table("job", sa.Column("id", sa.Integer))',
            'op.drop_table("job")',
        ),
        'op.execute("DROP TYPE state")',
    ),
    "nullability": (
        ('op.alter_column("task", "title", nullable=False)', 'op.execute("SELECT 1")'),
        'op.alter_column("task", "title", nullable=True)',
    ),
    "a default and a type": (
        (
            'op.execute("ALTER TABLE task ALTER due DROP DEFAULT, ALTER due TYPE text")',
            'op.execute("SELECT 1")',
        ),
        'op.execute("ALTER TABLE task ALTER COLUMN due TYPE date USING due::date")\n'
        "    op.execute(\"ALTER TABLE task ALTER COLUMN due SET DEFAULT '2026-01-01'::date\")",
    ),
    "an index that is gone": (
        ('op.drop_index("task_due", "task")', 'op.create_index("task_due", "task", ["due", "title"])'),
        'op.drop_index("task_due", table_name="task")\n'
        '    op.create_index("task_due", "task", ["due", "title"], unique=True)',
    ),
    "a partial index that is gone": (
        ('op.drop_index("task_open", "task")', 'op.execute("SELECT 1")'),
        'op.execute("CREATE INDEX task_open ON task USING btree (due) WHERE (title IS NULL)")',
    ),
    "constraints that are gone": (
        (
            'op.drop_constraint("note_task", "note")\nop.drop_constraint("task_title", "task")',
            'op.execute("SELECT 1")',
        ),
        'op.create_unique_constraint("task_title", "task", ["title"])\n'
        '    op.create_foreign_key("note_task", "note", "task", ["task_id"], ["id"], ondelete="CASCADE")',
    ),
    "a constraint of another name": (
        (
            'op.drop_constraint("task_title", "task")',
            'op.create_unique_constraint("uq", "task", ["title"])',
        ),
        'op.execute("ALTER TABLE task RENAME CONSTRAINT uq TO task_title")',
    ),
    "a column": (
        ('op.drop_column("task", "due")\nop.add_column("task", sa.Column("at", sa.Date))', 'op.execute("SELECT 1")'),
        'op.drop_column("task", "at")\n'
        "    op.execute(\"ALTER TABLE task ADD COLUMN due date DEFAULT '2026-01-01'::date\")\n"
        '    op.create_index("task_due", "task", ["due", "title"], unique=True)\n'
        '    op.execute("CREATE INDEX task_open ON task USING btree (due) WHERE (title IS NULL)")',
    ),
    "a table that is gone": (
        ('op.drop_table("note")', 'op.execute("SELECT 1")'),
        'op.execute("""CREATE TABLE note (\n'
        "  id serial,\n"
        "  task_id integer,\n"
        "  CONSTRAINT note_pkey PRIMARY KEY (id)\n"
        ')""")\n'
        '    op.create_foreign_key("note_task", "note", "task", ["task_id"], ["id"], ondelete="CASCADE")',
    ),
    "a function and its trigger": (
        (
            'op.execute("CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$")\n'
            'op.execute("CREATE TRIGGER touch BEFORE UPDATE ON task FOR EACH ROW EXECUTE FUNCTION touch()")',
            'op.execute("SELECT 1")',
        ),
        'op.execute("DROP TRIGGER touch ON task")\n    op.execute("DROP FUNCTION touch()")',
    ),
    "an extension and what uses it": (
        (
            'op.execute("CREATE EXTENSION citext")\nop.execute("ALTER TABLE task ADD mail citext")',
            'op.execute("SELECT 1")',
        ),
        'op.drop_column("task", "mail")\n    op.execute("DROP EXTENSION citext")',
    ),
    "a view": (
        ('op.execute("CREATE VIEW due AS SELECT due FROM task")', 'op.execute("SELECT 1")'),
        'op.execute("DROP VIEW due")',
    ),
    "a materialized view": (
        ('op.execute("CREATE MATERIALIZED VIEW due AS SELECT due FROM task")', 'op.execute("SELECT 1")'),
        'op.execute("DROP MATERIALIZED VIEW due")',
    ),
    "a view that is gone": (
        ('op.execute("DROP VIEW one")', 'op.execute("SELECT 1")'),
        'op.execute("""CREATE VIEW one AS\nSELECT 1 AS id""")',
    ),
    "a view's query": (
        (
            'op.execute("CREATE OR REPLACE VIEW one AS SELECT 2 AS id")',
            'op.execute("SELECT 1")',
        ),
        'op.execute("""CREATE OR REPLACE VIEW one AS\nSELECT 1 AS id""")',
    ),
    "a function's body": (
        (
            'op.execute("CREATE OR REPLACE FUNCTION tasks() RETURNS int LANGUAGE sql AS $$SELECT 1$$")',
            'op.execute("SELECT 1")',
        ),
        'op.execute("""CREATE OR REPLACE FUNCTION public.tasks()\n'
        " RETURNS integer\n"
        " LANGUAGE sql\n"
        'AS $function$SELECT count(*)::int FROM public.task$function$""")',
    ),
}
ANOTHER = "op.execute(\"DO $$BEGIN EXECUTE 'CREATE TABLE t_' || floor(random() * 1e9)::int || ' (id int)'; END$$\")"
"""A table of another name each time."""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project; the working directory."""
    monkeypatch.setenv("COLUMNS", "100")
    isolate(monkeypatch)
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def replay(run: Run, server: str, *more: str) -> tuple[int, str, str]:
    return run(
        "migrations", "--replay", "--server", server, "--python", sys.executable, "--output-format", "concise", *more
    )


@pytest.mark.parametrize("kind", LEFT)
def test_what_a_downgrade_leaves_is_written_out_and_proven(shop: Path, database: str, run: Run, kind: str) -> None:
    step, code = LEFT[kind]
    make(shop, [TABLE, step])
    file = shop / "migrations" / "versions" / "r2.py"
    before = file.read_text()
    status, out, err = replay(run, database, "--select", "MIG002", "--fix", "--unsafe-fixes")
    assert err == "mended 1 finding in 1 file: 1 × MIG002\n"
    assert status == 0 and "not inverse" not in out
    assert file.read_text() == f"{before.rstrip()}\n    {code}\n"
    assert set(verdicts(replayed(shop, server=database)).values()) <= {"inverse", "order"}


def test_nothing_is_mended_unasked(shop: Path, database: str, run: Run) -> None:
    make(shop, [TABLE, LEFT["an enum"][0]])
    file = shop / "migrations" / "versions" / "r2.py"
    before = file.read_text()
    assert "1 more finding can be mended with --unsafe-fixes" in replay(run, database, "--select", "MIG002", "--fix")[2]
    status, out, err = replay(run, database, "--select", "MIG002", "--diff", "--unsafe-fixes")
    assert status == 1 and '+    op.execute("DROP TYPE state")' in out
    assert err == "would mend 1 finding in 1 file: 1 × MIG002\n"
    assert file.read_text() == before


@pytest.mark.parametrize(
    ("upgrade", "downgrade"),
    [
        # NOT NULL and no default: it would fail on the first row.
        ('op.execute("ALTER TABLE note ADD x int NOT NULL DEFAULT 1; ALTER TABLE note DROP x, DROP id")', "return"),
        # Rows may hold the label.
        ("op.execute(\"ALTER TYPE level ADD VALUE 'high'\")", 'op.execute("SELECT 1")'),
    ],
)
def test_what_is_not_certain_is_not_mended(shop: Path, database: str, run: Run, upgrade: str, downgrade: str) -> None:
    make(shop, [TABLE, (upgrade, downgrade)])
    status, out, err = replay(run, database, "--select", "MIG002", "--diff", "--unsafe-fixes")
    assert (status, out, err) == (0, "", "nothing to mend\n")


def test_a_fix_that_does_not_prove_itself_is_not_made(shop: Path, database: str, run: Run) -> None:
    early = 'if True:\n    op.execute("SELECT 1")\n    return'
    make(shop, [TABLE, ('op.alter_column("task", "title", nullable=False)', early)])
    status, out, err = replay(run, database, "--select", "MIG002", "--diff", "--unsafe-fixes")
    assert (status, out) == (0, "")
    assert "note: MIG002 at migrations/versions/r2.py:13:1 is left: it would still be reported" in err


@pytest.fixture
def replays(monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, bytes]]:
    """What is edited in each replay."""
    told = []

    def counted(*arguments: Any, **words: Any) -> Replay:
        told.append(arguments[1].edited)
        return whole(*arguments, **words)

    whole = replaying.replay
    monkeypatch.setattr(replaying, "replay", counted)
    return told


def test_a_fix_that_brings_something_new_stands_alone(
    shop: Path, database: str, run: Run, replays: list[Mapping[str, bytes]]
) -> None:
    make(
        shop,
        [TABLE, (ANOTHER, "pass"), LEFT["an enum"][0], (f'{ANOTHER}\nop.create_index("i", "task", ["id"])', "pass")],
    )
    status, out, err = replay(run, database, "--select", "MIG001,MIG002,MIG003,MIG015", "--diff", "--unsafe-fixes")
    assert status == 1 and 'op.execute("DROP TYPE state")' in out and "postgresql_concurrently" in out
    assert "r2.py" not in out
    assert "note: MIG001 at migrations/versions/r2.py:13:1 is left: with it there would be MIG003" in err
    assert "would be MIG003: the downgrade of revision r4 fails" in err
    assert len(replays) == 4


def test_replays_are_limited(
    shop: Path, database: str, run: Run, replays: list[Mapping[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema_lint.cli.fixing._MOST_REPLAYS", 1)
    make(shop, [TABLE, (ANOTHER, "pass"), LEFT["an enum"][0]])
    _, out, err = replay(run, database, "--select", "MIG001,MIG002,MIG003", "--diff", "--unsafe-fixes")
    assert out == "" and "note: 1 more finding can perhaps be mended: after 1 replay it is enough" in err
    assert len(replays) == 2


def test_an_empty_downgrade_that_cannot_be_read_is_written_out(shop: Path, database: str, run: Run) -> None:
    unread = 'op.execute("DO $$BEGIN ALTER TABLE task ADD done bool; ALTER TABLE task DROP title; END$$")'
    make(shop, [TABLE, (unread, "pass")])
    status, _, err = replay(run, database, "--select", "MIG001,MIG002", "--fix", "--unsafe-fixes")
    assert (status, err) == (0, "mended 1 finding in 1 file: 1 × MIG001\n")
    text = (shop / "migrations" / "versions" / "r2.py").read_text()
    assert 'op.drop_column("task", "done")' in text and "ADD COLUMN title character varying(50)" in text
    assert set(verdicts(replayed(shop, server=database)).values()) <= {"inverse", "order"}


@pytest.mark.parametrize(
    ("sure", "comment", "codes"),
    [
        ("IF NOT EXISTS ", "# PostgreSQL takes no label from an enum", set()),
        ("IF NOT EXISTS ", "", {"MIG001"}),
        # A second upgrade fails.
        ("", "# PostgreSQL takes no label from an enum", {"MIG001"}),
    ],
)
@pytest.mark.parametrize("does", ["pass", 'op.execute("SELECT 1")'])
def test_a_label_may_stay_where_the_downgrade_says_so(
    shop: Path, database: str, run: Run, sure: str, comment: str, codes: set[str], does: str
) -> None:
    add = f"op.execute(\"ALTER TYPE level ADD VALUE {sure}'high'\")"
    make(shop, [TABLE, (add, f"{comment}\n{does}")])
    _, out, _ = replay(run, database, "--select", "MIG001,MIG002", "--from-revision", "r1")
    expected = codes if does == "pass" else {"MIG002"} if codes else set()
    assert {code for code in ("MIG001", "MIG002") if f": {code}[" in out} == expected


@pytest.mark.parametrize("returns", ["", " -> None"])
def test_a_downgrade_that_is_missing_is_written(shop: Path, database: str, run: Run, returns: str) -> None:
    make(shop, [TABLE, ('op.add_column("note", sa.Column("text", sa.Text))', "pass")])
    file = shop / "migrations" / "versions" / "r2.py"
    before = file.read_text().partition("\n\n\ndef downgrade")[0].replace("upgrade():", f"upgrade(){returns}:")
    file.write_text(f"{before}\n")
    status, _, err = replay(run, database, "--select", "MIG001,MIG002,MIG003", "--fix", "--unsafe-fixes")
    assert (status, err) == (0, "mended 1 finding in 1 file: 1 × MIG001\n")
    assert file.read_text() == f'{before}\n\n\ndef downgrade(){returns}:\n    op.drop_column("note", "text")\n'
    assert verdicts(replayed(shop, server=database)) == {"r1": "inverse", "r2": "inverse"}


def test_an_index_is_built_beside_the_tables_users(shop: Path, database: str, run: Run) -> None:
    make(shop, [TABLE, ('op.create_index("i", "task", ["id"])', 'op.drop_index("i", "task")')])
    status, _, err = replay(run, database, "--select", "MIG015", "--from-revision", "r1", "--fix", "--unsafe-fixes")
    assert (status, err) == (0, "mended 1 finding in 1 file: 1 × MIG015\n")
    found = replayed(shop, server=database)
    assert found.steps[1].autocommit and not [lock for lock in found.steps[1].locks if lock.mode == "SHARE"]
    assert verdicts(found) == {"r1": "inverse", "r2": "inverse"}


def test_an_enum_that_reading_shows_to_stay_is_dropped(shop: Path, run: Run) -> None:
    make(shop, [('op.create_table("job", sa.Column("state", sa.Enum("a", name="state")))', 'op.drop_table("job")')])
    result = run("migrations", "--select", "MIG002", "--fix", "--unsafe-fixes")
    assert (result.status, result.err) == (0, "mended 1 finding in 1 file: 1 × MIG002\n")
    assert (shop / "migrations" / "versions" / "r1.py").read_text().endswith('    op.execute("DROP TYPE state")\n')


def test_only_revisions_that_are_judged_are_reported_and_mended(shop: Path, database: str, run: Run) -> None:
    index = ('op.create_index("i", "task", ["id"])', 'op.drop_index("i", "task")')
    make(shop, [TABLE, index, LEFT["an enum"][0]])
    status, out, _ = replay(run, database, "--select", "MIG002,MIG015", "--from-revision", "r2")
    assert status == 1 and "r2.py" not in out and "r3.py" in out


def test_a_table_and_a_difference_exclude_each_other(shop: Path, run: Run) -> None:
    make(shop, [TABLE])
    assert "--diff prints a difference, --table a table" in run("migrations", "--table", "--diff").err
    assert "--unsafe-fixes goes with --fix or --diff" in run("migrations", "--unsafe-fixes").err
