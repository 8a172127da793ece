"""`check --since`: only what is new since the branch began."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cli_run import Run
from repositories import commit, git, isolate, write

URL = 'URL = "postgresql://app:{}@db.acme-tools.com/app"\n'
NOTE = """

class Note(SQLModel, table=True):
    \"\"\"Something written down.\"\"\"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user.id")
"""


@pytest.fixture
def branch(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project on a branch of its own, which began where `main` is."""
    isolate(monkeypatch)
    commit(project)
    git(project, "checkout", "-q", "-b", "feature")
    return project


def checked(run: Run, *arguments: str) -> dict[str, Any]:
    result = run("check", "--output-format", "json", *arguments)
    assert result.status in (0, 1), result.err
    document: dict[str, Any] = json.loads(result.out)
    return document


def new(run: Run, *arguments: str) -> list[str]:
    found = checked(run, "--since", "main", *arguments)["findings"]
    return sorted(f"{f['code']} {f['subject']['table']}" for f in found if f["severity"] != "info")


def test_what_was_there_is_counted_not_shown(run: Run, branch: Path) -> None:
    old = [f for f in checked(run)["findings"] if f["severity"] != "info"]
    assert new(run) == []
    result = run("check", "--since", "main")
    here = git(branch, "rev-parse", "HEAD")
    assert result.status == 0
    assert f"since: main (at {here[:10]}): {len(old)} older findings not shown" in result.out
    assert "✓ Nothing new to mend" in run("check", "--since", "main", "--output-format", "full").out
    assert checked(run, "--since", "main")["read"]["since"] == {"ref": "main", "commit": here, "older": len(old)}
    assert checked(run)["read"]["since"] is None


def test_what_is_not_committed_counts(run: Run, branch: Path) -> None:
    models = branch / "app" / "models.py"
    models.write_text(models.read_text("utf-8") + NOTE, encoding="utf-8")
    assert new(run) == ["FK001 note"]
    assert run("check", "--since", "main").status == 1
    git(branch, "add", "-A")
    assert new(run) == ["FK001 note"]
    commit(branch)
    assert new(run) == ["FK001 note"]
    write(branch, app__db=URL.format("Zq8xV1tR"))
    assert new(run) == ["ENV002 None", "FK001 note"]


def test_it_is_compared_with_where_the_branch_began(run: Run, branch: Path) -> None:
    git(branch, "checkout", "-q", "main")
    models = branch / "app" / "models.py"
    mended = models.read_text("utf-8").replace('"user.id")', '"user.id", index=True)')
    models.write_text(mended, encoding="utf-8")
    commit(branch)
    git(branch, "checkout", "-q", "feature")
    assert "FK001" in [f["code"] for f in checked(run)["findings"]]
    assert new(run) == []
    assert new(run, "--select", "FK001") == []
    git(branch, "merge", "-q", "main")
    assert new(run) == []


def test_moving_is_no_news(run: Run, branch: Path) -> None:
    write(branch, app__db=URL.format("Zq8xV1tR") + "\n\nclass Base:\n    pass\n")
    commit(branch)
    git(branch, "branch", "-f", "main")
    git(branch, "mv", "app/models.py", "app/entities.py")
    git(branch, "mv", "app/db.py", "app/database.py")
    text = (branch / "app" / "entities.py").read_text("utf-8")
    first, second, third = text.split("\n\n\n")
    write(branch, app__entities=first + "\n\n\n" + second + "\n", app__task=f"{first}\n\n\n{third}")
    assert new(run) == []


def test_a_second_of_the_same_is_new(run: Run, branch: Path) -> None:
    write(branch, app__db=URL.format("Zq8xV1tR"))
    commit(branch)
    git(branch, "branch", "-f", "main")
    write(branch, app__db=URL.format("Wp3kM7sL") + "OTHER_" + URL.format("Zq8xV1tR"))
    assert new(run) == ["ENV002 None"]


def test_a_comment_that_is_taken_away_lays_bare_what_is_new(run: Run, branch: Path) -> None:
    models = branch / "app" / "models.py"
    text = models.read_text("utf-8")
    accepted = text.replace('"user.id")', '"user.id")  # schema-lint: ignore[FK001] ten rows')
    models.write_text(accepted, encoding="utf-8")
    commit(branch)
    git(branch, "branch", "-f", "main")
    assert new(run) == []
    models.write_text(text, encoding="utf-8")
    assert new(run) == ["FK001 task"]


def test_both_sides_are_judged_alike(run: Run, branch: Path) -> None:
    (branch / "pyproject.toml").write_text('[tool.schema-lint]\nprofile = "strict"\n', encoding="utf-8")
    assert new(run) == []
    (branch / "schema-lint.toml").write_text('primary-key = "bigint"\n', encoding="utf-8")
    assert new(run) == []


def test_files_that_are_not_python(run: Run, branch: Path) -> None:
    url = "postgresql://app:Zq8xV1tR@db.acme-tools.com/app"
    (branch / "alembic.ini").write_text(f"[alembic]\nsqlalchemy.url = {url}\n", encoding="utf-8")
    (branch / ".env").write_text(f"DATABASE_URL={url}\n", encoding="utf-8")
    (branch / "compose.yml").write_text(f"environment:\n  DATABASE_URL: {url}\n", encoding="utf-8")
    assert {entry.split()[0] for entry in new(run)} >= {"ENV002"}
    commit(branch)
    git(branch, "branch", "-f", "main")
    assert len([f for f in checked(run)["findings"] if f["code"] == "ENV002"]) == 3
    assert new(run) == []


def test_versions_are_those_of_each_side(run: Run, branch: Path) -> None:
    (branch / "requirements.txt").write_text("sqlmodel==0.0.30\nsqlalchemy==2.0.40\n", encoding="utf-8")
    models = branch / "app" / "models.py"
    text = models.read_text("utf-8").replace("from sqlmodel", "from datetime import datetime\n\nfrom sqlmodel")
    text += "    done_at: datetime = Field(default_factory=datetime.utcnow)\n"
    models.write_text(text, encoding="utf-8")
    commit(branch)
    git(branch, "branch", "-f", "main")
    before = {f["code"]: f["severity"] for f in checked(run)["findings"]}
    (branch / "requirements.txt").write_text("sqlmodel==0.0.50\nsqlalchemy==2.0.40\n", encoding="utf-8")
    after = {f["code"]: f["severity"] for f in checked(run)["findings"]}
    assert before != after
    assert {entry.split()[0] for entry in new(run)} == {c for c in after.keys() - before.keys() if after[c] != "info"}


def test_a_project_in_a_larger_repository(
    run: Run, branch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = branch / "services" / "billing"
    write(service, models=(branch / "app" / "models.py").read_text("utf-8"))
    (service / "pyproject.toml").write_text("[tool.schema-lint]\n", encoding="utf-8")
    monkeypatch.chdir(service)
    young = new(run)
    assert "FK001 task" in young
    commit(branch)
    git(branch, "branch", "-f", "main")
    assert new(run) == []
    (service / "models.py").write_text((service / "models.py").read_text("utf-8") + NOTE, encoding="utf-8")
    assert new(run) == ["FK001 note"]


def test_paths(run: Run, branch: Path) -> None:
    write(branch, app__notes="from sqlmodel import Field, SQLModel\n" + NOTE)
    assert new(run, "app/models.py") == []
    assert new(run, "app/notes.py") == ["FK001 note"]
    assert new(run, "app") == ["FK001 note"]
    git(branch, "mv", "app/models.py", "app/entities.py")
    assert new(run, "app/entities.py") == []


def test_the_baseline_comes_first(run: Run, branch: Path) -> None:
    models = branch / "app" / "models.py"
    models.write_text(models.read_text("utf-8") + NOTE, encoding="utf-8")
    run("baseline", "update")
    document = checked(run, "--since", "main")
    assert document["read"]["since"]["older"] == 0
    assert document["read"]["suppressed"]["baseline"] > 2
    assert new(run) == []


def test_a_file_that_could_not_be_read_then(run: Run, branch: Path) -> None:
    models = branch / "app" / "models.py"
    text = models.read_text("utf-8")
    models.write_text(text + "def (\n", encoding="utf-8")
    commit(branch)
    git(branch, "branch", "-f", "main")
    assert new(run) == []
    models.write_text(text, encoding="utf-8")
    assert "FK001 task" in new(run)


def test_shallow_clones(run: Run, branch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(branch)
    git(branch, "checkout", "-q", "main")
    commit(branch, "more")
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", "--no-single-branch", branch.as_uri(), "clone")
    git(clone, "checkout", "-q", "feature")
    monkeypatch.chdir(clone)
    result = run("check", "--since", "origin/main")
    assert (result.status, result.out) == (2, "")
    error, hint = result.err.splitlines()
    assert error == "error: --since origin/main: the clone is shallow: it does not go back to where this branch began"
    assert hint.startswith("hint: fetch the whole history: `git fetch --unshallow`; in GitHub Actions, ")
    assert "fetch-depth" in run("check", "--since", "origin/none").err
    git(clone, "fetch", "-q", "--unshallow")
    assert run("check", "--since", "origin/main").status == 0


def test_what_is_no_commit(run: Run, branch: Path) -> None:
    result = run("check", "--since", "mian")
    assert (result.status, result.out) == (2, "")
    assert result.err == "error: --since mian: git knows no commit mian\nhint: did you mean main?\n"
    assert run("check", "--since=--all").status == 2
    assert "give one branch" in run("check", "--since", "main...HEAD").err


def test_no_repository(run: Run, project: Path) -> None:
    result = run("check", "--since", "main")
    assert result.status == 2
    assert result.err.startswith("error: --since main: the project is in no git repository\n")
