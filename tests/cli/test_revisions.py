"""`check` on Alembic's revisions: which are judged, and how one is accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli_run import Run
from repositories import commit, git, isolate

REVISION = '"""fix"""\nrevision = "{}"\ndown_revision = {}\n\n\ndef upgrade():\n    op.drop_table("t")\n\n\n{}'
UNDO = 'def downgrade():\n    op.create_table("t")\n'
PASS = "def downgrade():\n    pass\n"


@pytest.fixture
def history(project: Path) -> Path:
    """The project with two revisions whose message says nothing."""
    versions = project / "migrations" / "versions"
    versions.mkdir(parents=True)
    (project / "migrations" / "env.py").write_text("from alembic import context\n", encoding="utf-8")
    add(project, "a", "None")
    add(project, "b", "'a'")
    return project


def add(project: Path, name: str, parent: str, down: str = UNDO) -> Path:
    path = project / "migrations" / "versions" / f"{name}.py"
    path.write_text(REVISION.format(name, parent, down), encoding="utf-8")
    return path


def found(run: Run, *arguments: str) -> list[tuple[str, str]]:
    result = run("check", "--select", "MIG001,MIG004,MIG005", "--output-format", "json", *arguments)
    assert result.status in (0, 1), result.err
    return sorted((f["code"], f["subject"]["revision"] or "") for f in json.loads(result.out)["findings"])


def test_what_was_applied_is_not_judged_by_itself(run: Run, history: Path) -> None:
    assert found(run) == [("MIG005", "b")]
    assert found(run, "--all-revisions") == [("MIG005", "a"), ("MIG005", "b")]
    assert found(run, "--config", 'migrations.start-after = ["0"]') == [("MIG005", "a"), ("MIG005", "b")]
    starting = ("--config", 'migrations.start-after = ["a"]')
    assert found(run, *starting) == [("MIG005", "b")]
    assert found(run, *starting, "--all-revisions") == [("MIG005", "a"), ("MIG005", "b")]


def test_a_comment_accepts_a_finding(run: Run, history: Path) -> None:
    path = add(history, "c", "'b'", "# schema-lint: ignore[MIG001] nobody goes back\n" + PASS)
    assert ("MIG001", "c") not in found(run)
    path.write_text(path.read_text("utf-8").replace("# schema-lint: ignore[MIG001] nobody goes back\n", ""), "utf-8")
    assert ("MIG001", "c") in found(run)


def test_since_leaves_out_what_was_there(run: Run, history: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isolate(monkeypatch)
    commit(history)
    git(history, "checkout", "-q", "-b", "feature")
    assert found(run, "--since", "main") == []
    add(history, "c", "'a'", PASS)
    assert found(run, "--since", "main") == [("MIG001", "c"), ("MIG004", ""), ("MIG005", "c")]


def test_a_file_of_the_models_alone_is_not_judged_by_the_history(run: Run, history: Path) -> None:
    assert found(run, "app") == []
    assert found(run, "migrations/versions/b.py") == [("MIG005", "b")]
