"""The examples of the rules about drift: models, and the database that they are compared with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli_run import Run
from created import SCRIPT, execute
from schema_lint.checking.documentation import Example, parse
from schema_lint.checking.registry import load_rules
from schema_lint.checking.rule import Rule

RULES = [rule for rule in load_rules() if "X" in rule.evidence]


def codes(rule: Rule, example: Example, database: str, folder: Path, run: Run) -> list[str]:
    """What a run of `drift` reports of the example, by all rules about drift."""
    for name, text in example.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    execute(database, example.files[SCRIPT])
    every = ",".join(rule.code for rule in RULES)
    result = run("drift", str(folder), database, "--select", every, "--output-format", "json", "--isolated")
    assert result.status in (0, 1), result.err
    return sorted({finding["code"] for finding in json.loads(result.out)["findings"]})


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_bad_fires_and_nothing_else_does(rule: Rule, database: str, tmp_path: Path, run: Run) -> None:
    found = codes(rule, parse(rule.documentation).bad[0], database, tmp_path, run)
    # A table by another name is one that is missing, and one that no model has.
    beside = {"DRF001": ["DRF002"]}.get(rule.code, [])
    assert found == [rule.code, *beside]


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_good_is_silent(rule: Rule, database: str, tmp_path: Path, run: Run) -> None:
    assert codes(rule, parse(rule.documentation).good[0], database, tmp_path, run) == []


@pytest.mark.parametrize("rule", RULES, ids=[rule.code for rule in RULES])
def test_every_rule_explains_itself(rule: Rule) -> None:
    documentation = parse(rule.documentation)
    assert documentation.summary.endswith(".")
    assert documentation.why
    assert documentation.bad
    assert documentation.good
    assert len(documentation.summary) <= 100
