"""Steps that are tried with rows: what they lose, what fails only then, and what must not be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from histories import Step, make, replayed, verdicts
from schema_lint.facts.replaying import Replay, ReplayedStep

TASK: Step = (
    'op.create_table("task", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(50)),\n'
    '    sa.Column("note", sa.Text), sa.Column("price", sa.Numeric(8, 2), nullable=False),\n'
    '    sa.Column("owner", sa.Integer))',
    'op.drop_table("task")',
)
KEPT: dict[str, Step] = {
    "rows and columns that nothing touches": ('op.add_column("task", sa.Column("x", sa.Integer))', "pass"),
    "a unique index": ('op.create_index("i", "task", ["title"], unique=True)', 'op.drop_index("i")'),
    "a renamed column": (
        'op.alter_column("task", "note", new_column_name="text")',
        'op.alter_column("task", "text", new_column_name="note")',
    ),
    "a renamed table": ('op.rename_table("task", "todo")', 'op.rename_table("todo", "task")'),
    "a rename that nothing undoes": ('op.rename_table("task", "todo")', "raise NotImplementedError"),
    "a column that is moved": (
        'op.add_column("task", sa.Column("body", sa.Text))\nop.execute("UPDATE task SET body = note")\n'
        'op.drop_column("task", "note")',
        'op.drop_column("task", "body")\nop.add_column("task", sa.Column("note", sa.Text))',
    ),
    "a column that is read into code": (
        'rows = op.get_bind().execute(sa.text("SELECT id, note FROM task")).all()\nop.drop_column("task", "note")',
        'op.add_column("task", sa.Column("note", sa.Text))',
    ),
    "rows that are copied": (
        'op.execute("CREATE TABLE other AS SELECT * FROM task")\nop.drop_table("task")',
        "raise NotImplementedError",
    ),
    "rows that go by a condition": ('op.execute("DELETE FROM task WHERE title IS NOT NULL")', "pass"),
    "values that are written anew": ("op.execute(\"UPDATE task SET title = 'x'\")", "pass"),
    "text that is made into something else": (
        "op.execute('ALTER TABLE task ALTER note TYPE jsonb USING NULL')",
        "op.execute('ALTER TABLE task ALTER note TYPE text USING NULL')",
    ),
    "a table that comes back with its rows": (
        'op.rename_table("task", "old")\nop.create_table("task", sa.Column("id", sa.Integer))',
        'op.drop_table("task")\nop.rename_table("old", "task")',
    ),
    "a wider type": (
        'op.alter_column("task", "price", type_=sa.Numeric(12, 4))',
        'op.alter_column("task", "price", type_=sa.Numeric(8, 2))',
    ),
}
LOST: dict[str, tuple[Step, list[tuple[str, str | None, int, str]]]] = {
    "a column": (
        ('op.drop_column("task", "note")', 'op.add_column("task", sa.Column("note", sa.Text))'),
        [("public.task", "note", 4, "dropped")],
    ),
    "a table": (
        ('op.drop_table("task")', 'op.create_table("task", sa.Column("id", sa.Integer))'),
        [("public.task", None, 4, "dropped")],
    ),
    "a column for good": (
        ('op.drop_column("task", "note")', "raise NotImplementedError"),
        [("public.task", "note", 4, "dropped")],
    ),
    "every row": (('op.execute("TRUNCATE task")', "pass"), [("public.task", None, 4, "emptied")]),
    "every row, one by one": (('op.execute("DELETE FROM task")', "pass"), [("public.task", None, 4, "emptied")]),
    "what a type does not take": (
        (
            'op.alter_column("task", "price", type_=sa.Integer())',
            'op.alter_column("task", "price", type_=sa.Numeric(8, 2))',
        ),
        [("public.task", "price", 4, "changed")],
    ),
}


def tried(root: Path, step: Step, server: str, *, rows: int = 4, first: Step = TASK) -> ReplayedStep:
    found = replayed(make(root, [first, step]), server=server, rows=rows)
    assert found.failure is None
    assert found.rows is not None and found.rows.ended is None
    return found.steps[1]


@pytest.mark.parametrize("name", KEPT)
def test_nothing_is_lost(tmp_path: Path, database: str, name: str) -> None:
    rows = tried(tmp_path, KEPT[name], database).rows
    assert rows is not None
    assert (rows.seeded, rows.unseeded) == ({"public.task": 4}, {})
    assert (rows.failure, rows.undo_failure and rows.undo_failure.certain, rows.lost) == (
        None,
        rows.undo_failure and False,
        (),
    )


@pytest.mark.parametrize("name", LOST)
def test_what_is_lost(tmp_path: Path, database: str, name: str) -> None:
    step, expected = LOST[name]
    rows = tried(tmp_path, step, database).rows
    assert rows is not None
    assert [(each.table, each.column, each.count, each.how) for each in rows.lost] == expected


DOUBTFUL: dict[str, Step] = {
    "a key to what the rows do not know": (
        'op.create_table("person", sa.Column("id", sa.Integer, primary_key=True))\n'
        'op.create_foreign_key("k", "task", "person", ["owner"], ["id"])',
        'op.drop_constraint("k", "task")\nop.drop_table("person")',
    ),
    "a check that they do not meet": (
        "op.create_check_constraint('c', 'task', \"title IN ('a')\")", "op.drop_constraint('c', 'task')",
    ),
    "a type that they do not fit": ("op.execute('ALTER TABLE task ALTER title TYPE int USING title::int')", "pass"),
    "a shorter one": ('op.alter_column("task", "title", type_=sa.String(3))', "pass"),
    "code that wants other values": (
        "import json\nfor (text,) in op.get_bind().execute(sa.text('SELECT note FROM task')):\n    json.loads(text)",
        "pass",
    ),
    "a backfill that finds nothing for them": (
        'op.add_column("task", sa.Column("kind", sa.Integer))\n'
        "op.execute(\"UPDATE task SET kind = 1 WHERE title = 'known'\")\n"
        'op.alter_column("task", "kind", nullable=False)',
        'op.drop_column("task", "kind")',
    ),
    "a unique column that is filled": (
        'op.add_column("task", sa.Column("slug", sa.Text))\nop.execute("UPDATE task SET slug = left(title, 1)")\n'
        'op.create_unique_constraint("u", "task", ["slug"])',
        'op.drop_column("task", "slug")',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DOUBTFUL)
def test_what_made_up_rows_do_not_prove(tmp_path: Path, database: str, name: str) -> None:
    rows = tried(tmp_path, DOUBTFUL[name], database).rows
    assert rows is not None and rows.failure is not None
    assert not rows.failure.certain and not rows.was_tried
    assert rows.lost == ()


FAILING: dict[str, tuple[Step, str]] = {
    "a column that takes no NULL": (
        ('op.add_column("task", sa.Column("due", sa.Date, nullable=False))', 'op.drop_column("task", "due")'),
        "failure",
    ),
    "in two statements": (
        (
            'op.add_column("task", sa.Column("due", sa.Date))\nop.alter_column("task", "due", nullable=False)',
            'op.drop_column("task", "due")',
        ),
        "failure",
    ),
    "in a block of code": (
        ("op.execute('DO $$BEGIN ALTER TABLE task ADD due date NOT NULL; END$$')", 'op.drop_column("task", "due")'),
        "failure",
    ),
    "one value for all, and unique": (
        (
            'op.add_column("task", sa.Column("code", sa.Text, server_default="x"))\n'
            'op.create_unique_constraint("u", "task", ["code"])',
            'op.drop_column("task", "code")',
        ),
        "failure",
    ),
    "a downgrade": (
        ('op.drop_column("task", "price")', 'op.add_column("task", sa.Column("price", sa.Integer, nullable=False))'),
        "undo_failure",
    ),
}


@pytest.mark.parametrize("name", FAILING)
def test_what_fails_on_any_rows(tmp_path: Path, database: str, name: str) -> None:
    step, where = FAILING[name]
    rows = tried(tmp_path, step, database).rows
    assert rows is not None
    failure = getattr(rows, where)
    assert failure.certain
    assert (failure.table, failure.rows) == ("public.task", 4)


def test_a_column_that_becomes_not_null_is_tried_with_a_row_that_has_none(tmp_path: Path, database: str) -> None:
    step = ('op.alter_column("task", "note", nullable=False)', 'op.alter_column("task", "note", nullable=True)')
    rows = tried(tmp_path, step, database).rows
    assert rows is not None and rows.failure is None
    assert rows.nulls == {"public.task.title", "public.task.note", "public.task.owner"}
    assert rows.failure_with_nulls is not None
    assert rows.failure_with_nulls.columns == ("note",)


def test_rows_change_no_verdict_and_no_lock(tmp_path: Path, database: str) -> None:
    steps = [TASK, KEPT["a wider type"], KEPT["a unique index"], LOST["a column"][0], FAILING["a downgrade"][0]]
    root = make(tmp_path, steps)
    without, with_rows = replayed(root, server=database), replayed(root, server=database, rows=2)
    assert verdicts(without) == verdicts(with_rows)
    assert [step.locks for step in without.steps] == [step.locks for step in with_rows.steps]
    assert without.rows is None and {step.rows for step in without.steps} == {None}


def test_an_enum_is_made_again_after_the_trial(tmp_path: Path, database: str) -> None:
    state = ('op.create_table("job", sa.Column("state", sa.Enum("a", "b", name="state")))',
             'op.drop_table("job")\nop.execute("DROP TYPE state")')  # fmt: skip
    found: Replay = replayed(make(tmp_path, [TASK, state, TASK[::-1]]), server=database, rows=2)
    assert found.failure is None and found.rows is not None and found.rows.ended is None
    assert all(step.rows is not None and step.rows.failure is None for step in found.steps)


def test_sequences_are_not_used_up(tmp_path: Path, database: str) -> None:
    insert = ("op.execute(\"INSERT INTO task (title, price) VALUES ('a', 1)\")\n"
              'op.execute("ALTER TABLE task ADD CONSTRAINT first CHECK (id = 1) NOT VALID")', "pass")  # fmt: skip
    late = ('op.execute("ALTER TABLE task VALIDATE CONSTRAINT first")', "pass")
    found = replayed(make(tmp_path, [TASK, ("pass", "pass"), insert, late]), server=database, rows=2)
    assert found.failure is None and found.rows is not None and found.rows.ended is None


def test_only_what_is_judged_is_tried(tmp_path: Path, database: str) -> None:
    second = KEPT["a unique index"]
    found = replayed(make(tmp_path, [TASK, second]), server=database, rows=2, judged=frozenset({"r2"}))
    assert [step.rows is not None for step in found.steps] == [False, True]


def test_a_step_that_wants_more_than_it_gets_ends_the_trial_alone(tmp_path: Path, database: str) -> None:
    ask = ("for row in op.get_bind().execute(sa.text('SELECT 1 FROM task')):\n"
           "    import urllib.request\n    urllib.request.urlopen('https://example.com/')", "pass")  # fmt: skip
    found = replayed(make(tmp_path, [TASK, ask, KEPT["a unique index"]]), server=database, rows=2)
    assert verdicts(found) == {"r1": "inverse", "r2": "inverse", "r3": "inverse"}
    assert found.rows is not None
    assert found.rows.ended == "revision r2 wanted the host example.com, which was refused: nothing was run there"


def test_what_got_no_rows_is_told(tmp_path: Path, database: str) -> None:
    odd = ("op.execute('CREATE TABLE odd (n int NOT NULL CHECK (n = 42 AND n <> 42))')", "op.execute('DROP TABLE odd')")
    found = replayed(make(tmp_path, [odd, TASK, KEPT["a unique index"]]), server=database, rows=2)
    assert found.unseeded() == {"public.odd": 'new row for relation "odd" violates check constraint "odd_n_check"'}
