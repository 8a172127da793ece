"""One run of `migrations`: what reading the revisions tells, and what is told besides where they were replayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.cli import output
from schema_lint.cli.baseline_file import used_baseline
from schema_lint.cli.examining import Examination, examine, selected_rules
from schema_lint.cli.failures import Failure, say
from schema_lint.cli.progress import Progress
from schema_lint.cli.publishing import check_files, publish
from schema_lint.cli.running import report_of
from schema_lint.cli.setup import Setup, set_up
from schema_lint.cli.wanted import WantedMigrations
from schema_lint.facts.migrations import UnreadRevision
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import Replay
from schema_lint.reporting.revisions import read_rows, replayed_rows

if TYPE_CHECKING:
    from schema_lint.checking.rule import Rule
    from schema_lint.checking.selection import Selection
    from schema_lint.cli.fixing import Completing
    from schema_lint.reporting.report import Report

_TABLES = ("full", "concise")
"""Formats that begin with a table of the revisions."""


def show_history(paths: Sequence[str], wanted: WantedMigrations) -> int:
    """Run `migrations` without `--replay`; the exit status.

    Raises:
        Failure: where there are no revisions, or the options name no rule.
    """
    check_files(wanted)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    check_rules(setup, wanted)
    with Progress(quiet=wanted.quiet) as progress:
        run, selection = examined(setup, wanted, progress)
        if not any(environment.revisions or environment.unread for environment in run.project.migrations):
            raise Failure("there are no Alembic revisions here", hint="name the folder that they are in")
        judged, base = judged_revisions(run.project, wanted), run.project.base

        def complete(read: Callable[[], Examination], _edited: Mapping[str, bytes]) -> Examination:
            again = read()
            project = msgspec.structs.replace(again.project, base=base)
            return msgspec.structs.replace(again, project=narrowed(project, judged))

        return report_history(complete(lambda: run, {}), selection, progress, complete, command="alembic")


def report_history(
    run: Examination, selection: Selection, progress: Progress, complete: Completing, *, command: str
) -> int:
    """Judge a history, mend it where that is asked for, and write what is wanted; the exit status.

    Args:
        command: `alembic`, with what tells it the history.

    Raises:
        Failure: if a file cannot be written.
    """
    setup, wanted = run.setup, run.wanted
    assert isinstance(wanted, WantedMigrations)
    verdict = run.judge(selection)
    if wanted.fix or wanted.diff:
        from schema_lint.cli import fixing

        mended, fixer = fixing.fix(run, selection, verdict, verdict, progress, complete)
        if wanted.fix:
            fixing.write(mended)
        progress.end()
        if wanted.diff:
            output.write(fixing.diff(mended))
        fixing.tell(fixer, mended, written=wanted.fix)
        if wanted.diff:
            return 1 if mended.contents and not wanted.exit_zero else 0
        run, verdict = mended.run, mended.verdict
    replay = next(iter(run.project.replays), None)
    if wanted.verbose:
        _tell(run, replay, progress)
    report, failed = report_of(run, selection, verdict)
    environments = run.project.migrations
    rows = (
        replayed_rows(replay, environments, verdict.findings, command=command)
        if replay is not None
        else read_rows(environments, verdict.findings)
    )
    progress.end()
    report = msgspec.structs.replace(
        report, revisions=rows, unread_revisions=tuple(_unread(run.project)), replay=replay, in_order=True
    )
    publish_history(report, setup, wanted)
    return 1 if failed and not wanted.exit_zero else 0


def _unread(project: Project) -> Iterator[UnreadRevision]:
    """Files that are no revisions for all that could be read, and revisions whose files do not parse."""
    for environment in project.migrations:
        yield from environment.unread
    paths = {revision.path for environment in project.migrations for revision in environment.revisions}
    yield from (UnreadRevision(path=each.path, why=each.message) for each in project.unread if each.path in paths)


def _tell(run: Examination, replay: Replay | None, progress: Progress) -> None:
    """Tell on stderr what each `env.py` says, and how it was replayed."""
    from schema_lint.cli.telling import hanging, told_of_environments

    progress.end()
    say(*hanging(told_of_environments(run.project)))
    if replay is not None:
        redirected = (f"env.py asked for {asked}, and got the scratch database" for asked in replay.redirected)
        say(*replay.notes, *redirected, *_untried(replay))


def _untried(replay: Replay) -> Iterator[str]:
    """Why revisions could not be tried with rows."""
    for step in replay.judged:
        if step.rows is not None and step.rows.failure is not None and not step.rows.was_tried:
            error = step.rows.failure.error
            yield f"revision {step.revision} could not be tried with rows: {error.type}: {error.message}"


def publish_history(report: Report, setup: Setup, wanted: WantedMigrations) -> None:
    """Write the revisions' table, where that is wanted, and the reports.

    Raises:
        Failure: if a file cannot be written.
    """
    from schema_lint.reporting import history
    from schema_lint.reporting import replay as replayed

    rows, replay, unread = report.revisions or (), report.replay, report.unread_revisions
    if wanted.table:
        output.write(history.as_markdown(rows, replay, unread))
    elif any(path is None and name in _TABLES for name, path in wanted.outputs) and not wanted.quiet:
        width, style = output.terminal_width(), output.style_of(wanted.color)
        output.write(
            replayed.render(replay, rows, unread, width=width, style=style)
            if replay is not None
            else history.render(rows, unread, width=width, style=style)
        )
    publish(report, setup, wanted)


def examined(setup: Setup, wanted: WantedMigrations, progress: Progress) -> tuple[Examination, Selection]:
    """The project, to be judged by the rules about revisions among those that were asked for."""
    run, selection = examine(
        setup, msgspec.structs.replace(wanted, since=None, allow_empty=True), progress,
        baseline=used_baseline(setup, wanted), fit=is_about_revisions,
    )  # fmt: skip
    run = msgspec.structs.replace(run, wanted=wanted)
    if wanted.since is not None:
        from schema_lint.cli.since import with_base

        progress.say(f"reading {wanted.since}")
        run = with_base(run, selection, wanted.since)
    return run, selection


def check_rules(setup: Setup, wanted: WantedMigrations) -> None:
    """See that there is something to judge.

    Raises:
        Failure: where no rule is about revisions.
    """
    _, selection = selected_rules(setup, wanted)
    if not any(map(is_about_revisions, selection.rules)):
        raise Failure("no rule about revisions is selected", hint="they are those of the family MIG")


def is_about_revisions(rule: Rule) -> bool:
    return rule.family == "MIG" or set(rule.evidence) <= set("GR") or "MigrationEnvironment" in rule.visits


def narrowed(project: Project, judged: frozenset[str] | None) -> Project:
    """The project, with all revisions marked as applied that are not asked about."""
    if judged is None:
        return project
    environments = tuple(
        msgspec.structs.replace(
            environment,
            revisions=tuple(
                each if each.identifier in judged else msgspec.structs.replace(each, applied=True)
                for each in environment.revisions
            ),
        )
        for environment in project.migrations
    )
    return msgspec.structs.replace(project, migrations=environments)


def judged_revisions(project: Project, wanted: WantedMigrations) -> frozenset[str] | None:
    """Identifiers of the revisions that are asked about; `None` for all.

    Raises:
        Failure: if a revision is named that there is not.
    """
    judged: frozenset[str] | None = None
    environments = project.migrations
    everything = frozenset(r.identifier for e in environments for r in e.revisions)
    if wanted.from_revision is not None:
        at = [name for name in everything if name.startswith(wanted.from_revision)]
        if len(at) != 1:
            how_many = "is no revision" if not at else f"are {len(at)} revisions"
            raise Failure(
                f"--from-revision {wanted.from_revision}: there {how_many} whose identifier begins so",
                hint="`schema-lint migrations` lists them",
            )
        judged = everything.difference(*(e.ancestors(at[0]) for e in environments))
    if project.base is not None:
        new = everything - project.base.revisions
        judged = new if judged is None else judged & new
    return judged
