"""The hook, as pre-commit itself installs and runs it: in an environment that has none of the project's packages."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MODELS = """\
from some_package_that_is_not_installed import thing
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Task(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
"""


def git(directory: Path, *arguments: str, environment: dict[str, str] | None = None) -> str:
    result = subprocess.run(
        ["git", *arguments], cwd=directory, env=environment or os.environ, capture_output=True, text=True, check=True
    )
    return result.stdout


def repository(directory: Path, environment: dict[str, str]) -> None:
    git(directory, "init", "-q", "-b", "main", environment=environment)
    git(directory, "add", "-A", environment=environment)
    git(directory, "commit", "-q", "-m", "All", environment=environment)


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON", "PRE_COMMIT"))}
    people = {
        f"GIT_{role}_{what}": "test@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
    }
    return {
        **kept,
        **people,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
    }


@pytest.fixture
def hook(tmp_path: Path, environment: dict[str, str]) -> Path:
    """This repository as it stands, committed or not."""
    try:
        names = git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    copy = tmp_path / "hook"
    for name in names:
        source, target = ROOT / name, copy / name
        if name and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
    repository(copy, environment)
    return copy


@pytest.mark.registry
def test_the_hook_reports_on_the_files_that_changed(hook: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    pytest.importorskip("pre_commit")
    project = tmp_path / "project"
    (project / "app").mkdir(parents=True)
    (project / "app" / "models.py").write_text(MODELS, encoding="utf-8")
    (project / "app" / "other.py").write_text("X = 1\n", encoding="utf-8")
    (project / "README.md").write_text("# Todo\n", encoding="utf-8")
    repository(project, environment)

    def commit(*files: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", "try-repo", str(hook), "schema-lint", "--color", "never"]
        return subprocess.run(
            [*command, "--files", *files], cwd=project, env=environment, capture_output=True, text=True, check=False
        )

    models = commit("app/models.py", "app/other.py", "README.md")
    assert models.returncode == 1, models.stdout + models.stderr
    assert "FK001" in models.stdout
    assert "app/models.py:11" in models.stdout

    other = commit("app/other.py")
    assert other.returncode == 0, other.stdout + other.stderr
    assert "Passed" in other.stdout

    prose = commit("README.md")
    assert prose.returncode == 0
    assert "no files to check" in prose.stdout
