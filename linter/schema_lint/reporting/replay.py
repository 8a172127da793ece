"""A replay as a table for a terminal: what each revision did, and whether its downgrade undoes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from schema_lint.facts.migrations import UnreadRevision
from schema_lint.facts.replaying import Replay, RowsFailure
from schema_lint.reporting.revisions import VERDICTS, Row, commands, locks_held, milliseconds, not_read, verdict_of
from schema_lint.reporting.summary import plural
from schema_lint.reporting.table import fitted, table
from schema_lint.reporting.terminal import PLAIN, Style, prose

_VERDICT_LOOKS = {
    "inverse": "good", "nothing to undo": "faint", "not inverse": "error", "does nothing": "error", "fails": "error",
    "not inverse, upgrade fails then": "error", "does nothing, upgrade fails then": "error",
    "inverse but for column order": "warning", "declared irreversible": "info", "unknown": "warning",
    "upgrade fails": "error",
}  # fmt: skip
_CELLS: dict[str, Callable[[Row], str]] = {
    "revision": lambda row: prose(row.revision),
    "title": lambda row: prose(row.title),
    "what it does": lambda row: prose(row.does),
    "ms": milliseconds,
    "locks held": lambda row: prose(locks_held(row.step)) if row.step is not None else "",
    "downgrade": verdict_of,
    "risk": lambda row: row.risk,
}
_LOOKS: dict[str, Callable[[str], str]] = {
    "downgrade": lambda text: _VERDICT_LOOKS.get(text, ""),
    "risk": lambda text: text.partition(":")[0],
}
_ROOM = {"title": 100, "what it does": 140, "risk": 140}
"""Cells from which on there is room for a column."""

_SHARING = ("title", "what it does", "locks held")
"""Columns that are cut to the width there is."""

_MOST_UNSEEDED = 5
_NOT_NULL_VIOLATION = "23502"


def render(
    replay: Replay,
    rows: Sequence[Row],
    unread: Sequence[UnreadRevision] = (),
    *,
    width: int = 100,
    style: Style = PLAIN,
) -> str:
    """The table, and lines that sum up."""
    titles = [title for title in _CELLS if width >= _ROOM.get(title, 0)]
    cells = [[_CELLS[title](row) for title in titles] for row in rows]
    sharing = [titles.index(title) for title in _SHARING if title in titles]
    looks = {titles.index(title): look for title, look in _LOOKS.items() if title in titles}
    shown = fitted(titles, cells, sharing, width)
    lines = table(titles, shown, style=style, right={titles.index("ms")}, looks=looks) if rows else []
    return style.drawn(
        "\n".join([*lines, "", *summary(replay), *map(prose, not_read(unread)), *commands(rows), ""]) + "\n"
    )


def summary(replay: Replay) -> Iterator[str]:
    """What was replayed, and what became of it."""
    steps = len(replay.steps)
    others = f", {plural(len(replay.judged), 'revision')} of them judged" if len(replay.judged) != steps else ""
    yield f"{plural(steps, 'revision')} replayed on {replay.server}{others}."
    counted = Counter(VERDICTS[verdict] for verdict in replay.verdicts())
    told = [f"{counted[name]:,} {name}" for name in VERDICTS.values() if counted[name]]
    if told:
        yield f"Downgrades: {', '.join(told)}."
    yield from _of_rows(replay)
    if replay.runs > 1:
        yield f"env.py ran the history {replay.runs:,} times; of each revision the worst is told."
    if replay.failure is not None:
        after = replay.unreached - 1
        others = f": {plural(after, 'revision')} not reached" if after > 0 else ""
        yield f"The upgrade of {prose(replay.failure.revision)} fails, and the replay ends there{others}."


def _misses_value(failure: RowsFailure | None) -> bool:
    return failure is not None and failure.error.sqlstate == _NOT_NULL_VIOLATION


def _of_rows(replay: Replay) -> Iterator[str]:
    """How the steps fared with rows, where that was asked for."""
    if replay.rows is None:
        return
    trials = [step.rows for step in replay.judged if step.rows is not None]
    counted = (
        ("revision loses values", "revisions lose values", sum(1 for trial in trials if trial.lost)),
        ("upgrade fails", "upgrades fail", sum(1 for trial in trials if trial.failure is not None and trial.was_tried)),
        ("upgrade fails where a row has no value", "upgrades fail where a row has no value",
         sum(1 for trial in trials if trial.failure is None and _misses_value(trial.failure_with_nulls))),
        ("downgrade fails", "downgrades fail",
         sum(1 for trial in trials if trial.undo_failure is not None and trial.undo_failure.certain)),
    )  # fmt: skip
    told = [f"{number:,} {one if number == 1 else many}" for one, many, number in counted if number]
    said = ", ".join(told) or "nothing fails, and nothing is lost"
    yield f"With {plural(replay.rows.rows, 'row')} in each table: {said}."
    doubtful = sum(1 for trial in trials if not trial.was_tried)
    if doubtful:
        yield f"{plural(doubtful, 'revision')} could not be tried with made up rows: --verbose tells why."
    without = replay.unseeded()
    for name, why in sorted(without.items())[:_MOST_UNSEEDED]:
        yield f"No rows for {prose(name.removeprefix('public.'))}: {prose(why)}."
    if len(without) > _MOST_UNSEEDED:
        yield f"No rows for {plural(len(without) - _MOST_UNSEEDED, 'more table')}."
    if replay.rows.ended is not None:
        yield f"Not all revisions were tried with rows: {prose(replay.rows.ended)}"
