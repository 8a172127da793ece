"""One run of `check`: from the project's files to a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.checking.finding import RANK
from schema_lint.cli.baseline_file import used_baseline
from schema_lint.cli.caching import Cache, Kept, cache_of, keeping
from schema_lint.cli.failures import say
from schema_lint.cli.progress import Progress
from schema_lint.cli.publishing import check_files, publish
from schema_lint.cli.setup import Setup, all_rules, reading_paths, set_up, unused_configuration
from schema_lint.cli.wanted import Wanted
from schema_lint.evaluating.disk import DiskTree
from schema_lint.reporting.report import Hint, Report, Since, SuppressedCounts, read_of

if TYPE_CHECKING:
    from schema_lint.checking.baseline import Baseline
    from schema_lint.checking.judging import Verdict
    from schema_lint.checking.rule import Rule
    from schema_lint.checking.selection import Selection
    from schema_lint.cli.examining import Examination
    from schema_lint.evaluating.store import Store

_MANY = 25
"""Errors and warnings of a project that knows nothing of the tool, from which on it is told how to begin."""

_EVIDENCE = {"live": " --database", "drift": " --drift"}
"""What `baseline` is told to read what these commands read."""


def check(paths: Sequence[str], wanted: Wanted) -> int:
    """Run `check`; the exit status."""
    check_files(wanted)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    with Progress(quiet=wanted.quiet) as progress:
        if wanted.diff:
            return _diff(setup, wanted, progress)
        report, failed = run_check(setup, wanted, progress)
    publish(report, setup, wanted)
    return 1 if failed and not wanted.exit_zero else 0


def _diff(setup: Setup, wanted: Wanted, progress: Progress) -> int:
    from schema_lint.cli import fixing, output
    from schema_lint.cli.examining import examine

    with keeping(setup, no_cache=wanted.no_cache, cache_dir=wanted.cache_dir) as store:
        run, selection = examine(setup, wanted, progress, baseline=used_baseline(setup, wanted), store=store)
        run, whole, verdict, _ = _judged(run, selection, progress)
        mended, fixer = fixing.fix(run, selection, whole, verdict, progress)
    progress.end()
    output.write(fixing.diff(mended))
    fixing.tell(fixer, mended, written=False)
    return 1 if mended.contents and not wanted.exit_zero else 0


def run_check(setup: Setup, wanted: Wanted, progress: Progress) -> tuple[Report, bool]:
    """Read the project and judge it: the report, and whether something at or above `fail-on` was found.

    Raises:
        Failure: where the options name no rule, there is nothing to read, or the baseline cannot be used.
    """
    baseline = used_baseline(setup, wanted)
    with keeping(setup, no_cache=wanted.no_cache, cache_dir=wanted.cache_dir) as store:
        cache = cache_of(store, setup, wanted, baseline) if not wanted.fix else None
        kept = cache.find() if cache is not None else None
        if kept is None:
            return _found(setup, wanted, progress, baseline, store, cache)
        _note_unused(setup, wanted, progress)
        return _report_of(kept, setup, wanted), kept.failed


def _found(
    setup: Setup,
    wanted: Wanted,
    progress: Progress,
    baseline: Baseline | None,
    store: Store | None,
    cache: Cache | None,
) -> tuple[Report, bool]:
    from schema_lint.cli.examining import examine

    run, selection = examine(setup, wanted, progress, baseline=baseline, store=store)
    run, whole, verdict, since = _judged(run, selection, progress)
    if wanted.fix:
        from schema_lint.cli import fixing

        mended, fixer = fixing.fix(run, selection, whole, verdict, progress)
        fixing.write(mended)
        progress.end()
        fixing.tell(fixer, mended, written=True)
        run, verdict = mended.run, mended.verdict
    _note_unused(setup, wanted, progress)
    _tell(run, selection, verdict, progress)
    report, failed = report_of(run, selection, verdict, since=since)
    if cache is not None:
        tree = run.tree
        # What is kept is as large as the facts, which nobody needs any more.
        del run
        cache.keep(report, tree, failed=failed)
    return report, failed


def _judged(
    run: Examination, selection: Selection, progress: Progress
) -> tuple[Examination, Verdict, Verdict, Since | None]:
    """The run as it is judged, the whole verdict, and it without what is older than asked for."""
    if run.wanted.since is None:
        whole = run.judge(selection)
        return run, whole, whole, None
    from schema_lint.cli.since import judged_since

    progress.say(f"reading {run.wanted.since}")
    found = judged_since(run, selection, run.wanted.since)
    return found.run, found.whole, found.new, found.since


def report_of(
    run: Examination, selection: Selection, verdict: Verdict, *, since: Since | None = None
) -> tuple[Report, bool]:
    """The report of a verdict, and whether something at or above `fail-on` was found."""
    setup, wanted = run.setup, run.wanted
    failed = _fails(verdict, wanted.fail_on or setup.settings.fail_on)
    report = Report(
        command=wanted.command,
        findings=verdict.findings,
        undecided=verdict.undecided,
        skipped=verdict.skipped,
        rules=tuple(map(selection.graded, selection.rules)),
        unread=tuple(file for file in run.project.unread if run.focus.has(file.path)),
        read=read_of(run.project, paths=tuple(path or "." for path in setup.paths), configuration=setup.configuration),
        profile=selection.profile,
        strict_more=_strict_more(run, verdict),
        suppressed=_suppressed(verdict),
        silenced=verdict.suppressed if wanted.show_suppressed else (),
        since=since,
        hints=_hints(run, verdict),
        database=next((schema for schema in run.project.schemas if "C" in schema.evidence), None),
        source=run.tree.text,
        content=run.tree.content,
        exit_status=1 if failed and not wanted.exit_zero else 0,
    )
    return report, failed


def _report_of(kept: Kept, setup: Setup, wanted: Wanted) -> Report:
    """The report of a run that found what an earlier one kept."""
    rules: tuple[Rule, ...] = ()
    if wanted.lists_rules:
        known = {rule.code: rule for rule in all_rules(setup.loaded, plugins=wanted.plugins)}
        rules = tuple(msgspec.structs.replace(known[code], severity=severity) for code, severity in kept.rules)
    tree = DiskTree(setup.root)
    return Report(
        findings=kept.findings,
        undecided=kept.undecided,
        skipped=kept.skipped,
        rules=rules,
        unread=kept.unread,
        read=kept.read,
        profile=kept.profile,
        strict_more=kept.strict_more,
        suppressed=kept.suppressed,
        silenced=kept.silenced,
        hints=kept.hints,
        source=tree.text,
        content=tree.content,
        exit_status=1 if kept.failed and not wanted.exit_zero else 0,
        in_order=True,
    )


def _strict_more(run: Examination, verdict: Verdict) -> int | None:
    """How many findings more the strict profile would list; not counted where nobody is told."""
    wanted, settings = run.wanted, run.setup.settings
    if "strict" in (wanted.profile, settings.profile if wanted.profile is None else ""):
        return None
    if settings.select or not wanted.counts_strict:
        return None
    most = run.judge(run.select("strict"))
    listed = [finding for finding in verdict.findings if wanted.show_info or finding.severity != "info"]
    return max(0, sum(finding.severity != "info" for finding in most.findings) - len(listed))


def _suppressed(verdict: Verdict) -> SuppressedCounts:
    count = Counter(item.how for item in verdict.suppressed)
    return SuppressedCounts(comments=count["comment"], configuration=count["configuration"], baseline=count["baseline"])


def _hints(run: Examination, verdict: Verdict) -> tuple[Hint, ...]:
    gone = sum(entry.count for entry in verdict.stale)
    if gone:
        what = "a finding that is" if gone == 1 else f"{gone:,} findings that are"
        evidence = _EVIDENCE.get(run.wanted.command, "")
        return (Hint(f"schema-lint baseline prune{evidence}", f"takes {what} gone out of the baseline"),)
    grave = sum(finding.severity != "info" for finding in verdict.findings) if run.wanted.command == "check" else 0
    if grave >= _MANY and run.setup.configuration is None and run.exceptions.baseline is None:
        return (Hint("schema-lint init", "accepts what is there, so that only what is new is reported"),)
    return ()


def _fails(verdict: Verdict, level: str) -> bool:
    return level != "never" and any(RANK[finding.severity] <= RANK[level] for finding in verdict.findings)


def _note_unused(setup: Setup, wanted: Wanted, progress: Progress) -> None:
    unused = unused_configuration(setup)
    if unused is not None and not wanted.quiet and not wanted.isolated:
        progress.end()
        say(f"note: {unused} is not used, since the project root is {setup.root}; --config {unused} uses it")


def _tell(run: Examination, selection: Selection, verdict: Verdict, progress: Progress) -> None:
    if run.wanted.verbose:
        from schema_lint.cli.telling import hanging, told

        progress.end()
        exclude = run.focus.exclude
        files = run.tree.python_files(reading_paths(run.setup, run.tree), exclude)
        lines = told(run.setup, run.project, files, exclude, selection, verdict.skipped, len(run.rules),
                     all_files=run.wanted.verbose > 1)  # fmt: skip
        say(*hanging(lines))
