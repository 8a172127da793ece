"""What the rules about migrations recommend, run on a real PostgreSQL: every Good example of the family."""

from __future__ import annotations

import re
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
from schema_lint.facts.replaying import Replay
from schema_lint.readers.migrations import with_histories
from schema_lint.readers.source import read
from schema_lint.readers.source.options import ReadOptions

RULES = {rule.code: rule for rule in load_rules() if rule.family == "MIG"}
START = '''\
"""The tables that the examples speak of

Create Date: 2026-01-01 00:00:00
"""
import sqlalchemy as sa
from alembic import op

revision = "0a"
down_revision = None


def upgrade() -> None:
{upgrade}

def downgrade() -> None:
    raise NotImplementedError
'''
TABLES = {
    "user": ['sa.Column("id", sa.Uuid(), primary_key=True)', 'sa.Column("email", sa.Text())'],
    "tasks": ['sa.Column("id", sa.Integer(), primary_key=True)', 'sa.Column("title", sa.String(80), nullable=False)'],
    "task": [
        'sa.Column("id", sa.Uuid(), nullable=False)',
        'sa.Column("title", sa.String(200))',
        'sa.Column("notes", sa.Text(), nullable=False)',
        'sa.Column("status", sa.String(20))',
        'sa.Column("due_at", sa.DateTime(timezone=True))',
        'sa.Column("owner_id", sa.Uuid())',
        'sa.Column("priority", sa.Integer())',
    ],
}
"""Of which an example gets those that it does not make itself, without the columns that it adds."""
FUNCTIONS = "\n\ndef upgrade() -> None:\n    pass\n\n\ndef downgrade() -> None:\n    pass\n"
INVERSE = ("inverse", "order", "nothing", "irreversible")


def recipes() -> list[object]:
    return [
        pytest.param(rule, example, id=f"{rule.code}-{number}")
        for rule in RULES.values()
        for number, example in enumerate(parse(rule.documentation).good)
    ]


def started(example: Example) -> dict[str, str]:
    """The example as a project that Alembic can run, with what it takes for granted."""
    revisions = {path: text for path, text in example.files.items() if re.search("^down_revision", text, re.MULTILINE)}
    known = {match[1] for text in revisions.values() for match in re.finditer(r'^revision = "(\w+)"', text, re.M)}
    made = {match[1] for text in revisions.values() for match in re.finditer(r'create_table\(\s*"(\w+)"', text)}
    added = {
        match[1]
        for text in revisions.values()
        for match in re.finditer(r'add_column\(\s*"\w+", sa.Column\("(\w+)"', text)
    }
    lines = []
    for table, columns in TABLES.items():
        kept = [column for column in columns if re.findall(r'"(\w+)"', column)[0] not in added]
        if table not in made:
            lines.append(f'    op.create_table("{table}", {", ".join(kept)})\n')
    files = {"migrations/env.py": ENV, **example.files, "alembic.ini": INI}
    if "run_migrations()" not in files["migrations/env.py"]:
        files["migrations/env.py"] = ENV
    for path, text in revisions.items():
        parent = re.search(r'^down_revision = (?:None|"(\w+)")$', text, re.MULTILINE)
        assert parent is not None, path
        if parent[1] not in known:
            text = text.replace(parent[0], 'down_revision = "0a"')
        files[path] = text if "def upgrade" in text else text + FUNCTIONS
    return {**files, "migrations/versions/0a_start.py": START.format(upgrade="".join(lines))}


def run(rule: Rule, example: Example, server: str) -> tuple[Replay, list[Finding]]:
    done: list[Replay] = []

    def reader(tree: SourceTree) -> Project:
        project = with_histories(read(tree, ["."], options=ReadOptions()), tree)
        head = Head()
        done.append(replayed(Path(tree.root), server=server, look=head.read))
        project = msgspec.structs.replace(project, replays=(done[0],), evidence=f"{project.evidence}R")
        return msgspec.structs.replace(project, differences=head.differences(project))

    found = support.findings(started(example), select=[rule.code], reader=reader)
    return done[0], found


@pytest.mark.parametrize(("rule", "example"), recipes())
def test_recipes_run_and_can_be_undone(rule: Rule, example: Example, database: str) -> None:
    replay, found = run(rule, example, database)
    assert replay.failure is None
    assert {step.revision: step.downgrade for step in replay.steps if not _is_undone(step.downgrade)} == {}
    assert [finding.message for finding in found] == []


def _is_undone(trial: object) -> bool:
    return trial is not None and trial.verdict in INVERSE
