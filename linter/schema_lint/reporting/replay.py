"""A replay as a table for a terminal: what each revision did, and whether its downgrade undoes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from schema_lint.facts.locks import STRENGTH
from schema_lint.facts.replaying import Replay, ReplayedStep
from schema_lint.reporting.summary import plural
from schema_lint.reporting.table import table, widest
from schema_lint.reporting.terminal import PLAIN, Style, cut, prose

VERDICTS = {
    "inverse": "inverse",
    "nothing": "nothing to undo",
    "order": "inverse but for column order",
    "irreversible": "declared irreversible",
    "not-inverse": "not inverse",
    "empty": "does nothing",
    "broken": "fails",
    "unknown": "unknown",
}
"""What is said of a downgrade, by its verdict; the worst last but one."""

_LOOKS = {
    "inverse": "good", "nothing to undo": "faint", "not inverse": "error", "does nothing": "error", "fails": "error",
    "not inverse, upgrade fails then": "error", "does nothing, upgrade fails then": "error",
    "inverse but for column order": "warning", "declared irreversible": "info", "unknown": "warning",
    "upgrade fails": "error",
}  # fmt: skip
_TITLES = ("revision", "title", "ms", "locks held", "downgrade")
_NARROW_TITLES = ("revision", "ms", "locks held", "downgrade")
_NARROWEST = 12
_WITH_TITLES = 100
"""Cells from which on there is room for titles."""


def render(replay: Replay, *, width: int = 100, style: Style = PLAIN) -> str:
    """The table, and a line that sums up."""
    rows = [_row(step) for step in replay.judged]
    if replay.failure is not None:
        failed = replay.failure
        rows.append((failed.revision, prose(failed.title), "", "", "upgrade fails"))
    titles = _TITLES if width >= _WITH_TITLES else _NARROW_TITLES
    rows = [row if width >= _WITH_TITLES else (row[0], *row[2:]) for row in rows]
    rows = _fitted(titles, rows, width)
    last = len(titles) - 1
    looks = {last: lambda text: _LOOKS.get(text.strip(), "")}
    lines = table(titles, rows, style=style, right={last - 2}, looks=looks) if rows else []
    return style.drawn("\n".join([*lines, "", *_summary(replay), ""]) + "\n")


def _row(step: ReplayedStep) -> tuple[str, ...]:
    trial = step.downgrade
    verdict = VERDICTS[trial.verdict] if trial is not None else ""
    if trial is not None and trial.second_upgrade is not None:
        verdict += ", upgrade fails then"
    return (prose(step.revision), prose(step.title), f"{step.seconds * 1000:,.0f}", prose(_locks(step)), verdict)


def _locks(step: ReplayedStep) -> str:
    """Tables by lock, the strongest first."""
    if step.autocommit and not step.locks:
        return "none held: outside a transaction"
    modes: dict[str, list[str]] = {}
    for lock in step.locks:
        name = lock.table.removeprefix("public.")
        modes.setdefault(lock.mode, []).append(f"{name} (rewritten)" if lock.table in step.rewritten else name)
    order = sorted(modes, key=STRENGTH.index, reverse=True)
    return "; ".join(f"{mode} {', '.join(modes[mode])}" for mode in order)


def _fitted(titles: Sequence[str], rows: Sequence[tuple[str, ...]], width: int) -> list[tuple[str, ...]]:
    """The rows, with titles and locks cut to what is left of the width."""
    if not rows:
        return []
    widths = widest(titles, rows)
    locks = len(titles) - 2
    left = width - sum(widths[column] for column in (0, locks - 1, locks + 1)) - 2 * (len(titles) - 1)
    title = 0
    if locks == 3:
        title = min(widths[1], max(left - widths[locks], left * 2 // 5, _NARROWEST))
    room = max(left - title, _NARROWEST)
    return [(row[0], *(cut(text, title) for text in row[1 : locks - 1]), row[locks - 1], cut(row[locks], room), row[-1])
            for row in rows]  # fmt: skip


def _summary(replay: Replay) -> Iterator[str]:
    steps = len(replay.steps)
    others = f", {plural(len(replay.judged), 'revision')} of them judged" if len(replay.judged) != steps else ""
    yield f"{plural(steps, 'revision')} replayed on {replay.server}{others}."
    counted = Counter(VERDICTS[verdict] for verdict in replay.verdicts())
    told = [f"{counted[name]:,} {name}" for name in VERDICTS.values() if counted[name]]
    if told:
        yield f"Downgrades: {', '.join(told)}."
    if replay.runs > 1:
        yield f"env.py ran the history {replay.runs:,} times; of each revision the worst is told."
    if replay.failure is not None:
        after = replay.unreached - 1
        others = f": {plural(after, 'revision')} not reached" if after > 0 else ""
        yield f"The upgrade of {prose(replay.failure.revision)} fails, and the replay ends there{others}."
