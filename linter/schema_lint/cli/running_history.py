"""One run of `migrations` without `--replay`: what reading the revisions tells."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schema_lint.cli.failures import Failure
from schema_lint.cli.progress import Progress
from schema_lint.cli.publishing import check_files
from schema_lint.cli.running import report_of
from schema_lint.cli.running_replay import examined, judged_revisions, publish_history, tell_environments
from schema_lint.cli.setup import set_up
from schema_lint.cli.wanted import WantedMigrations
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.reporting.revisions import read_rows


def show_history(paths: Sequence[str], wanted: WantedMigrations) -> int:
    """Run `migrations`; the exit status.

    Raises:
        Failure: where there are no revisions, or the options name no rule.
    """
    check_files(wanted)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    with Progress(quiet=wanted.quiet) as progress:
        run, selection = examined(setup, wanted, progress)
        environments = run.project.migrations
        if not any(environment.revisions for environment in environments):
            raise Failure("there are no Alembic revisions here", hint="name the folder that they are in")
        judged = judged_revisions(run.project, wanted)
        environments = tuple(_narrowed(environment, judged) for environment in environments)
        run = msgspec.structs.replace(run, project=msgspec.structs.replace(run.project, migrations=environments))
        verdict = run.judge(selection)
        if wanted.verbose:
            tell_environments(run, progress)
        report, failed = report_of(run, selection, verdict)
    rows = read_rows(environments, verdict.findings)
    publish_history(msgspec.structs.replace(report, revisions=rows, in_order=True), setup, wanted)
    return 1 if failed and not wanted.exit_zero else 0


def _narrowed(environment: MigrationEnvironment, judged: frozenset[str] | None) -> MigrationEnvironment:
    """The environment, with all revisions marked as applied that are not asked about."""
    if judged is None:
        return environment
    return msgspec.structs.replace(
        environment,
        revisions=tuple(
            revision if revision.identifier in judged else msgspec.structs.replace(revision, applied=True)
            for revision in environment.revisions
        ),
    )
