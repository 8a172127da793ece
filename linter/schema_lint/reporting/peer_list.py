"""What other tools check, and which rules do the same: as a table, as JSON, in Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from schema_lint.reporting.markdown import code, escaped
from schema_lint.reporting.report import Options
from schema_lint.reporting.summary import plural
from schema_lint.reporting.table import table, widest
from schema_lint.reporting.terminal import cut


class Check(Protocol):
    """A check of another tool."""

    @property
    def peer(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def codes(self) -> tuple[str, ...]:
        """Of the rules that find what it finds."""

    @property
    def why(self) -> str:
        """Why none does, or does all of it."""


def render(checks: Sequence[Check], output_format: str, options: Options) -> str:
    """The checks in a format: `table`, `json` or `markdown`."""
    if output_format == "json":
        found = [{"peer": c.peer, "check": c.name, "rules": c.codes, "note": c.why} for c in checks]
        return msgspec.json.format(msgspec.json.encode(found), indent=2).decode() + "\n"
    if output_format == "markdown":
        lines = ["| Peer | Check | Rules | Note |", "|---|---|---|---|"]
        for c in checks:
            rules = ", ".join(map(code, c.codes)) or "–"
            lines.append(f"| {escaped(c.peer)} | {code(c.name)} | {rules} | {escaped(c.why)} |")
        return "\n".join(lines) + "\n"
    rows = [[c.peer, c.name, ", ".join(c.codes) or "-", c.why] for c in checks]
    titles = ["peer", "check", "rules", "note"]
    used = sum(widest(titles, rows)[:3]) + 6
    shown = [[*row[:3], cut(row[3], max(options.width - used, 20))] for row in rows]
    done = sum(bool(c.codes) for c in checks)
    lines = [
        *table(titles, shown, style=options.style),
        "",
        f"{plural(len(rows), 'check')}, {done} of them found by a rule.",
    ]
    return options.style.drawn("\n".join(lines) + "\n")
