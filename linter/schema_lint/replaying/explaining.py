"""Why a history could not be replayed, in the user's terms: what happened, in which lines of theirs, what to do."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from typing import Any

from schema_lint.facts.place import SourcePlace
from schema_lint.readers.metadata.failing import Explanation as Telling
from schema_lint.replaying.errors import ReplayFailed
from schema_lint.replaying.options import ReplayOptions
from schema_lint.replaying.process import Heard

Json = dict[str, Any]
_UNCHANGED = "nothing was run there"
_TOLD = ("begin", "seeding", "step", "rows", "finished")
_BROKEN = "`schema-lint check` tells where"
_NO_HISTORY = ("Path doesn't exist", "No config file", "No 'script_location'", "Can't find Python file")
"""What alembic says where its configuration leads to no history."""


class Explanation:
    """Turns what a probe told, or how it ended, into an error."""

    def __init__(self, root: str, python: str, options: ReplayOptions) -> None:
        self.python = python
        self._options = options
        self._root = os.path.realpath(root)
        variables = {**os.environ, **dict(options.variables)}
        self._who = "env.py"
        self._telling = Telling(root=root, python=python, limit=options.limit, variables=variables)

    def safe(self, text: str) -> str:
        """Text without passwords, in one line of bounded length."""
        return self._telling.safe(text)

    def is_own(self, file: str) -> bool:
        """Whether a file is the project's."""
        return self._telling.is_own(file)

    def place(self, frames: Sequence[Sequence[Any]]) -> SourcePlace | None:
        """The innermost line of the project's own."""
        for file, line, *_ in reversed(frames):
            if self.is_own(file):
                path = os.path.relpath(os.path.realpath(file), self._root).replace(os.sep, "/")
                return SourcePlace(path=path, line=line or 1)
        return None

    def of(self, heard: Heard) -> ReplayFailed:
        """The error for a probe that did not replay anything."""
        failures = heard.of("failure")
        if not failures:
            return self._ended(heard)
        failure = failures[-1]
        self._who = _doing(heard)
        explain = getattr(self, "_" + failure["kind"].replace("-", "_"))
        error: ReplayFailed = explain(failure)
        return error

    def of_nothing(self, revisions: int, has_run: bool) -> ReplayFailed:
        """The error for an `env.py` that ran no revision."""
        if not revisions:
            return ReplayFailed("the history has no revisions", hint="is it the right alembic.ini? name it with --ini")
        models, at = self._options.initial_models, self._options.initial_revision
        option = f"--initial-schema {models.revision}" if models is not None else f"--initial-revision {at}"
        if has_run and (at is not None or models is not None):
            return ReplayFailed(f"there is no revision to replay after {option}", hint="name an earlier one")
        why = "asked alembic for none of them" if has_run else "did not call context.run_migrations()"
        return ReplayFailed(
            f"env.py ended without running any of the {revisions} revisions: it {why}",
            hint="where it loops over tenants, --setup MODULE:FUNCTION can make one",
        )

    def _ended(self, heard: Heard) -> ReplayFailed:
        doing = _doing(heard)
        if heard.timed_out:
            return ReplayFailed(
                f"{doing} took longer than {self._options.limit:g} s, and was ended",
                hint="give it longer: --step-timeout SECONDS",
            )
        said = self.safe(heard.output.strip().splitlines()[-1]) if heard.output.strip() else ""
        return ReplayFailed(
            f"{self._telling.interpreter()} ended with status {heard.status} while it ran {doing}"
            + (f": {said}" if said else ""),
            hint="Python 3.8 or newer with the project's requirements is needed: --python PATH",
        )

    def _raised(self, failure: Json) -> ReplayFailed:
        said = self.safe(failure["message"])
        trace = self._trace(failure)
        kind = failure["type"]
        setup = self._options.setup
        if kind == "ModuleNotFoundError" and failure["name"] and not trace and setup and (
            f"{setup.partition(':')[0]}.".startswith(f"{failure['name']}.")
        ):  # fmt: skip
            return ReplayFailed(
                f"--setup {setup}: {self._telling.interpreter()} finds no module {failure['name']}",
                hint="prepend_sys_path in alembic.ini or --env PYTHONPATH=… says where it lies",
            )
        if kind == "ModuleNotFoundError" and failure["name"]:
            return ReplayFailed(
                f"{self._who} needs the module {failure['name']}, which {self._telling.interpreter()} does not find",
                hint="name the interpreter that has the project's requirements with --python; where the module is the "
                "project's own, prepend_sys_path in alembic.ini or --env PYTHONPATH=… says where it lies",
                trace=trace,
            )
        known = self._known(failure, said)
        if known is not None:
            return known
        last = said.rpartition(" For further information visit")[0] or said
        hint = "where a setting is missing: --env NAME=value; where something is to be made first: --setup"
        wanted = re.fullmatch(r"'([A-Z][A-Z0-9_]+)'", failure["message"].strip())
        if kind == "KeyError" and wanted is not None:
            hint = (
                f"set {wanted[1]} with --env NAME=value: any will do, since only the scratch database is connected to"
            )
        elif kind == "CommandError" and "Can't locate revision" in said:
            hint = f"the history is broken: {_BROKEN}"
        elif kind == "SyntaxError":
            hint = f"{self._telling.interpreter()} cannot read it; --python names another interpreter"
        return ReplayFailed(
            f"{self._who} raised {kind}: {last}" if last else f"{self._who} raised {kind}", hint=hint, trace=trace
        )

    def _known(self, failure: Json, said: str) -> ReplayFailed | None:
        """The error for what alembic, or `--setup`, refuses before `env.py` has its turn."""
        at, setup = self._options.initial_revision, self._options.setup
        if at is not None and f"identified by '{at}'" in said:
            return ReplayFailed(
                f"--initial-revision {at}: there is no such revision", hint="`schema-lint migrations` lists them"
            )
        if any(self.is_own(file) for file, *_ in failure["frames"]):
            return None
        raised_in = failure["frames"][-1][0] if failure["frames"] else ""
        if failure["type"] == "KeyError" and raised_in.replace(os.sep, "/").endswith("/alembic/script/revision.py"):
            return ReplayFailed(f"the history is broken: a revision follows {said}, which there is not", hint=_BROKEN)
        unread = os.path.basename(raised_in) == "configparser.py" or failure["type"] == "TOMLDecodeError"
        if unread or said.startswith(_NO_HISTORY):
            ini = os.path.relpath(self._options.ini, self._root)
            return ReplayFailed(
                f"alembic finds no history by {ini}: {said}",
                hint="--ini names another file, and --name another section of it",
            )
        if setup is not None and not failure["frames"]:
            return ReplayFailed(f"--setup {setup} raised {failure['type']}: {said}", hint="it names MODULE:FUNCTION")
        return None

    def _refused(self, failure: Json) -> ReplayFailed:
        return ReplayFailed(
            f"{self._who} wanted {self.safe(failure['message'])}, which was refused: {_UNCHANGED}",
            hint="a replay reaches its scratch database and nothing else",
            trace=self._trace(failure),
        )

    def _process(self, failure: Json) -> ReplayFailed:
        return ReplayFailed(
            f"{self._who} wanted to run the program {self.safe(failure['message'])}, which was refused",
            hint="--allow-processes allows it; what it reaches is then up to it",
            trace=self._trace(failure),
        )

    def _elsewhere(self, failure: Json) -> ReplayFailed:
        return ReplayFailed(
            f"{self._who} is connected to the database {self.safe(failure['message'])} and not to the scratch "
            "database; no revision was run",
            hint="a replay reaches its scratch database and nothing else",
            trace=self._trace(failure),
        )

    def _dialect(self, failure: Json) -> ReplayFailed:
        kind = failure["message"] or "an unknown kind"
        return ReplayFailed(
            f"{self._who} asks for a database of {kind}; only PostgreSQL is replayed",
            hint="where it takes the URL from a setting: --env NAME=postgresql://localhost/any",
            trace=self._trace(failure),
        )

    def _offline(self, failure: Json) -> ReplayFailed:
        return ReplayFailed(
            "env.py gives alembic no connection, but only a URL: it can print SQL and run none",
            hint="give context.configure() a connection where context.is_offline_mode() is false",
            trace=self._trace(failure),
        )

    def _no_driver(self, failure: Json) -> ReplayFailed:
        kind = "asynchronous driver" if failure["asynchronous"] else "driver"
        return ReplayFailed(
            f"{self._telling.interpreter()} has no {kind} of PostgreSQL",
            hint=f"install one there: {failure['message']}; or name another interpreter with --python",
        )

    def _no_alembic(self, failure: Json) -> ReplayFailed:
        return ReplayFailed(
            f"{self._telling.interpreter()} cannot import alembic: {self.safe(failure['message'])}",
            hint="name the project's own interpreter with --python, or install the project's requirements there",
        )

    def _no_head(self, failure: Json) -> ReplayFailed:
        return ReplayFailed(
            f"its history ended at {self.safe(failure['message'])} there, which the models belong to",
            hint="name that one",
        )

    def _no_metadata(self, failure: Json) -> ReplayFailed:
        return ReplayFailed("env.py gives alembic no target_metadata with tables", hint="it had none then")

    def _of_today(self, failure: Json) -> ReplayFailed:
        return ReplayFailed(
            f"env.py imports {self.safe(failure['message'])} from the working tree",
            hint="prepend_sys_path in alembic.ini or --env PYTHONPATH=… says where the project's modules lie",
        )

    def _trace(self, failure: Json) -> tuple[str, ...]:
        return tuple(self._telling.lines(failure["frames"]))


def _doing(heard: Heard) -> str:
    """What was running when the probe ended."""
    last = next((event for event in reversed(heard.events) if event["event"] in _TOLD), None)
    return f"revision {last['revision']}" if last is not None and last["event"] in _TOLD[:2] else "env.py"
