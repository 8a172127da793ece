from __future__ import annotations

import os
from pathlib import Path

import pytest

from schema_lint.config.discovery import locate
from schema_lint.config.loading import load
from schema_lint.config.problems import ConfigurationError


def messages(directory: Path, *config: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(str(directory), config=config)
    return [str(problem) for problem in caught.value.problems]


def test_nothing_found_is_the_directory_itself(tmp_path: Path) -> None:
    assert locate(str(tmp_path)).root == str(tmp_path)
    assert locate(str(tmp_path)).file is None


def test_a_repository_is_a_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert locate(str(inner)).root == str(tmp_path)


def test_the_git_file_of_a_worktree_is_a_root(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: elsewhere\n")
    assert locate(str(tmp_path)).root == str(tmp_path)


def test_a_pyproject_that_only_depends_on_us_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "backend"
    inner.mkdir()
    (inner / "pyproject.toml").write_text('[project]\ndependencies = ["schema-lint>=0.1"]\n')
    assert locate(str(inner)).root == str(tmp_path)


def test_the_nearest_configuration_is_the_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "schema-lint.toml").write_text('profile = "strict"\n')
    inner = tmp_path / "backend" / "app"
    inner.mkdir(parents=True)
    (tmp_path / "backend" / "pyproject.toml").write_text("[tool.schema-lint]\nfail-on = 'error'\n")
    loaded = load(str(inner))
    assert loaded.root == str(tmp_path / "backend")
    assert loaded.settings.fail_on == "error"
    assert loaded.settings.profile == "recommended"


def test_our_own_file_beats_the_shared_one(tmp_path: Path) -> None:
    (tmp_path / "schema-lint.toml").write_text('profile = "strict"\n')
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\nprofile = 'minimal'\n")
    assert load(str(tmp_path)).settings.profile == "strict"


def test_an_empty_table_marks_the_root(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\n")
    (tmp_path / "a").mkdir()
    assert load(str(tmp_path / "a")).root == str(tmp_path)


def test_isolated_reads_no_file_but_keeps_the_root(tmp_path: Path) -> None:
    (tmp_path / "schema-lint.toml").write_text("broken = [")
    loaded = load(str(tmp_path), isolated=True, config=["fail-on=never"])
    assert (loaded.root, loaded.settings.fail_on) == (str(tmp_path), "never")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"profile = \n", "schema-lint.toml: line 1, column 11: Invalid value"),
        (b"a = 1\n\xff\xfe\n", "schema-lint.toml: line 2: not UTF-8, which TOML must be"),
        (b"a = " + b"[" * 100_000, "schema-lint.toml: nested too deeply"),
        (b"a = " + b"9" * 100_000, "Exceeds the limit"),
        (b"\x00\x00", "schema-lint.toml: line 1, column 1"),
    ],
)
def test_a_file_that_is_no_toml(tmp_path: Path, text: bytes, expected: str) -> None:
    (tmp_path / "schema-lint.toml").write_bytes(text)
    (message,) = messages(tmp_path)
    assert expected in message


def test_a_pyproject_that_mentions_us_and_does_not_parse(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.schema-lint]\nselect = [\n")
    (message,) = messages(tmp_path)
    assert message.startswith("pyproject.toml: ")


def test_a_pyproject_of_others_that_does_not_parse_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.other\n")
    assert load(str(tmp_path)).file is None


def test_a_table_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\nschema-lint = 3\n")
    assert messages(tmp_path) == ["pyproject.toml: tool.schema-lint: expected a table"]


def test_pipes_directories_and_loops_are_no_configuration(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "schema-lint.toml")
    (tmp_path / "pyproject.toml").symlink_to("pyproject.toml")
    assert load(str(tmp_path)).file is None


def test_a_file_too_large_is_said_so(tmp_path: Path) -> None:
    with (tmp_path / "schema-lint.toml").open("wb") as file:
        file.truncate(5 * 1024 * 1024)
    assert messages(tmp_path) == ["schema-lint.toml: larger than 4 MiB: not read"]


def test_deep_dotted_keys_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "schema-lint.toml").write_text(".".join("a" * 5000) + " = 1\n")
    # Some parsers give up, some do not.
    assert messages(tmp_path)[0].startswith(("schema-lint.toml: a: no such key", "schema-lint.toml: nested too deeply"))


def test_named_files(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text("profile = 'strict'\n")
    assert load(str(tmp_path), config=["other.toml"]).settings.profile == "strict"
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "pyproject.toml").write_text("[tool.other]\n")
    assert messages(tmp_path, "missing.toml") == ["--config: missing.toml does not exist"]
    assert messages(tmp_path, "b") == ["--config: b is a directory"]
    assert messages(tmp_path, "b/pyproject.toml") == ["--config: b/pyproject.toml has no [tool.schema-lint] table"]


def test_paths_inside_the_project_do_not_move_its_root(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    inner = tmp_path / "backend"
    inner.mkdir()
    (inner / "schema-lint.toml").write_text("")
    assert locate(str(tmp_path), [str(inner)]).root == str(tmp_path)


def test_paths_outside_the_project_have_a_root_of_their_own(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    for project in (here, there):
        (project / "app").mkdir(parents=True)
        (project / "schema-lint.toml").write_text("")
    (there / "app" / "a.py").write_text("")
    assert locate(str(here), [str(there / "app" / "a.py"), str(there / "app")]).root == str(there)


def test_a_directory_that_nothing_marks_gives_way_to_a_project_in_it(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "app").mkdir()
    assert locate(str(tmp_path), [str(project / "app")]).root == str(project)
    (tmp_path / "plain").mkdir()
    assert locate(str(tmp_path), [str(tmp_path / "plain")]).root == str(tmp_path)
    assert locate(str(tmp_path / "plain"), [str(tmp_path / "other")]).root == str(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "[tool.schema-lint]",
        "[ tool . 'schema-lint' ]",
        "[tool]\nschema-lint.profile = 'minimal'",
        "[tool]\n'schema-lint' = {}",
        "tool.schema-lint = {}",
        '"tool"."schema-lint".profile = "minimal"',
        "tool = {schema-lint = {}}",
        "[project]\nname = 'x'\n\n  [tool.schema-lint.policies]",
        "[[tool.schema-lint.ignore]]\nrule = 'FK001'",
        "\r\n[tool.schema-lint]\r\n",
    ],
)
def test_every_way_to_write_our_table(tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text, newline="", encoding="utf-8")
    assert locate(str(tmp_path)).file is not None


def test_around_paths_other_files_mark_a_project_too(tmp_path: Path) -> None:
    app = tmp_path / "project" / "app"
    app.mkdir(parents=True)
    (tmp_path / "project" / "requirements.txt").write_text("sqlmodel\n", encoding="utf-8")
    found = locate(str(tmp_path), [str(app)])
    assert (found.root, found.marked) == (str(tmp_path / "project"), True)
    assert locate(str(app)).root == str(app)
    assert locate(str(app), [str(app / "a.py")]).root == str(app)


def test_a_package_is_no_root_whatever_lies_in_it(tmp_path: Path) -> None:
    package = tmp_path / "project" / "src" / "app"
    (package / "models").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "alembic.ini").touch()
    (tmp_path / "project" / "pyproject.toml").touch()
    for start in (tmp_path, tmp_path / "project"):
        assert locate(str(start), [str(package / "models")]).root == str(tmp_path / "project")
