"""The examples in the rules' own documentation are their first tests."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import psycopg
import pytest

import support
from built import built
from created import SCRIPT, created
from schema_lint.checking.documentation import Example, parse
from schema_lint.checking.finding import Finding
from schema_lint.checking.registry import load_rules
from schema_lint.checking.rule import Rule
from schema_lint.config.policies import Policies

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

RULES = {rule.code: rule for rule in load_rules() if set("SG") & set(rule.evidence)}
CREATED = {rule.code: rule for rule in load_rules() if "C" in rule.evidence and rule.visits != "Relationship"}
BUILT = {rule.code: rule for rule in load_rules() if "M" in rule.evidence}
BEYOND_METADATA = {
    "CON004": "it is about max_length, which SQLAlchemy never hears of",
    "TBL006": "SQLAlchemy refuses the module when it is imported",
}
"""Bad examples that what SQLAlchemy builds cannot show."""
BEYOND_CATALOG = {
    "CON004": "no database hears of max_length",
    "FK002": "PostgreSQL refuses the constraint",
    "FK005": "no database sees a comment in the source",
    "SRC002": "it is told only of rules that a database alone is judged by",
    "ENV004": "it is about the way to the server",
    "NEON002": "it is about the server's own configuration",
    "SEC017": "it is about the server's own configuration",
    "TBL015": "no database sees a description in the source",
    "TBL022": "SQLAlchemy refuses to create it",
    "TBL039": "the server of the tests is as it should be",
    "TBL040": "the server of the tests is as it should be",
}
"""Examples in Python that no database can show; some in SQL stand beside them."""
NEWER = {"CON006": 180_000, "NUL007": 150_000, "SEC010": 150_000, "SEC040": 150_000}
"""Examples that need a newer server than some: its `server_version_num`."""
POLICIES = {field.replace("_", "-") for field in Policies.__struct_fields__}


def examples(part: str, rules: Mapping[str, Rule] = RULES, *, catalog: bool = False) -> list[Any]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{number}")
        for rule in rules.values()
        for number, example in enumerate(getattr(parse(rule.documentation), part))
        if not support.of_two_branches(example)
        if catalog or SCRIPT not in example.files
        if not catalog or SCRIPT in example.files or rule.code not in BEYOND_CATALOG
    ]


def arguments(example: Example) -> dict[str, Any]:
    """Policies and rule options that the example's own configuration states."""
    configuration = tomllib.loads(example.files.get("pyproject.toml", ""))
    table = configuration.get("tool", {}).get("schema-lint", {})
    policies = {**{k: v for k, v in table.items() if k in POLICIES}, **table.get("policies", {})}
    versions = {k.replace("-", "_"): v for k, v in table.items() if k.endswith("-version")}
    return {"policies": policies, "options": table.get("rules", {}), "read_options": versions}


def selected(rule: Rule) -> list[str]:
    """The rule; for one about suppressions also those that its examples suppress, which must run to be judged."""
    return [rule.code, "NUL004"] if rule.visits == "Suppression" else [rule.code]


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_good_is_silent(rule: Rule, example: Example) -> None:
    found = support.findings(example.files, select=selected(rule), **arguments(example))
    assert [f.message for f in found] == []


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_bad_fires(rule: Rule, example: Example) -> None:
    found = support.findings(example.files, select=selected(rule), **arguments(example))
    assert {f.code for f in found} == {rule.code}


@pytest.mark.parametrize(("rule", "example"), examples("good", BUILT))
def test_good_is_silent_when_built(rule: Rule, example: Example) -> None:
    assert [f.message for f in built_findings(rule, example)] == []


@pytest.mark.parametrize(("rule", "example"), examples("bad", BUILT))
def test_bad_fires_when_built(rule: Rule, example: Example) -> None:
    if rule.code in BEYOND_METADATA:
        pytest.skip(BEYOND_METADATA[rule.code])
    assert {f.code for f in built_findings(rule, example)} == {rule.code}


def built_findings(rule: Rule, example: Example) -> list[Finding]:
    given = {name: value for name, value in arguments(example).items() if name != "read_options"}
    return support.findings(example.files, select=selected(rule), reader=built, **given)


@pytest.mark.parametrize(("rule", "example"), examples("good", CREATED, catalog=True))
def test_good_is_silent_in_a_database(rule: Rule, example: Example, database: str) -> None:
    assert [f.message for f in created_findings(rule, example, database)] == []


@pytest.mark.parametrize(("rule", "example"), examples("bad", CREATED, catalog=True))
def test_bad_fires_in_a_database(rule: Rule, example: Example, database: str) -> None:
    assert {f.code for f in created_findings(rule, example, database)} == {rule.code}


def created_findings(rule: Rule, example: Example, database: str) -> list[Finding]:
    with psycopg.connect(database) as connection:
        if connection.info.server_version < NEWER.get(rule.code, 0):
            pytest.skip("the server is too old for it")
    given = {name: value for name, value in arguments(example).items() if name != "read_options"}
    return support.findings(example.files, select=selected(rule), reader=created(database), **given)


@pytest.mark.parametrize("rule", {**RULES, **BUILT, **CREATED}.values(), ids={**RULES, **BUILT, **CREATED})
def test_every_rule_explains_itself(rule: Rule) -> None:
    documentation = parse(rule.documentation)
    assert documentation.summary.endswith(".")
    assert documentation.why
    assert documentation.bad, "a rule shows what it finds"
    assert documentation.good, "a rule shows the way out"
    assert len(documentation.summary) <= 100


ON = [r for r in RULES.values() if r.on and not support.of_two_branches(parse(r.documentation).bad[0])]


@pytest.mark.parametrize("rule", ON, ids=[r.code for r in ON])
def test_good_differs_from_bad_by_this_rule_alone(rule: Rule) -> None:
    documentation = parse(rule.documentation)
    good, bad = documentation.good[0], documentation.bad[0]
    remedied = set(support.codes(good.files, **arguments(good)))
    flawed = set(support.codes(bad.files, **arguments(bad)))
    assert flawed - remedied == {rule.code}
    assert remedied - flawed == set()
