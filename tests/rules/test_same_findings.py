"""The same schema, read from the models and from the database that they make: rules that judge both say the same."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from created import created
from schema_lint.checking.finding import Finding
from schema_lint.checking.judging import Focus, judge
from schema_lint.checking.registry import load_rules
from schema_lint.checking.selection import select
from schema_lint.checking.suppressions import Exceptions
from schema_lint.config.policies import Policies
from schema_lint.evaluating.disk import DiskTree
from schema_lint.facts.project import Project
from schema_lint.readers.source import read

DIFFERENT = {
    "REL012": "a database knows no relationships",
    "FK005": "a database keeps no comments of the source; `live` reads them where it knows the models",
    "TBL015": "the same",
}
"""Rules that legitimately say more of one of them, by cause."""

ROOT = Path(__file__).parents[2]
RULES = [
    rule for rule in load_rules() if "S" in rule.evidence and "C" in rule.evidence and rule.visits != "Suppression"
]

Key = tuple[str, str, tuple[str, ...]]


def keys(project: Project) -> set[Key]:
    """Code, table and columns of all that the rules say."""
    selection = select(RULES, profile="strict")
    verdict = judge(project, selection, Policies(), rules=RULES, exceptions=Exceptions(), focus=Focus())
    return {key for finding in verdict.findings if finding.code not in DIFFERENT for key in _keys(finding)}


def _keys(finding: Finding) -> list[Key]:
    return [(finding.code, subject.table or "", tuple(sorted(subject.columns))) for subject in finding.subjects]


@pytest.mark.parametrize("folder", ["linter/schema_lint/demo_project", "reference_models"])
def test_the_same_findings(folder: str, database: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / folder, tmp_path / "project", ignore=shutil.ignore_patterns("__pycache__", "main.py"))
    tree = DiskTree(str(tmp_path / "project"))
    static, live = keys(read(tree, ["."])), keys(created(database)(tree))
    assert sorted(static ^ live) == []
