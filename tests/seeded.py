"""The part of a replay that puts rows into tables, tried by itself."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import psycopg

PROBE = Path(__file__).parents[1] / "linter" / "schema_lint" / "replaying" / "probe"


def probe_package() -> None:
    """Make the probe's files importable as they are when it runs."""
    package = types.ModuleType("_schema_lint_replay")
    package.__path__ = [str(PROBE)]
    sys.modules.setdefault("_schema_lint_replay", package)


def seed(connection: psycopg.Connection, rows: int = 3, *, nulls: bool = False) -> dict[str, Any]:
    """Put rows into each table."""
    probe_package()
    from _schema_lint_replay.seeding import CREATE_TRY, Seeder  # type: ignore[import-not-found]

    connection.execute(CREATE_TRY)
    answer: dict[str, Any] = Seeder(lambda sql: connection.execute(sql.encode()).fetchall(), rows, []).seed(nulls=nulls)
    return answer
