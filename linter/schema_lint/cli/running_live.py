"""One run of `live`: from a database to a report."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from schema_lint.cli.baseline_file import used_baseline
from schema_lint.cli.examining_database import examine_database, judged, of_schemas, read_database, select_for_database
from schema_lint.cli.failures import say
from schema_lint.cli.progress import Progress
from schema_lint.cli.publishing import check_files, publish
from schema_lint.cli.running import report_of
from schema_lint.cli.setup import set_up
from schema_lint.cli.wanted import WantedLive
from schema_lint.reporting.report import Since

if TYPE_CHECKING:
    from schema_lint.checking.judging import Verdict
    from schema_lint.checking.selection import Selection
    from schema_lint.cli.examining import Examination


def live(wanted: WantedLive) -> int:
    """Run `live`; the exit status.

    Raises:
        Failure: where the database, the models or the baseline cannot be read, or the options name no rule.
    """
    check_files(wanted)
    setup = set_up(wanted.models, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    with Progress(quiet=wanted.quiet) as progress:
        rules, selection, unfit = select_for_database(setup, wanted)
        schema = read_database(setup, wanted, progress)
        run = examine_database(setup, wanted, rules, schema, progress, baseline=used_baseline(setup, wanted))
        verdict = run.judge(selection)
        verdict = msgspec.structs.replace(verdict, skipped=(*verdict.skipped, *unfit))
        since = None
        if wanted.since_snapshot is not None:
            verdict, since = _only_new(run, selection, verdict, wanted.since_snapshot)
        if wanted.verbose:
            progress.end()
            say(*_told(run, selection, verdict))
        report, failed = report_of(run, selection, verdict, since=since)
    publish(report, setup, wanted)
    return 1 if failed and not wanted.exit_zero else 0


def _only_new(run: Examination, selection: Selection, verdict: Verdict, path: str) -> tuple[Verdict, Since]:
    """The verdict without the findings that the database had when the snapshot was taken, judged by the same rules."""
    from schema_lint.checking.newness import compare
    from schema_lint.cli.snapshots import read_snapshot

    wanted = run.wanted
    assert isinstance(wanted, WantedLive)
    before = judged(of_schemas(read_snapshot(path), wanted.schemas), wanted.exclude)
    if run.beside is not None:
        before = run.beside.explained(before)
    project = msgspec.structs.replace(run.project, schemas=(before,))
    earlier = msgspec.structs.replace(run, project=project).judge(selection)
    compared = compare(verdict.findings, earlier.findings, is_new=lambda _: False, is_gone=lambda _: False)
    older = sum(finding.severity != "info" for finding in compared.older)
    return msgspec.structs.replace(verdict, findings=compared.new), Since(ref=path, commit="", older=older)


def _told(run: Examination, selection: Selection, verdict: Verdict) -> Iterator[str]:
    """What `--verbose` tells: what was read, and which rules did not run."""
    [schema] = run.project.schemas
    yield f"root: {run.setup.root}"
    yield f"configuration: {run.setup.configuration or 'none'}"
    yield f"database: {schema.label}, {len(schema.tables.known):,} tables"
    yield f"profile {selection.profile}: {len(selection.rules)} of {len(run.rules)} rules"
    yield from (f"not run: {rule.code}: {rule.why}" for rule in verdict.skipped)
    yield from (f"not judged: {key}" for key in sorted(schema.set_aside))
