"""SARIF 2.1.0 (OASIS), as GitHub code scanning and other code hosts take it.

The limits are GitHub's; whatever else differs between hosts is left to the standard.
"""

from __future__ import annotations

import re
from typing import Any

from schema_lint.checking.documentation import parse
from schema_lint.checking.finding import Finding, Severity, Subject
from schema_lint.checking.rule import Rule
from schema_lint.checking.suppressions import Suppressed
from schema_lint.facts.files import UnreadFile
from schema_lint.facts.place import CatalogPlace, Place, RevisionPlace, SourcePlace
from schema_lint.reporting.json import text_of
from schema_lint.reporting.line_hash import LineHashes
from schema_lint.reporting.report import DEFAULT, Options, Report
from schema_lint.reporting.rule_list import FAMILY_TITLES, rule_as_markdown
from schema_lint.reporting.summary import plural
from schema_lint.reporting.terminal import inert

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
"""In one run; a file with more is refused whole."""

MOST_LOCATIONS = 100
"""Kept of one result."""

_LONGEST = 1_024
"""Characters of a rule's descriptions."""

_ROOT = "%SRCROOT%"
_LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
_PROBLEMS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "recommendation"}
_LINK = re.compile(r"\[(?=[^\[\]]*\]\()")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/")

Json = dict[str, Any]


def render(report: Report, options: Options = DEFAULT) -> str:
    """The report as one run; infos are left out unless asked for. Paths lead from where `options.prefix` begins."""
    return text_of(_Run(report, options).document())


class _Run:
    def __init__(self, report: Report, options: Options) -> None:
        self.report = report
        self.options = options
        self.indexes = {rule.code: index for index, rule in enumerate(report.rules)}
        self.artifacts: dict[str, int] = {}
        self.listed = report.listed(show_info=options.show_info)
        self.silenced = report.listed_silenced(show_info=options.show_info)[: max(0, MOST_RESULTS - len(self.listed))]
        self.lines: dict[str, set[int]] = {}
        """Those that findings stand on, by path."""
        for finding in (*self.listed[:MOST_RESULTS], *(item.finding for item in self.silenced)):
            place = _in_source(finding.source or finding.place)
            if place is not None:
                self.lines.setdefault(place.path, set()).add(place.line)
        self.hashes: dict[str, dict[int, str | None]] = {}

    def document(self) -> Json:
        results = [self.result(finding) for finding in self.listed[:MOST_RESULTS]]
        if self.silenced:
            # Beside results that say how they were suppressed, one that says nothing of it would be undetermined.
            results = [{**result, "suppressions": []} for result in results]
            results += [
                {**self.result(item.finding), "suppressions": [self.suppression(item)]} for item in self.silenced
            ]
        invocation = self.invocation()
        run: Json = {
            "tool": {"driver": self.driver()},
            "invocations": [invocation],
            "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
            "columnKind": "unicodeCodePoints",
            "artifacts": [self.artifact(uri) for uri in self.artifacts],
            "results": results,
        }
        return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}

    def driver(self) -> Json:
        version = self.report.version
        rules = [_rule(rule) for rule in self.report.rules]
        return {"name": "schema-lint", "version": version, "semanticVersion": version, "rules": rules}

    def invocation(self) -> Json:
        """How the run went. No command line, no directories, no times: they would tell secrets, and never be alike."""
        found: Json = {"executionSuccessful": True}
        if self.report.exit_status is not None:
            found["exitCode"] = self.report.exit_status
        execution = [self.unread(file) for file in self.report.unread]
        if self.listed[MOST_RESULTS:]:
            text = f"{plural(len(self.listed) - MOST_RESULTS, 'more finding')} not listed: a file may hold no more"
            execution.append({"level": "warning", "message": {"text": text}})
        if self.report.undecided:
            text = f"{plural(len(self.report.undecided), 'check')} undecided, about which nothing is claimed"
            execution.append({"level": "note", "message": {"text": text}})
        configuration: list[Json] = []
        for rule in self.report.skipped:
            message = {"text": _plain(f"{rule.code} did not run: {rule.why}")}
            notification: Json = {"level": "note", "message": message}
            if rule.code in self.indexes:
                notification["associatedRule"] = {"id": rule.code, "index": self.indexes[rule.code]}
            configuration.append(notification)
        found["toolExecutionNotifications"] = execution
        found["toolConfigurationNotifications"] = configuration
        return found

    def unread(self, file: UnreadFile) -> Json:
        level = "note" if file.kind == "newer-syntax" else "error"
        message = {"text": _plain(f"{self.options.path(file.path)}: {file.message}")}
        return {"level": level, "message": message, "locations": [{"physicalLocation": self.physical(file.place)}]}

    def result(self, finding: Finding) -> Json:
        first = finding.source or finding.place
        others = (place for place in (*finding.places, *finding.related) if place != first)
        related = [place for place in others if not isinstance(place, CatalogPlace)]
        located = [self.related(number, place) for number, place in enumerate(related[: MOST_LOCATIONS - 1], start=1)]
        result: Json = {"ruleId": finding.code}
        if finding.code in self.indexes:
            result["ruleIndex"] = self.indexes[finding.code]
        result["level"] = _LEVELS[finding.severity]
        result["message"] = {"text": _message(finding, located)}
        result["locations"] = [self.location(finding)]
        if located:
            result["relatedLocations"] = located
        result["partialFingerprints"] = self.fingerprints(finding)
        properties = {"suggestion": finding.suggestion, "sql": finding.sql}
        if any(properties.values()):
            result["properties"] = {name: text for name, text in properties.items() if text}
        return result

    def suppression(self, item: Suppressed) -> Json:
        found: Json = {"kind": "inSource" if item.how == "comment" else "external", "status": "accepted"}
        if item.reason:
            found["justification"] = _plain(item.reason)
        if item.by is not None:
            found["location"] = {"physicalLocation": self.physical(item.by)}
        return found

    def location(self, finding: Finding) -> Json:
        """The primary place, which is one line: a host shows an alert only where every line of it is in the diff."""
        logical = [_logical(subject) for subject in finding.subjects[:MOST_LOCATIONS]]
        return {
            "physicalLocation": self.physical(_in_source(finding.source or finding.place)),
            "logicalLocations": logical,
        }

    def related(self, number: int, place: SourcePlace | RevisionPlace) -> Json:
        place = _in_source(place) or SourcePlace("", 1)
        text = _plain(f"{self.options.path(place.path)}:{place.line}")
        return {"id": number, "physicalLocation": self.physical(place), "message": {"text": text}}

    def physical(self, place: SourcePlace | None) -> Json:
        if place is None:
            # What has no place in a file is refused by hosts; the settings are the nearest there is.
            place = SourcePlace(self.anchor(), 1)
        uri = _uri(self.options.path(place.path))
        index = self.artifacts.setdefault(uri, len(self.artifacts))
        artifact = {"uri": uri, "uriBaseId": _ROOT, "index": index}
        return {"artifactLocation": artifact, "region": self.region(place)}

    def region(self, place: SourcePlace) -> Json:
        region = {"startLine": place.line, "startColumn": place.column, "endLine": place.line}
        if place.end_line == place.line and place.end_column > place.column:
            region["endColumn"] = place.end_column
            return region
        lines = (self.report.source(place.path) or "").split("\n")
        if place.line <= len(lines) and len(lines[place.line - 1]) >= place.column:
            region["endColumn"] = len(lines[place.line - 1]) + 1
        return region

    def anchor(self) -> str:
        """A file for what has none."""
        paths = (p.path for f in self.listed for p in (*f.places, *f.related) if isinstance(p, SourcePlace))
        configuration = self.report.read.configuration
        inside = configuration is not None and not self.options.path(configuration).startswith(("../", "/"))
        return configuration if configuration is not None and inside else min(paths, default="pyproject.toml")

    def artifact(self, uri: str) -> Json:
        found: Json = {"location": {"uri": uri, "uriBaseId": _ROOT}}
        return {**found, "sourceLanguage": "python"} if uri.endswith((".py", ".pyi")) else found

    def fingerprints(self, finding: Finding) -> Json:
        found = {"schemaLint/v1": finding.fingerprint}
        place = _in_source(finding.source or finding.place)
        if place is not None:
            if place.path not in self.hashes:
                self.hashes[place.path] = self.hashes_of(place.path)
            line_hash = self.hashes[place.path].get(place.line)
            if line_hash is not None:
                found["primaryLocationLineHash"] = line_hash
        return found

    def hashes_of(self, path: str) -> dict[int, str | None]:
        content = self.report.content(path)
        if content is None:
            return {}
        hashes = LineHashes(content)
        return {line: hashes[line] for line in self.lines[path]}


def _rule(rule: Rule) -> Json:
    documentation = parse(rule.documentation)
    title = FAMILY_TITLES.get(rule.family, rule.family).partition(":")[0].lower()
    properties: Json = {
        "tags": ["database", title, *(["security"] if rule.security_severity else [])],
        "precision": "high",
        "problem.severity": _PROBLEMS[rule.severity],
    }
    if rule.security_severity:
        properties["security-severity"] = str(rule.security_severity)
    plain = "\n\n".join(filter(None, (documentation.summary, documentation.description, f"Why: {documentation.why}")))
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _cut(_plain(documentation.summary))},
        "fullDescription": {"text": _cut(_plain(documentation.why or documentation.summary))},
        "help": {"text": plain, "markdown": rule_as_markdown(rule)},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
        "properties": properties,
    }


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"


def _message(finding: Finding, related: list[Json]) -> str:
    """The message, whose first sentence hosts take for the title, then what to do about it."""
    text = _plain(finding.message)
    text += "" if text.endswith((".", "!", "?")) else "."
    if finding.unnamed:
        names = ", ".join(str(subject) for subject in finding.unnamed[:8])
        text += _plain(f" Also: {names}{' …' if finding.unnamed[8:] else ''}.")
    if finding.suggestion:
        text += f"\n{_plain(finding.suggestion[:1].upper() + finding.suggestion[1:])}."
    if related:
        links = [f"[{_plain(place['message']['text'])}]({place['id']})" for place in related[:3]]
        text += f"\nSee {', '.join(links)}."
    return text


def _plain(text: str) -> str:
    """The text on one line, with nothing in it that would be taken for a link (SARIF 2.1.0, 3.11.6)."""
    return _LINK.sub(r"\\[", inert(" ".join(text.split())))


def _logical(subject: Subject) -> Json:
    return {"name": _last_name(subject), "fullyQualifiedName": str(subject), "kind": subject.kind}


def _last_name(subject: Subject) -> str:
    if len(subject.columns) == 1:
        return subject.columns[0]
    return subject.name or subject.attribute or subject.table or (subject.class_ or str(subject)).rpartition(".")[2]


def _in_source(place: Place | None) -> SourcePlace | None:
    if isinstance(place, RevisionPlace):
        return SourcePlace(place.path, place.line)
    return place if isinstance(place, SourcePlace) else None


def _uri(path: str) -> str:
    """A path as a relative reference (RFC 3986): percent-encoded, also a path's bytes that are not UTF-8."""
    encoded = path.encode("utf-8", "surrogateescape")
    return "".join(chr(byte) if byte in _UNRESERVED else f"%{byte:02X}" for byte in encoded)
