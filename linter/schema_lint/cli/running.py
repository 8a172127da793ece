"""One run of `check`: from the project's files to a report."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import msgspec

from schema_lint.checking.finding import RANK
from schema_lint.checking.judging import Focus, Verdict, comments_of, judge
from schema_lint.checking.rule import Rule
from schema_lint.checking.selection import Selection, from_settings
from schema_lint.checking.suppressions import Exceptions
from schema_lint.cli.failures import Failure, say
from schema_lint.cli.output import check_file
from schema_lint.cli.progress import Progress
from schema_lint.cli.publishing import publish
from schema_lint.cli.setup import (
    Setup,
    all_rules,
    check_tokens,
    excluded,
    read_options,
    reading_paths,
    set_up,
    tree_of,
    unused_configuration,
)
from schema_lint.cli.wanted import Wanted
from schema_lint.evaluating.files import ReadError, SourceTree, decode
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from schema_lint.readers.source import read
from schema_lint.reporting.report import Report, Suppressed, read_of


class _Run(msgspec.Struct, frozen=True):
    """All that a verdict depends on, but the selection."""

    setup: Setup
    wanted: Wanted
    rules: Sequence[Rule]
    project: Project
    exceptions: Exceptions
    focus: Focus

    def select(self, profile: str | None) -> Selection:
        return _selection(self.setup, self.wanted, self.rules, profile)

    def judge(self, selection: Selection) -> Verdict:
        return judge(
            self.project,
            selection,
            self.setup.settings.policies,
            rules=self.rules,
            exceptions=self.exceptions,
            focus=self.focus,
        )


def check(paths: Sequence[str], wanted: Wanted) -> int:
    """Run `check`; the exit status."""
    for _, path in wanted.outputs:
        if path is not None:
            check_file(path)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    with Progress(quiet=wanted.quiet) as progress:
        report, failed = run_check(setup, wanted, progress)
    publish(report, setup, wanted)
    return 1 if failed and not wanted.exit_zero else 0


def run_check(setup: Setup, wanted: Wanted, progress: Progress) -> tuple[Report, bool]:
    """Read the project and judge it: the report, and whether something at or above `fail-on` was found.

    Raises:
        Failure: where the options name no rule, or there is nothing to read.
    """
    rules = all_rules(setup.loaded, plugins=wanted.plugins)
    for option in ("select", "extend_select", "ignore"):
        check_tokens(f"--{option.replace('_', '-')}", getattr(wanted, option), rules)
    selection = _selection(setup, wanted, rules, wanted.profile)
    if not selection.rules:
        raise Failure("no rule is selected", hint="what ignores them: `schema-lint config show`, and --ignore")
    options = read_options(
        setup.settings, exclude=wanted.exclude, sqlalchemy=wanted.sqlalchemy_version, sqlmodel=wanted.sqlmodel_version
    )
    focus = Focus(paths=setup.paths, exclude=excluded(setup.settings, wanted.exclude))
    tree = tree_of(setup, focus.exclude, allow_empty=wanted.allow_empty)
    progress.say(f"reading {setup.root}")
    project = read(tree, reading_paths(setup, tree), options=options)
    progress.say(f"checking what {project.files_read:,} files declare")
    exceptions = _exceptions(setup, tree, project, focus)
    run = _Run(setup, wanted, rules, project, exceptions, focus)
    verdict = run.judge(selection)
    _tell(run, selection, verdict)
    failed = _fails(verdict, wanted.fail_on or setup.settings.fail_on)
    report = Report(
        findings=verdict.findings,
        undecided=verdict.undecided,
        skipped=verdict.skipped,
        rules=tuple(map(selection.graded, selection.rules)),
        unread=tuple(file for file in project.unread if focus.has(file.path)),
        read=read_of(project, paths=tuple(path or "." for path in setup.paths), configuration=setup.configuration),
        profile=selection.profile,
        strict_more=_strict_more(run, verdict),
        suppressed=_suppressed(setup, verdict),
        source=_source_of(tree),
        content=_content_of(tree),
        exit_status=1 if failed and not wanted.exit_zero else 0,
    )
    return report, failed


def _selection(setup: Setup, wanted: Wanted, rules: Sequence[Rule], profile: str | None) -> Selection:
    return from_settings(
        setup.settings,
        rules,
        profile=profile,
        selected=wanted.select,
        extended=wanted.extend_select,
        ignored=wanted.ignore,
    )


def _strict_more(run: _Run, verdict: Verdict) -> int | None:
    """How many findings more the strict profile would list; not counted where nobody is told."""
    wanted, settings = run.wanted, run.setup.settings
    if "strict" in (wanted.profile, settings.profile if wanted.profile is None else ""):
        return None
    told = any(name in ("full", "json") for name, _ in wanted.outputs)
    if wanted.select or settings.select or wanted.quiet or wanted.statistics or not told:
        return None
    most = run.judge(run.select("strict"))
    listed = [finding for finding in verdict.findings if wanted.show_info or finding.severity != "info"]
    return max(0, sum(finding.severity != "info" for finding in most.findings) - len(listed))


def _exceptions(setup: Setup, tree: SourceTree, project: Project, focus: Focus) -> Exceptions:
    def text(content: bytes) -> str | None:
        try:
            return decode(content)
        except ReadError:
            return None

    paths = [module.path for module in project.modules]
    paths += (literal.place.path for literal in project.url_literals)
    paths += (setting.place.path for setting in project.settings)
    objects = setup.settings.object_ignores
    places = _entry_places(setup, len(objects)) if objects else ()
    return Exceptions(
        comments=comments_of((path for path in paths if focus.has(path)), _content_of(tree), text),
        objects=tuple(zip(objects, places, strict=True)),
        files=setup.settings.per_file_ignores,
        today=datetime.date.today(),
        whole_project=focus.paths == ("",),
    )


def _entry_places(setup: Setup, count: int) -> tuple[SourcePlace, ...]:
    """Where each `[[ignore]]` of the configuration stands; the TOML parser does not tell."""
    lines: list[str] = []
    if setup.loaded.file is not None:
        with open(setup.loaded.file, encoding="utf-8", errors="replace") as file:
            lines = [line.strip().replace(" ", "") for line in file]
    headers = [n for n, line in enumerate(lines, 1) if line.startswith("[[") and "ignore]]" in line]
    if len(headers) != count:
        first = next((n for n, line in enumerate(lines, 1) if line.startswith("ignore=")), 1)
        headers = [first] * count
    path = setup.configuration or "--config"
    return tuple(SourcePlace(path=path, line=line) for line in headers)


def _suppressed(setup: Setup, verdict: Verdict) -> Suppressed:
    configured = sum(item.by is None or item.by.path == setup.configuration for item in verdict.suppressed)
    return Suppressed(comments=len(verdict.suppressed) - configured, configuration=configured)


def _content_of(tree: SourceTree) -> Callable[[str], bytes | None]:
    def content(path: str) -> bytes | None:
        try:
            return tree.read(path)
        except ReadError:
            return None

    return content


def _source_of(tree: SourceTree) -> Callable[[str], str | None]:
    def source(path: str) -> str | None:
        try:
            return decode(tree.read(path))
        except ReadError:
            return None

    return source


def _fails(verdict: Verdict, level: str) -> bool:
    return level != "never" and any(RANK[finding.severity] <= RANK[level] for finding in verdict.findings)


def _tell(run: _Run, selection: Selection, verdict: Verdict) -> None:
    unused = unused_configuration(run.setup)
    if unused is not None and not run.wanted.quiet and not run.wanted.isolated:
        say(f"note: {unused} is not used, since the project root is {run.setup.root}; --config {unused} uses it")
    if run.wanted.verbose:
        project = run.project
        say(
            f"root: {run.setup.root}",
            f"configuration: {run.setup.configuration or 'none'}",
            f"files: {project.files_read:,} read, {project.files_skipped:,} without anything of interest",
            f"profile {selection.profile}: {len(selection.rules)} of {len(run.rules)} rules",
            *(f"not run: {skipped.code}: {skipped.why}" for skipped in verdict.skipped),
        )
