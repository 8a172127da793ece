"""Which interpreter imports the project, with which variables and from which folders."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from schema_lint.evaluating.disk import DiskTree
from schema_lint.readers.metadata.environment import dead_urls, find_interpreter, import_paths, variables_for
from schema_lint.readers.metadata.options import target


def environment(folder: Path) -> Path:
    python = folder / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    return python


@pytest.fixture(autouse=True)
def nothing_is_active(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)


def test_without_an_environment_it_is_ours(tmp_path: Path) -> None:
    assert find_interpreter(str(tmp_path), str(tmp_path), None).path == sys.executable


@pytest.mark.parametrize("name", [".venv", "venv", "env"])
def test_the_projects_own_environment_is_found(name: str, tmp_path: Path) -> None:
    python = environment(tmp_path / name)
    below = tmp_path / "backend" / "app"
    below.mkdir(parents=True)
    for directory in (tmp_path, below):
        assert find_interpreter(str(tmp_path), str(directory), None).path == str(python)


def test_the_nearest_environment_wins_over_the_roots(tmp_path: Path) -> None:
    environment(tmp_path / ".venv")
    python = environment(tmp_path / "backend" / ".venv")
    assert find_interpreter(str(tmp_path), str(tmp_path / "backend"), None).path == str(python)


def test_the_active_environment_wins_over_those_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment(tmp_path / ".venv")
    python = environment(tmp_path / "elsewhere")
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "elsewhere"))
    assert find_interpreter(str(tmp_path), str(tmp_path), None).path == str(python)


def test_what_is_given_wins_over_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "elsewhere"))
    environment(tmp_path / "elsewhere")
    python = environment(tmp_path / "given")
    for given in ("given", "given/bin/python", str(python)):
        assert find_interpreter(str(tmp_path), str(tmp_path), given).path == str(python)


@pytest.mark.parametrize(
    ("value", "dead"),
    [
        (
            "postgresql://app:secret@db.example.com:5432/todo?sslmode=require",
            "postgresql://schema_lint@localhost:1/todo",
        ),
        ("postgresql+asyncpg://app:secret@db/todo", "postgresql+asyncpg://schema_lint@localhost:1/todo"),
        ("postgres://app@db", "postgres://schema_lint@localhost:1/database"),
        ("mysql+pymysql://app:s@db/todo", "mysql+pymysql://schema_lint@localhost:1/todo"),
        ("sqlite:///todo.db", "sqlite:////nonexistent/schema-lint.db"),
        ("sqlite+aiosqlite:////var/todo.db", "sqlite+aiosqlite:////nonexistent/schema-lint.db"),
    ],
)
def test_database_urls_lead_nowhere(value: str, dead: str) -> None:
    assert dead_urls({"DATABASE_URL": value}) == {"DATABASE_URL": dead}


@pytest.mark.parametrize("value", ["", "https://example.com", "redis://cache", "postgresql", "a postgresql://x/y"])
def test_other_variables_stay(value: str) -> None:
    assert dead_urls({"SOMETHING": value}) == {}


def test_with_the_network_allowed_urls_stay() -> None:
    given = {"DATABASE_URL": "postgresql://app:secret@db/todo", "PGPASSWORD": "secret"}
    kept = variables_for(given, allow_network=True)
    assert {name: kept[name] for name in given} == given
    changed = variables_for(given, allow_network=False)
    assert "secret" not in " ".join(changed.values())


def test_import_paths_begin_where_the_package_is(tmp_path: Path) -> None:
    for package in ("backend/app", "src/lib"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").write_text("")
    tree, root = DiskTree(str(tmp_path)), str(tmp_path)
    assert import_paths(tree, ["app.models"], root, ()) == [f"{root}/backend", root, f"{root}/src"]
    assert import_paths(tree, ["lib"], root, ()) == [f"{root}/src", root]
    assert import_paths(tree, ["app"], f"{root}/backend", ()) == [f"{root}/backend", root, f"{root}/src"]
    assert import_paths(tree, ["app"], root, ("backend",)) == [f"{root}/backend", root, f"{root}/src"]


@pytest.mark.parametrize(
    ("text", "module", "attribute"),
    [("app.models", "app.models", None), ("app:*", "app", "*"), ("app.db:Base.metadata", "app.db", "Base.metadata")],
)
def test_targets(text: str, module: str, attribute: str | None) -> None:
    assert (target(text).module, target(text).attribute) == (module, attribute)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("app/models.py", "did you mean app.models?"),
        ("./app/models.py:Base", "did you mean app.models:Base?"),
        ("app-models", "names no module"),
        ("app:", "after the colon stands a name"),
        ("", "names no module"),
    ],
)
def test_what_is_no_target(text: str, told: str) -> None:
    with pytest.raises(ValueError, match=r"names|path") as raised:
        target(text)
    assert told in str(raised.value)
