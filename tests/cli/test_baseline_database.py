"""`schema-lint baseline --database` and `--drift`: findings of a database, in the list that `check` has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli_run import Run
from created import execute

FILE = ".schema-lint-baseline.json"
TABLES = """
CREATE TABLE "user" (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
CREATE TABLE task (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, owner_id int NOT NULL REFERENCES "user");
CREATE TABLE log (seen int);
"""
KEYLESS = "ALTER TABLE log ADD PRIMARY KEY (seen)"
INDEXED = "CREATE INDEX ON task (owner_id)"
DRIFTED = "ALTER TABLE task ALTER owner_id DROP NOT NULL"


@pytest.fixture
def todo(database: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The project's database, which the environment names; `log` is no model's."""
    execute(database, TABLES)
    monkeypatch.setenv("DATABASE_URL", database)
    (project / "pyproject.toml").write_text('[tool.schema-lint]\nselect = ["FK001", "KEY001", "NUL010", "SRC002"]\n')
    return database


def entries(project: Path) -> dict[str, dict[str, Any]]:
    document = json.loads((project / FILE).read_text("utf-8"))
    return {f"{entry['code']} {entry['subject']}": entry for entry in document["findings"]}


def told(run: Run, *arguments: str) -> list[str]:
    result = run(*arguments, "--output-format", "json")
    assert result.status in (0, 1), result.err
    return [finding["code"] for finding in json.loads(result.out)["findings"]]


def test_what_is_listed_of_a_database_is_not_reported_again(run: Run, project: Path, todo: str) -> None:
    result = run("baseline", "update", "--database")
    assert (result.status, result.out, result.err) == (0, f"{FILE}: 2 findings\n", "")
    assert entries(project)["KEY001 log"]["database"] == "default"
    assert run("live").status == 0
    execute(todo, "CREATE TABLE again (seen int)")
    assert told(run, "live") == ["KEY001"]
    assert run("baseline", "update", "--database").out == f"{FILE}: 3 findings (1 new)\n"


def test_what_is_left_out_is_not_listed(run: Run, project: Path, todo: str) -> None:
    assert run("baseline", "update", "--database", "--exclude", "lo*").out == f"{FILE}: 1 finding\n"
    assert set(entries(project)) == {"FK001 task.owner_id"}
    assert run("live", "--exclude", "public.log").status == 0
    assert told(run, "live") == ["KEY001"]


def test_source_and_database_leave_alone_what_the_other_found(run: Run, project: Path, todo: str) -> None:
    run("baseline", "update")
    assert entries(project)["FK001 task.owner_id"]["path"] == "app/models.py"
    run("baseline", "update", "--database")
    both = entries(project)
    assert both["FK001 task.owner_id"]["path"] == "app/models.py"
    assert both["FK001 task.owner_id"]["database"] == "default"
    assert run("baseline", "update").out.endswith("(as before)\n")
    assert "none of them gone" in run("baseline", "prune").out
    assert told(run, "check") == told(run, "live") == []
    assert entries(project) == both


def test_what_is_gone_from_the_models_stays_until_it_is_gone_from_the_database(
    run: Run, project: Path, todo: str
) -> None:
    run("baseline", "update")
    run("baseline", "update", "--database")
    models = project / "app" / "models.py"
    models.write_text(models.read_text("utf-8").replace('"user.id")', '"user.id", index=True)'), encoding="utf-8")
    assert told(run, "check") == ["SRC002"]
    run("baseline", "prune")
    assert "path" not in entries(project)["FK001 task.owner_id"]
    assert told(run, "check") == told(run, "live") == []
    execute(todo, INDEXED)
    assert told(run, "live") == ["SRC002"]
    assert "schema-lint baseline prune --database" in run("live", "--output-format", "full").out
    result = run("baseline", "prune", "--database")
    assert result.out == f"{FILE}: 1 finding; gone:\n  FK001 task.owner_id\n"
    assert list(entries(project)) == ["KEY001 log"]


def test_what_was_not_read_is_not_gone(run: Run, project: Path, todo: str) -> None:
    execute(todo, "CREATE SCHEMA audit")
    run("baseline", "update", "--database", todo)
    execute(todo, f"{KEYLESS}; {INDEXED}")
    before = entries(project)
    for arguments in (
        ["--database", "--schema", "audit"],
        ["--database", "--exclude", "log"],
        ["--database", "--config", "databases.main.url-variable='DATABASE_URL'"],
        ["--drift"],
        [],
    ):
        result = run("baseline", "prune", *arguments)
        assert result.status == 0 or "no table in the schema" in result.err
        assert entries(project) == before
    run("baseline", "prune", "--database", "--config", "ignore=['KEY001']")
    assert list(entries(project)) == ["KEY001 log"]


def test_statistics_that_were_not_read_say_nothing(run: Run, project: Path, todo: str) -> None:
    (project / "pyproject.toml").write_text('[tool.schema-lint]\nselect = ["KEY017"]\n')
    (project / FILE).write_text(
        '{"version": 1, "findings": [{"code": "KEY017", "fingerprint": "e9b6e2aa7e0c1c07", "database": "default"}]}'
    )
    assert "none of them gone" in run("baseline", "prune", "--database").out
    assert "; gone:" in run("baseline", "prune", "--database", "--usage").out


def test_differences_are_listed_and_pruned(run: Run, project: Path, todo: str) -> None:
    execute(todo, DRIFTED)
    run("baseline", "update")
    result = run("baseline", "update", "--drift")
    assert result.out == f"{FILE}: 2 findings (1 new)\n"
    assert entries(project)["NUL010 task.owner_id"]["database"] == "default"
    assert run("drift").status == run("check").status == 0
    assert "none of them gone" in run("baseline", "prune").out
    assert "none of them gone" in run("baseline", "prune", "--database").out
    execute(todo, "ALTER TABLE task ALTER owner_id SET NOT NULL")
    assert "none of them gone" in run("baseline", "prune", "--drift", "--schema", "public").out
    assert "schema-lint baseline prune --drift" in run("drift", "--output-format", "full").out
    assert run("baseline", "prune", "--drift").out == f"{FILE}: 1 finding; gone:\n  NUL010 task.owner_id\n"


def test_a_snapshot_stands_for_the_database(
    run: Run, project: Path, todo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("facts", "--database", "--snapshot", "night.json")
    monkeypatch.delenv("DATABASE_URL")
    assert run("baseline", "update", "--snapshot", "night.json").out == f"{FILE}: 2 findings\n"
    assert run("live", "--snapshot", "night.json").status == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--database", "--drift"], "findings of two commands"),
        (["--exclude", "log"], "are about a database"),
        (["--drift", "--exclude", "log"], "about a database alone"),
        (["--usage"], "give --database"),
        (["--drift", "--usage"], "about a database alone"),
        (["--database", "postgresql://localhost/x", "--snapshot", "x.json"], "stands for the database"),
    ],
)
def test_what_does_not_go_together(run: Run, project: Path, arguments: list[str], message: str) -> None:
    result = run("baseline", "update", *arguments)
    assert result.status == 2
    assert message in result.err
    assert not (project / FILE).exists()
