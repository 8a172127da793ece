"""Whether a table's counts say anything: of a table that nobody uses, nothing was seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema_lint.facts.database import TableStatistics
    from schema_lint.facts.schema import Table

SCANS = 100
WRITES = 1_000


def observed(table: Table) -> TableStatistics | None:
    """What was counted of the table, if it was read or written often enough to judge by it."""
    statistics = table.storage.statistics if table.storage is not None else None
    if statistics is None or (statistics.scans < SCANS and statistics.writes < WRITES):
        return None
    return statistics
