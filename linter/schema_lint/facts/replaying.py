"""What a server did when a history was replayed on it."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import msgspec

from schema_lint.facts.application import DatabaseUrl
from schema_lint.facts.place import SourcePlace


class TableLock(msgspec.Struct, frozen=True, kw_only=True):
    """The strongest lock that a step held on a table which was there before it."""

    table: str
    """With its schema: `public.task`."""

    mode: str
    """As SQL has it: `ACCESS EXCLUSIVE`, `SHARE`, …"""


class ReplayDifference(msgspec.Struct, frozen=True, kw_only=True):
    """An object of the catalogue that is not after a step what it was before."""

    kind: str
    """`table`, `column`, `column order`, `constraint`, `index`, `enum`, `sequence`, `function`, …"""

    name: str
    """`public.task.title` for a column."""

    before: str | None = None
    """Its definition; `None` where it was not there."""

    after: str | None = None
    renamed: str | None = None
    """Its former name, where only that is another."""

    parts: tuple[ReplayDifference, ...] = ()
    """Of a table that is gone: what it had."""


class ReplayError(msgspec.Struct, frozen=True, kw_only=True):
    """What a step raised."""

    type: str
    message: str
    """In one line."""

    sqlstate: str | None = None
    statement: str | None = None
    place: SourcePlace | None = None
    """The innermost line of the project's own."""


class TrialDowngrade(msgspec.Struct, frozen=True, kw_only=True):
    """A step's downgrade, run right after it and rolled back."""

    verdict: str
    """`inverse`; `order` where only the order of columns differs; `not-inverse`; `empty` where the upgrade changed
    something and the downgrade runs no statement; `broken` where it raises; `irreversible` where it is declared so;
    `nothing` where neither runs a statement; `unknown` where it could not be told."""

    differences: tuple[ReplayDifference, ...] = ()
    """What differs from before the upgrade."""

    locks: tuple[TableLock, ...] = ()
    seconds: float = 0.0
    error: ReplayError | None = None
    second_upgrade: ReplayError | None = None
    """What upgrading again then raised."""


class RowsFailure(msgspec.Struct, frozen=True, kw_only=True):
    """What a step, or its downgrade, raised once there were rows."""

    error: ReplayError
    table: str | None = None
    """That the server names, with its schema."""

    columns: tuple[str, ...] = ()
    rows: int = 0
    """How many the table had."""

    certain: bool = False
    """Whether any rows do it: the step itself made the columns, and gave them no values."""

    by_schema: bool = False
    """Whether a statement about the schema raised it, and none about rows."""


class LostValues(msgspec.Struct, frozen=True, kw_only=True):
    """Values, or whole rows, that were there before a step and not after it, nor after its downgrade."""

    table: str
    column: str | None = None
    """`None` for rows."""

    count: int
    how: str
    """`dropped`, `emptied`, or `changed` by another type."""


class RowsTrial(msgspec.Struct, frozen=True, kw_only=True):
    """A step that was run once more with rows in every table, and its downgrade after it; nothing of it stayed."""

    seeded: dict[str, int]
    """How many rows each table got."""

    unseeded: dict[str, str]
    """Why others got none."""

    nulls: frozenset[str] = frozenset()
    """Columns, as `public.task.note`, that had a row without a value when the step was run a second time."""

    failure: RowsFailure | None = None
    failure_with_nulls: RowsFailure | None = None
    """Of that second time; it is tried only where a step sets NOT NULL."""

    undo_failure: RowsFailure | None = None
    lost: tuple[LostValues, ...] = ()
    kept: frozenset[str] = frozenset()
    """Tables and columns that were gone after the step, and whole again after its downgrade."""

    @property
    def was_tried(self) -> bool:
        """Whether the upgrade ran through, or failed as it would with any rows."""
        return self.failure is None or self.failure.certain


class RowsSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How steps were tried with rows."""

    rows: int
    """For each table, at most."""

    ended: str | None = None
    """Why not all steps were tried."""


class ReplayedStep(msgspec.Struct, frozen=True, kw_only=True):
    """A revision, as a server ran it."""

    revision: str
    title: str
    path: str
    """Below the project root, where it lies there."""

    judged: bool = True
    """Whether it is one of those that were asked about; all are replayed."""

    seconds: float = 0.0
    statements: tuple[str, ...] = ()
    """Those that may change the catalogue or rows."""

    locks: tuple[TableLock, ...] = ()
    """From SHARE UPDATE EXCLUSIVE on."""

    rewritten: tuple[str, ...] = ()
    """Tables of before whose storage was written anew."""

    scanned: tuple[str, ...] = ()
    """Tables of before that were read through by a step which changes the catalogue: at most, not at least."""

    autocommit: bool = False
    """It runs statements outside a transaction."""

    changes: tuple[ReplayDifference, ...] = ()
    remembered: tuple[str, ...] = ()
    """Types that `create_table()` would have created again, had SQLAlchemy not noted in an earlier step that it did: in
    a run of its own the step fails."""

    downgrade: TrialDowngrade | None = None
    rows: RowsTrial | None = None
    place: SourcePlace | None = None


class FailedUpgrade(msgspec.Struct, frozen=True, kw_only=True):
    """The upgrade at which a replay ended."""

    revision: str
    title: str
    path: str
    error: ReplayError
    place: SourcePlace | None = None


class Replay(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A history, replayed from its base on."""

    folder: str
    """Of the environment."""

    server: str
    """Which server it ran on."""

    steps: tuple[ReplayedStep, ...] = ()
    failure: FailedUpgrade | None = None
    revisions: int = 0
    """How many the history has."""

    runs: int = 1
    """How often `env.py` ran the history: once for each tenant."""

    redirected: tuple[str, ...] = ()
    """Databases that `env.py` asked for and did not get."""

    asked: tuple[DatabaseUrl, ...] = ()
    """The same, taken apart."""

    notes: tuple[str, ...] = ()
    rows: RowsSummary | None = None
    """`None` where nobody asked for rows."""

    @property
    def unreached(self) -> int:
        """Revisions that come after the one that failed, with it."""
        return max(0, self.revisions - len({step.revision for step in self.steps}))

    @functools.cached_property
    def judged(self) -> tuple[ReplayedStep, ...]:
        """The steps that were asked about."""
        return tuple(step for step in self.steps if step.judged)

    def unseeded(self) -> dict[str, str]:
        """Tables that got a row before no step, and why."""
        trials = [step.rows for step in self.judged if step.rows is not None]
        seeded = {name for trial in trials for name in trial.seeded}
        return {name: why for trial in trials for name, why in trial.unseeded.items() if name not in seeded}

    def verdicts(self) -> Iterator[str]:
        """The verdict of each step that was asked about."""
        return (step.downgrade.verdict for step in self.judged if step.downgrade is not None)
