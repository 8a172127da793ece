"""The examples of rules that rest on a replay, replayed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

import support
from histories import ENV, INI, replayed
from schema_lint.checking.documentation import Example, parse
from schema_lint.checking.finding import Finding
from schema_lint.checking.registry import load_rules
from schema_lint.checking.rule import Rule
from schema_lint.cli.running_replay import Head
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.project import Project
from schema_lint.readers.migrations import with_histories
from schema_lint.readers.source import read
from schema_lint.readers.source.options import ReadOptions

NEEDS_TABLES = {"MIG015": "its examples are revisions of tables that others make"}
RULES = {rule.code: rule for rule in load_rules() if rule.evidence in ("R", "GR") and rule.code not in NEEDS_TABLES}


def examples(part: str) -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{number}")
        for rule in RULES.values()
        for number, example in enumerate(getattr(parse(rule.documentation), part))
        if not support.of_two_branches(example)
    ]


def found(rule: Rule, example: Example, server: str) -> list[Finding]:
    files = {"migrations/env.py": ENV, "alembic.ini": INI, **example.files}

    def reader(tree: SourceTree) -> Project:
        project = with_histories(read(tree, ["."], options=ReadOptions()), tree)
        head = Head()
        replay = replayed(Path(tree.root), server=server, look=head.read)
        project = msgspec.structs.replace(project, replays=(replay,), evidence=f"{project.evidence}R")
        return msgspec.structs.replace(project, differences=head.differences(project))

    return support.findings(files, select=[rule.code], reader=reader)


@pytest.mark.parametrize(("rule", "example"), examples("good"))
def test_good_is_silent(rule: Rule, example: Example, database: str) -> None:
    assert [f.message for f in found(rule, example, database)] == []


@pytest.mark.parametrize(("rule", "example"), examples("bad"))
def test_bad_fires(rule: Rule, example: Example, database: str) -> None:
    assert {f.code for f in found(rule, example, database)} == {rule.code}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_explains_itself(rule: Rule) -> None:
    documentation = parse(rule.documentation)
    assert documentation.summary.endswith(".")
    assert documentation.why and documentation.bad and documentation.good
