"""Facts out of what a probe tells, with the verdict on each step's downgrade."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from typing import Any

from schema_lint.facts import locks
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.replaying import (
    FailedUpgrade,
    LostValues,
    Replay,
    ReplayDifference,
    ReplayedStep,
    ReplayError,
    RowsFailure,
    RowsTrial,
    TableLock,
    TrialDowngrade,
)
from schema_lint.readers.source.application.urls import parse_url
from schema_lint.replaying.explaining import Explanation

Json = dict[str, Any]

MODES = {
    "ShareUpdateExclusiveLock": locks.SHARE_UPDATE_EXCLUSIVE, "ShareLock": locks.SHARE,
    "ShareRowExclusiveLock": locks.SHARE_ROW_EXCLUSIVE, "ExclusiveLock": locks.EXCLUSIVE,
    "AccessExclusiveLock": locks.ACCESS_EXCLUSIVE,
}  # fmt: skip
_WORST = ("nothing", "inverse", "order", "irreversible", "unknown", "empty", "not-inverse", "broken")
_DECLARED = ("NotImplementedError", "RuntimeError")


class Steps:
    """Gathers the steps of a replay."""

    def __init__(self, root: str, explanation: Explanation, judged: Collection[str] | None) -> None:
        self._root = root
        self._explanation = explanation
        self._judged = judged
        self._steps: dict[str, ReplayedStep] = {}
        self._failure: FailedUpgrade | None = None
        self._redirected: list[str] = []
        self._runs = 0
        self._history: Json = {}
        self._started: Json = {}

    def hear(self, event: Json) -> None:
        """Take in one event."""
        kind = event["event"]
        if kind == "step":
            self._add(self._step(event))
        elif kind == "failed":
            self._failure = FailedUpgrade(
                revision=event["revision"], title=event["title"], path=self._shown(event["path"]),
                error=self._error(event["error"]), place=self._place(event["path"]),
            )  # fmt: skip
        elif kind == "redirected":
            self._redirected.append(self._explanation.safe(event["asked"]))
        elif kind == "run" and event["steps"]:
            self._runs += 1
        elif kind == "history":
            self._history = event
        elif kind == "started":
            self._started = event

    def replay(self, server: str) -> Replay:
        """The whole of it."""
        started = self._started
        return Replay(
            folder=self._shown(self._history["folder"]),
            server=server,
            steps=tuple(self._steps.values()),
            failure=self._failure,
            revisions=self._history["revisions"],
            runs=self._runs,
            redirected=tuple(dict.fromkeys(self._redirected)),
            asked=tuple(filter(None, map(parse_url, dict.fromkeys(self._redirected)))),
            notes=(
                f"interpreter: {self._explanation.python} (Python {started['python']}, alembic {started['alembic']}, "
                f"SQLAlchemy {started['sqlalchemy']})",
            ),
        )

    def _add(self, step: ReplayedStep) -> None:
        """Add a step. Of several runs of one revision, as for tenants, the one of the worst verdict stays."""
        known = self._steps.get(step.revision)
        if known is None or _rank(step) > _rank(known):
            self._steps[step.revision] = step

    def _step(self, event: Json) -> ReplayedStep:
        changes = _differences(event["changes"])
        trial = event.get("downgrade")
        return ReplayedStep(
            revision=event["revision"],
            title=event["title"],
            path=self._shown(event["path"]),
            judged=self._judged is None or event["revision"] in self._judged,
            seconds=event["seconds"],
            statements=tuple(self._explanation.safe(text) for text, _ in event["statements"]),
            locks=_locks(event["locks"]),
            rewritten=tuple(sorted(event["rewritten"])),
            scanned=tuple(sorted(event["scanned"])),
            autocommit=event["autocommit"],
            changes=changes,
            remembered=tuple(event.get("remembered", ())),
            downgrade=self.downgrade(trial, bool(changes), event["count"]) if trial is not None else None,
            place=self._place(event["path"]),
        )

    def rows(self, event: Json, step: ReplayedStep) -> RowsTrial:
        """What came of a step with rows."""
        trial = step.downgrade
        with_nulls = event.get("with_nulls", {})
        undo = self._rows_failure(event.get("undo_failure"))
        # A downgrade that fails on rows that were made up may well do on those that are there.
        told = undo is None or undo.certain or (trial is not None and trial.verdict in ("broken", "irreversible"))
        if event.get("leaked"):
            told = False
        return RowsTrial(
            seeded=event["seeded"],
            unseeded=event["unseeded"],
            nulls=frozenset(with_nulls.get("nulls", ())),
            failure=self._rows_failure(event.get("failure")),
            failure_with_nulls=self._rows_failure(with_nulls.get("failure")),
            undo_failure=undo,
            lost=tuple(LostValues(**each) for each in event.get("lost", ())) if told else (),
            kept=frozenset(_whole_name(each) for each in event.get("kept", ())) if told else frozenset(),
        )

    def _rows_failure(self, failure: Json | None) -> RowsFailure | None:
        if failure is None:
            return None
        return RowsFailure(
            error=self._error(failure), table=failure["table"], columns=tuple(failure["columns"]), rows=failure["rows"],
            certain=failure["certain"], by_schema=failure["of_schema"],
        )  # fmt: skip

    def downgrade(self, trial: Json, changed: bool, upgraded: int) -> TrialDowngrade:
        """The verdict on a trial.

        Args:
            changed: whether the upgrade changed the catalogue.
            upgraded: how many statements the upgrade ran.
        """
        error = self._error(trial["error"]) if trial.get("error") else None
        differences = _differences(trial.get("differences", ()))
        again = (trial.get("again") or {}).get("error")
        return TrialDowngrade(
            verdict=self._verdict(trial, error, differences, changed, upgraded),
            differences=differences,
            locks=_locks(trial.get("locks", {})),
            seconds=trial["seconds"],
            error=error,
            second_upgrade=self._error(again) if again else None,
        )

    def _verdict(
        self, trial: Json, error: ReplayError | None, differences: Sequence[ReplayDifference], changed: bool, ran: int
    ) -> str:
        if error is not None:
            declared = error.type in _DECLARED and self._is_own(trial["error"]["frames"])
            return "irreversible" if declared else "broken"
        if trial.get("leaked"):
            return "unknown"
        if not ran and not trial["count"]:
            return "nothing"
        differences = [difference for difference in differences if not _is_validated(difference)]
        if changed and not trial["count"] and (differences or not trial.get("differences")):
            return "empty"
        if all(difference.kind == "column order" for difference in differences):
            return "order" if differences else "inverse"
        return "not-inverse"

    def _is_own(self, frames: Sequence[Sequence[Any]]) -> bool:
        """Whether a line of the project's own raised it, in its history or beside."""
        if not frames:
            return False
        file = os.path.realpath(frames[-1][0])
        folder = os.path.realpath(self._history["folder"])
        return file.startswith(folder + os.sep) or self._explanation.is_own(file)

    def _error(self, error: Json) -> ReplayError:
        statement = error["statement"]
        return ReplayError(
            type=error["type"],
            message=self._explanation.safe(error["message"].strip().partition("\n")[0]),
            sqlstate=error["sqlstate"],
            statement=self._explanation.safe(statement) if statement else None,
            place=self._explanation.place(error["frames"]),
        )

    def _shown(self, path: str) -> str:
        relative = os.path.relpath(os.path.realpath(path), self._root)
        return path if relative.startswith("..") else relative.replace(os.sep, "/")

    def _place(self, path: str) -> SourcePlace | None:
        shown = self._shown(path)
        return None if os.path.isabs(shown) else SourcePlace(path=shown, line=1)


def _is_validated(difference: ReplayDifference) -> bool:
    """Whether all that differs is that a constraint is validated, which nothing takes back and nobody has to."""
    return difference.kind == "constraint" and difference.before == f"{difference.after} NOT VALID"


def _whole_name(found: Json) -> str:
    return f"{found['table']}.{found['column']}" if found["column"] else str(found["table"])


def _rank(step: ReplayedStep) -> int:
    return _WORST.index(step.downgrade.verdict) if step.downgrade is not None else -1


def _locks(held: Json) -> tuple[TableLock, ...]:
    return tuple(TableLock(table=table, mode=MODES[mode]) for table, mode in sorted(held.items()))


def _differences(found: Sequence[Json]) -> tuple[ReplayDifference, ...]:
    return tuple(
        ReplayDifference(
            kind=each["kind"], name=each["name"], before=each["before"], after=each["after"],
            renamed=each.get("renamed"), parts=_differences(each.get("parts", ())),
        )
        for each in found
    )  # fmt: skip
