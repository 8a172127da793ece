"""What a run found, ready to be rendered. Reporters are pure functions from a `Report` to text."""

from __future__ import annotations

import functools
import posixpath
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

import msgspec

import schema_lint
from schema_lint.checking.finding import RANK, Finding, Severity
from schema_lint.checking.suppressions import Suppressed
from schema_lint.facts.place import Place, RevisionPlace, SourcePlace
from schema_lint.facts.secrets import mask, may_hold_secret
from schema_lint.reporting.terminal import PLAIN, Style

if TYPE_CHECKING:
    from schema_lint.checking.rule import Rule
    from schema_lint.checking.run import SkippedRule, UndecidedRule
    from schema_lint.facts.files import UnreadFile
    from schema_lint.facts.migrations import UnreadRevision
    from schema_lint.facts.project import Project, Schema
    from schema_lint.facts.replaying import Replay
    from schema_lint.reporting.revisions import Row


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """What was read."""

    paths: tuple[str, ...] = ()
    """As the user gave them."""

    database: str = ""
    """Name of the database; empty where none was read."""

    server: str = ""
    """`PostgreSQL 18.1`."""

    compared: int | None = None
    """Tables that models and the database both have; `None` where they were not compared."""

    files: int = 0
    files_skipped: int = 0
    """Those that hold no word of models or engines, so that they need not be read."""

    models: int = 0
    """Mapped classes."""

    tables: int = 0
    tables_set_aside: int = 0
    """Of them those that are not judged: of tests, examples and revisions; excluded, or a tool's own."""

    engines: int = 0
    sqlalchemy: str = ""
    sqlmodel: str = ""
    versions_from: str = ""
    """Where the versions were found: `uv.lock`, or that the newest are assumed."""

    configuration: str | None = None
    """The file the settings come from."""


def read_of(project: Project, *, paths: tuple[str, ...] = (), configuration: str | None = None) -> Read:
    """What was read, counted from the facts."""
    tables = [table for schema in project.schemas for table in schema.tables.known]
    database = next((schema for schema in project.schemas if "C" in schema.evidence), None)
    server = database.server if database is not None else None
    return Read(
        database=database.label if database is not None else "",
        server=f"PostgreSQL {server.version // 10_000}.{server.version % 10_000}" if server is not None else "",
        paths=paths,
        files=project.files_read,
        files_skipped=project.files_skipped,
        models=sum(model.table is not None for schema in project.schemas for model in schema.models.known),
        tables=len(tables),
        tables_set_aside=sum(
            isinstance(table.place, SourcePlace) and table.place.path in project.set_aside for table in tables
        )
        + sum(len(schema.set_aside) for schema in project.schemas),
        engines=len(project.engines.known),
        sqlalchemy=".".join(map(str, project.sqlalchemy_version)),
        sqlmodel=".".join(map(str, project.sqlmodel_version)),
        versions_from=project.version_source,
        configuration=configuration,
    )


class SuppressedCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many findings were taken away, and by what."""

    comments: int = 0
    configuration: int = 0
    baseline: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.comments + self.configuration + self.baseline


class Since(msgspec.Struct, frozen=True, kw_only=True):
    """What the findings were compared with: only new ones are in the report."""

    ref: str
    """As the user gave it."""

    commit: str
    """Where HEAD left it; empty for a snapshot of a database."""

    older: int = 0
    """Errors and warnings that were there before."""


class Hint(msgspec.Struct, frozen=True):
    """Something to try next."""

    command: str
    effect: str
    """What it does, in a few words."""


def _nothing(_path: str) -> None:
    return None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a run. Passwords in it are masked when it is made, so that no format can print one."""

    command: str = "check"
    """The one that ran, for what to try next."""

    findings: tuple[Finding, ...] = ()
    undecided: tuple[UndecidedRule, ...] = ()
    skipped: tuple[SkippedRule, ...] = ()
    rules: tuple[Rule, ...] = ()
    """Those selected, with the severity that the settings give them."""

    unread: tuple[UnreadFile, ...] = ()
    read: Read = Read()
    profile: str = "recommended"
    strict_more: int | None = None
    """How many more findings the `strict` profile would give; `None` where that was not counted."""

    suppressed: SuppressedCounts = SuppressedCounts()
    silenced: tuple[Suppressed, ...] = ()
    """Those findings, where they are asked for."""

    since: Since | None = None
    revisions: tuple[Row, ...] | None = None
    """Those of a history that are judged, where that is what was asked for."""

    unread_revisions: tuple[UnreadRevision, ...] = ()
    """Files of that history that could not be read."""

    replay: Replay | None = None
    hints: tuple[Hint, ...] = ()
    """What this run in particular suggests, before the usual hints."""

    database: Schema | None = None
    """What was judged where that is a database: its definition is shown where no source is known."""

    source: Callable[[str], str | None] = _nothing
    """A file's text by its path below the project root; `None` if it cannot be read."""

    content: Callable[[str], bytes | None] = _nothing
    """The same, as it is stored."""

    exit_status: int | None = None
    in_order: bool = False
    """It was made of another report: masked and sorted already."""

    version: str = schema_lint.__version__

    def __post_init__(self) -> None:
        msgspec.structs.force_setattr(self, "source", functools.cache(self.source))
        if self.in_order:
            return
        ordered = sorted(map(masked, self.findings), key=_order)
        undecided = map(_masked_undecided, self.undecided)
        skipped = (_without_secrets(rule, "why") for rule in self.skipped)
        unread = (_without_secrets(file, "message") for file in self.unread)
        silenced = sorted(map(_masked_suppressed, self.silenced), key=lambda item: _order(item.finding))
        msgspec.structs.force_setattr(self, "findings", tuple(ordered))
        msgspec.structs.force_setattr(self, "undecided", tuple(undecided))
        msgspec.structs.force_setattr(self, "skipped", tuple(skipped))
        msgspec.structs.force_setattr(self, "silenced", tuple(silenced))
        msgspec.structs.force_setattr(self, "unread", tuple(unread))

    def of(self, severity: Severity) -> tuple[Finding, ...]:
        """The findings of one severity."""
        return tuple(finding for finding in self.findings if finding.severity == severity)

    def listed(self, *, show_info: bool) -> tuple[Finding, ...]:
        """The findings that are shown one by one: infos are counted, unless asked for."""
        return tuple(finding for finding in self.findings if show_info or finding.severity != "info")

    def listed_silenced(self, *, show_info: bool) -> tuple[Suppressed, ...]:
        """The suppressed findings that are shown, if they are asked for."""
        return tuple(item for item in self.silenced if show_info or item.finding.severity != "info")

    def counts(self) -> Counter[str]:
        """Findings by severity."""
        return Counter(finding.severity for finding in self.findings)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How a report is rendered."""

    width: int = 100
    """Of the terminal, in cells."""

    style: Style = PLAIN
    show_info: bool = False
    show_unknown: bool = False
    prefix: str = ""
    """What leads from where paths are read (the working directory, the repository's root) to the project's root."""

    links: Mapping[str, str] = {}
    """Where paths lead that go through a symbolic link, for readers that follow none."""

    def path(self, path: str) -> str:
        """The path as the reader of the report sees it."""
        path = self.links.get(path, path)
        return posixpath.normpath(posixpath.join(self.prefix, path)) if self.prefix else path

    def place(self, place: Place) -> str:
        """The place as `path:line:column`, or as the object's name."""
        if isinstance(place, SourcePlace):
            return f"{self.path(place.path)}:{place.line}:{place.column}"
        if isinstance(place, RevisionPlace):
            return f"{self.path(place.path)}:{place.line} ({place.revision})"
        return place.database if place.object == place.database else str(place)


DEFAULT = Options()


_Struct = TypeVar("_Struct", bound=msgspec.Struct)


def masked(finding: Finding) -> Finding:
    """The finding without the passwords that its texts may quote."""
    texts = [finding.message, finding.why, finding.suggestion, finding.sql, *[s.name for s in finding.subjects]]
    if finding.fix is None and not may_hold_secret("\n".join(filter(None, texts))):
        return finding
    subjects = tuple(_without_secrets(subject, "name") for subject in finding.subjects)
    if subjects != finding.subjects:
        finding = msgspec.structs.replace(finding, subjects=subjects)
    if finding.fix is not None:
        edits = tuple(_without_secrets(edit, "value") for edit in finding.fix.edits)
        if edits != finding.fix.edits:
            finding = msgspec.structs.replace(finding, fix=msgspec.structs.replace(finding.fix, edits=edits))
    return _without_secrets(finding, "message", "why", "suggestion", "sql")


def _masked_suppressed(item: Suppressed) -> Suppressed:
    return msgspec.structs.replace(_without_secrets(item, "reason"), finding=masked(item.finding))


def _masked_undecided(item: UndecidedRule) -> UndecidedRule:
    subject = _without_secrets(item.subject, "name")
    item = item if subject is item.subject else msgspec.structs.replace(item, subject=subject)
    return _without_secrets(item, "why")


def _without_secrets(item: _Struct, *fields: str) -> _Struct:
    """The item with passwords masked in these fields; itself where there are none."""
    changes = {
        field: text
        for field in fields
        if (before := getattr(item, field)) is not None and (text := mask(before)) != before
    }
    return msgspec.structs.replace(item, **changes) if changes else item


def _order(finding: Finding) -> tuple[object, ...]:
    """By severity, then rule, so that what they have in common is said once; then as they stand in the source."""
    place = finding.place
    if isinstance(place, SourcePlace):
        where: tuple[object, ...] = (0, place.path, place.line, place.column)
    elif isinstance(place, RevisionPlace):
        where = (1, place.path, place.line, 0)
    else:
        where = (2, str(place), 0, 0)
    return (RANK[finding.severity], finding.code, *where, str(finding.subject))
