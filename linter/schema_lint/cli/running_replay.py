"""One run of `migrations --replay`: from a history to a report."""

from __future__ import annotations

import contextlib
import os
import shlex
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from schema_lint.cli.examining import Examination
from schema_lint.cli.failures import Failure
from schema_lint.cli.meanwhile import Meanwhile
from schema_lint.cli.progress import Progress
from schema_lint.cli.publishing import check_files
from schema_lint.cli.running_history import check_rules, examined, judged_revisions, narrowed, report_history
from schema_lint.cli.setup import Setup, set_up
from schema_lint.cli.wanted import WantedMigrations
from schema_lint.facts.difference import Difference
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.replaying import Replay

if TYPE_CHECKING:
    from schema_lint.readers.migrations.filters import Filters
    from schema_lint.replaying.options import ReplayOptions

T = TypeVar("T")

_INI = "alembic.ini"


def replay_history(paths: Sequence[str], wanted: WantedMigrations) -> int:
    """Run `migrations --replay`; the exit status.

    Raises:
        Failure: where the history cannot be found or replayed, or the options name no rule.
    """
    check_files(wanted)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    with Progress(quiet=wanted.quiet) as progress:
        ini = _ini(setup, wanted)
        check_rules(setup, wanted)
        if wanted.needs_history:
            run, selection = examined(setup, wanted, progress)
            replaying = _Replaying(setup, wanted, ini, run.project, progress)
            found = replaying.replay({})
        else:
            replaying = _Replaying(setup, wanted, ini, None, progress)
            silent = Progress(quiet=True)
            (run, selection), found = replaying.beside(lambda: examined(setup, wanted, silent), {})
        command = _command(ini, wanted.section)
        return report_history(replaying.added(run, found), selection, progress, replaying.add, command=command)


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


_Found = tuple[Replay, Head]
"""A replay, and the database at its end."""


class _Replaying:
    """Replays a history, as it is or with edits."""

    def __init__(
        self, setup: Setup, wanted: WantedMigrations, ini: str, project: Project | None, progress: Progress
    ) -> None:
        """See to replays.

        Args:
            project: as it was read; `None` where all revisions are judged, and the first begins with nothing.
        """
        from schema_lint.cli.initial_schema import with_initial_schema

        self._setup = setup
        self._directory = _directory(ini, setup, wanted.section)
        self._progress = progress
        self._base = project.base if project is not None else None
        self._judged = judged_revisions(project, wanted) if project is not None else None
        environments = project.migrations if project is not None else ()
        self._options = with_initial_schema(_options(wanted, ini), environments, setup, wanted)

    def add(self, read: Callable[[], Examination], edited: Mapping[str, bytes]) -> Examination:
        """The run, once it is read, with what the server did.

        Args:
            edited: files, by path below the root, that are taken as they are to be.

        Raises:
            Failure: where it cannot be read, or the history cannot be replayed.
        """
        run, found = self.beside(read, edited)
        return self.added(run, found)

    def beside(self, read: Callable[[], T], edited: Mapping[str, bytes]) -> tuple[T, _Found]:
        """What is read while the history runs, and what the server did.

        Raises:
            Failure: of reading, if that fails, else of replaying.
        """
        reading = Meanwhile(read)
        try:
            found = self.replay(edited, check=reading.check)
        except Failure:
            reading.result()
            raise
        return reading.result(), found

    def replay(self, edited: Mapping[str, bytes], *, check: Callable[[], None] = lambda: None) -> _Found:
        """What the server did.

        Args:
            check: called now and then; what it raises ends the replay.

        Raises:
            Failure: where the history cannot be replayed.
        """
        from schema_lint.replaying import ReplayFailed, replay

        def say(text: str) -> None:
            check()
            self._progress.say(text)

        head = Head()
        files = {os.path.join(self._setup.root, path): content for path, content in edited.items()}
        try:
            replayed = replay(
                self._setup.root,
                msgspec.structs.replace(self._options, edited=files),
                look=head.read,
                directory=self._directory,
                judged=self._judged,
                say=say,
            )
        except ReplayFailed as error:
            raise Failure(error.message, hint=error.hint, trace=error.trace) from None
        return replayed, head

    def added(self, run: Examination, found: _Found) -> Examination:
        """The run with what was found."""
        replayed, head = found
        external = self._setup.settings.policies.external_tables
        project = msgspec.structs.replace(
            narrowed(run.project, self._judged), base=self._base, replays=(replayed,),
            evidence=f"{run.project.evidence}R",
            differences=head.differences(run.project, external, _filters(run, replayed)),
        )  # fmt: skip
        return msgspec.structs.replace(run, project=project)


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
