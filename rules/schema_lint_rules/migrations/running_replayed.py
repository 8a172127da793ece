"""What the running code loses by new revisions, as a server shows it that replayed them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.project import Base, Project
from schema_lint.facts.replaying import ReplayDifference, ReplayedStep
from schema_lint.facts.schema import Table

STILL = "which {} still has"
NOT_WRITTEN = "which {} does not write"


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the code of the base branch cannot work with."""

    step: ReplayedStep
    table: str
    column: str | None = None
    what: str
    consequence: str


def losses(environment: MigrationEnvironment, base: Base, project: Project, mapped: dict[str, Table]) -> Iterator[Loss]:
    """What all new revisions together took away, or came to want.

    Args:
        mapped: the tables of the base branch's models, by key.
    """
    for replay in project.replays_of(environment):
        steps = [step for step in replay.steps if step.revision not in base.revisions]
        changes = _together(steps)
        views = {name for (kind, name), (_, change) in changes.items() if "view" in kind and change.after is not None}
        for (kind, name), (step, change) in changes.items():
            if kind == "table" and change.after is None and name not in views:
                key = _key(name)
                if key in mapped:
                    yield Loss(step=step, table=key, what=f"takes away the table {key}", consequence=STILL)
            elif kind == "column":
                yield from _of_column(name, change, step, mapped)


def _of_column(name: str, change: ReplayDifference, step: ReplayedStep, mapped: dict[str, Table]) -> Iterator[Loss]:
    owner, _, column = name.rpartition(".")
    key = _key(owner)
    table = mapped.get(key)
    if table is None:
        return
    known = table.column(column) is not None
    if change.after is None and known:
        yield Loss(step=step, table=key, column=column, what=f"takes away {key}.{column}", consequence=STILL)
    elif _is_wanted(change.after) and not _is_wanted(change.before) and not known and table.columns.rest is None:
        what = f"wants {key}.{column}, NOT NULL and without a server default"
        yield Loss(step=step, table=key, column=column, what=what, consequence=NOT_WRITTEN)


def _together(steps: list[ReplayedStep]) -> dict[tuple[str, str], tuple[ReplayedStep, ReplayDifference]]:
    """From what each object was before the first step to what it is after the last, with the step that did it last."""
    found: dict[tuple[str, str], tuple[ReplayedStep, ReplayDifference]] = {}
    for step in steps:
        for change in step.changes:
            key = (change.kind, change.name)
            before = found[key][1].before if key in found else change.before
            found[key] = (step, msgspec.structs.replace(change, before=before))
    return {key: each for key, each in found.items() if each[1].before != each[1].after}


def _is_wanted(definition: str | None) -> bool:
    """Whether an INSERT fails that does not name the column."""
    return definition is not None and " NOT NULL" in definition and not any(w in definition for w in _FILLED)


_FILLED = (" DEFAULT ", " GENERATED ")


def _key(name: str) -> str:
    return name.removeprefix("public.")
