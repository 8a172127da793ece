"""Findings that the project has decided to accept: by comments, by file, by object of the schema, by a baseline.

A finding is suppressed by what covers its primary place, however many subjects it has: it has one cause, on one line.
An entry of the configuration for objects of the schema suppresses a finding if it fits every subject.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import msgspec

from schema_lint.checking.baseline import Baseline, Entry, Sieve
from schema_lint.checking.finding import RANK, Finding, Subject
from schema_lint.checking.rule import Rule
from schema_lint.checking.run import Outcome
from schema_lint.config.globs import object_matches, path_matches
from schema_lint.config.selectors import matching, named, nearest
from schema_lint.config.settings import ObjectIgnore
from schema_lint.facts.files import Suppression
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project

if TYPE_CHECKING:
    from schema_lint.checking.comments import Comment


_GUESSES = 5
"""Names of one comment for which the rule that may be meant is looked for."""

_LONG = 100
"""Lines of a statement from which on it is not looked up line by line."""

_NOTHING = Project()


class Exceptions(msgspec.Struct, frozen=True, kw_only=True):
    """All that the project has decided to accept."""

    comments: tuple[Comment, ...] = ()
    objects: tuple[tuple[ObjectIgnore, SourcePlace], ...] = ()
    """Entries of the configuration, each with its place."""

    files: Mapping[str, tuple[str, ...]] = {}
    """Rules by glob of the file."""

    baseline: Baseline | None = None
    today: datetime.date = datetime.date.min
    whole_project: bool = False
    """Everything was reported on, so that an entry of the configuration that silenced nothing is of no use."""

    has_database: bool = False
    """The configuration names a database: an entry about what the source does not have may be meant for that."""

    def names_only(self, rules: Sequence[Rule]) -> bool:
        """Whether comments and the baseline name none but these rules; the configuration is checked when it is read."""
        codes = {rule.code for rule in rules}
        listed = self.baseline.entries if self.baseline is not None else ()
        return all(entry.code in codes for entry in listed) and all(
            named(name, rules) is not None for comment in self.comments for name in comment.names
        )


class Suppressed(msgspec.Struct, frozen=True):
    """A finding that is not reported."""

    finding: Finding
    how: Literal["comment", "configuration", "baseline"]
    by: SourcePlace | None = None
    """Where it says so; `None` for the configuration's list of files."""

    reason: str | None = None


class Sifted(msgspec.Struct, frozen=True):
    """Findings, sorted into those that are reported and those that are not."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    suppressions: tuple[Suppression, ...]
    """What asked for it, with what silenced nothing."""

    judged: Judged


def sift(
    outcome: Outcome,
    exceptions: Exceptions,
    rules: Sequence[Rule],
    ran: Iterable[str],
    *,
    project: Project = _NOTHING,
    sieve: Sieve | None = None,
) -> Sifted:
    """Sort the findings.

    Args:
        rules: every rule there is, so that names in comments can be told from mistakes.
        ran: codes of the rules that ran, so that what silenced nothing can be told from what could not.
        project: what was read, so that an entry about what was not is left alone.
        sieve: what is left of the baseline, which is asked last.
    """
    requests = [_Request(comment, rules) for comment in exceptions.comments]
    comments = _Requests(requests)
    objects = [_ObjectRequest(entry, place, rules, exceptions.today) for entry, place in exceptions.objects]
    files = [
        (glob, {rule.code for name in names for rule in matching(name, rules)})
        for glob, names in exceptions.files.items()
    ]
    kept: list[Finding] = []
    suppressed: list[Suppressed] = []
    for finding in outcome.findings:
        path = finding.source.path if finding.source is not None else None
        said = [request.comment for request in comments.near(finding) if request.silences(finding)]
        entries = [request for request in objects if request.silences(finding)]
        if said:
            suppressed.append(Suppressed(finding, "comment", said[0].place, said[0].reason))
        elif entries:
            suppressed.append(Suppressed(finding, "configuration", entries[0].place, entries[0].entry.reason))
        elif path is not None and any(finding.code in codes and path_matches(path, glob) for glob, codes in files):
            suppressed.append(Suppressed(finding, "configuration"))
        else:
            kept.append(finding)
    if exceptions.baseline is not None and sieve is not None:
        listed = SourcePlace(path=exceptions.baseline.path, line=1)
        # The gravest first: an info about the same must not take a place that was made for a warning.
        taken = [finding for finding in sorted(kept, key=lambda f: RANK[f.severity]) if sieve.takes(finding)]
        suppressed += (Suppressed(finding, "baseline", listed) for finding in taken)
        gone = set(map(id, taken))
        kept = [finding for finding in kept if id(finding) not in gone]
    judged = Judged(outcome, ran, project)
    facts = [request.fact(judged) for request in requests]
    facts += [request.fact(judged, exceptions) for request in objects]
    return Sifted(tuple(kept), tuple(suppressed), tuple(facts), judged)


def of_baseline(baseline: Baseline, unused: Sequence[Entry]) -> Suppression:
    """The baseline as a suppression; the entries are those whose findings are gone."""
    return Suppression(
        kind="baseline",
        names=tuple(map(str, unused)),
        reason="there when the baseline was made",
        unused=tuple(map(str, unused)),
        place=SourcePlace(path=baseline.path, line=1),
    )


class Judged:
    """Of which rules it can be said that they found nothing somewhere."""

    def __init__(self, outcome: Outcome, ran: Iterable[str], project: Project) -> None:
        self.project = project
        self.from_database = "C" in project.evidence
        self.codes = set(ran) - {skipped.code for skipped in outcome.skipped}
        self.undecided: dict[str, set[str | None]] = {}
        for item in outcome.undecided:
            path = item.place.path if isinstance(item.place, SourcePlace) else None
            self.undecided.setdefault(item.code, set()).add(path)

    def is_silent(self, rule: Rule, path: str | None) -> bool:
        """Whether the rule ran and left nothing undecided there (or anywhere, without a path).

        Rules about suppressions run later, and cannot be judged. Where a database was read, nor can those that the
        source is judged by, too: what is accepted may stand there.
        """
        return ("S" in rule.evidence) is not self.from_database and self.is_decided(rule, path)

    def is_decided(self, rule: Rule, path: str | None = None) -> bool:
        """Whether the rule ran and left nothing undecided there (or anywhere, without a path)."""
        if rule.code not in self.codes or rule.visits == "Suppression":
            return False
        undecided = self.undecided.get(rule.code, set())
        return not undecided if path is None else not undecided & {path, None}

    def has(self, pattern: str) -> bool:
        """Whether the glob fits a table or column that was read."""
        tables = (table for schema in self.project.schemas for table in schema.tables.known)
        return any(
            object_matches(pattern, table.schema, table.name, columns)
            for table in tables
            for columns in ((), *((column.name,) for column in table.columns.known))
        )


class _Request:
    def __init__(self, comment: Comment, rules: Sequence[Rule]) -> None:
        self.comment = comment
        self.named = {name: named(name, rules) for name in comment.names}
        self.rules = rules
        self.codes = {rule.code: name for name, rule in self.named.items() if rule is not None}
        self.used: set[str] = set()

    def silences(self, finding: Finding) -> bool:
        name = self.codes.get(finding.code)
        if name is None or not self._covers(finding):
            return False
        self.used.add(name)
        return True

    def _covers(self, finding: Finding) -> bool:
        if self.comment.kind == "file":
            return True
        place = finding.source
        if place is None:
            return False
        first, last = self.comment.lines
        if first <= place.line <= last:
            return True
        body = self.comment.body
        # `__tablename__`, `__table_args__`: inside the class, and about the table as a whole.
        whole = finding.subject.kind in ("table", "model", "primary-key") and finding.subject.attribute is None
        return body is not None and whole and body[0] <= place.line <= body[1]

    def fact(self, judged: Judged) -> Suppression:
        comment = self.comment
        unused = [
            name
            for name, rule in self.named.items()
            if rule is not None and name not in self.used and judged.is_silent(rule, comment.place.path)
        ]
        return Suppression(
            kind=comment.kind,
            names=comment.names,
            reason=comment.reason,
            malformed=comment.malformed,
            unknown=tuple(
                (name, nearest(name, self.rules, single=True) if number < _GUESSES else None)
                for number, name in enumerate(name for name, rule in self.named.items() if rule is None)
            ),
            unused=tuple(unused),
            place=comment.place,
        )


class _Requests:
    """Requests by what they may silence, so that a file of many comments and findings is not compared one by one."""

    def __init__(self, requests: Sequence[_Request]) -> None:
        self._by_line: dict[tuple[str, str, int], list[tuple[int, _Request]]] = {}
        self._wide: dict[tuple[str, str], list[tuple[int, _Request]]] = {}
        for number, request in enumerate(requests):
            path = request.comment.place.path
            first, last = request.comment.lines
            wide = request.comment.kind == "file" or request.comment.body is not None or last - first > _LONG
            for code in request.codes:
                if wide:
                    self._wide.setdefault((path, code), []).append((number, request))
                    continue
                for line in range(first, last + 1):
                    self._by_line.setdefault((path, code, line), []).append((number, request))

    def near(self, finding: Finding) -> list[_Request]:
        """Those that name the finding's rule and may cover its place, in their order."""
        place = finding.source
        if place is None:
            return []
        wide = self._wide.get((place.path, finding.code), [])
        near = self._by_line.get((place.path, finding.code, place.line), [])
        return [request for _, request in sorted([*wide, *near], key=lambda pair: pair[0])]


class _ObjectRequest:
    def __init__(self, entry: ObjectIgnore, place: SourcePlace, rules: Sequence[Rule], today: datetime.date) -> None:
        self.entry = entry
        self.place = place
        self.rules = matching(entry.rule, rules)
        self.codes = {rule.code for rule in self.rules}
        self.expired = entry.until is not None and today > entry.until
        self.used = False

    def silences(self, finding: Finding) -> bool:
        if self.expired or finding.code not in self.codes:
            return False
        if not all(_fits(subject, self.entry.object) for subject in finding.subjects):
            return False
        self.used = True
        return True

    def fact(self, judged: Judged, exceptions: Exceptions) -> Suppression:
        silent = exceptions.whole_project and not self.used
        silent = silent and all(judged.is_silent(rule, None) for rule in self.rules)
        if silent and exceptions.has_database and any("C" in rule.evidence for rule in self.rules):
            silent = judged.from_database or judged.has(self.entry.object)
        return Suppression(
            kind="configuration",
            names=(self.entry.rule,),
            reason=self.entry.reason,
            unused=(self.entry.rule,) if silent and not self.expired else (),
            place=self.place,
        )


def _fits(subject: Subject, pattern: str) -> bool:
    if pattern == "*":
        return True
    if subject.table is not None:
        return object_matches(pattern, subject.schema, subject.table, subject.columns)
    from fnmatch import fnmatchcase

    return any(name is not None and fnmatchcase(name, pattern) for name in (subject.class_, subject.name))
