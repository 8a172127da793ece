"""Revisions in the report for programs."""

from __future__ import annotations

from typing import Any

from schema_lint.facts.replaying import (
    Replay,
    ReplayDifference,
    ReplayedStep,
    ReplayError,
    RowsFailure,
    RowsTrial,
    TableLock,
)
from schema_lint.facts.secrets import mask
from schema_lint.reporting.revisions import Row


def revision_of(row: Row) -> dict[str, Any]:
    """A revision that is judged."""
    return {
        "revision": row.revision,
        "title": row.title,
        "path": row.path,
        "parents": list(row.parents) if row.parents is not None else None,
        "does": row.does,
        "strongest_lock": row.lock,
        "severity": row.severity,
        "codes": list(row.codes),
        "whole": row.whole,
        "apply": row.apply,
        "roll_back": row.undo,
        "roll_back_note": row.undo_note or None,
        "replayed": _step(row.step) if row.step is not None else None,
        "error": _error(row.failure) if row.failure is not None else None,
    }


def replay_of(replay: Replay) -> dict[str, Any]:
    """The replay itself."""
    return {
        "server": replay.server,
        "folder": replay.folder,
        "revisions": replay.revisions,
        "replayed": len(replay.steps),
        "runs": replay.runs,
        "rows": replay.rows.rows if replay.rows is not None else None,
        "redirected": [mask(address) for address in replay.redirected],
    }


def _step(step: ReplayedStep) -> dict[str, Any]:
    trial = step.downgrade
    return {
        "seconds": step.seconds,
        "statements": [mask(statement) for statement in step.statements],
        "autocommit": step.autocommit,
        "locks": list(map(_lock, step.locks)),
        "rewritten": list(step.rewritten),
        "scanned": list(step.scanned),
        "changes": list(map(_difference, step.changes)),
        "downgrade": {
            "verdict": trial.verdict,
            "seconds": trial.seconds,
            "differences": list(map(_difference, trial.differences)),
            "locks": list(map(_lock, trial.locks)),
            "error": _error(trial.error) if trial.error is not None else None,
            "second_upgrade": _error(trial.second_upgrade) if trial.second_upgrade is not None else None,
        }
        if trial is not None
        else None,
        "rows": _rows(step.rows) if step.rows is not None else None,
    }


def _rows(trial: RowsTrial) -> dict[str, Any]:
    return {
        "seeded": trial.seeded,
        "unseeded": {table: mask(why) for table, why in trial.unseeded.items()},
        "failure": _rows_failure(trial.failure),
        "failure_with_nulls": _rows_failure(trial.failure_with_nulls),
        "downgrade_failure": _rows_failure(trial.undo_failure),
        "lost": [{"table": e.table, "column": e.column, "count": e.count, "how": e.how} for e in trial.lost],
        "kept": sorted(trial.kept),
    }


def _rows_failure(failure: RowsFailure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    columns = list(failure.columns)
    return {
        "error": _error(failure.error), "table": failure.table, "columns": columns, "rows": failure.rows,
        "certain": failure.certain,
    }  # fmt: skip


def _lock(lock: TableLock) -> dict[str, str]:
    return {"table": lock.table, "mode": lock.mode}


def _difference(difference: ReplayDifference) -> dict[str, str | None]:
    return {
        "kind": difference.kind,
        "name": difference.name,
        "renamed_from": difference.renamed,
        "before": mask(difference.before) if difference.before is not None else None,
        "after": mask(difference.after) if difference.after is not None else None,
    }


def _error(error: ReplayError) -> dict[str, str | None]:
    return {
        "type": error.type,
        "message": mask(error.message),
        "sqlstate": error.sqlstate,
        "statement": mask(error.statement) if error.statement is not None else None,
    }
