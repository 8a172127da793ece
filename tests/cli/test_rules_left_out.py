"""A check of source loads no rule that cannot judge any; what names such rules is understood all the same."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path

import pytest

import schema_lint_rules
from cli_run import Run
from schema_lint.checking.registry import load_rules
from schema_lint.checking.rule import Rule
from schema_lint.cli import examining, setup
from schema_lint_rules import BEYOND_SOURCE, OF_REVISIONS

BASELINE = '{"version": 1, "findings": [{"code": "SEC001", "fingerprint": "0", "path": "app/models.py"}]}'
TOKENS = (
    "SEC001",
    "DRF",
    "MIG015",
    "MIG",
    "table-without-row-security",
    "ALL",
    "SEC00",
    "drf-001",
    "FK,SEC",
    "missing-tabel",
)


def _by_module(**options: bool) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in load_rules(**options):
        found.setdefault(rule.function.__module__.removeprefix("schema_lint_rules."), []).append(rule)
    return found


def _below(module: str, modules: Iterable[str]) -> bool:
    return module in modules or module.partition(".")[0] in modules


def test_none_of_them_judges_source() -> None:
    every = _by_module()
    judging = {module for module, rules in every.items() if any(set(rule.evidence) - set("CPX") for rule in rules)}
    assert {module for module in every if not _below(module, BEYOND_SOURCE)} == judging
    assert set(_by_module(of_source=True)) == judging


def test_the_others_need_no_revisions() -> None:
    every = _by_module()
    revisions = {module for module, rules in every.items() if all(set(rule.evidence) <= set("GR") for rule in rules)}
    assert {module for module in every if _below(module, OF_REVISIONS)} == revisions
    assert set(_by_module(of_revisions=False)) == set(every) - revisions


def test_every_module_with_rules_is_listed() -> None:
    root = Path(schema_lint_rules.__file__).parent
    for init in root.glob("*/__init__.py"):
        modules = {path.stem for path in init.parent.glob("*.py") if "\n@rule(" in path.read_text("utf-8")}
        package = importlib.import_module(f"schema_lint_rules.{init.parent.name}")
        assert sorted(modules) == list(package.MODULES), package


def _without(run: Run, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> object:
    """What is printed where all rules are loaded."""
    with monkeypatch.context() as patched:
        for module in (examining, setup):
            patched.setattr(
                module,
                "rules_of_source",
                lambda loaded, names, *, plugins, of_revisions=True: setup.all_rules(loaded, plugins=plugins),
            )
        return run(*arguments)


@pytest.mark.parametrize("option", ["--select", "--extend-select", "--ignore"])
@pytest.mark.parametrize("token", TOKENS)
def test_options(option: str, token: str, run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("check", "--no-cache", option, token)
    assert run(*arguments) == _without(run, monkeypatch, *arguments)


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "text",
    [
        "ignore = ['{}']",
        "select = ['FK', '{}']",
        "severities = {{ '{}' = 'error' }}",
        "per-file-ignores = {{ 'app/*' = ['{}'] }}",
        "ignore = [{{ rule = '{}', object = 'task', reason = 'old' }}]",
        "rules = {{ '{}' = {{ severity = 'error' }} }}",
    ],
)
def test_settings(text: str, token: str, run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "pyproject.toml").write_text(f"[tool.schema-lint]\n{text.format(token)}\n", encoding="utf-8")
    arguments = ("check", "--no-cache", "--output-format", "json")
    assert run(*arguments) == _without(run, monkeypatch, *arguments)


@pytest.mark.parametrize(
    "token", ["SEC001", "SEC999", "MIG005", "table-without-row-security", "table-without-row-securty", "FK001"]
)
def test_comments(token: str, run: Run, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    models = project / "app/models.py"
    models.write_text(f"{models.read_text('utf-8')}    # schema-lint: ignore[{token}] old\n", encoding="utf-8")
    arguments = ("check", "--no-cache", "--output-format", "json", "--show-info")
    assert run(*arguments) == _without(run, monkeypatch, *arguments)


@pytest.mark.parametrize(
    "more", [(), ("-v",), ("--output-format", "sarif"), ("--output-format", "json"), ("--profile", "strict")]
)
@pytest.mark.parametrize("baseline", [None, BASELINE])
def test_reports(
    more: tuple[str, ...], baseline: str | None, run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if baseline is not None:
        (project / ".schema-lint-baseline.json").write_text(baseline, encoding="utf-8")
    assert run("check", "--no-cache", *more) == _without(run, monkeypatch, "check", "--no-cache", *more)


def test_the_rules_of_a_kept_report(run: Run, project: Path) -> None:
    run("check", "--output-format", "concise")
    first = run("check", "--output-format", "sarif")
    assert first == run("check", "--output-format", "sarif", "--no-cache")
    assert first == run("check", "--output-format", "sarif")
