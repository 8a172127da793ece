"""SARIF as the standard has it and as GitHub takes it; every trap that it holds."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from reporting import sample
from schema_lint.checking.finding import Finding, Subject
from schema_lint.checking.registry import load_rules
from schema_lint.checking.run import SkippedRule, UndecidedRule
from schema_lint.facts.files import UnreadFile
from schema_lint.facts.place import CatalogPlace, RevisionPlace, SourcePlace
from schema_lint.reporting.line_hash import LineHashes
from schema_lint.reporting.report import Options, Read, Report
from schema_lint.reporting.sarif import MOST_LOCATIONS, MOST_RESULTS, render

SCHEMA = json.loads((Path(__file__).parent / "sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft4Validator(SCHEMA)
RULES = load_rules()


def run_of(report: Report, **options: Any) -> Any:
    document = json.loads(render(report, Options(**options)))
    VALIDATOR.validate(document)
    assert document["version"] == "2.1.0"
    (run,) = document["runs"]
    return run


def full_report(*findings: Finding, **more: Any) -> Report:
    files = {path: text.encode() for path, text in sample.FILES.items()}
    return sample.report(*findings, rules=RULES, content=files.get, **more)


def result_of(finding: Finding, **options: Any) -> Any:
    (result,) = run_of(full_report(finding), **options)["results"]
    return result


def test_the_schema_is_one() -> None:
    jsonschema.Draft4Validator.check_schema(SCHEMA)


def test_an_empty_report_is_a_run_without_results() -> None:
    run = run_of(Report(version="1.2.3"))
    assert run["results"] == []
    assert (run["tool"]["driver"]["name"], run["tool"]["driver"]["semanticVersion"]) == ("schema-lint", "1.2.3")


def test_one_finding_whole() -> None:
    finding = sample.FOREIGN_KEY
    assert result_of(finding) == {
        "ruleId": "FK001",
        "ruleIndex": [rule.code for rule in RULES].index("FK001"),
        "level": "error",
        "message": {
            "text": "tasks.owner_id references users.id, and no index starts with it.\n"
            "Add index=True to Task.owner_id.\nSee [app/models.py:7](1)."
        },
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "app/models.py", "uriBaseId": "%SRCROOT%", "index": 0},
                    "region": {"startLine": 20, "startColumn": 5, "endLine": 20, "endColumn": 13},
                },
                "logicalLocations": [
                    {"name": "owner_id", "fullyQualifiedName": "tasks.owner_id", "kind": "column"}
                ],
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "physicalLocation": {
                    "artifactLocation": {"uri": "app/models.py", "uriBaseId": "%SRCROOT%", "index": 0},
                    "region": {"startLine": 7, "startColumn": 1, "endLine": 7, "endColumn": 34},
                },
                "message": {"text": "app/models.py:7"},
            }
        ],
        "partialFingerprints": {
            "schemaLint/v1": finding.fingerprint,
            "primaryLocationLineHash": LineHashes(sample.MODELS.encode())[20],
        },
        "properties": {"suggestion": finding.suggestion, "sql": finding.sql},
    }  # fmt: skip


def test_all_that_code_scanning_demands_is_there_and_not_empty() -> None:
    run = run_of(full_report(*sample.EVERYTHING), show_info=True)
    assert run["columnKind"] == "unicodeCodePoints"
    assert len(run["results"]) == len(sample.EVERYTHING)
    for result in run["results"]:
        assert result["message"]["text"]
        assert result["partialFingerprints"]
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"]
        assert {"startLine", "startColumn", "endLine", "endColumn"} <= location["region"].keys()
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_every_selected_rule_is_described_though_nothing_was_found() -> None:
    rules = run_of(full_report())["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [rule.code for rule in RULES]
    for rule in rules:
        assert 0 < len(rule["name"]) <= 255
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert len(rule["properties"]["tags"]) <= 10
        assert rule["properties"]["precision"] in ("very-high", "high", "medium", "low")
        assert rule["properties"]["problem.severity"] in ("error", "warning", "recommendation")
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")


def test_a_long_reason_is_cut_and_the_whole_is_in_the_help() -> None:
    def function() -> None: ...

    function.__doc__ = f"Short.\n\nWhy: {'reason ' * 400}\n"
    rule = msgspec.structs.replace(RULES[0], function=function)
    (described,) = run_of(Report(rules=(rule,)))["tool"]["driver"]["rules"]
    assert len(described["fullDescription"]["text"]) == 1024
    assert described["help"]["text"].count("reason") == 400


def test_only_matters_of_security_have_a_security_severity() -> None:
    rules = {rule["id"]: rule["properties"] for rule in run_of(full_report())["tool"]["driver"]["rules"]}
    assert rules["ENV002"]["security-severity"] == "8.6"
    assert "security" in rules["ENV002"]["tags"]
    graded = {code for code, given in rules.items() if "security-severity" in given}
    assert {code for code in graded if not code.startswith("SEC")} == {"COL026", "ENV002", "ENV004", "MIG024"}
    assert graded == {code for code, given in rules.items() if "security" in given["tags"]}
    assert "SEC001" in graded and "SEC008" not in graded


def test_levels_are_those_of_the_findings_and_infos_are_for_those_who_ask() -> None:
    report = full_report(*sample.EVERYTHING)
    assert {result["level"] for result in run_of(report)["results"]} == {"error", "warning"}
    assert {result["level"] for result in run_of(report, show_info=True)["results"]} == {"error", "warning", "note"}


def test_the_region_is_one_line_since_an_alert_shows_only_where_all_of_it_is_in_the_diff() -> None:
    (location,) = result_of(sample.finding("FK001", "m", SourcePlace("app/models.py", 15, 1, 24, 49)))["locations"]
    assert location["physicalLocation"]["region"] == {
        "startLine": 15, "startColumn": 1, "endLine": 15, "endColumn": len("class Task(SQLModel, table=True):") + 1
    }  # fmt: skip


def test_a_line_that_is_not_there_any_more_has_no_end() -> None:
    (location,) = result_of(sample.finding("FK001", "m", SourcePlace("gone.py", 3, 2)))["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 2, "endLine": 3}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("my app/100%.py", "my%20app/100%25.py"),
        ("modèles/用户.py", "mod%C3%A8les/%E7%94%A8%E6%88%B7.py"),
        ("a:b/c?d#e.py", "a%3Ab/c%3Fd%23e.py"),
        ("\udcff.py", "%FF.py"),
        ("back\\slash.py", "back%5Cslash.py"),
    ],
)
def test_paths_are_uris(path: str, uri: str) -> None:
    found = render(full_report(sample.finding("FK001", "m", SourcePlace(path, 1))))
    document = json.loads(found)
    VALIDATOR.validate(document)
    (result,) = document["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_paths_lead_from_the_repository_and_through_no_link() -> None:
    finding = sample.finding("FK001", "m", SourcePlace("link/models.py", 1))
    (location,) = result_of(finding, prefix="backend", links={"link/models.py": "app/models.py"})["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "backend/app/models.py"


def test_no_path_is_absolute_and_every_one_has_the_same_base() -> None:
    text = render(full_report(*sample.EVERYTHING, sample.CATALOG), Options(show_info=True))
    uris = re.findall(r'"uri": "([^"]*)"', text)
    assert uris
    assert not [uri for uri in uris if uri.startswith(("/", "file:", "../"))]
    assert text.count('"uriBaseId": "%SRCROOT%"') == len(uris)
    (run,) = json.loads(text)["runs"]
    assert "uri" not in run["originalUriBaseIds"]["%SRCROOT%"]


@pytest.mark.parametrize(
    ("configuration", "anchor"), [("pyproject.toml", "pyproject.toml"), ("../company.toml", "app/models.py")]
)
def test_a_finding_without_a_file_is_anchored_to_the_settings(configuration: str, anchor: str) -> None:
    nowhere = sample.finding("FK001", "m", None)
    read = Read(configuration=configuration)
    results = run_of(Report(findings=(sample.CATALOG, nowhere, sample.BOOLEAN), read=read))["results"]
    for result in results[:2]:
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == anchor
        assert location["physicalLocation"]["region"]["startLine"] == 1
        assert location["logicalLocations"][0]["fullyQualifiedName"] == "tasks"


def test_a_revision_is_a_file() -> None:
    (location,) = result_of(sample.finding("FK001", "m", RevisionPlace("ae10", "migrations/ae10.py", 12)))["locations"]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "migrations/ae10.py"
    assert location["physicalLocation"]["region"]["startLine"] == 12


def test_hosts_look_at_one_place_and_the_others_are_related() -> None:
    places = (SourcePlace("a.py", 1, 1, 1, 4), CatalogPlace("app", "public.t"), SourcePlace("b.py", 2, 1, 2, 4))
    result = result_of(sample.finding("FK001", "m", None, places=places))
    assert len(result["locations"]) == 1
    assert [place["message"]["text"] for place in result["relatedLocations"]] == ["b.py:2"]


def test_results_and_locations_are_limited_and_what_is_cut_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (MOST_RESULTS, MOST_LOCATIONS) == (25_000, 100)
    monkeypatch.setattr("schema_lint.reporting.sarif.MOST_RESULTS", 3)
    related = tuple(SourcePlace("a.py", n + 1) for n in range(2_000))
    many = [sample.finding("COL003", f"m{n}", SourcePlace("a.py", n + 1)) for n in range(5)]
    worst = sample.finding("FK001", "worst", SourcePlace("z.py", 9), related=related)
    run = run_of(full_report(*many, worst))
    assert [result["message"]["text"].partition(".")[0] for result in run["results"]] == ["worst", "m0", "m1"]
    assert len(run["results"][0]["relatedLocations"]) == MOST_LOCATIONS - 1
    (notification,) = run["invocations"][0]["toolExecutionNotifications"]
    assert notification["message"]["text"] == "3 more findings not listed: a file may hold no more"


def test_how_the_run_went() -> None:
    place = SourcePlace("app/broken.py", 3, 7, 3, 8)
    run = run_of(
        full_report(
            unread=(UnreadFile(path="app/broken.py", kind="syntax", message="invalid syntax", place=place),),
            skipped=(SkippedRule("COL010", "the project also supports sqlite"),),
            undecided=(UndecidedRule(code="FK003", subject=Subject(kind="table", table="x"), why="star import"),),
            exit_status=1,
        )
    )
    (invocation,) = run["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (True, 1)
    unread, undecided = invocation["toolExecutionNotifications"]
    assert (unread["level"], unread["message"]["text"]) == ("error", "app/broken.py: invalid syntax")
    assert unread["locations"][0]["physicalLocation"]["region"]["startLine"] == 3
    assert undecided["message"]["text"] == "1 check undecided, about which nothing is claimed"
    (skipped,) = invocation["toolConfigurationNotifications"]
    assert skipped["associatedRule"]["id"] == "COL010"
    assert not invocation.keys() & {"commandLine", "workingDirectory", "startTimeUtc", "machine", "account"}


def test_every_file_is_an_artifact_once() -> None:
    run = run_of(full_report(*sample.EVERYTHING))
    assert [artifact["location"]["uri"] for artifact in run["artifacts"]] == ["app/database.py", "app/models.py"]
    for result in run["results"]:
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert run["artifacts"][location["index"]]["location"]["uri"] == location["uri"]


def test_the_order_of_findings_makes_no_difference() -> None:
    one, other = full_report(*sample.EVERYTHING), full_report(*reversed(sample.EVERYTHING))
    assert render(one) == render(other)


def test_a_message_makes_no_links_of_its_own() -> None:
    text = result_of(sample.finding("FK001", "list[str](https://x.example) [a](1)\n[b] \x1b[31m", None))["message"][
        "text"
    ]
    assert text == "list\\[str](https://x.example) \\[a](1) [b] ␛[31m."


def test_passwords_are_masked() -> None:
    text = render(sample.report(sample.CREDENTIALS))
    assert "s3cret" not in text
    assert "postgresql://app:***@" in text


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (" a\nb\n  \t\tc\n d", ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]),
        (
            " hello; \t\nworld!!!\r\n\n\r  \t\tGreetings\r End\r\n",
            ["e9496ae3ebfced30:1", "fb7c023a8b9ccb3f:1", "ce8ba1a563dcdaca:1", "e20e36e16fcb0cc8:1",
             "b3edc88f2938467e:1", "c8e28b0b4002a3a0:1", "c129715d7a2bc9a3:1"],
        ),
        (
            "Lorem ipsum dolor sit amet.\n" * 10,
            [*(f"a7f2ff13bc495cf2:{n}" for n in range(1, 7)), "a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1",
             "55ec222b86bcae53:1", "cc97dc7b1d7d8f7b:1", "c129715d7a2bc9a3:1"],
        ),
    ],
    ids=["empty", "spaces and tabs", "line ends", "repeated lines"],
)  # fmt: skip
def test_line_hashes_are_those_of_the_upload_action(text: str, hashes: list[str]) -> None:
    lines = LineHashes(text.encode())
    assert [lines[number] for number in range(1, len(hashes) + 1)] == hashes
    assert (lines[0], lines[len(hashes) + 1]) == (None, None)


def test_line_hashes_count_utf16_units_and_take_any_bytes() -> None:
    pair = LineHashes("𝒳".encode())[1]
    assert pair == f"{((0xD835 * 37 + 0xDCB3) * 37 + 0xFFFF) * 37**97 % 2**64:x}:1"
    assert LineHashes(b"\xff")[1] == LineHashes("\ufffd".encode())[1]
