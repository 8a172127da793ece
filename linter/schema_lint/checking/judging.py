"""From facts to the findings that are reported: rules, then what the project accepts, then the rules about that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.checking.baseline import Entry, Sieve
from schema_lint.checking.finding import Finding
from schema_lint.checking.rule import Rule
from schema_lint.checking.run import SkippedRule, UndecidedRule, run
from schema_lint.checking.selection import Selection
from schema_lint.checking.suppressions import Exceptions, Judged, Suppressed, of_baseline, sift
from schema_lint.config.globs import path_matches
from schema_lint.config.policies import Policies
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.project import Project

if TYPE_CHECKING:
    from schema_lint.checking.comments import Comment

MARK = b"schema-lint:"
"""A file without these bytes has no comment that asks to ignore findings."""


class Focus(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the project that is reported on. Findings without a place in the source always are."""

    paths: tuple[str, ...] = ("",)
    """Files and folders, relative to the project root; `""` is all of it."""

    exclude: tuple[str, ...] = ()
    """Globs of what is left out."""

    def has(self, path: str) -> bool:
        """Whether the file is reported on."""
        if any(path_matches(path, pattern) for pattern in self.exclude):
            return False
        return any(not start or path == start or path.startswith(f"{start}/") for start in self.paths)

    def shows(self, finding: Finding) -> bool:
        """Whether the finding is reported: one of its places is in focus, or something that it relates to is.

        A hook that is given one changed file hears of what the change broke in another.
        """
        places = [place for place in (*finding.places, *finding.related) if isinstance(place, SourcePlace)]
        return not places or any(self.has(place.path) for place in places)


class JudgedDatabase(msgspec.Struct, frozen=True, kw_only=True):
    """The database that is judged, or compared with the models."""

    name: str
    """As the configuration calls it, else `default`."""

    whole: bool = True
    """All of it was read, and nothing left out."""

    undecided: frozenset[str] = frozenset()
    """Codes of rules by which something could not be compared."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be reported."""

    findings: tuple[Finding, ...]
    suppressed: tuple[Suppressed, ...]
    undecided: tuple[UndecidedRule, ...]
    skipped: tuple[SkippedRule, ...]
    stale: tuple[Entry, ...] = ()
    """Entries of the baseline whose findings are gone, in focus."""


def judge(
    project: Project,
    selection: Selection,
    policies: Policies,
    *,
    rules: Sequence[Rule],
    exceptions: Exceptions,
    focus: Focus,
    placed: Callable[[Finding], Finding] | None = None,
    database: JudgedDatabase | None = None,
) -> Verdict:
    """Run the selected rules, and take away what is out of focus or accepted.

    Args:
        rules: every rule there is, selected or not.
        database: what is judged, unless that is the source.
        placed: gives a finding the places that the project itself does not tell.
    """
    outcome = run(project, selection, policies)
    if placed is not None:
        outcome = msgspec.structs.replace(outcome, findings=tuple(map(placed, outcome.findings)))
    ran = [rule.code for rule in selection.rules]
    sieve = Sieve(exceptions.baseline.entries if exceptions.baseline is not None else ())
    sifted = sift(outcome, exceptions, rules, ran, project=project, sieve=sieve)
    suppressions = list(sifted.suppressions)
    about = tuple(rule for rule in selection.rules if rule.visits == "Suppression")
    is_gone = _Gone(project, rules, sifted.judged, focus, database)

    if exceptions.baseline is not None:
        suppressions.append(of_baseline(exceptions.baseline, sieve.unused(is_gone)))
    in_focus = tuple(s for s in suppressions if s.kind == "configuration" or focus.has(s.place.path))
    findings = [*sifted.findings]
    suppressed = [*sifted.suppressed]
    if about and in_focus:
        later = run(
            msgspec.structs.replace(project, suppressions=in_focus),
            msgspec.structs.replace(selection, rules=about),
            policies,
        )
        again = sift(later, exceptions, rules, (), project=project, sieve=sieve)
        findings += again.findings
        suppressed += again.suppressed
    is_gone.about = {rule.code for rule in about}
    return Verdict(
        findings=tuple(finding for finding in findings if focus.shows(finding)),
        suppressed=tuple(item for item in suppressed if focus.shows(item.finding)),
        undecided=tuple(item for item in outcome.undecided if _shown(item.place, focus)),
        skipped=outcome.skipped,
        stale=sieve.unused(is_gone),
    )


class _Gone:
    """Whether what an entry of the baseline concerns was read and judged, so that its finding is gone.

    A source says nothing of findings without a place there, nor does a database of those of another.
    """

    def __init__(
        self,
        project: Project,
        rules: Sequence[Rule],
        judged: Judged,
        focus: Focus,
        database: JudgedDatabase | None,
    ) -> None:
        self.rules = {rule.code: rule for rule in rules}
        self.evidence = set(project.evidence)
        self.unread = {file.path for file in project.unread}
        self.read = {module.path for module in project.modules}
        self.judged = judged
        self.focus = focus
        self.database = database
        self.about: set[str] = set()
        """Rules about suppressions, once they have run."""

    def __call__(self, entry: Entry) -> bool:
        rule = self.rules.get(entry.code)
        if rule is None:
            return False
        if self.database is not None:
            return entry.database == self.database.name and self._is_decided(rule, self.database)
        if "S" not in self.evidence or not entry.path or entry.path in self.unread:
            return False
        if not self.focus.has(entry.path):
            return False
        # What stood in a file that is gone may stand in any other.
        path = entry.path if entry.path in self.read else None
        return entry.code in self.about or self.judged.is_silent(rule, path)

    def _is_decided(self, rule: Rule, database: JudgedDatabase) -> bool:
        if not database.whole or rule.code in database.undecided or not self.judged.is_decided(rule):
            return False
        # What rests on statistics is not gone where they were not read.
        wanted = "X" if "X" in self.evidence else "CP"
        return bool(set(rule.evidence) & set(wanted)) and not (set(rule.evidence) & {"P"} - self.evidence)


def comments_of(
    paths: Iterable[str], read: Callable[[str], bytes | None], decode: Callable[[bytes], str | None]
) -> tuple[Comment, ...]:
    """The comments of files that ask to ignore findings; files without the mark are neither decoded nor parsed."""
    found: list[Comment] = []
    for path in dict.fromkeys(paths):
        content = read(path)
        if content is not None and MARK in content:
            text = decode(content)
            if text is not None:
                from schema_lint.checking.comments import read_comments

                found.extend(read_comments(path, text))
    return tuple(found)


def _shown(place: Place | None, focus: Focus) -> bool:
    return not isinstance(place, SourcePlace) or focus.has(place.path)
