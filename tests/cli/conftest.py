"""A project to run the command line on."""

from __future__ import annotations

from pathlib import Path

import pytest

from changes import FILES

MODELS = """\
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)


class Task(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with one mistake of each severity or more; the working directory."""
    for variable in ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "GITHUB_WORKSPACE", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(variable, raising=False)
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\n", encoding="utf-8")
    app = tmp_path / "app"
    app.mkdir()
    (app / "models.py").write_text(MODELS, encoding="utf-8")
    (app / "other.py").write_text("X = 1\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with everything that a reading may rest on; the working directory."""
    root = tmp_path / "project"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(root)
    monkeypatch.delenv("SCHEMA_LINT_CACHE_DIR", raising=False)
    return root
