"""SRC: what could not be read, and what is ignored."""

from __future__ import annotations

from typing import Any

import pytest

from schema_lint.checking.registry import load_rules
from schema_lint.checking.run import run
from schema_lint.checking.selection import select
from schema_lint.config.policies import Policies
from schema_lint.facts.files import Suppression, UnreadFile
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from support import findings

PLACE = SourcePlace(path="models.py", line=7)


def suppressed(code: str, **facts: Any) -> list[tuple[str, str | None]]:
    """What one rule says of one suppression."""
    suppression = Suppression(**{"kind": "line", "names": ("FK001",), "reason": "small", "place": PLACE, **facts})
    selection = select(load_rules(), selected=[code])
    outcome = run(Project(suppressions=(suppression,)), selection, Policies())
    return [(finding.message, finding.suggestion) for finding in outcome.findings]


def unread(code: str, kind: str, path: str = "models.py") -> list[tuple[str, str | None]]:
    """What one rule says of one file that was not read."""
    file = UnreadFile(path=path, kind=kind, message="because", place=SourcePlace(path=path, line=1))
    outcome = run(Project(unread=(file,)), select(load_rules(), selected=[code]), Policies())
    return [(finding.message, finding.suggestion) for finding in outcome.findings]


def test_what_is_read_or_a_template_is_no_finding() -> None:
    assert unread("SRC001", "newer-syntax") == []
    assert unread("SRC001", "syntax", "{{cookiecutter.name}}/models.py") == []
    assert unread("SRC005", "syntax") == []


@pytest.mark.parametrize("kind", ["syntax", "encoding", "too-large", "too-deep", "permission"])
def test_unreadable_file(kind: str) -> None:
    ((message, suggestion),) = unread("SRC001", kind)
    assert message == "models.py could not be read: because"
    assert suggestion is not None


def test_newer_syntax() -> None:
    ((message, _),) = unread("SRC005", "newer-syntax")
    assert message == "models.py is written in newer Python than the one that checks: because"


def test_newer_syntax_in_several_files_is_one_finding() -> None:
    files = tuple(
        UnreadFile(path=path, kind="newer-syntax", message="because", place=SourcePlace(path=path, line=1))
        for path in ("a.py", "b.py", "c.py")
    )
    (finding,) = run(Project(unread=files), select(load_rules(), selected=["SRC005"]), Policies()).findings
    assert finding.message == "a.py and 2 more are written in newer Python than the one that checks: because"
    assert [str(subject) for subject in finding.subjects] == ["a.py", "b.py", "c.py"]


def test_the_rest_of_a_project_is_checked() -> None:
    files = {"broken.py": "class Task(SQLModel:\n", "models.py": "from sqlmodel import Field, SQLModel\n"}
    assert [(f.code, f.severity) for f in findings(files, select=["SRC"])] == [("SRC001", "error")]


def test_a_used_suppression_with_a_reason_is_no_finding() -> None:
    assert [suppressed(code) for code in ("SRC002", "SRC003", "SRC004")] == [[], [], []]


def test_unused_suppression() -> None:
    assert suppressed("SRC002", unused=("FK001",)) == [
        ("FK001 is ignored here, but finds nothing", "take the suppression away")
    ]
    assert suppressed("SRC002", names=("FK001", "NUL004"), unused=("NUL004",)) == [
        ("NUL004 is ignored here, but finds nothing", "take NUL004 away")
    ]


def test_unknown_rule_in_suppression() -> None:
    assert suppressed("SRC003", unknown=(("FK01", "FK001"),)) == [("FK01 is no rule", "write FK001")]
    assert suppressed("SRC003", unknown=(("XYZ", None),)) == [
        ("XYZ is no rule", "see schema-lint rules for the rules there are")
    ]
    ((message, _),) = suppressed("SRC003", names=(), malformed="no rule is named")
    assert message == "the suppression cannot be understood: no rule is named"


def test_suppression_without_reason() -> None:
    assert suppressed("SRC004", reason=None) == [
        ("FK001 is ignored without a reason", "write the reason behind the bracket")
    ]
