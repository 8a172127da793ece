"""A check of source loads no rule that cannot judge any; what names such rules is understood all the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli_run import Run
from schema_lint.checking.registry import load_rules
from schema_lint.cli import examining, setup
from schema_lint_rules import BEYOND_SOURCE

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


def test_none_of_them_judges_source() -> None:
    assert {
        rule.code for rule in load_rules() if rule.family in BEYOND_SOURCE and set(rule.evidence) - set("CPX")
    } == set()
    assert {rule.family for rule in load_rules()} - {
        rule.family for rule in load_rules(of_source=True)
    } == BEYOND_SOURCE


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
