"""Which library versions a project uses."""

from __future__ import annotations

from pathlib import Path

import pytest

from schema_lint.evaluating.disk import DiskTree
from schema_lint.readers.source.options import ReadOptions
from schema_lint.readers.source.versions import RELEASES, Version, Versions, find_versions, newest_admitted

NEWEST = {name: lines[-1] for name, lines in RELEASES.items()}


def _find(root: Path, files: dict[str, str], *paths: str) -> Versions:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return find_versions(DiskTree(str(root)), paths)


def _numbers(found: Versions) -> tuple[Version, Version]:
    return found.sqlalchemy, found.sqlmodel


def test_the_newest_is_assumed_where_nothing_says_more(tmp_path: Path) -> None:
    found = _find(tmp_path, {"app.py": ""}, "app.py")
    assert found == Versions(NEWEST["sqlalchemy"], NEWEST["sqlmodel"], "newest is assumed")


def test_a_repository_of_several_projects_is_searched_downwards(tmp_path: Path) -> None:
    lock = 'name = "sqlmodel"\nversion = "{}"\n'
    files = {
        "backend/app/models.py": "",
        "backend/uv.lock": lock.format("0.0.24"),
        "backend/pyproject.toml": 'dependencies = ["sqlalchemy<2.0"]\n',
        "examples/uv.lock": lock.format("0.0.30"),
        "tools/deep/uv.lock": lock.format("0.0.40"),
        "node_modules/uv.lock": lock.format("0.0.40"),
    }
    found = _find(tmp_path, files)
    assert found == Versions((1, 4, 54), (0, 0, 24), "backend/pyproject.toml, backend/uv.lock")
    (tmp_path / "pyproject.toml").write_text('dependencies = ["sqlmodel==0.0.14"]\n')
    assert _find(tmp_path, {}).sqlmodel == (0, 0, 14)


def test_another_package_of_a_similar_name_says_nothing(tmp_path: Path) -> None:
    found = _find(tmp_path, {"requirements.txt": "sqlalchemy-utils==0.41\nflask-sqlalchemy<3\nsqlmodel-crud==1\n"})
    assert found.source == "newest is assumed"


def test_a_bound_means_the_newest_that_it_admits(tmp_path: Path) -> None:
    found = _find(tmp_path, {"requirements.txt": "sqlmodel<0.0.30\nsqlalchemy[asyncio] >= 1.4, <2.0  # until ported\n"})
    assert found == Versions((1, 4, 54), (0, 0, 29), "requirements.txt")


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        (">=2.0", None),
        ("", None),
        ("!=2.0.1", None),
        ("==2.0.36", (2, 0, 36)),
        ("==1.4.*", (1, 4, 54)),
        ("~=2.0.0", (2, 0, 58)),
        ("~=1.4", (1, 4, 54)),
        ("<=2.0.30", (2, 0, 30)),
        ("<2.1.0", (2, 0, 58)),
        (">=1.4,<3", (2, 1, 9)),
    ],
)
def test_bounds(bounds: str, expected: tuple[int, ...] | None) -> None:
    assert newest_admitted("sqlalchemy", bounds) == expected


def test_pyproject_of_both_kinds(tmp_path: Path) -> None:
    standard = """
[project]
dependencies = [
  "sqlmodel==0.0.22",
  "sqlalchemy[asyncio]>=2.0,<2.1; python_version > '3.9'",
]
"""
    assert _numbers(_find(tmp_path, {"a/pyproject.toml": standard}, "a")) == ((2, 0, 58), (0, 0, 22))
    poetry = '[tool.poetry.dependencies]\nsqlalchemy = "^1.4"\nsqlmodel = {version = "0.0.14", extras = ["x"]}\n'
    assert _numbers(_find(tmp_path, {"b/pyproject.toml": poetry}, "b")) == ((1, 4, 54), (0, 0, 14))


def test_lock_files(tmp_path: Path) -> None:
    lock = """
[[package]]
name = "sqlalchemy"
version = "2.0.45"

[[package]]
name = "sqlmodel"
version = "0.0.31"
"""
    expected = ((2, 0, 45), (0, 0, 31))
    assert _find(tmp_path, {"a/uv.lock": lock}, "a") == Versions(*expected, "a/uv.lock")
    assert _numbers(_find(tmp_path, {"b/poetry.lock": lock}, "b")) == expected
    pipfile = '{"default": {"sqlalchemy": {"version": "==2.0.45"}, "sqlmodel": {"version": "==0.0.31"}}}'
    assert _numbers(_find(tmp_path, {"c/Pipfile.lock": pipfile}, "c")) == expected


def test_a_lock_of_the_workspace_is_more_exact_than_a_bound_nearby(tmp_path: Path) -> None:
    lock = '[[package]]\nname = "sqlmodel"\nversion = "0.0.31"\n'
    files = {"uv.lock": lock, "backend/pyproject.toml": 'dependencies = ["sqlmodel<1.0.0,>=0.0.21"]\n'}
    assert _find(tmp_path, files, "backend/app").sqlmodel == (0, 0, 31)


def test_the_nearest_wins(tmp_path: Path) -> None:
    files = {"requirements.txt": "sqlmodel==0.0.8\n", "new/requirements.txt": "sqlmodel==0.0.37\n", "new/app.py": ""}
    assert _find(tmp_path, files, "new/app.py").sqlmodel == (0, 0, 37)
    assert _find(tmp_path, {}, "old").sqlmodel == (0, 0, 8)


def test_what_is_installed_comes_before_what_is_required(tmp_path: Path) -> None:
    packages = ".venv/lib/python3.12/site-packages"
    files = {
        ".venv/pyvenv.cfg": "",
        f"{packages}/SQLAlchemy-2.0.36.dist-info/METADATA": "",
        f"{packages}/sqlmodel-0.0.22.dist-info/METADATA": "",
        "requirements.txt": "sqlmodel==0.0.37\n",
    }
    assert _find(tmp_path, files) == Versions((2, 0, 36), (0, 0, 22), ".venv")


def test_what_the_caller_states_wins(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("sqlmodel==0.0.8\nsqlalchemy==1.4.41\n", encoding="utf-8")
    found = find_versions(DiskTree(str(tmp_path)), [], ReadOptions(sqlalchemy_version=(2, 0, 1)))
    assert found == Versions((2, 0, 1), (0, 0, 8), "as stated, requirements.txt")


def test_a_broken_file_says_nothing(tmp_path: Path) -> None:
    files = {"uv.lock": '[[package]\nname = "sqlalchemy\n', "pyproject.toml": "]]][", "Pipfile.lock": "{"}
    assert _find(tmp_path, files).source == "newest is assumed"
