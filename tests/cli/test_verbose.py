"""`-v`: what was read, what was not, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_run import Run

ONLY = ("--select", "FK001", "--output-format", "concise")


@pytest.fixture
def larger(project: Path) -> Path:
    for path, text in {
        "uv.lock": '[[package]]\nname = "sqlmodel"\nversion = "0.0.24"\n',
        "tests/test_models.py": "import sqlmodel\n",
        "migrations/env.py": "import sqlalchemy\n",
        "migrations/versions/0001_a.py": 'import sqlalchemy\nrevision = "a"\ndown_revision = None\n',
        "app/broken.py": "from sqlmodel import (\n",
        "app/deep/plain.py": "Y = 2\n",
    }.items():
        target = project / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return project


def test_nothing_is_told_unasked(run: Run, larger: Path) -> None:
    assert run("check", *ONLY).err == ""


def test_what_was_read_and_what_was_not(run: Run, larger: Path) -> None:
    lines = run("check", *ONLY, "-v", "--exclude", "app/deep").err.splitlines()
    assert lines[0] == f"root: {larger}"
    assert lines[1:] == [
        "configuration: pyproject.toml",
        "import roots: .",
        "versions: SQLAlchemy 2.1.9, SQLModel 0.0.24, from uv.lock",
        lines[4],
        "files: 6 below the paths, 3 read",
        "  excluded: app/deep",
        "  1 read: app/ 1",
        "  1 of migrations, read but not judged: migrations/ 1",
        "  1 of tests, read but not judged: tests/ 1",
        "  1 of migrations, not read: migrations/versions/ 1",
        "  1 without a word of models or engines, not read: app/ 1",
        lines[-1],
    ]
    assert lines[4].startswith("profile recommended: 1 of ")
    assert lines[-1].startswith("  not read: app/broken.py:1:")


def test_each_file_is_named_when_asked_twice(run: Run, larger: Path) -> None:
    lines = run("check", *ONLY, "-vv").err.splitlines()
    assert "  read: app/models.py" in lines
    assert "  without a word of models or engines, not read: app/deep/plain.py" in lines


def test_rules_that_did_not_run(run: Run, project: Path) -> None:
    (project / "app" / "models.py").write_text(
        "from sqlalchemy import Column, Index, Integer, MetaData, Table\n"
        'notes = Table("notes", MetaData(), Column("id", Integer, Index("ix", "id", mysql_length=3)))\n'
        'Index("ix_notes", notes.c.id, mysql_length=3)\n',
        encoding="utf-8",
    )
    assert ": the project also supports mysql" in run("check", "-v").err


def test_many_files_that_cannot_be_read_are_counted(run: Run, project: Path) -> None:
    for number in range(30):
        (project / f"broken{number}.py").write_text("from sqlmodel import (\n", encoding="utf-8")
    lines = run("check", *ONLY, "-v").err.splitlines()
    assert sum(line.startswith("  not read: broken") for line in lines) == 20
    assert lines[-1] == "  not read: 10 more files"
    assert run("check", *ONLY, "-vv").err.count("  not read: broken") == 30
