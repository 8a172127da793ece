"""What goes wrong while a history is replayed: one clear error, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from histories import make, replayed, verdicts
from schema_lint.replaying import ReplayFailed

ROOT = Path(__file__).parents[2]
TASK = ('op.create_table("task", sa.Column("id", sa.Integer, primary_key=True))', 'op.drop_table("task")')


def names(address: str) -> set[tuple[Any, ...]]:
    """Databases and roles of the server."""
    with psycopg.connect(address) as connection:
        return set(connection.execute("SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles").fetchall())


def failure(root: Path, server: str | None, **options: Any) -> ReplayFailed:
    with pytest.raises(ReplayFailed) as failed:
        replayed(root, server=server, **options)
    return failed.value


def test_a_revision_that_asks_the_network(tmp_path: Path, database: str) -> None:
    ask = ("import urllib.request\nurllib.request.urlopen('https://example.com/countries.json')", "pass")
    error = failure(make(tmp_path, [TASK, ask]), database)
    assert error.message == "revision r2 wanted the host example.com, which was refused: nothing was run there"
    assert "migrations/versions/r2.py:11 in upgrade" in error.trace


def test_a_revision_that_hangs(tmp_path: Path, database: str) -> None:
    before = names(database)
    hang = ("import threading\nthreading.Event().wait()", "pass")
    error = failure(make(tmp_path, [hang]), database, limit=6)
    assert error.message == "revision r1 took longer than 6 s, and was ended"
    assert names(database) == before


def test_an_extension_that_the_server_lacks(tmp_path: Path, database: str) -> None:
    found = replayed(make(tmp_path, [TASK, ('op.execute("CREATE EXTENSION nobody_has_it")', "pass")]), server=database)
    assert found.failure is not None
    assert found.failure.revision == "r2"
    assert found.failure.error.sqlstate in ("0A000", "58P01")


def test_extensions_that_only_a_superuser_may_make(tmp_path: Path) -> None:
    made = ('op.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements;")', 'op.execute("DROP EXTENSION '
            'pg_stat_statements")')  # fmt: skip
    elsewhere = ("op.execute('CREATE SCHEMA apart; ')\nop.execute('CREATE EXTENSION citext WITH SCHEMA apart')",
                 "op.execute('DROP SCHEMA apart CASCADE')")  # fmt: skip
    outside = ('op.execute("CREATE EXTENSION dblink")', "pass")
    found = replayed(make(tmp_path, [made, elsewhere, outside]))
    assert verdicts(found) == {"r1": "inverse", "r2": "inverse"}
    assert [change.name for change in found.steps[0].changes] == ["pg_stat_statements"]
    assert found.failure is not None
    assert found.failure.error.message == "permission denied to create this extension in a replay"


def test_an_env_py_that_swallows_its_error(tmp_path: Path, database: str) -> None:
    env = """\
from alembic import context
from sqlalchemy import create_engine

with create_engine("postgresql+psycopg://").connect() as connection:
    context.configure(connection=connection)
    try:
        with context.begin_transaction():
            context.run_migrations()
    except Exception:
        pass
"""
    broken = ('op.execute("SELECT nothing")', "pass")
    found = replayed(make(tmp_path, [TASK, broken], env=env), server=database)
    assert verdicts(found) == {"r1": "inverse"}
    assert found.failure is not None and found.failure.revision == "r2"


def test_an_error_when_the_transaction_ends(tmp_path: Path, database: str) -> None:
    upgrade = (
        'op.execute("CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a DEFERRABLE INITIALLY DEFERRED)")\n'
        'op.execute("INSERT INTO a VALUES (1, 2)")'
    )
    found = replayed(make(tmp_path, [(upgrade, "pass")]), server=database)
    assert found.failure is not None
    assert (found.failure.revision, found.failure.error.sqlstate) == ("r1", "23503")


def test_a_server_that_ends(tmp_path: Path) -> None:
    kill = (
        "import os, signal\n"
        "with open(os.path.join(os.environ['PGHOST'], 'data', 'postmaster.pid')) as file:\n"
        "    os.kill(int(file.readline()), signal.SIGKILL)\n"
        'open("where", "w").write(os.environ["PGHOST"])\nop.execute("SELECT pg_sleep(60)")'
    )
    error = failure(make(tmp_path, [TASK, (kill, "pass")]), None)
    assert "ended while revision r2 ran" in error.message
    assert not os.path.exists((tmp_path / "where").read_text())


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_ending_the_run_drops_what_was_made(tmp_path: Path, database: str, number: int, status: int) -> None:
    before = names(database)
    end = (f"import os, threading\nos.kill(os.getppid(), {int(number)})\nthreading.Event().wait()", "pass")
    make(tmp_path, [TASK, end])
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    path = os.pathsep.join(str(ROOT / source) for source in ("linter", "rules", "reference_models"))
    result = subprocess.run(
        [sys.executable, "-m", "schema_lint", "migrations", "--replay", "--server", database, "--python",
         sys.executable],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(temporary)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (status, "")
    assert names(database) == before
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"python": "no-such-python"}, "is no interpreter"),
        ({"initial_schema": "none.sql"}, "cannot be read"),
        ({"setup": "nobody:knows"}, "finds no module nobody"),
        ({"section": "other"}, "alembic finds no history by alembic.ini"),
    ],
)
def test_wrong_options(tmp_path: Path, database: str, options: dict[str, str], words: str) -> None:
    before = names(database)
    assert words in failure(make(tmp_path, [TASK]), database, **options).message
    assert names(database) == before


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    error = failure(make(tmp_path, [TASK]), "postgresql://app:hidden-1@localhost:1/none")
    assert "no PostgreSQL to replay on" in error.message
    assert "hidden-1" not in error.message


def test_a_role_that_may_make_no_database(tmp_path: Path, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE reader LOGIN")
    error = failure(make(tmp_path, [TASK]), database.replace("postgres@", "reader@"))
    assert "no database can be made to replay in" in error.message
    assert "CREATEDB" in error.hint


def test_a_role_that_may_make_nothing_leaves_nothing(tmp_path: Path, database: str, capfd: Any) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE ROLE powerless LOGIN")
    failure(make(tmp_path, [TASK]), database.replace("postgres@", "powerless@"))
    assert capfd.readouterr().err == ""


def test_modules_of_the_project_are_not_run_with_the_password_of_the_server(
    tmp_path: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = names(database)
    root = make(tmp_path, [TASK], ini="[alembic]\nscript_location = migrations\n")
    for name in ("json", "psycopg"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n", encoding="utf-8")
    monkeypatch.chdir(root)
    replayed(root, server=database)
    assert not (tmp_path / "ran").exists()
    assert names(database) == before


@pytest.mark.parametrize(
    ("ini", "said"),
    [
        ("[alembic]\n", "Can't find Python file"),
        ("[alembic]\nscript_location = nowhere\n", "Path doesn't exist"),
        ("[other]\nscript_location = migrations\n", "No config file"),
        ("no section\n", "File contains no section headers"),
    ],
)
def test_a_configuration_that_leads_to_no_history(tmp_path: Path, database: str, ini: str, said: str) -> None:
    error = failure(make(tmp_path, [TASK], ini=ini), database)
    assert error.message.startswith(f"alembic finds no history by alembic.ini: {said}")
    assert "--ini" in error.hint and "--name" in error.hint


def test_an_initial_revision_that_there_is_not(tmp_path: Path, database: str) -> None:
    error = failure(make(tmp_path, [TASK]), database, initial_revision="r9")
    assert error.message == "--initial-revision r9: there is no such revision"


@pytest.mark.parametrize("setup", ["nowhere:go", "os:nothing_of_the_kind"])
def test_a_setup_that_there_is_not(tmp_path: Path, database: str, setup: str) -> None:
    assert failure(make(tmp_path, [TASK]), database, setup=setup).message.startswith(f"--setup {setup}")


def test_a_missing_module_of_env_py_is_not_laid_to_the_setup(tmp_path: Path, database: str) -> None:
    env = "import tool.nowhere\n"
    files = {"tool/__init__.py": "def go():\n    pass\n"}
    error = failure(make(tmp_path, [TASK], env=env, files=files), database, setup="tool:go")
    assert error.message.startswith("env.py needs the module tool.nowhere")


def test_an_initial_schema_that_cannot_be_run(tmp_path: Path, database: str) -> None:
    root = make(tmp_path, [TASK])
    assert failure(root, database, initial_schema="base.sql").message.endswith(
        "cannot be read: No such file or directory"
    )
    (tmp_path / "base.sql").write_text("CREATE TABEL task ();", encoding="utf-8")
    error = failure(root, database, initial_schema="base.sql")
    assert error.message.endswith('base.sql fails: syntax error at or near "TABEL"')
    (tmp_path / "base.sql").write_text("BEGIN; CREATE TABLE task (); COMMIT; BEGIN; DROP TABLE task;", encoding="utf-8")
    unended = failure(root, database, initial_schema="base.sql")
    assert unended.message.endswith("begins a transaction that it does not end: nothing of it would stay")
    assert "pg_dump --schema-only" in error.hint


STEP = (
    '{"event": "step", "revision": "r1", "title": "", "path": "r1.py", "seconds": 1, "statements": [], '
    '"rewritten": [], "scanned": [], "count": 0, "autocommit": false, "changes": [], '
    '"locks": {"public.task": "AccessExclusiveLock"}}'
)
NOISE = (
    "not json", "[1]", '{"event": 5}', "{}", '{"event": "unheard of"}',
    *(f'{{"event": "{kind}"}}' for kind in ("started", "history", "run", "step", "rows", "finished", "ended")),
    '{"event": "failure"}',
    '{"event": "confirmed", "revision": "other", "downgrade": {"seconds": 0, "count": 0}}',
    '{"event": "failure", "kind": "explode", "message": "", "frames": []}',
    STEP.replace("AccessExclusiveLock", "NoLock"), STEP.replace("r1.py", "a\\u0000b"),
    STEP.replace('"count": 0', '"count": "0"'),
)  # fmt: skip


@pytest.mark.parametrize("noise", NOISE)
def test_what_a_revision_writes_to_the_pipe_of_the_replay(tmp_path: Path, database: str, noise: str) -> None:
    find = "import gc, os\nfrom _schema_lint_replay.channel import Channel\n"
    write = f"[os.write(c._descriptor, {noise + chr(10)!r}.encode()) for c in gc.get_objects() if type(c) is Channel]"
    assert verdicts(replayed(make(tmp_path, [TASK, (find + write, "pass")]), server=database))["r1"] == "inverse"


@pytest.mark.parametrize(
    "told",
    [
        '{"event": "ended", "steps": 0, "known": 3}',
        '{"event": "failure", "kind": "refused", "message": "all", "frames": []}',
        STEP,
    ],
)
def test_an_end_that_a_revision_makes_up(tmp_path: Path, database: str, told: str) -> None:
    find = "import gc, os\nfrom _schema_lint_replay.channel import Channel\n"
    write = f"[os.write(c._descriptor, {told + chr(10)!r}.encode()) for c in gc.get_objects() if type(c) is Channel]"
    root = make(tmp_path, [TASK], files={"forging.py": f"{find}{write}\nos._exit(0)\n"})
    (root / "migrations" / "env.py").write_text("import forging\n", encoding="utf-8")
    assert failure(root, database).message


def test_a_revision_that_follows_none(tmp_path: Path, database: str) -> None:
    root = make(tmp_path, [TASK, TASK])
    (root / "migrations" / "versions" / "r1.py").unlink()
    error = failure(root, database)
    assert error.message == "the history is broken: a revision follows 'r1', which there is not"
    assert error.hint == "`schema-lint check` tells where"


def test_a_revision_that_is_no_python(tmp_path: Path, database: str) -> None:
    error = failure(make(tmp_path, [("x = = 1", "pass")]), database)
    assert "SyntaxError" in error.message and "--python" in error.hint


def test_an_initial_revision_that_is_the_last(tmp_path: Path, database: str) -> None:
    error = failure(make(tmp_path, [TASK]), database, initial_revision="head")
    assert error.message == "there is no revision to replay after --initial-revision head"


def test_a_configuration_that_is_no_toml(tmp_path: Path, database: str) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.alembic", encoding="utf-8")
    error = failure(make(tmp_path, [TASK]), database, ini=str(tmp_path / "pyproject.toml"))
    assert error.message.startswith("alembic finds no history by pyproject.toml: ")
