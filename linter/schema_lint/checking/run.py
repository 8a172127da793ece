"""Runs the selected rules over the facts, and makes one finding of each cause."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from schema_lint.checking import window
from schema_lint.checking.finding import INFO, RANK, Finding, Severity, Subject, Violation
from schema_lint.checking.rule import Rule
from schema_lint.checking.selection import Selection
from schema_lint.checking.subjects import other_place_of, place_of, subject_of
from schema_lint.checking.visiting import Visits
from schema_lint.config.policies import Policies
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Undecided, Unknown

NEEDS_SOURCE = "it needs the source: name a PATH, too"
NEEDS_STATISTICS = "statistics are read only with --usage"

MANY_TABLES = 1000
"""From which on a second process saves more than it costs."""


class UndecidedRule(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A rule that stayed silent for a subject, since something it asked for is not known."""

    code: str
    subject: Subject
    why: str
    place: Place | None = None


class SkippedRule(msgspec.Struct, frozen=True):
    """A rule that did not run, and why."""

    code: str
    why: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules say of a project."""

    findings: tuple[Finding, ...]
    undecided: tuple[UndecidedRule, ...]
    skipped: tuple[SkippedRule, ...]


class Raised(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A violation before causes are merged."""

    code: str
    severity: Severity
    violation: Violation
    subjects: tuple[Subject, ...]
    place: Place | None
    other_place: Place | None = None
    unit: str | None
    """Label of the schema it was found in; `None` for what belongs to the whole project."""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """What one rule says of everything."""

    raised: list[Raised] = []
    undecided: list[UndecidedRule] = []


def run(project: Project, selection: Selection, policies: Policies) -> Outcome:
    """Apply the selected rules to everything that was read."""
    skipped: list[SkippedRule] = []
    rules: dict[str, Rule] = {}
    for rule in selection.rules:
        if not set(rule.evidence) & set(project.evidence):
            # Of what only metadata or a database shows, nobody has asked where the source is read.
            reason = _missing_evidence(rule, project)
            if reason is not None:
                skipped.append(SkippedRule(rule.code, reason))
            continue
        reason = _reason_to_skip(rule, project, policies)
        if reason is not None:
            skipped.append(SkippedRule(rule.code, reason))
            continue
        rules[rule.code] = rule
    heard = _heard(tuple(rules.values()), project, selection, policies)
    raised = [item for of_rule in heard for item in of_rule.raised]
    findings = [_finding(group, rules[group[0].code]) for group in _causes(_unsilenced(raised, rules))]
    return Outcome(
        findings=tuple(sorted(findings, key=_order)),
        undecided=tuple(_once(item for of_rule in heard for item in of_rule.undecided)),
        skipped=tuple(skipped),
    )


def _heard(rules: Sequence[Rule], project: Project, selection: Selection, policies: Policies) -> list[Heard]:
    """What each of the rules says."""
    visits = Visits(project, policies)

    def ask(rule: Rule) -> Heard:
        heard = Heard([], [])
        _Judging(rule, project, selection, policies, visits, heard).judge()
        return heard

    if len(rules) > 1 and sum(len(schema.tables.known) for schema in project.schemas) >= MANY_TABLES:
        from schema_lint.checking.two_processes import ask_in_two

        return ask_in_two(rules, ask)
    return list(map(ask, rules))


def _missing_evidence(rule: Rule, project: Project) -> str | None:
    if "X" in rule.evidence:
        return None
    if "C" in project.evidence and rule.evidence == "P":
        return NEEDS_STATISTICS
    return NEEDS_SOURCE if "S" not in project.evidence else None


def _reason_to_skip(rule: Rule, project: Project, policies: Policies) -> str | None:
    if rule.windowed:
        servers = [schema.server for schema in project.schemas if "P" in schema.evidence and schema.server is not None]
        if not any(window.is_long_enough(server, policies) for server in servers):
            return window.why_too_short(servers, policies)
    if rule.postgresql_only and project.schemas:
        dialects = sorted({dialect for schema in project.schemas for dialect in schema.other_dialects})
        if dialects and all(schema.other_dialects for schema in project.schemas):
            return f"the project also supports {', '.join(dialects)}"
    return None


class _Judging:
    """One rule at work. What is the same for many facts is asked once: a large database has a million of them."""

    def __init__(
        self,
        rule: Rule,
        project: Project,
        selection: Selection,
        policies: Policies,
        visits: Visits,
        heard: Heard,
    ) -> None:
        self._rule = rule
        self._project = project
        self._selection = selection
        self._policies = policies
        self._visits = visits
        self._heard = heard

    def judge(self) -> None:
        """Ask the rule about each fact, as far as it may judge the schema."""
        rule = self._rule
        keywords = self._selection.keywords(rule)
        ask = functools.partial(rule.function, **keywords) if keywords else rule.function
        judges, entered, given = self._judges(None), None, self._given(None, None)
        at_table = rule.injected.index("Table") if "Table" in rule.injected else None
        for schema, table, facts in self._visits.of(rule):
            if schema is not entered:
                judges, entered, given = self._judges(schema), schema, self._given(schema, table)
            if not judges:
                continue
            if at_table is not None:
                given[at_table] = table
            for fact in facts if schema is not None or not rule.postgresql_only else filter(self._is_postgresql, facts):
                try:
                    # A loop, since most rules yield nothing, and a generator of one's own costs more than asking.
                    for violation in ask(fact, *given):
                        self._raise(violation, fact, schema, table)
                except Undecided as reason:
                    self._decline(reason.unknown, fact, schema, table)

    def _given(self, schema: Schema | None, table: Table | None) -> list[Any]:
        """What the rule's parameters ask for besides the fact."""
        shared = self._visits.shared(schema) if schema is not None else None
        kinds: dict[str, Any] = {"Schema": schema, "Table": table, "Shared": shared}
        kinds |= {"Project": self._project, "Policies": self._policies}
        return [kinds[kind] for kind in self._rule.injected]

    def _judges(self, schema: Schema | None) -> bool:
        rule = self._rule
        if schema is None:
            return True
        if set(schema.evidence).isdisjoint(rule.evidence) or (rule.postgresql_only and schema.other_dialects):
            return False
        server = schema.server
        return not rule.windowed or (server is not None and window.is_long_enough(server, self._policies))

    def _is_postgresql(self, fact: Any) -> bool:
        """Whether the fact may be of PostgreSQL: all but revisions that surely are of another database."""
        environment = self._project.environment_of(fact) if isinstance(fact, Revision) else fact
        return not isinstance(environment, MigrationEnvironment) or environment.dialect is None

    def _raise(self, violation: Violation, fact: Any, schema: Schema | None, table: Table | None) -> None:
        rule = self._rule
        if rule.windowed and schema is not None and schema.server is not None and schema.server.in_recovery:
            # A replica counts only what was asked of itself.
            violation = msgspec.structs.replace(violation, severity=INFO)
        first = violation.subject or subject_of(fact, schema, table)
        raised = Raised(
            code=rule.code,
            severity=self._selection.severity(rule, violation, self._policies),
            violation=violation,
            subjects=(first, *(subject for subject in violation.subjects if subject != first)),
            place=violation.place or place_of(fact, table),
            other_place=other_place_of(fact),
            unit=schema.label if schema is not None else None,
        )
        self._heard.raised.append(raised)

    def _decline(self, unknown: Unknown, fact: Any, schema: Schema | None, table: Table | None) -> None:
        subject, place = subject_of(fact, schema, table), unknown.place or place_of(fact, table)
        self._heard.undecided.append(UndecidedRule(code=self._rule.code, subject=subject, why=unknown.why, place=place))


def _unsilenced(raised: list[Raised], rules: Mapping[str, Rule]) -> Iterator[Raised]:
    silencers: dict[object, list[Raised]] = {}
    for item in raised:
        for code in rules[item.code].silences:
            for about in _abouts(item):
                silencers.setdefault((code, about), []).append(item)
    for item in raised:
        subject = item.subjects[0]
        abouts = (_EVERYTHING, (subject.schema, subject.table), item.place) if silencers else ()
        if not any(_covers(parent, item) for about in abouts for parent in silencers.get((item.code, about), ())):
            yield item


_EVERYTHING = "everything"


def _abouts(parent: Raised) -> Iterator[object]:
    """What children are found by, so that no two findings have to be compared that have nothing in common."""
    yield parent.place
    for subject in parent.subjects:
        yield (subject.schema, subject.table) if subject.table is not None else _EVERYTHING


def _covers(parent: Raised, child: Raised) -> bool:
    if parent.unit != child.unit:
        return False
    wanted = child.subjects[0]
    if wanted.table is None and wanted.class_ is None and parent.place is not None and parent.place == child.place:
        return True
    for subject in parent.subjects:
        if subject.table is None and subject.kind in ("metadata", "project"):
            return True
        same_table = (subject.schema, subject.table) == (wanted.schema, wanted.table)
        if same_table and subject.table is not None and set(wanted.columns) <= set(subject.columns or wanted.columns):
            return True
    return False


def _causes(raised: Iterable[Raised]) -> Iterator[list[Raised]]:
    """Violations of one rule that come from one line of source, together."""
    groups: dict[object, list[Raised]] = {}
    for item in raised:
        key: object
        if isinstance(item.place, SourcePlace):
            key = (item.code, item.place.path, item.place.line, item.place.column)
        else:
            key = (item.code, item.place, item.subjects)
        groups.setdefault(key, []).append(item)
    yield from groups.values()


def _finding(group: list[Raised], rule: Rule) -> Finding:
    first = min(group, key=lambda item: RANK[item.severity]) if len(group) > 1 else group[0]
    violation = first.violation
    subjects, unnamed, places, related = _together(first, group)
    sql = dict.fromkeys([item.violation.sql for item in group if item.violation.sql])
    return Finding(
        code=rule.code,
        rule=rule.name,
        severity=first.severity,
        message=violation.message,
        why=_why(rule.documentation),
        suggestion=violation.suggestion,
        subjects=subjects,
        unnamed=unnamed,
        places=places,
        related=related,
        sql="\n".join(sql) or None,
        fix=violation.fix,
        reference=violation.reference or rule.reference,
        fingerprint=fingerprint(rule.code, first.unit, subjects[0], first.place),
    )


_Together = tuple[tuple[Subject, ...], tuple[Subject, ...], tuple[Place, ...], tuple[SourcePlace, ...]]


def _together(first: Raised, group: list[Raised]) -> _Together:
    """All subjects, those that the first does not name, all places, and what they relate to."""
    alone = len(group) == 1 and len(first.subjects) == 1 and not first.violation.related
    if alone and first.other_place is None and first.place is not None:
        # Nearly all are, and a database may have tens of thousands.
        return first.subjects, (), (first.place,), ()
    items = [first, *(item for item in group if item is not first)]
    subjects = tuple(dict.fromkeys([subject for item in items for subject in item.subjects]))
    named = set(first.subjects)
    related = dict.fromkeys([place for item in items for place in item.violation.related])
    return (
        subjects,
        tuple([subject for subject in subjects if subject not in named]),
        _places(items),
        tuple([place for place in related if place != first.place]),
    )


def _places(group: list[Raised]) -> tuple[Place, ...]:
    """The place of the first, and where all of them are seen besides."""
    found = [group[0].place, *(item.other_place for item in group)]
    return tuple(dict.fromkeys([place for place in found if place is not None]))


@functools.lru_cache(maxsize=512)
def _why(documentation: str) -> str:
    _, _, rest = documentation.partition("Why:")
    paragraph = rest.strip().partition("\n\n")[0]
    return " ".join(paragraph.split())


def fingerprint(code: str, unit: str | None, subject: Subject, place: Place | None) -> str:
    """Identity of a finding over moved lines, hosts and database branches: 16 hexadecimal digits.

    Made of the code with the schema, table and sorted columns (or name); the class only where there is no table; the
    name of the metadata; the file and name where there is none of them.
    """
    try:
        # `hashlib` would load all of OpenSSL for it.
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b

    if subject.table is not None:
        code = f"{code} {subject.revision}" if subject.revision is not None else code
        parts = [subject.schema or "", subject.table, *sorted(subject.columns), "" if subject.columns else subject.name]
        if subject.kind == "relationship":
            parts += [(subject.class_ or "").rpartition(".")[2], subject.attribute]
    elif subject.class_ is not None:
        parts = [subject.class_, subject.attribute]
    else:
        whole = subject.kind in ("metadata", "project")
        path = place.path if isinstance(place, SourcePlace) and not whole else unit
        parts = [path, subject.kind, subject.name, subject.attribute]
    text = "\x1f".join([code, *(part or "" for part in parts)])
    return blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def _order(finding: Finding) -> tuple[Any, ...]:
    place = finding.place
    where = (place.path, place.line, place.column) if isinstance(place, SourcePlace) else ("~", 0, 0)
    return (*where, RANK[finding.severity], finding.code, str(finding.subject))


def _once(undecided: Iterable[UndecidedRule]) -> Iterator[UndecidedRule]:
    seen: set[tuple[str, str, str]] = set()
    for item in undecided:
        key = (item.code, str(item.subject), item.why)
        if key not in seen:
            seen.add(key)
            yield item


__all__ = ["Outcome", "SkippedRule", "UndecidedRule", "fingerprint", "run"]
