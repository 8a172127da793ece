"""One run of `migrations --replay`: from a history to a report."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.cli import output
from schema_lint.cli.baseline_file import used_baseline
from schema_lint.cli.examining import Examination, examine
from schema_lint.cli.failures import Failure, say
from schema_lint.cli.progress import Progress
from schema_lint.cli.publishing import check_files, publish
from schema_lint.cli.running import report_of
from schema_lint.cli.setup import Setup, set_up
from schema_lint.cli.wanted import WantedMigrations
from schema_lint.facts.difference import Difference
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.replaying import Replay

if TYPE_CHECKING:
    from schema_lint.checking.rule import Rule
    from schema_lint.checking.selection import Selection
    from schema_lint.readers.migrations.filters import Filters
    from schema_lint.replaying.options import ReplayOptions
    from schema_lint.reporting.report import Report

_INI = "alembic.ini"
_TABLES = ("full", "concise")
"""Formats that begin with a table of the revisions."""


def replay_history(paths: Sequence[str], wanted: WantedMigrations) -> int:
    """Run `migrations --replay`; the exit status.

    Raises:
        Failure: where the history cannot be found or replayed, or the options name no rule.
    """
    check_files(wanted)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    with Progress(quiet=wanted.quiet) as progress:
        ini = _ini(setup, wanted)
        run, selection = examined(setup, wanted, progress)
        head = Head()
        replay = _replayed(setup, wanted, ini, run, progress, head)
        project = msgspec.structs.replace(
            run.project, replays=(replay,), evidence=f"{run.project.evidence}R",
            differences=head.differences(
                run.project, setup.settings.policies.external_tables, _filters(run, replay)
            ),
        )  # fmt: skip
        run = msgspec.structs.replace(run, project=project)
        verdict = run.judge(selection)
        if wanted.verbose:
            tell_environments(run, progress)
            say(
                *replay.notes,
                *(f"env.py asked for {asked}, and got the scratch database" for asked in replay.redirected),
                *_untried(replay),
            )
        report, failed = report_of(run, selection, verdict)
    from schema_lint.reporting.revisions import replayed_rows

    command = _command(ini, wanted.section)
    rows = replayed_rows(replay, run.project.migrations, verdict.findings, command=command)
    publish_history(msgspec.structs.replace(report, revisions=rows, replay=replay, in_order=True), setup, wanted)
    return 1 if failed and not wanted.exit_zero else 0


def tell_environments(run: Examination, progress: Progress) -> None:
    """Tell on stderr what each `env.py` says."""
    from schema_lint.cli.telling import hanging, told_of_environments

    progress.end()
    say(*hanging(told_of_environments(run.project)))


def publish_history(report: Report, setup: Setup, wanted: WantedMigrations) -> None:
    """Write the revisions' table, where that is wanted, and the reports.

    Raises:
        Failure: if a file cannot be written.
    """
    from schema_lint.reporting import history
    from schema_lint.reporting import replay as replayed

    rows, replay = report.revisions or (), report.replay
    if wanted.table:
        output.write(history.as_markdown(rows, replay))
    elif any(path is None and name in _TABLES for name, path in wanted.outputs) and not wanted.quiet:
        width, style = output.terminal_width(), output.style_of(wanted.color)
        output.write(
            replayed.render(replay, rows, width=width, style=style)
            if replay is not None
            else history.render(rows, width=width, style=style)
        )
    publish(report, setup, wanted)


def _command(ini: str, section: str) -> str:
    """How alembic is called for the history, in its configuration's folder."""
    name = os.path.basename(ini)
    words = ["alembic"]
    if name not in (_INI, "pyproject.toml"):
        words += ["-c", name]
    if section != "alembic":
        words += ["-n", section]
    return " ".join(map(shlex.quote, words))


def _filters(run: Examination, replay: Replay) -> Filters:
    """What the `env.py` that was replayed leaves out of comparisons."""
    from schema_lint.readers.migrations.filters import Filters

    return Filters(run.tree.text(f"{replay.folder}/env.py" if replay.folder else "env.py") or "")


def examined(setup: Setup, wanted: WantedMigrations, progress: Progress) -> tuple[Examination, Selection]:
    """The project, to be judged by the rules about revisions among those that were asked for.

    Raises:
        Failure: where none is about revisions.
    """
    run, selection = examine(
        setup, msgspec.structs.replace(wanted, since=None, allow_empty=True), progress,
        baseline=used_baseline(setup, wanted), fit=is_about_revisions,
    )  # fmt: skip
    if not selection.rules:
        raise Failure("no rule about revisions is selected", hint="they are those of the family MIG")
    run = msgspec.structs.replace(run, wanted=wanted)
    if wanted.since is not None:
        from schema_lint.cli.since import with_base

        progress.say(f"reading {wanted.since}")
        run = with_base(run, selection, wanted.since)
    return run, selection


def is_about_revisions(rule: Rule) -> bool:
    return rule.family == "MIG" or set(rule.evidence) <= set("GR") or "MigrationEnvironment" in rule.visits


class Head:
    """The database at the history's heads."""

    def __init__(self) -> None:
        self._schema: Schema | None = None
        self._elsewhere: Collection[str] = ()

    def read(self, address: str) -> None:
        """Read it.

        Raises:
            Failure: if it cannot be read.
        """
        from schema_lint.cli.database import opened
        from schema_lint.readers.catalog import read
        from schema_lint.readers.catalog.addresses import parse_address
        from schema_lint.readers.catalog.relations import read_elsewhere

        with opened(parse_address(address, "the scratch database")) as connection:
            self._schema = read(connection)
            self._elsewhere = read_elsewhere(connection)

    def differences(
        self, project: Project, external: Collection[str] = (), filters: Filters | None = None
    ) -> tuple[Difference, ...]:
        """Where it is not as the project's models say, apart from what `env.py` leaves out."""
        from schema_lint.checking.visiting import application
        from schema_lint.comparing.drift import Database, compare_with_database
        from schema_lint.comparing.drift.left_out import without_left_out

        models = application(project).schemas
        if self._schema is None or not any(schema.tables.known for schema in models):
            return ()
        database = Database(self._schema, read=None, elsewhere=self._elsewhere)
        found = compare_with_database(models, database, external=external).differences
        return without_left_out(found, filters) if filters is not None else found


def _replayed(
    setup: Setup, wanted: WantedMigrations, ini: str, run: Examination, progress: Progress, head: Head
) -> Replay:
    from schema_lint.cli.initial_schema import with_initial_schema
    from schema_lint.replaying import ReplayFailed, replay

    judged = judged_revisions(run.project, wanted)
    options = with_initial_schema(_options(wanted, ini), run.project.migrations, setup, wanted)
    try:
        return replay(
            setup.root,
            options,
            look=head.read,
            directory=_directory(ini, setup, wanted.section),
            judged=judged,
            say=progress.say,
        )
    except ReplayFailed as error:
        raise Failure(error.message, hint=error.hint, trace=error.trace) from None


def _untried(replay: Replay) -> Iterator[str]:
    """Why revisions could not be tried with rows."""
    for step in replay.judged:
        if step.rows is not None and step.rows.failure is not None and not step.rows.was_tried:
            error = step.rows.failure.error
            yield f"revision {step.revision} could not be tried with rows: {error.type}: {error.message}"


def _options(wanted: WantedMigrations, ini: str) -> ReplayOptions:
    from schema_lint.replaying import ReplayOptions

    return ReplayOptions(
        ini=ini,
        section=wanted.section,
        python=os.path.abspath(wanted.python) if wanted.python and os.path.exists(wanted.python) else wanted.python,
        server=_server(wanted.server) if wanted.server is not None else None,
        variables=wanted.variables,
        arguments=wanted.arguments,
        setup=wanted.setup,
        limit=wanted.step_timeout,
        allow_processes=wanted.allow_processes,
        rows=wanted.rows,
    )


def _server(given: str) -> str:
    """The server's address as libpq reads it, whichever form it was given in.

    Raises:
        Failure: if it is no address of a PostgreSQL.
    """
    try:
        from psycopg.conninfo import make_conninfo
    except ImportError:
        raise Failure("psycopg is missing", hint="pip install 'schema-lint[live]'") from None
    from schema_lint.readers.catalog.addresses import AddressError, parse_address, words_of_libpq

    try:
        parameters = parse_address(given, "--server").parameters
    except AddressError as error:
        raise Failure(str(error), hint=error.hint) from None
    unknown = sorted(parameters.keys() - words_of_libpq())
    if unknown:
        raise Failure(f"--server has the parameter {unknown[0]}, which PostgreSQL does not know")
    return make_conninfo(**parameters)


def _ini(setup: Setup, wanted: WantedMigrations) -> str:
    """The history's configuration: what was named, that of the working directory, or the only one there is.

    Raises:
        Failure: if there is none, or there are several.
    """
    if wanted.ini is not None:
        if not os.path.isfile(wanted.ini):
            raise Failure(f"--ini {wanted.ini}: there is no such file")
        return os.path.abspath(wanted.ini)
    start = os.path.join(setup.directory, _INI)
    if os.path.isfile(start) and setup.paths in (("",), (setup.prefix,)):
        return start
    from schema_lint.evaluating.disk import DiskTree
    from schema_lint.readers.source.roles import is_test

    tree = DiskTree(setup.root)
    found = [
        path
        for folder in setup.paths
        for path in tree.walk(folder, (), lambda name: name == _INI)
        if not is_test(path.replace(_INI, "revision.py"))
    ]
    if len(found) == 1:
        return os.path.join(setup.root, *found[0].split("/"))
    if found:
        shown = ", ".join(sorted(found)[:5])
        raise Failure(f"there are several histories: {shown}", hint="name the one to replay with --ini")
    if _has_table(os.path.join(setup.directory, "pyproject.toml")):
        return os.path.join(setup.directory, "pyproject.toml")
    raise Failure(f"there is no {_INI} below {setup.paths[0] or setup.root}", hint="name it with --ini")


def _directory(ini: str, setup: Setup, section: str) -> str:
    """Where alembic is run so that it finds the history: beside its configuration, unless that says otherwise."""
    from configparser import Error, RawConfigParser

    parser = RawConfigParser()
    location = ""
    with contextlib.suppress(Error, OSError, UnicodeDecodeError):
        parser.read(ini, encoding="utf-8")
        location = parser.get(section, "script_location", fallback="")
    beside = os.path.dirname(ini)
    for folder in (beside, setup.directory, setup.root):
        if location and os.path.isdir(os.path.join(folder, location)):
            return folder
    return beside


def _has_table(path: str) -> bool:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "[tool.alembic]" in file.read()
    except OSError:
        return False


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
