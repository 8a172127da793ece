"""Wrong use: one clear line, a hint, and status 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli_run import Run
from schema_lint import __version__
from schema_lint.cli.group import COMMANDS


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"schema-lint {__version__}\n", "")


def test_help_lists_every_command(run: Run) -> None:
    result = run("--help")
    assert result.status == 0
    assert all(f"  {name} " in result.out for name in COMMANDS)


@pytest.mark.parametrize("command", [(name,) for name in COMMANDS] + [("config", "show"), ("config", "schema")])
def test_every_command_has_help(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command, "-h")
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"Usage: schema-lint {' '.join(command)} ")
    assert result.out.count("  -h, --help") == 1


@pytest.mark.parametrize(
    ("arguments", "error", "hint"),
    [
        (("chek",), "no command `chek`", "did you mean `schema-lint check`?"),
        (("xyzzy",), "no command `xyzzy`", "`schema-lint --help` lists the commands"),
        (("app",), "no command `app`", "to check it: schema-lint check app"),
        (("check", "--slect", "FK"), "No such option", "`schema-lint check --help`"),
        (("check", "--fail-on", "warn"), "'warn' is not one of", "`schema-lint check --help`"),
        (("check", "--output-format", "jsn"), "no format 'jsn'; did you mean json?", ""),
        (("check", "--output-format", "json="), "json= names no file", ""),
        (("check", "--output-format", "json", "--output-format", "full"), "only one format", ""),
        (("check", "--output-format", "json=a", "--output-format", "full=./a"), "json=a: another format goes to", ""),
        (("check", "app/modles.py"), "app/modles.py does not exist", "did you mean app/models.py?"),
        (("check", "nowhere/at/all"), "nowhere/at/all does not exist", "nor does nowhere/at"),
        (("check", ""), "an empty path", ""),
        (("check", "\x1b[31m"), "\\x1b[31m does not exist", ""),
        (("check", "--sqlalchemy-version", "new"), "sqlalchemy-version: new is no version", ""),
        (("check", "--config", "nothing.toml"), "--config: nothing.toml does not exist", ""),
        (("check", "--config", "profil=strict"), "--config: profil: no such key; did you mean `profile`?", ""),
        (("check", "--select", "FK999"), '--select: no rule "FK999", did you mean', "schema-lint rules"),
        (("erd", "--check"), "--check compares with a file", "name it: --write README.md"),
        (("erd", "--write", "gone.md"), "cannot read gone.md: No such file", ""),
        (("erd", "--write", "a.md", "--format", "dot"), "--write puts Mermaid into a Markdown file", ""),
        (("erd", "--output", "app"), "cannot write app: it is a folder", ""),
        (("explain",), "Missing argument", ""),
        (("explain", "foreign-key-with-index"), 'did you mean "foreign-key-without-index"?', "lists the rules"),
        (("explain", "fk1"), 'did you mean "FK001"?', "lists the rules"),
        (("explain", "fk"), "FK is a family of rules", "`schema-lint rules --select FK` lists the rules"),
        (("reference", "Task.ownr"), "the reference has no `Task.ownr`", "did you mean `Task.owner`?"),
        (("config", "show", "polices"), "no setting `polices`", "did you mean `policies`?"),
        (("rules", "--select", "KFC"), '--select: no rule "KFC"', ""),
    ],
)
def test_wrong_use(run: Run, project: Path, arguments: tuple[str, ...], error: str, hint: str) -> None:
    result = run(*arguments)
    assert (result.status, result.out) == (2, "")
    lines = result.err.splitlines()
    assert lines[0].startswith("error: ")
    assert error in lines[0]
    assert len(lines) <= 2
    assert hint in "".join(lines[1:])


def test_every_mistake_of_the_configuration_is_told(run: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.schema-lint]\nprofil = 1\nfail-on = 2\n", encoding="utf-8")
    result = run("check")
    assert (result.status, result.out) == (2, "")
    assert result.err.splitlines()[:3] == [
        "error: 2 mistakes in the configuration",
        "  pyproject.toml: tool.schema-lint.profil: no such key; did you mean `profile`?",
        '  pyproject.toml: tool.schema-lint.fail-on: expected "error", "warning", "info" or "never", found 2',
    ]
    assert run("check", "--isolated").status != 2


def test_a_folder_without_python_files(run: Run, project: Path) -> None:
    (project / "docs").mkdir()
    result = run("check", "docs")
    assert (result.status, result.err.splitlines()[0]) == (2, "error: no Python files in docs")
    assert run("check", "docs", "--allow-empty").status == 0


def test_paths_of_two_projects(run: Run, project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "models.py").write_text("", encoding="utf-8")
    result = run("check", "app", str(other))
    assert result.status == 2
    assert "is outside the project root" in result.err


def test_a_working_directory_that_is_gone(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    try:
        result = run("check")
    finally:
        os.chdir(tmp_path)
    assert (result.status, result.err.splitlines()[0]) == (2, "error: the working directory does not exist any more")


def test_a_link_that_leads_nowhere(run: Run, project: Path) -> None:
    (project / "link.py").symlink_to("nowhere.py")
    assert run("check", "link.py").err == "error: link.py is a link that leads nowhere\n"


def test_no_rule_left(run: Run, project: Path) -> None:
    result = run("check", "--ignore", "ALL")
    assert result.status == 2
    assert result.err.startswith("error: no rule is selected")


def test_a_file_that_cannot_be_written(run: Run, project: Path) -> None:
    result = run("check", "--output-format", "json=app/models.py/report.json")
    assert result.status == 2
    assert result.err.startswith("error: cannot write app/models.py/report.json: ")
    assert result.err.endswith("models.py is no folder\n")


def test_an_internal_error_asks_for_a_report(run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("postgresql://user:secret@host/db")

    monkeypatch.setattr("schema_lint.cli.running.run_check", broken)
    result = run("check")
    assert result.status == 2
    first, second = result.err.splitlines()
    assert first.startswith("error: internal error: ZeroDivisionError in cli/running.py:")
    assert "please report it" in second
    assert "secret" not in result.err


def test_a_project_elsewhere_is_checked_with_its_own_settings(
    run: Run, project: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    (project / "pyproject.toml").write_text("[tool.schema-lint]\nprofil = 1\n", encoding="utf-8")
    assert "tool.schema-lint.profil" in run("check", str(project / "app")).err


@pytest.mark.parametrize("command", [(), ("config",)])
def test_without_a_command_the_help_is_shown(run: Run, command: tuple[str, ...]) -> None:
    result = run(*command)
    assert (result.status, result.out) == (2, "")
    assert result.err.strip() == run(*command, "--help").out.strip()
