"""The report for programs: version 1 of a contract, described by `docs/report.schema.json`."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from schema_lint.checking.finding import Edit, Finding, Subject
from schema_lint.facts.place import CatalogPlace, Place, RevisionPlace
from schema_lint.reporting.excerpt import excerpt
from schema_lint.reporting.report import DEFAULT, Options, Report

VERSION = 1

_CONTROL = re.compile("[\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")
"""Characters that JSON lets through and a terminal obeys; they can stand in strings only."""


def render(report: Report, options: Options = DEFAULT) -> str:
    """The whole report, infos included, indented. Paths are relative to the project's root."""
    return text_of(document_of(report))


def text_of(document: dict[str, Any]) -> str:
    """A document as indented JSON, with nothing in it that a terminal would obey."""
    try:
        text = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    except UnicodeEncodeError:
        # A path that is not UTF-8 holds lone surrogates, which only an escape can carry.
        import json

        text = json.dumps(document, indent=2)
    return _CONTROL.sub(_escape, text) + "\n"


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def document_of(report: Report) -> dict[str, Any]:
    """The document that `render` writes."""
    document = {
        "version": VERSION,
        "tool": {"name": "schema-lint", "version": report.version},
        "findings": [finding_of(finding) for finding in report.findings],
        "suppressed": [
            {
                "how": item.how,
                "reason": item.reason,
                "place": place_of(item.by) if item.by is not None else None,
                "finding": finding_of(item.finding),
            }
            for item in report.silenced
        ],
        "unknown": [
            {
                "code": item.code,
                "subject": subject_of(item.subject),
                "why": item.why,
                "place": place_of(item.place) if item.place is not None else None,
            }
            for item in report.undecided
        ],
        "skipped_rules": [{"code": rule.code, "why": rule.why} for rule in report.skipped],
        "read": {
            **msgspec.to_builtins(report.read),
            "profile": report.profile,
            "suppressed": {
                "comments": report.suppressed.comments,
                "configuration": report.suppressed.configuration,
                "baseline": report.suppressed.baseline,
            },
            "since": msgspec.to_builtins(report.since),
            "strict_more": report.strict_more,
        },
    }
    if report.revisions is not None:
        from schema_lint.reporting.revisions_json import replay_of, revision_of

        document["revisions"] = [revision_of(row) for row in report.revisions]
        document["unread_revisions"] = [{"path": each.path, "why": each.why} for each in report.unread_revisions]
        document["replay"] = replay_of(report.replay) if report.replay is not None else None
    return document


def finding_of(finding: Finding) -> dict[str, Any]:
    """One finding of the document."""
    return {
        "code": finding.code,
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "why": finding.why,
        "suggestion": finding.suggestion,
        "sql": finding.sql,
        "subject": subject_of(finding.subject),
        "subjects": [subject_of(subject) for subject in finding.subjects],
        "places": [place_of(place) for place in finding.places],
        "related": [place_of(place) for place in finding.related],
        "reference": reference_of(finding.reference),
        "fix": (
            {"applicability": finding.fix.applicability, "edits": [_edit(edit) for edit in finding.fix.edits]}
            if finding.fix is not None
            else None
        ),
        "fingerprint": finding.fingerprint,
    }


def subject_of(subject: Subject) -> dict[str, Any]:
    """A subject; what it does not have is null."""
    return {
        "kind": subject.kind,
        "schema": subject.schema,
        "table": subject.table,
        "columns": list(subject.columns),
        "class": subject.class_,
        "attribute": subject.attribute,
        "name": subject.name,
        "revision": subject.revision,
    }


def place_of(place: Place) -> dict[str, Any]:
    """A place in one of its three forms: in a file, in a database, in a revision."""
    if isinstance(place, CatalogPlace):
        return {"database": place.database, "object": place.object}
    if isinstance(place, RevisionPlace):
        return {"revision": place.revision, "path": place.path, "line": place.line}
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line or place.line,
        "end_column": place.end_column or place.column,
    }


def reference_of(anchor: str) -> dict[str, Any]:
    """Where the reference implementation does it right, and its text."""
    found = excerpt(anchor)
    if found is None:
        return {"name": anchor, "path": None, "line": None, "excerpt": None}
    return {"name": anchor, "path": found.path, "line": found.line, "excerpt": found.text}


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "intent": edit.intent,
        "place": place_of(edit.place),
        "name": edit.name,
        "value": edit.value,
        "imports": list(edit.imports),
    }
