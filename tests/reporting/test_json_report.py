"""The JSON report is a contract: version 1, described by a published schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from reporting import sample
from schema_lint.checking.finding import Edit, Fix, Subject
from schema_lint.checking.run import SkippedRule, UndecidedRule
from schema_lint.facts.place import RevisionPlace, SourcePlace
from schema_lint.reporting.json import render
from schema_lint.reporting.report import Report, SuppressedCounts

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8"))


def document(report: Report) -> Any:
    found = json.loads(render(report))
    jsonschema.Draft202012Validator(SCHEMA).validate(found)
    return found


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_an_empty_report() -> None:
    assert document(Report(version="0.1.0")) == {
        "version": 1,
        "tool": {"name": "schema-lint", "version": "0.1.0"},
        "findings": [],
        "suppressed": [],
        "unknown": [],
        "skipped_rules": [],
        "read": {
            "paths": [],
            "database": "",
            "server": "",
            "compared": None,
            "files": 0,
            "files_skipped": 0,
            "models": 0,
            "tables": 0,
            "tables_set_aside": 0,
            "engines": 0,
            "sqlalchemy": "",
            "sqlmodel": "",
            "versions_from": "",
            "configuration": None,
            "profile": "recommended",
            "suppressed": {"comments": 0, "configuration": 0, "baseline": 0},
            "since": None,
            "strict_more": None,
        },
    }


def test_one_finding_whole() -> None:
    (finding,) = document(sample.report(sample.FOREIGN_KEY))["findings"]
    excerpt = finding["reference"].pop("excerpt")
    line = finding["reference"].pop("line")
    assert "owner_id" in excerpt
    assert line > 1
    assert finding == {
        "code": "FK001",
        "rule": "foreign-key-without-index",
        "severity": "error",
        "message": "tasks.owner_id references users.id, and no index starts with it",
        "why": sample.RULES["FK001"][3],
        "suggestion": "add index=True to Task.owner_id",
        "sql": "CREATE INDEX CONCURRENTLY ix_tasks_owner_id ON tasks (owner_id);",
        "subject": {
            "kind": "column",
            "schema": None,
            "table": "tasks",
            "columns": ["owner_id"],
            "class": "app.models.Task",
            "attribute": "owner_id",
            "name": None,
            "revision": None,
        },
        "subjects": [finding["subject"]],
        "places": [{"path": "app/models.py", "line": 20, "column": 5, "end_line": 20, "end_column": 13}],
        "related": [{"path": "app/models.py", "line": 7, "column": 1, "end_line": 7, "end_column": 34}],
        "reference": {"name": "models:Task.owner_id", "path": "schema_lint_reference/models.py"},
        "fix": None,
        "fingerprint": sample.FOREIGN_KEY.fingerprint,
    }


def test_the_three_kinds_of_place() -> None:
    finding = sample.finding("FK001", "m", None, places=(
        SourcePlace("a.py", 3), sample.CATALOG.places[0], RevisionPlace("ae10", "migrations/ae10.py", 12),
    ))  # fmt: skip
    (found,) = document(sample.report(finding))["findings"]
    assert found["places"] == [
        {"path": "a.py", "line": 3, "column": 1, "end_line": 3, "end_column": 1},
        {"database": "app", "object": "public.audit"},
        {"revision": "ae10", "path": "migrations/ae10.py", "line": 12},
    ]


def test_a_finding_without_place_or_known_reference() -> None:
    (found,) = document(sample.report(sample.finding("FK001", "m", None, reference="models:Nothing")))["findings"]
    assert found["places"] == []
    assert found["reference"] == {"name": "models:Nothing", "path": None, "line": None, "excerpt": None}


def test_fixes_unknowns_and_what_did_not_run() -> None:
    where = SourcePlace("app/models.py", 1, 1, 1, 5)
    fix = Fix(applicability="unsafe", edits=(Edit(intent="set-argument", place=where, name="index", value="True"),))
    undecided = UndecidedRule(code="FK003", subject=Subject(kind="table", table="x"), why="star import", place=where)
    found = document(
        sample.report(
            sample.finding("FK001", "m", where, fix=fix),
            undecided=(undecided,),
            skipped=(SkippedRule("COL010", "the project also supports sqlite"),),
            suppressed=SuppressedCounts(comments=2),
            strict_more=3,
        )
    )
    assert found["findings"][0]["fix"]["edits"][0]["value"] == "True"
    assert found["unknown"][0]["place"]["path"] == "app/models.py"
    assert found["skipped_rules"] == [{"code": "COL010", "why": "the project also supports sqlite"}]
    assert (found["read"]["suppressed"]["comments"], found["read"]["strict_more"]) == (2, 3)


def test_infos_are_in_it() -> None:
    assert len(document(sample.report(*sample.EVERYTHING))["findings"]) == len(sample.EVERYTHING)


@pytest.mark.parametrize("character", ["\x1b", "\x00", "\x7f", "\x9b", "\u2028", "\u202e", "\u200b", "\U000e0041"])
def test_what_a_terminal_obeys_is_escaped(character: str) -> None:
    text = render(sample.report(sample.finding("FK001", f"a{character}b", None)))
    assert character not in text
    assert json.loads(text)["findings"][0]["message"] == f"a{character}b"


def test_a_path_that_is_not_utf8() -> None:
    text = render(sample.report(sample.finding("FK001", "m", SourcePlace("\udcff.py", 1))))
    assert json.loads(text)["findings"][0]["places"][0]["path"] == "\udcff.py"
    assert text.isascii()


def test_passwords_are_masked() -> None:
    where = SourcePlace("app/database.py", 3)
    url = "postgresql://app:s3cret@db.example.com/app"
    fix = Fix(applicability="safe", edits=(Edit(intent="replace-text", place=where, value=f'"{url}"'),))
    finding = sample.finding("ENV002", url, where, suggestion=url, sql=f"-- {url}", why=url, fix=fix,
                             subjects=(Subject(kind="engine", name=url),))  # fmt: skip
    undecided = UndecidedRule(code="ENV001", subject=finding.subject, why=url)
    text = render(sample.report(finding, undecided=(undecided,), skipped=(SkippedRule("ENV001", url),)))
    assert "s3cret" not in text
    assert text.count("postgresql://app:***@db.example.com/app") == 10
