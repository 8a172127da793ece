"""The rules' documentation: whole, current, and beside a reference that exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from schema_lint.checking.documentation import parse
from schema_lint.checking.registry import load_rules
from schema_lint.checking.rule import Rule
from schema_lint.reporting import explanation, rule_list
from schema_lint.reporting.excerpt import LIMIT, excerpt
from schema_lint.reporting.report import Options

RULES = load_rules()


@pytest.fixture(params=RULES, ids=lambda rule: rule.code)
def documented(request: pytest.FixtureRequest) -> Rule:
    rule: Rule = request.param
    return rule


def test_its_anchor_leads_to_an_excerpt(documented: Rule) -> None:
    found = excerpt(documented.reference)
    assert found is not None, f"{documented.reference} is nothing in the reference"
    assert 1 <= len(found.text.split("\n")) <= LIMIT


def test_it_says_why_and_shows_both_sides(documented: Rule) -> None:
    documentation = parse(documented.documentation)
    assert documentation.summary.endswith(".")
    assert documentation.why
    assert documentation.bad
    assert documentation.good


def test_its_options_are_explained(documented: Rule) -> None:
    documentation = parse(documented.documentation)
    assert set(documentation.options) == {option.name for option in documented.options}


def test_its_explanation_can_be_read(documented: Rule) -> None:
    text = explanation.render(documented, Options(width=100))
    assert f"Reference {documented.reference} (" in text


def test_the_page_is_current() -> None:
    page = Path(__file__).parents[2] / "docs" / "rules.md"
    command = "schema-lint rules --output-format markdown > docs/rules.md"
    assert page.read_text(encoding="utf-8") == rule_list.as_markdown(RULES), f"run `{command}`"
