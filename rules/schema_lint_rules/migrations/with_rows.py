"""What a server did to rows when a revision was replayed with them: it beats what reading suspected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from schema_lint.checking.rule import Violation
from schema_lint.facts.migrations import Revision
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import LostValues, ReplayedStep, RowsFailure, RowsTrial
from schema_lint.facts.unknown import Undecided
from schema_lint_rules._steps import about_replayed, bare
from schema_lint_rules.shapes import listed

MISSING = "23502"
"""The state of an error about a value that is NULL and must not be."""

_HOW = {"dropped": "dropped", "emptied": "deleted", "changed": "changed"}


def trial_of(revision: Revision, project: Project) -> RowsTrial | None:
    """How a revision fared with rows; `None` where that was not tried."""
    steps = project.replayed(revision.identifier)
    return next((step.rows for step in steps if step.judged and step.rows is not None), None)


def on_missing_values(
    revision: Revision, table: object, column: object, project: Project, *, is_new: bool
) -> str | None:
    """What to add to a message about a column that becomes NOT NULL; `None` where the server took it.

    Args:
        is_new: whether the revision adds the column.
    """
    trial = trial_of(revision, project)
    if trial is None:
        return ""
    failure = trial.failure if is_new or trial.failure is not None else trial.failure_with_nulls
    if failure is not None:
        told = failure.error.sqlstate == MISSING and bare(failure.table) == bare(table) and column in failure.columns
        return f" (replayed with {_rows(failure.rows)}: {failure.error.message})" if told else ""
    if is_new:
        return None if any(bare(name) == bare(table) for name in trial.seeded) else ""
    return None if any(name.split(".")[-2:] == [bare(table), column] for name in trial.nulls) else ""


def on_loss(revision: Revision, table: object, columns: tuple[str, ...], project: Project) -> str | None:
    """What to add to a message about what a step takes away; `None` where its downgrade brought all back.

    That made up values fit a narrower type says nothing of others: who asks about one takes `None` for nothing.
    """
    trial = trial_of(revision, project)
    if trial is None or not isinstance(table, str):
        return ""
    wanted = [bare(table), *columns]
    if any(name.split(".")[1:] == wanted for name in trial.kept):
        return None
    lost = [each for each in trial.lost if _parts(each) == wanted]
    return f" (replayed: {_told(lost)}, which its downgrade does not bring back)" if lost else ""


def unread_losses(
    step: ReplayedStep, project: Project, read: Callable[[Revision, Project], Iterator[Violation]]
) -> Iterator[Violation]:
    """Tables of which a server lost rows or values, and reading the revision tells nothing."""
    if step.rows is None or not step.rows.lost:
        return
    known = _known(step, project, read)
    if known is None:
        return
    lost = [each for each in step.rows.lost if not {(bare(each.table), None), (bare(each.table), each.column)} & known]
    for table in dict.fromkeys(each.table for each in lost):
        its = [each for each in lost if each.table == table]
        yield Violation(
            message=f"revision {step.revision}, replayed with rows, {_told(its)}, which its downgrade does not bring "
            "back",
            suggestion="stop reading and writing it in a release before this one, and drop it in a later one",
            subject=about_replayed(step, table, *(each.column for each in its if each.column is not None)),
            place=step.place,
        )


def unread_missing_values(
    step: ReplayedStep, project: Project, read: Callable[[Revision, Project], Iterator[Violation]]
) -> Iterator[Violation]:
    """A column that a server did not take as NOT NULL, of which reading the revision tells nothing."""
    failure = step.rows.failure if step.rows is not None else None
    if failure is None or not failure.certain or failure.error.sqlstate != MISSING or failure.table is None:
        return
    known = _known(step, project, read)
    if known is not None and not {(bare(failure.table), column) for column in failure.columns} & known:
        yield Violation(
            message=f"revision {step.revision} {fails_on(failure)}",
            suggestion="give the column a server_default; or add it as nullable, fill it, and set NOT NULL in a later "
            "revision",
            subject=about_replayed(step, failure.table, *failure.columns),
            place=failure.error.place or step.place,
        )


def fails_on(failure: RowsFailure) -> str:
    """What a failure is, and in whose presence."""
    message = failure.error.message
    return f"fails as soon as {bare(failure.table)} has rows (replayed with {_rows(failure.rows)}): {message}"


def _known(
    step: ReplayedStep, project: Project, read: Callable[[Revision, Project], Iterator[Violation]]
) -> set[tuple[str, str | None]] | None:
    """Tables and columns that reading the revision tells of; `None` for one that is applied."""
    known: set[tuple[str, str | None]] = set()
    for revision in project.revisions_called(step.revision):
        if revision.applied:
            return None
        with suppress(Undecided):
            for found in read(revision, project):
                if found.subject is not None:
                    known |= {(bare(found.subject.table), column) for column in found.subject.columns or (None,)}
    return known


def _parts(lost: LostValues) -> list[str]:
    return [bare(lost.table)] if lost.column is None else [bare(lost.table), lost.column]


def _told(lost: list[LostValues]) -> str:
    told = [
        f"{_HOW[each.how]} {_rows(each.count)} of {bare(each.table)}"
        if each.column is None
        else f"{_HOW[each.how]} {_values(each.count)} of {bare(each.table)}.{each.column}"
        for each in lost
    ]
    return listed(told, 4)


def _rows(count: int) -> str:
    return f"{count:,} row{'s' * (count != 1)}"


def _values(count: int) -> str:
    return f"{count:,} value{'s' * (count != 1)}"
