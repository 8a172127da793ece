"""Replaying a history: a server, the probe, and facts out of what it tells."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Callable, Collection
from typing import Any

import msgspec

from schema_lint import scratch
from schema_lint.facts.replaying import Replay, ReplayedStep, RowsSummary, TrialDowngrade
from schema_lint.readers.metadata.environment import find_interpreter
from schema_lint.replaying.errors import ReplayFailed
from schema_lint.replaying.events import Event
from schema_lint.replaying.explaining import Explanation
from schema_lint.replaying.initial import CommittedModels
from schema_lint.replaying.options import ReplayOptions
from schema_lint.replaying.place import Place, made_place, network_namespace
from schema_lint.replaying.process import Heard, run_probe
from schema_lint.replaying.surroundings import variables_for
from schema_lint.replaying.verdicts import Steps

_SETTINGS = {"jit": "off", "max_locks_per_transaction": "1024", "track_counts": "on"}
_OF_PSQL = re.compile(r"^\\(?:un)?restrict\b.*$", re.M)
"""What `pg_dump` writes around its SQL, for psql alone."""

_UNSURE = frozenset({"55P04", "25P02", "25001", "55006"})
"""States that a downgrade may end in because it was tried and not committed: unsafe use of a new enum value, a failed
or an active transaction, an object in use."""


def replay(
    root: str,
    options: ReplayOptions,
    *,
    directory: str,
    judged: Collection[str] | None = None,
    say: Callable[[str], None] = lambda text: None,
    look: Callable[[str], None] = lambda address: None,
) -> Replay:
    """Replay a history from its base to its heads.

    Args:
        root: the project's.
        directory: where `env.py` is run, as `alembic` would be.
        judged: revisions that are asked about; `None` for all.
        say: told what is being done.
        look: given the address of the database at the history's heads, as libpq reads it, before it is dropped.

    Raises:
        ReplayFailed: if it could not be begun, or its end says nothing of the history.
    """
    say("starting PostgreSQL")
    try:
        with scratch.start(options.server, settings=_SETTINGS) as server, contextlib.ExitStack() as stack:
            replaying = _Replaying(root, options, directory, server, say, look)
            if options.initial_models is not None:
                folder = stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="schema-lint-", ignore_cleanup_errors=True)
                )
                replaying.begin_with(CommittedModels(root, folder, options.initial_models))
            return replaying.run(judged)
    except scratch.ScratchError as error:
        raise ReplayFailed(
            f"no PostgreSQL to replay on: {error}", hint=error.hint or "pip install 'schema-lint[live]' brings one"
        ) from None


class _Replaying:
    def __init__(
        self,
        root: str,
        options: ReplayOptions,
        directory: str,
        server: scratch.Server,
        say: Callable[[str], None],
        look: Callable[[str], None],
    ) -> None:
        self._root = os.path.realpath(root)
        self._options = options
        self._directory = directory
        self._server = server
        self._say = say
        self._look = look
        self._models: CommittedModels | None = None
        try:
            self._python = find_interpreter(root, directory, options.python)
        except FileNotFoundError:
            raise ReplayFailed(
                f"--python {options.python} is no interpreter",
                hint="give the path of a python, of a virtual environment, or a name such as python3.12",
            ) from None
        self._explanation = Explanation(root, self._python.path, options)

    def begin_with(self, models: CommittedModels) -> None:
        """Make the initial schema from models."""
        self._models = models

    def run(self, judged: Collection[str] | None) -> Replay:
        heard = self._heard(self._job())
        if any(event["wrong"] for event in heard.of("finished")):
            # What was read piece by piece is not what is there: some statement changed more than it seemed to.
            heard = self._heard(self._job(full_snapshots=True))
        self._check(heard)
        steps = Steps(self._root, self._explanation, judged)
        for event in heard.events:
            steps.hear(event)
        found = steps.replay(self._server.source)
        found = self._confirmed(found, heard, steps)
        return self._with_rows(found, heard, steps) if self._options.rows else found

    def _confirmed(self, found: Replay, heard: Heard, steps: Steps) -> Replay:
        """The replay, downgrades run once more and committed where trying them may itself be why they failed.

        One more run serves all of them, unless one leaves something otherwise than it was: the next want another.
        """
        exact = {event["revision"] for event in heard.of("step") if (event.get("downgrade") or {}).get("exact")}
        doubtful = {step.revision: step for step in found.judged if _is_doubtful(step) and step.revision not in exact}
        sure: dict[str, TrialDowngrade] = {}
        while doubtful.keys() - sure.keys():
            again = self._heard(self._job(bare=True, trials=False, confirm=sorted(doubtful.keys() - sure.keys())))
            told = {event["revision"]: event["downgrade"] for event in again.of("confirmed")}
            if not told.keys() & (doubtful.keys() - sure.keys()):
                break
            for name in told.keys() & doubtful.keys():
                step, trial = doubtful[name], told[name]
                sure[name] = steps.downgrade(trial, bool(step.changes), len(step.statements))
        return msgspec.structs.replace(found, steps=tuple(
            msgspec.structs.replace(step, downgrade=sure.get(step.revision, step.downgrade)) for step in found.steps
        ))  # fmt: skip

    def _with_rows(self, found: Replay, heard: Heard, steps: Steps) -> Replay:
        """The replay, each step that runs a statement tried with rows: in another run, which disturbs nothing here."""
        acting = {event["revision"] for event in heard.of("step") if _acts(event)}
        wanted = [step.revision for step in found.judged if step.revision in acting]
        again = self._heard(self._job(bare=True, trials=False, rows=self._options.rows, rows_of=wanted))
        tried = {event["revision"]: event for event in again.of("rows")}
        ended = None
        if not again.of("finished") and found.failure is None:
            ended = self._explanation.of(again).message
        elif _digest(again) != _digest(heard):
            tried, ended = {}, "it led to another schema than without rows"
        return msgspec.structs.replace(
            found,
            rows=RowsSummary(rows=self._options.rows, ended=ended),
            steps=tuple(
                msgspec.structs.replace(step, rows=steps.rows(tried[step.revision], step))
                if step.revision in tried
                else step
                for step in found.steps
            ),
        )

    def _job(self, **more: Any) -> dict[str, Any]:
        options = self._options
        schema = None
        if options.initial_schema is not None:
            schema = os.path.join(self._directory, options.initial_schema)
        return {
            "ini": options.ini, "section": options.section, "x": list(options.arguments), "setup": options.setup,
            "destination": options.destination, "initial_revision": options.initial_revision,
            "initial_schema": schema, "allow_processes": options.allow_processes, "trials": options.trials,
            "full_snapshots": False, "extensions": options.server is None, "bare": False, "confirm": [], "rows": 0,
            "rows_of": [], "create": None,
            "edited": {os.path.realpath(path): text.decode("latin-1") for path, text in options.edited.items()}, **more,
        }  # fmt: skip

    def _heard(self, job: dict[str, Any]) -> Heard:
        with made_place(self._server, self._options.server) as place:
            self._prepare(place, job["initial_schema"])
            if self._models is not None:
                self._create(place, job, self._models)
            heard = self._run(place, job, self._directory)
            if not job["bare"] and heard.of("finished"):
                self._look(place.conninfo())
            return heard

    def _prepare(self, place: Place, schema: str | None) -> None:
        if schema is None:
            return
        from psycopg import Error
        from psycopg.pq import TransactionStatus

        try:
            with open(schema, encoding="utf-8") as file:
                text = _OF_PSQL.sub("", file.read())
        except (OSError, UnicodeDecodeError) as error:
            why = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
            raise ReplayFailed(f"--initial-schema {schema} cannot be read: {why}") from None
        with self._server.connect(place.conninfo()) as connection:
            try:
                connection.execute(text.encode())
            except Error as error:
                said = str(error).strip().splitlines()[0]
                raise ReplayFailed(
                    f"--initial-schema {schema} fails: {self._explanation.safe(said)}",
                    hint="SQL is wanted, as `pg_dump --schema-only --no-owner --no-privileges` writes it",
                ) from None
            if connection.info.transaction_status != TransactionStatus.IDLE:
                raise ReplayFailed(
                    f"--initial-schema {schema} begins a transaction that it does not end: nothing of it would stay",
                    hint="COMMIT at its end, or no BEGIN",
                )

    def _create(self, place: Place, job: dict[str, Any], models: CommittedModels) -> None:
        def run(more: dict[str, Any]) -> Heard:
            return self._run(place, {**job, **more}, models.instead_of(self._directory))

        self._say("making the initial schema")
        models.create(self._options, run, self._python.path)

    def _run(self, place: Place, job: dict[str, Any], directory: str) -> Heard:
        told = {**job, "server": place.of_probe(), "token": place.token}
        hear = _Telling(self._say)
        try:
            heard = run_probe(
                self._python.path,
                told,
                prefix=network_namespace() if place.is_local else [],
                limit=self._options.limit,
                variables=variables_for(os.environ, dict(self._options.variables), place),
                directory=directory,
                hear=hear,
            )
        except OSError as error:
            raise ReplayFailed(
                f"{self._python.path} cannot be run: {error.strerror}", hint="name another interpreter with --python"
            ) from None
        if heard.events[-1:] and heard.events[-1]["event"] != "ended":
            self._check_server(place, heard)
        return heard

    def _check_server(self, place: Place, heard: Heard) -> None:
        """See that the server is still there: else its end is why the replay ended."""
        with contextlib.suppress(scratch.ScratchError):
            self._server.connect(place.conninfo()).close()
            return
        begun = heard.of("begin")
        where = f" while revision {begun[-1]['revision']} ran" if begun else ""
        raise ReplayFailed(f"{self._server.source} ended{where}", hint="nothing is left behind; replay again")

    def _check(self, heard: Heard) -> None:
        """Raise unless the history was run, or an upgrade of it failed."""
        events = {event["event"]: event for event in heard.events}
        if not {"started", "history"} <= events.keys():
            # Whatever else was told, nothing of the history was run.
            raise self._explanation.of(heard)
        if "failed" in events:
            return
        if "failure" in events or "ended" not in events:
            raise self._explanation.of(heard)
        ended = events["ended"]
        if ended["steps"] == 0:
            raise self._explanation.of_nothing(ended["known"], "run" in events)


def _is_doubtful(step: ReplayedStep) -> bool:
    """Whether trying the downgrade, and not committing it, may itself be why it ended as it did."""
    trial = step.downgrade
    if trial is None:
        return False
    return trial.verdict == "unknown" or (trial.error is not None and trial.error.sqlstate in _UNSURE)


def _acts(event: Event) -> bool:
    """Whether a step, or its downgrade, runs a statement."""
    return bool(event["count"] or (event.get("downgrade") or {}).get("count"))


def _digest(heard: Heard) -> str | None:
    """Of the catalogue at the end."""
    finished = heard.of("finished")
    return finished[-1]["digest"] if finished else None


class _Telling:
    """Says which step is being run."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._steps = 0
        self._done = 0

    def __call__(self, event: Event) -> None:
        if event["event"] == "run":
            self._steps, self._done = event["steps"], 0
        elif event["event"] == "seeding":
            self._say(f"replaying with rows {self._done + 1} of {self._steps}: {event['revision']}")
        elif event["event"] == "begin":
            self._done += 1
            self._say(f"replaying {self._done} of {self._steps}: {event['revision']}")
