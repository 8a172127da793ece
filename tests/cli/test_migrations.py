"""`migrations --replay`, as the command line tells it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import jsonschema
import pytest

from cli_run import Run
from histories import ENV, HEAD, INI, make
from repositories import commit, isolate
from schema_lint import replaying
from schema_lint.cli import running_replay
from schema_lint.cli.failures import Failure

TASK = ('op.create_table("task", sa.Column("id", sa.Integer, primary_key=True))', 'op.drop_table("task")')
COLUMN = ('op.add_column("task", sa.Column("due", sa.Date))', "raise NotImplementedError")
ENUM = ('op.create_table("job", sa.Column("state", sa.Enum("a", name="state")))', 'op.drop_table("job")')


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project; the working directory."""
    for variable in ("NO_COLOR", "FORCE_COLOR", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY", "DATABASE_URL"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    isolate(monkeypatch)
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def replay(run: Run, server: str, *more: str) -> tuple[int, str, str]:
    return run("migrations", "--replay", "--server", server, "--python", sys.executable, *more)


def test_a_table_of_the_revisions(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK, COLUMN])
    status, out, err = replay(run, database, "--select", "MIG002,MIG003")
    assert (status, err) == (0, "")
    head, first, *_ = out.splitlines()
    assert head.split()[-1] == "downgrade"
    assert first.split()[0] == "r1" and first.split()[-1] == "inverse"
    assert "ACCESS EXCLUSIVE task" in out and "declared irreversible" in out
    assert "2 revisions replayed on the server named." in out
    assert "Downgrades: 1 inverse, 1 declared irreversible." in out


def test_findings_stand_at_the_downgrade(shop: Path, database: str, run: Run) -> None:
    make(shop, [ENUM])
    status, out, _ = replay(run, database, "--select", "MIG002", "--output-format", "json")
    [finding] = json.loads(out)["findings"]
    assert status == 1
    assert finding["message"] == (
        "the downgrade of revision r1 is not the inverse of its upgrade: enum state is left behind; upgrading again "
        'then fails: type "state" already exists'
    )
    assert finding["places"][0]["path"] == "migrations/versions/r1.py"
    assert finding["subject"]["revision"] == "r1"


def test_a_finding_is_accepted_where_it_stands(shop: Path, database: str, run: Run) -> None:
    make(shop, [ENUM])
    file = shop / "migrations" / "versions" / "r1.py"
    text = file.read_text().replace(
        "def downgrade():", "def downgrade():  # schema-lint: ignore[MIG002] kept on purpose"
    )
    file.write_text(text, encoding="utf-8")
    assert replay(run, database, "--select", "MIG002")[0] == 0


def test_only_later_revisions_are_judged(shop: Path, database: str, run: Run) -> None:
    make(shop, [ENUM, TASK])
    status, out, _ = replay(run, database, "--select", "MIG002", "--from-revision", "r1")
    assert status == 0
    assert "2 revisions replayed on the server named, 1 revision of them judged." in out


def test_a_revision_that_there_is_not(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK])
    status, _, err = replay(run, database, "--from-revision", "r9")
    assert status == 2
    assert err.startswith("error: --from-revision r9")


def test_an_error_of_env_py(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK], env="import os\nSECRET = os.environ['SHOP_SECRET']\n")
    status, out, err = replay(run, database)
    assert (status, out) == (2, "")
    assert "error: env.py raised KeyError: 'SHOP_SECRET'" in err
    assert "migrations/env.py:2" in err
    assert "hint: set SHOP_SECRET with --env NAME=value" in err
    assert "scratch" in err


@pytest.mark.parametrize("env", [ENV, "raise LookupError\n"])
def test_what_cannot_be_read_is_told_before_what_cannot_be_replayed(
    shop: Path, database: str, run: Run, monkeypatch: pytest.MonkeyPatch, env: str
) -> None:
    # The project is read while the history runs.
    def unreadable(*_: object) -> None:
        raise Failure("the project cannot be read")

    make(shop, [TASK], env=env)
    monkeypatch.setattr(running_replay, "examined", unreadable)
    assert replay(run, database) == (2, "", "error: the project cannot be read\n")


def test_options_are_wrong_before_anything_is_started(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    make(shop, [TASK])
    monkeypatch.setattr(replaying, "replay", None)
    status, out, err = run("migrations", "--replay", "--select", "COL001")
    assert (status, out) == (2, "") and err.startswith("error: no rule about revisions is selected")


def test_a_variable_is_given(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK], env="import os\nSECRET = os.environ['SHOP_SECRET']\nraise LookupError(SECRET)\n")
    assert "LookupError: given" in replay(run, database, "--env", "SHOP_SECRET=given")[2]


def test_several_histories(shop: Path, database: str, run: Run) -> None:
    make(shop / "one", [TASK])
    make(shop / "two", [TASK])
    status, _, err = replay(run, database)
    assert status == 2
    assert "error: there are several histories: one/alembic.ini, two/alembic.ini" in err
    assert replay(run, database, "--ini", "two/alembic.ini", "--select", "MIG002")[0] == 0
    assert replay(run, database, "one", "--select", "MIG002")[0] == 0


def test_no_history(shop: Path, run: Run) -> None:
    result = run("migrations", "--replay")
    assert result.status == 2
    assert "error: there is no alembic.ini" in result.err


def test_a_check_does_not_run_rules_about_replays(shop: Path, run: Run) -> None:
    result = run("check", "--select", "MIG009")
    assert result.status == 2
    assert "schema-lint migrations --replay" in result.err


def test_a_history_is_read(shop: Path, run: Run) -> None:
    make(shop, [TASK, COLUMN])
    status, out, err = run("migrations", "--select", "MIG014,MIG015")
    assert (status, err) == (0, "")
    head, first, second, *_ = out.splitlines()
    assert head.split() == ["revision", "title", "what", "it", "does", "strongest", "lock", "risk"]
    assert first.startswith("r1") and "creates task" in first and first.endswith("none found")
    assert second.startswith("r2") and "ACCESS EXCLUSIVE on task" in second
    assert "2 revisions read." in out


def test_a_history_as_markdown(shop: Path, run: Run) -> None:
    make(shop, [TASK, COLUMN, ('op.drop_column("task", "due")', "pass")])
    status, out, _ = run("migrations", "--select", "MIG001,MIG013", "--table", "--from-revision", "r1")
    assert status == 1
    *_, second, third = out.splitlines()
    assert second.startswith("| `r2` |") and second.endswith("| `alembic upgrade r2` | no: declared irreversible |")
    assert "| drops task.due | ACCESS EXCLUSIVE on task | error: MIG001, MIG013 |" in third
    assert third.endswith("| no: its downgrade does nothing |")


def test_no_history_to_read(shop: Path, run: Run) -> None:
    result = run("migrations")
    assert result.status == 2
    assert "error: there are no Alembic revisions here" in result.err


def test_what_the_server_did_beats_what_was_read(shop: Path, database: str, run: Run) -> None:
    index = ('op.create_index("i", "task", ["id"])', 'op.drop_index("i", "task")')
    wider = ("op.execute('DO $$BEGIN ALTER TABLE task ALTER id TYPE bigint; END$$')", "raise NotImplementedError")
    absent = ('op.execute("ALTER TABLE IF EXISTS gone ALTER id TYPE bigint")', "raise NotImplementedError")
    make(shop, [TASK, index, wider, absent])
    _, out, _ = replay(run, database, "--select", "MIG015", "--output-format", "json")
    told = [finding["message"] for finding in json.loads(out)["findings"]]
    assert len(told) == 2
    assert told[0].startswith("revision r2 builds i on task without CONCURRENTLY")
    assert told[0].endswith("(replayed: it held SHARE on task)")
    assert told[1] == (
        "revision r3 writes all rows of task anew (replayed: it held ACCESS EXCLUSIVE on task meanwhile)"
    )


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("mysql://app:hidden-1@localhost/none", "--server names a database of mysql"),
        ("host=localhost password='hidden-1", "--server is no address of a database"),
        ("postgresql://app:hidden-1@localhost/none?colour=red", "--server has the parameter colour"),
        ("postgresql://app:hidden-1%00@localhost/none", "--server has a %00"),
        ("postgresql+psycopg://app:hidden-1@localhost:1/none", "the server named does not answer"),
    ],
)
def test_an_address_that_is_none(shop: Path, run: Run, address: str, said: str) -> None:
    make(shop, [TASK])
    result = replay(run, address)
    assert result.status == 2
    assert said in result.err and "hidden-1" not in result.err and "internal error" not in result.err
    assert "schema-lint[live]" not in result.err


@pytest.mark.parametrize("option", [("--server", "x"), ("--initial-schema", "x"), ("-x", "a=b"), ("--env", "A=b")])
def test_what_belongs_to_a_replay_is_refused_without_one(shop: Path, run: Run, option: tuple[str, str]) -> None:
    make(shop, [TASK])
    result = run("migrations", *option)
    assert (result.status, result.out) == (2, "")
    assert f"error: {option[0]} is of use with --replay only" in result.err


def test_a_replay_as_markdown_and_as_json(shop: Path, database: str, run: Run) -> None:
    made = """op.execute("CREATE TYPE state AS ENUM ('a')")\nop.create_table("job")"""
    make(shop, [TASK, COLUMN, (made, 'op.drop_table("job")')])
    status, out, err = replay(
        run, database, "--select", "MIG001,MIG002", "--table", "--output-format", "json=report.json"
    )
    assert (status, err) == (1, "")
    _, _, first, second, third, *_, last = out.splitlines()
    assert first.startswith("| `r1` | Step 1 | creates task | ") and first.endswith("| `alembic downgrade base` |")
    assert "| ACCESS EXCLUSIVE on task | declared irreversible | none found |" in second
    assert "| not inverse, upgrade fails then | error: MIG002 |" in third
    assert third.endswith("| `alembic downgrade r2` (leaves the schema otherwise than it was) |")
    assert last == "Downgrades: 1 inverse, 1 declared irreversible, 1 not inverse."

    document = json.loads((shop / "report.json").read_text())
    schema = Path(__file__).parents[2] / "docs" / "report.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    assert document["replay"]["replayed"] == 3
    one, two, three = document["revisions"]
    assert (one["path"], one["parents"], one["roll_back"]) == (
        "migrations/versions/r1.py",
        [],
        "alembic downgrade base",
    )
    assert two["replayed"]["locks"] == [{"table": "public.task", "mode": "ACCESS EXCLUSIVE"}]
    assert two["replayed"]["changes"] == [
        {"kind": "column", "name": "public.task.due", "renamed_from": None, "before": None, "after": "date"}
    ]
    assert (three["severity"], three["codes"]) == ("error", ["MIG002"])
    downgrade = three["replayed"]["downgrade"]
    assert downgrade["verdict"] == "not-inverse"
    assert downgrade["differences"] == [
        {"kind": "enum", "name": "public.state", "renamed_from": None, "before": None, "after": "'a'"}
    ]
    assert downgrade["second_upgrade"]["sqlstate"] == "42710"


def test_rows_as_json(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK, COLUMN, ('op.drop_column("task", "due")', 'op.add_column("task", sa.Column("due", sa.Date))')])
    out = replay(run, database, "--select", "MIG013", "--rows", "2", "--output-format", "json")[1]
    document = json.loads(out)
    schema = Path(__file__).parents[2] / "docs" / "report.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    assert document["replay"]["rows"] == 2
    rows = document["revisions"][2]["replayed"]["rows"]
    assert rows["seeded"] == {"public.task": 2}
    assert rows["lost"] == [{"table": "public.task", "column": "due", "count": 2, "how": "dropped"}]


def test_what_was_read_as_json(shop: Path, run: Run) -> None:
    make(shop, [TASK])
    document = json.loads(run("migrations", "--select", "MIG001", "--output-format", "json").out)
    assert document["replay"] is None
    assert [(row["does"], row["replayed"]) for row in document["revisions"]] == [("creates task", None)]
    assert "revisions" not in json.loads(run("check", "--select", "MIG001", "--output-format", "json").out)


def test_the_table_has_standard_output_for_itself(shop: Path, run: Run) -> None:
    make(shop, [TASK])
    result = run("migrations", "--table", "--output-format", "json")
    assert result.status == 2
    assert "error: --table goes to standard output" in result.err


def test_the_summary_of_a_job_has_the_revisions(shop: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    make(shop, [TASK])
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(shop / "summary.md"))
    run("migrations", "--select", "MIG001", "--output-format", "github")
    assert "| `r1` | Step 1 | creates task | none | none found |" in (shop / "summary.md").read_text()


def test_branches_are_rolled_back_by_themselves(shop: Path, run: Run) -> None:
    make(shop, [TASK] * 4, env="from flask import current_app\n")
    versions = shop / "migrations" / "versions"
    for name, parents in {"r3": "'r1'", "r4": "('r2', 'r3')"}.items():
        text = (versions / f"{name}.py").read_text()
        (versions / f"{name}.py").write_text(
            "\n".join(f"down_revision = {parents}" if "down_" in line else line for line in text.splitlines())
        )
    rows = json.loads(run("migrations", "--select", "MIG001", "--output-format", "json").out)["revisions"]
    assert {row["revision"]: row["roll_back"].removeprefix("flask db downgrade ") for row in rows} == {
        "r1": "base", "r2": "r2@r1", "r3": "r3@r1", "r4": "r2",
    }  # fmt: skip


def test_an_initial_schema_is_a_file_or_a_revision(shop: Path, run: Run) -> None:
    make(shop, [TASK, COLUMN])
    isolated = run("migrations", "--replay", "--initial-schema", "nothing.sql")
    assert "error: --initial-schema nothing.sql: there is no such file, and no revision" in isolated.err
    isolated = run("migrations", "--replay", "--initial-schema", "r")
    assert "error: --initial-schema r: 2 revisions have an identifier that begins so" in isolated.err
    assert "the project is in no git repository" in run("migrations", "--replay", "--initial-schema", "r1").err
    commit(shop)
    (shop / "migrations" / "versions" / "r2.py").rename(shop / "migrations" / "versions" / "r2_new.py")
    isolated = run("migrations", "--replay", "--initial-schema", "r2")
    assert "error: --initial-schema r2: migrations/versions/r2_new.py is in no commit" in isolated.err


def test_an_initial_revision_goes_with_a_file(shop: Path, run: Run) -> None:
    make(shop, [TASK])
    assert run("migrations", "--replay", "--initial-revision", "r1").status == 2
    result = run("migrations", "--replay", "--initial-schema", "r1", "--initial-revision", "r1")
    assert result.status == 2 and "goes with a file of --initial-schema, and r1 is none" in result.err


def test_a_history_that_begins_with_the_models_of_a_revision(shop: Path, database: str, run: Run) -> None:
    env = (
        "import sqlalchemy as sa\n"
        "from alembic import context\n"
        "metadata = sa.MetaData()\n"
        'sa.Table("task", metadata, sa.Column("id", sa.Integer, primary_key=True))\n'
        + ENV.replace("connection=connection)", "connection=connection, target_metadata=metadata)")
    )
    make(shop, [('op.add_column("gone", sa.Column("due", sa.Date))', "pass")], env=env)
    commit(shop)
    text = HEAD.format(title="Due", revision="r2", parent="r1", upgrade=COLUMN[0], downgrade=COLUMN[1])
    (shop / "migrations" / "versions" / "r2.py").write_text(text, encoding="utf-8")
    status, out, err = replay(run, database, "--select", "MIG003", "--initial-schema", "r1")
    assert (status, err) == (0, "")
    assert "1 revision replayed on the server named." in out


MODEL = """\
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    pass


class Note(Base):
    __tablename__ = "note"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(80))
"""


def test_what_env_py_leaves_out_is_not_compared(shop: Path, database: str, run: Run) -> None:
    make(shop, [TASK], files={"app/models.py": MODEL})
    assert "MIG009" in replay(run, database, "--select", "MIG009").out
    left_out = "def mine(thing, name, kind, *_):\n    return not (kind == 'table' and name == 'note')\n\n\n"
    env = ENV.replace("engine =", f"{left_out}engine =").replace("=connection)", "=connection, include_object=mine)")
    (shop / "migrations" / "env.py").write_text(env, encoding="utf-8")
    status, out, err = replay(run, database, "--select", "MIG009")
    assert (status, err) == (0, "") and "MIG009" not in out


def test_what_env_py_says_is_told(shop: Path, run: Run) -> None:
    make(shop, [TASK], ini=INI.replace("postgresql:///none", "postgresql://u:geheim@db.example.com/x"))
    _, _, err = run("migrations", "--verbose")
    assert (
        "migrations/env.py: engine; target_metadata missing; address: file (postgresql://u:***@db.example.com/x)" in err
    )
    assert "online: in a transaction of Alembic's" in err
    result = run("facts", ".")
    [environment] = json.loads(result.out)["migrations"]
    assert environment["addresses"] == [{"kind": "file", "name": None, "url": "postgresql://u:***@db.example.com/x"}]
    assert environment["configurations"][0]["transaction_begun"] is None
    assert environment["env"] == "migrations/env.py" and environment["heads"] == ["r1"]
    assert "geheim" not in result.out + err


def test_of_a_revision_that_does_not_parse_nothing_is_claimed(shop: Path, run: Run) -> None:
    root = make(shop, [TASK])
    path = root / "migrations/versions/r1.py"
    path.write_text(path.read_text() + "\ndef other(:\n")
    out = run("migrations", "--select", "MIG001").out
    assert "Not read: migrations/versions/r1.py: invalid syntax." in out
    [row] = json.loads(run("migrations", "--select", "MIG001", "--output-format", "json").out)["revisions"]
    assert (row["does"], row["strongest_lock"]) == ("not known", "not known")


def test_files_of_revisions_that_are_not_read_are_told(shop: Path, run: Run) -> None:
    root = make(shop, [TASK])
    (root / "migrations/versions/r2.py").write_text("import os\nrevision = os.environ['R']\ndown_revision = 'r1'\n")
    told = "Not read: migrations/versions/r2.py: its identifier or its parent is computed."
    assert told in run("migrations", "--select", "MIG001").out.splitlines()
    assert run("migrations", "--select", "MIG001", "--table").out.splitlines()[-1] == told
    assert f"  n{told[1:-1]}" in run("check", "--select", "MIG001", "--verbose").err.splitlines()
    document = json.loads(run("migrations", "--select", "MIG001", "--output-format", "json").out)
    schema = Path(__file__).parents[2] / "docs" / "report.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    why = "its identifier or its parent is computed"
    assert document["unread_revisions"] == [{"path": "migrations/versions/r2.py", "why": why}]
