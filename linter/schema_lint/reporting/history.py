"""The revisions of a project as a table, for a terminal or in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from schema_lint.facts.migrations import UnreadRevision
from schema_lint.facts.replaying import Replay
from schema_lint.reporting.markdown import code, escaped
from schema_lint.reporting.replay import summary
from schema_lint.reporting.revisions import Row, commands, locks_held, milliseconds, not_read, verdict_of
from schema_lint.reporting.summary import plural
from schema_lint.reporting.table import fitted, table
from schema_lint.reporting.terminal import PLAIN, Style, prose

_TITLES = ("revision", "title", "what it does", "strongest lock", "risk")
_FIRST = ("Revision", "Title", "What it does")
_READ = ("Strongest lock on tables that were there",)
_REPLAYED = ("ms", "Locks held on tables that were there", "Downgrade")
_LAST = ("Risk", "Apply", "Roll back")


def as_markdown(rows: Sequence[Row], replay: Replay | None = None, unread: Sequence[UnreadRevision] = ()) -> str:
    """The table in Markdown, with what was replayed where something was, and the files that were not read."""
    middle = _READ if replay is None else _REPLAYED
    titles = (*_FIRST, *middle, *_LAST)
    lines = [f"| {' | '.join(titles)} |", "|" + "".join("--:|" if title == "ms" else "---|" for title in titles)]
    for row in rows:
        held = (escaped(row.lock),) if replay is None else tuple(_replayed(row))
        first = (code(row.revision), escaped(row.title), escaped(row.does))
        cells = (*first, *held, escaped(row.risk), code(row.apply), _roll_back(row))
        lines.append(f"| {' | '.join(cells)} |")
    said = [*summary(replay)] if replay is not None else []
    said += not_read(unread)
    if said:
        lines += ["", *map(escaped, said)]
    return "\n".join(lines) + "\n"


def _replayed(row: Row) -> Iterator[str]:
    step = row.step
    yield milliseconds(row)
    yield escaped(locks_held(step, on=" on ") or "none") if step is not None else ""
    yield escaped(verdict_of(row))


def _roll_back(row: Row) -> str:
    if row.undo is None:
        return f"no: {escaped(row.undo_note)}" if row.undo_note else "no"
    return f"{code(row.undo)} ({escaped(row.undo_note)})" if row.undo_note else code(row.undo)


def render(
    rows: Sequence[Row], unread: Sequence[UnreadRevision] = (), *, width: int = 100, style: Style = PLAIN
) -> str:
    """The table of what was read, for a terminal, and the files that were not."""
    others = [prose(line) for line in not_read(unread)]
    if not rows:
        none = "No revision is judged: all are applied, or older than what was asked for."
        return style.drawn("\n".join([none, *others, ""]) + "\n")
    cells = [tuple(map(prose, (row.revision, row.title, row.does, row.lock, row.risk))) for row in rows]
    looks = {4: lambda text: text.partition(":")[0]}
    lines = table(_TITLES, fitted(_TITLES, cells, (1, 2, 3), width), style=style, looks=looks)
    return style.drawn(
        "\n".join([*lines, "", f"{plural(len(rows), 'revision')} read.", *others, *commands(rows), ""]) + "\n"
    )
