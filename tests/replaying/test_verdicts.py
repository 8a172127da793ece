"""What a replay says of each revision, on a real PostgreSQL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from histories import Step, make, replayed, verdicts
from schema_lint.facts.replaying import Replay, ReplayedStep

TASK: Step = (
    'op.create_table("task", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(50)),\n'
    '    sa.Column("due", sa.Date), sa.Column("note", sa.Text))',
    'op.drop_table("task")',
)
SEVERAL: dict[str, tuple[Step, str]] = {
    "a table": (TASK, "inverse"),
    "a column": (('op.add_column("task", sa.Column("x", sa.Integer))', 'op.drop_column("task", "x")'), "inverse"),
    "a column that comes back last": (
        ('op.drop_column("task", "due")', 'op.add_column("task", sa.Column("due", sa.Date))'),
        "order",
    ),
    "rows alone": (('op.execute("INSERT INTO task (id) VALUES (1)")', 'op.execute("DELETE FROM task")'), "inverse"),
    "an enum that stays": (
        (
            'op.create_table("job", sa.Column("state", sa.Enum("a", "b", name="state")))',
            'op.drop_table("job")',
        ),
        "not-inverse",
    ),
    "nothing": (("pass", "pass"), "nothing"),
    "an empty downgrade": (('op.add_column("task", sa.Column("y", sa.Integer))', "pass"), "empty"),
    "declared": (('op.add_column("task", sa.Column("z", sa.Integer))', "raise NotImplementedError"), "irreversible"),
    "a constraint without a name": (
        ('op.create_unique_constraint(None, "task", ["title"])', 'op.drop_constraint(None, "task")'),
        "broken",
    ),
    "nullability": (
        (
            'op.execute("DELETE FROM task")\nop.alter_column("task", "note", nullable=False)',
            'op.alter_column("task", "note", type_=sa.Text())',
        ),
        "not-inverse",
    ),
    "a unique index": (('op.create_index("i", "task", ["note"], unique=True)', 'op.drop_index("i")'), "inverse"),
    "a unique index that comes back plain": (
        (
            'op.drop_index("i")',
            'op.create_index("i", "task", ["note"])',
        ),
        "not-inverse",
    ),
    "a type and back": (
        (
            'op.alter_column("task", "title", type_=sa.Text())',
            'op.alter_column("task", "title", type_=sa.String(50))',
        ),
        "inverse",
    ),
    "a rewrite": (
        (
            'op.alter_column("task", "id", type_=sa.BigInteger())',
            'op.alter_column("task", "id", type_=sa.Integer())',
        ),
        "inverse",
    ),
    "outside a transaction": (
        (
            "with op.get_context().autocommit_block():\n"
            '    op.create_index("j", "task", ["title"], postgresql_concurrently=True)',
            'with op.get_context().autocommit_block():\n    op.drop_index("j", postgresql_concurrently=True)',
        ),
        "inverse",
    ),
    "a renamed table": (
        ('op.rename_table("task", "todo")', 'op.rename_table("todo", "task")'),
        "inverse",
    ),
    "a trigger and its function": (
        (
            'op.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$")\n'
            'op.execute("CREATE TRIGGER t BEFORE UPDATE ON todo FOR EACH ROW EXECUTE FUNCTION f()")',
            'op.execute("DROP TRIGGER t ON todo")',
        ),
        "not-inverse",
    ),
    "a session of its own that commits": (
        (
            'op.add_column("todo", sa.Column("s", sa.Integer))',
            "from sqlalchemy.orm import Session\n"
            "session = Session(op.get_bind())\n"
            'session.execute(sa.text("SELECT 1"))\nsession.commit()\n'
            'op.drop_column("todo", "s")',
        ),
        "inverse",
    ),
    "a new value of an enum": (
        ("op.execute(\"ALTER TYPE state ADD VALUE 'c'\")", "raise NotImplementedError"),
        "irreversible",
    ),
    "a new value that the downgrade uses": (
        (
            "op.execute(\"ALTER TYPE state ADD VALUE 'd'\")",
            "op.execute(\"UPDATE job SET state = 'a' WHERE state = 'd'\")",
        ),
        "not-inverse",
    ),
    "a new value that the downgrade adds and uses": (
        (
            'op.execute("UPDATE job SET state = NULL")',
            "with op.get_context().autocommit_block():\n    op.execute(\"ALTER TYPE state ADD VALUE 'e'\")\n"
            "op.execute(\"UPDATE job SET state = 'a' WHERE state = 'e'\")",
        ),
        "not-inverse",
    ),
    "an error that the downgrade catches": (
        (
            'op.add_column("todo", sa.Column("w", sa.Integer))',
            'try:\n    op.drop_column("todo", "none")\nexcept Exception:\n    pass',
        ),
        "broken",
    ),
    "a constraint that is not validated": (
        (
            'op.create_check_constraint("c", "todo", "id > 0", postgresql_not_valid=True)',
            'op.drop_constraint("c", "todo")',
        ),
        "inverse",
    ),
    "a constraint that is validated": (('op.execute("ALTER TABLE todo VALIDATE CONSTRAINT c")', "pass"), "inverse"),
}


@pytest.fixture(scope="module")
def replay(tmp_path_factory: pytest.TempPathFactory) -> Replay:
    """All of them, in one history, on a server of its own."""
    steps = [step for step, _ in SEVERAL.values()]
    return replayed(make(tmp_path_factory.mktemp("several"), steps))


def step(replay: Replay, name: str) -> ReplayedStep:
    return replay.steps[list(SEVERAL).index(name)]


def test_every_verdict(replay: Replay) -> None:
    assert replay.failure is None
    found = dict(zip(SEVERAL, verdicts(replay).values(), strict=True))
    assert found == {name: verdict for name, (_, verdict) in SEVERAL.items()}


def test_what_differs_is_told(replay: Replay) -> None:
    def told(name: str) -> list[tuple[str, str, str | None, str | None]]:
        trial = step(replay, name).downgrade
        assert trial is not None
        return [(d.kind, d.name, d.before, d.after) for d in trial.differences]

    assert told("an enum that stays") == [("enum", "public.state", None, "'a', 'b'")]
    assert told("nullability") == [("column", "public.task.note", "text", "text NOT NULL")]
    assert told("a unique index that comes back plain") == [
        ("index", "public.task.i", "UNIQUE USING btree (note)", "USING btree (note)")
    ]
    assert [kind for kind, *_ in told("a trigger and its function")] == ["function"]


def test_a_second_upgrade(replay: Replay) -> None:
    def again(name: str) -> str | None:
        trial = step(replay, name).downgrade
        assert trial is not None
        return trial.second_upgrade.message if trial.second_upgrade is not None else None

    assert again("an empty downgrade") == 'column "y" of relation "task" already exists'
    assert again("a trigger and its function") is not None
    assert again("nullability") is None


def test_locks_rewrites_and_scans(replay: Replay) -> None:
    def locks(name: str) -> dict[str, str]:
        return {lock.table: lock.mode for lock in step(replay, name).locks}

    assert locks("a table") == {}
    assert locks("a column") == {"public.task": "ACCESS EXCLUSIVE"}
    assert locks("rows alone") == {}
    assert locks("a trigger and its function") == {"public.todo": "SHARE ROW EXCLUSIVE"}
    assert step(replay, "a type and back").rewritten == ()
    assert step(replay, "a rewrite").rewritten == ("public.task",)
    assert step(replay, "nullability").scanned == ("public.task",)
    assert step(replay, "a column").scanned == ()
    assert step(replay, "outside a transaction").autocommit
    assert not step(replay, "a column").autocommit


def test_what_a_step_changes(replay: Replay) -> None:
    assert [(c.kind, c.name) for c in step(replay, "a column").changes] == [("column", "public.task.x")]
    assert [(c.kind, c.name) for c in step(replay, "a table").changes] == [("table", "public.task")]


def test_an_upgrade_that_fails_ends_it(tmp_path: Path, database: str) -> None:
    third = ('op.add_column("nobody", sa.Column("x", sa.Integer))', "pass")
    found = replayed(make(tmp_path, [TASK, ("pass", "pass"), third, TASK]), server=database)
    assert verdicts(found) == {"r1": "inverse", "r2": "nothing"}
    assert found.failure is not None
    assert (found.failure.revision, found.failure.error.sqlstate) == ("r3", "42P01")
    assert str(found.failure.error.place) == "migrations/versions/r3.py:10:1"
    assert found.unreached == 2


def test_a_library_declares_nothing_where_the_downgrade_is_run_once_more(tmp_path: Path) -> None:
    library = (
        "import sys\n\n\ndef undo(op):\n"
        '    if sys.argv[2] != "heads":\n        raise RuntimeError("no")\n'
        "    op.execute(\"DO $$ BEGIN RAISE SQLSTATE '55006'; END $$\")\n"
    )
    steps = [('op.create_table("task", sa.Column("id", sa.Integer))', "import library\nlibrary.undo(op)")]
    packages = ".venv/lib/python3.11/site-packages"
    root = make(
        tmp_path, steps, files={f"{packages}/library.py": library},
        ini=f"[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = {packages}\n",
    )  # fmt: skip
    assert verdicts(replayed(root)) == {"r1": "broken"}


def test_a_second_upgrade_makes_the_types_again_that_the_downgrade_dropped(tmp_path: Path, database: str) -> None:
    table = ('op.create_table("task", sa.Column("id", sa.Integer, nullable=False))', 'op.drop_table("task")')
    job = 'op.create_table("job", sa.Column("state", sa.Enum("a", name="state")))'
    made = (
        f'{job}\nop.alter_column("task", "id", nullable=True)',
        'op.drop_table("job")\nop.execute("DROP TYPE IF EXISTS state")',
    )
    _, step = replayed(make(tmp_path, [table, made]), server=database).steps
    assert step.downgrade is not None
    assert [difference.name for difference in step.downgrade.differences] == ["public.task.id"]
    assert step.downgrade.second_upgrade is None


def test_a_second_upgrade_that_asks_over_another_connection_proves_nothing(tmp_path: Path, database: str) -> None:
    ask = (
        "with op.get_bind().engine.connect() as connection:\n"
        "    asked = \"SELECT attname FROM pg_attribute WHERE attrelid = 'task'::regclass AND NOT attisdropped\"\n"
        "    columns = connection.execute(sa.text(asked)).scalars().all()\n"
        'if "x" in columns:\n    op.drop_column("task", "x")\nop.add_column("task", sa.Column("x", sa.Date))',
        'op.drop_column("task", "x")\nop.alter_column("task", "title", nullable=False)',
    )
    *_, step = replayed(make(tmp_path, [TASK, ask]), server=database).steps
    assert step.downgrade is not None and step.downgrade.verdict == "not-inverse"
    assert step.downgrade.second_upgrade is None


ADDS: Step = (
    'op.execute("UPDATE job SET state = NULL")',
    "with op.get_context().autocommit_block():\n    op.execute(\"ALTER TYPE state ADD VALUE 'LABEL'\")\n"
    "op.execute(\"UPDATE job SET state = 'a' WHERE state = 'LABEL'\")",
)
FAILS: Step = (
    'op.execute("UPDATE job SET state = NULL")',
    'with op.get_context().autocommit_block():\n    op.execute("SELECT 1")\n'
    "op.execute(\"DO $$ BEGIN RAISE SQLSTATE '55006'; END $$\")",
)


@pytest.mark.parametrize(
    ("suspects", "verdict", "runs"),
    [([FAILS, FAILS], "broken", 2), ([(ADDS[0], ADDS[1].replace("LABEL", each)) for each in "de"], "not-inverse", 3)],
    ids=["what leaves all as it was", "what does not"],
)
def test_downgrades_are_run_once_more_together(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch, suspects: list[Step], verdict: str, runs: int
) -> None:
    replaying = sys.modules["schema_lint.replaying.replay"]
    jobs = []
    run = replaying.run_probe

    def counted(python: str, job: dict[str, Any], **more: Any) -> Any:
        jobs.append(job["confirm"])
        return run(python, job, **more)

    monkeypatch.setattr(replaying, "run_probe", counted)
    steps = [SEVERAL["an enum that stays"][0], *suspects]
    found = replayed(make(tmp_path, steps), server=database)
    assert verdicts(found) == {"r1": "not-inverse", "r2": verdict, "r3": verdict}
    assert len(jobs) == runs
    assert jobs[:2] == [[], ["r2", "r3"]]


def test_what_a_trial_ran_as_it_would_be_run_needs_no_second_run(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    replaying = sys.modules["schema_lint.replaying.replay"]
    run, jobs = replaying.run_probe, []

    def counted(python: str, job: dict[str, Any], **more: Any) -> Any:
        jobs.append(job)
        return run(python, job, **more)

    monkeypatch.setattr(replaying, "run_probe", counted)
    broken: Step = (TASK[0], "op.execute(\"DO $$ BEGIN RAISE SQLSTATE '55006'; END $$\")")
    assert verdicts(replayed(make(tmp_path, [broken]), server=database)) == {"r1": "broken"}
    assert len(jobs) == 1
