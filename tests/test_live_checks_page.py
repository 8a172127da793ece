"""docs/live-checks.md: which rule does what others check, as it is."""

from __future__ import annotations

import re
from pathlib import Path

from schema_lint.checking.registry import load_rules

PAGE = Path(__file__).parents[1] / "docs" / "live-checks.md"
NAMED = re.compile(r"\b([A-Z]{2,4}\d{3})\b( \(off(?:, taste)?\))?")
RULES = {rule.code: rule for rule in load_rules()}


def test_what_is_off_is_said_to_be() -> None:
    tables = [line.rpartition(" | ")[2] for line in PAGE.read_text("utf-8").splitlines() if line.count(" | ") == 1]
    said = {match[1]: match[2] for line in tables for match in NAMED.finditer(line)}
    expected = {code: None if RULES[code].on else " (off)" if RULES[code].strict else " (off, taste)" for code in said}
    assert said == expected


def test_every_rule_about_a_database_is_named() -> None:
    text = PAGE.read_text("utf-8")
    ranges = re.findall(r"([A-Z]+)(\d{3}) to [A-Z]+(\d{3})", text)
    named = {match[1] for match in NAMED.finditer(text)}
    named |= {f"{family}{n:03}" for family, first, last in ranges for n in range(int(first), int(last) + 1)}
    about = {code for code, rule in RULES.items() if set(rule.evidence) & set("CPX")}
    assert about - named - {"SRC002", "DRF016", "DRF017", "DRF018"} == set()
