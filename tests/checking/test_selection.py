from __future__ import annotations

from collections.abc import Iterator

import pytest

from schema_lint.checking.finding import Severity, Violation
from schema_lint.checking.registry import matching, nearest
from schema_lint.checking.rule import REGISTRY, Rule, rule
from schema_lint.checking.selection import select
from schema_lint.config.policies import Policies
from schema_lint.facts.schema import Table


@pytest.fixture
def rules() -> Iterator[list[Rule]]:
    before = dict(REGISTRY)

    def made(code: str, name: str, severity: Severity = "error", on: bool = True, minimal: bool = False) -> Rule:
        @rule(code, name, severity=severity, evidence="S", reference="models:Task", on=on, minimal=minimal)
        def visit(table: Table, *, long_option: int = 3) -> Iterator[Violation]:
            """A table is well."""
            yield Violation(message="no")

        return REGISTRY[code]

    yield [
        made("ZA901", "one-thing", minimal=True),
        made("ZA902", "other-thing", "info"),
        made("ZB901", "off-thing", on=False),
    ]
    REGISTRY.clear()
    REGISTRY.update(before)


def chosen(rules: list[Rule], **arguments: object) -> list[str]:
    return [r.code for r in select(rules, **arguments).rules]  # type: ignore[arg-type]


def test_profiles(rules: list[Rule]) -> None:
    assert chosen(rules, profile="minimal") == ["ZA901"]
    assert chosen(rules, profile="recommended") == ["ZA901", "ZA902"]
    assert chosen(rules, profile="strict") == ["ZA901", "ZA902", "ZB901"]


def test_more_precise_tokens_win(rules: list[Rule]) -> None:
    assert chosen(rules, selected=["ALL"], ignored=["ZA"]) == ["ZB901"]
    assert chosen(rules, selected=["one-thing"], ignored=["ZA"]) == ["ZA901"]
    assert chosen(rules, ignored=["ALL"], extended=["ZB"]) == ["ZB901"]
    assert chosen(rules, selected=["ZA901"], ignored=["ZA901"]) == []


def test_severities(rules: list[Rule]) -> None:
    violation = Violation(message="no")
    info = rules[1]
    assert select(rules).severity(info, violation, Policies()) == "info"
    assert select(rules, profile="strict").severity(info, violation, Policies()) == "warning"
    configured = select(rules, severities={"other-thing": "error"})
    assert configured.severity(info, violation, Policies()) == "error"


def test_options_reach_the_rule_by_code_or_name(rules: list[Rule]) -> None:
    selection = select(rules, options={"one-thing": {"long-option": 5}})
    assert selection.keywords(rules[0]) == {"long_option": 5}
    assert selection.keywords(rules[1]) == {"long_option": 3}


def test_a_token_matches_code_name_family_and_all(rules: list[Rule]) -> None:
    assert [r.code for r in matching("za", rules)] == ["ZA901", "ZA902"]
    assert [r.code for r in matching("OFF-THING", rules)] == ["ZB901"]
    assert matching("nothing", rules) == ()
    assert nearest("one-thnig", rules) == "one-thing"
    assert nearest("qqqq", rules) is None


def test_a_rule_that_does_not_fit_the_api_is_refused() -> None:
    with pytest.raises(TypeError, match="first parameter"):

        @rule("ZC901", "bad", severity="error", evidence="S", reference="models:Task")
        def visit(thing: int) -> Iterator[Violation]:
            yield Violation(message="no")

    with pytest.raises(TypeError, match="needs a default"):

        @rule("ZC902", "bad", severity="error", evidence="S", reference="models:Task")
        def other(table: Table, *, option: int) -> Iterator[Violation]:
            yield Violation(message="no")
