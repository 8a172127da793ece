from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli_run import Run

PLUGIN = '''\
from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import Violation, rule
from schema_lint.facts.schema import Table


@rule("TEAM001", "table-named-user", severity="error", evidence="S", reference="models:User")
def table_named_user(table: Table, *, names: tuple[str, ...] = ("user",)) -> Iterator[Violation]:
    """Tables have other names.

    Why: we say so.
    """
    if table.name in names:
        yield Violation(message=f"{table.name} is a bad name")
'''


@pytest.fixture
def plugin() -> str:
    from schema_lint.checking.rule import REGISTRY

    yield PLUGIN
    REGISTRY.pop("TEAM001", None)


def test_table_json_and_markdown(run: Run, project: Path) -> None:
    table = run("rules")
    assert table.status == 0
    assert "FK001" in table.out
    one = json.loads(run("rules", "--select", "foreign-key-without-index", "--output-format", "json").out)
    assert [rule["code"] for rule in one] == ["FK001"]
    assert "FK001" in run("rules", "--select", "FK", "--output-format", "markdown").out


def test_explain(run: Run, project: Path) -> None:
    for name in ("FK001", "fk001", "foreign-key-without-index"):
        result = run("explain", name)
        assert result.status == 0
        assert result.out.startswith("FK001 foreign-key-without-index\n")
    assert json.loads(run("explain", "FK001", "--output-format", "json").out)["code"] == "FK001"
    assert "FK001" in run("explain", "FK001", "--output-format", "markdown").out


def test_reference(run: Run, project: Path) -> None:
    assert "Task" in run("reference").out
    assert "owner_id" in run("reference", "Task.owner_id").out
    assert run("reference", "FK001").out == run("reference", "models:Task.owner_id").out


def test_rules_of_the_project(run: Run, project: Path, plugin: str) -> None:
    (project / "lint_rules.py").write_text(plugin, encoding="utf-8")
    (project / "pyproject.toml").write_text(
        '[tool.schema-lint]\nplugins = ["lint_rules.py"]\nselect = ["TEAM"]\nrules.TEAM001.names = ["task"]\n', "utf-8"
    )
    assert "TEAM001" in run("rules").out
    result = run("check", "--output-format", "concise")
    assert result.status == 1
    assert "TEAM001[error] task is a bad name" in result.out
    assert run("explain", "table-named-user").status == 0


def test_rules_of_the_project_are_not_run_if_not_wanted(run: Run, project: Path) -> None:
    (project / "lint_rules.py").write_text("raise AssertionError('run')\n", encoding="utf-8")
    (project / "pyproject.toml").write_text(
        '[tool.schema-lint]\nplugins = ["lint_rules.py"]\nignore = ["TEAM001"]\n', encoding="utf-8"
    )
    assert run("check", "--no-plugins").status in (0, 1)
    assert run("check", "--isolated").status in (0, 1)
    broken = run("check")
    assert broken.status == 2
    assert "plugin" in broken.err
    assert "AssertionError" in broken.err


@pytest.mark.parametrize("text", ["def (", "import sys; sys.exit(0)", "1/0", "raise KeyboardInterrupt"])
def test_a_broken_plugin(run: Run, project: Path, text: str) -> None:
    (project / "lint_rules.py").write_text(text, encoding="utf-8")
    (project / "pyproject.toml").write_text('[tool.schema-lint]\nplugins = ["lint_rules.py"]\n', encoding="utf-8")
    if "KeyboardInterrupt" in text:
        with pytest.raises(KeyboardInterrupt):
            run("check")
        return
    result = run("check")
    assert result.status == 2
    assert result.err.startswith("error: plugin ")


def test_a_plugin_that_is_not_there(run: Run, project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.schema-lint]\nplugins = ["none.py"]\n', encoding="utf-8")
    result = run("check")
    assert (result.status, result.err.startswith("error: plugin ")) == (2, True)
