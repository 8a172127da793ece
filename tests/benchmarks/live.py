"""Databases of 100, 1,000 and 10,000 tables: `live` against psql sending the same queries, and `MetaData.reflect()`.

Budgets: reading ≤ 1.3 × psql and ≥ 8 × faster than reflecting; the whole process ≤ 2 × psql at 10,000 tables, ≤ 8 ×
at 100; growth ≤ 1.1; as many queries at every size; ≤ 400 MiB. In an environment that has schema-lint[live], with
psql on the PATH: `cd tests && python -m benchmarks.live [TABLES]…`.
"""

from __future__ import annotations

import gc
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import MetaData, create_engine

from benchmarks.measuring import SCRIPTS, cost
from schema_lint import scratch
from schema_lint.readers.catalog import read
from schema_lint.readers.catalog.addresses import parse_address
from schema_lint.readers.catalog.connecting import reading

SIZES = (100, 1000, 10_000)
ROUNDS = 3
_BATCH = 200
_TABLE = """
CREATE TABLE t{n} (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int REFERENCES t{one}, b int REFERENCES t{two},
    c text, d text, e timestamptz DEFAULT now(), f numeric(10, 2), g bool, h jsonb, i uuid CHECK (i IS NOT NULL)
);
CREATE INDEX ON t{n} (a);
CREATE INDEX ON t{n} (lower(c)) WHERE g;
CREATE INDEX ON t{n} (b, e);
"""


class Measured(NamedTuple):
    """Medians, in seconds, of one size."""

    reading: float
    psql: float
    process: float
    reflecting: float
    mebibytes: float
    queries: int


def main() -> None:
    """Print a line for each size, and the exponents between them."""
    sizes = tuple(map(int, sys.argv[1:])) or SIZES
    settings = {"max_locks_per_transaction": "2000", "shared_buffers": "512MB"}
    found: list[Measured] = []
    with scratch.start(settings=settings) as server:
        for size in sizes:
            with server.database() as address:
                create(address, size)
                found.append(measured(address))
            print(line(size, found[-1]), flush=True)  # noqa: T201
    for (smaller, before), (larger, after) in zip(
        zip(sizes, found, strict=True), zip(sizes[1:], found[1:], strict=True), strict=False
    ):
        exponent = math.log(after.reading / before.reading) / math.log(larger / smaller)
        print(f"{smaller:,} → {larger:,} tables: exponent of reading {exponent:.2f} (budget 1.1)")  # noqa: T201


def line(size: int, of: Measured) -> str:
    """What one size took, as ratios."""
    return (
        f"{size:6,} tables: reading {of.reading:.3f} s, {of.reading / of.psql:.2f} × psql ({of.psql:.3f} s), "
        f"reflecting {of.reflecting:.1f} s, {of.reflecting / of.reading:.0f} × that; process {of.process:.2f} s, "
        f"{of.process / of.psql:.1f} × psql; peak {of.mebibytes:.0f} MiB; {of.queries} queries"
    )


def create(address: str, size: int) -> None:
    """Tables of 10 columns, 3 indexes, 2 foreign keys and a check each."""
    with psycopg.connect(address, autocommit=True) as connection:
        for start in range(0, size, _BATCH):
            numbers = range(start, min(size, start + _BATCH))
            script = "".join(_TABLE.format(n=n, one=n // 2, two=n // 3) for n in numbers)
            connection.execute(script.encode())
        connection.execute("ANALYZE")


def measured(address: str) -> Measured:
    """One database, each way in turn."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "same.sql")
        queries = recorded(address)
        script.write_text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;\n" + ";\n".join(queries) + ";\nROLLBACK;\n")
        psql = ["psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", str(script), address]
        live = [str(SCRIPTS / "schema-lint"), "live", address, "--isolated", "--exit-zero"]
        cost(psql, folder)
        rounds = [(timed(lambda: read_all(address)), cost(psql, folder), cost(live, folder)) for _ in range(ROUNDS)]
    return Measured(
        reading=statistics.median(taken for taken, _, _ in rounds),
        psql=statistics.median(taken.seconds for _, taken, _ in rounds),
        process=statistics.median(taken.seconds for _, _, taken in rounds),
        reflecting=timed(lambda: reflect(address)),
        mebibytes=max(taken.mebibytes for _, _, taken in rounds),
        queries=len(queries),
    )


def timed(action: Callable[[], object]) -> float:
    """Seconds."""
    gc.collect()
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def read_all(address: str) -> None:
    """Connect and read, as psql does."""
    before = gc.get_threshold()
    # As the command line has it.
    gc.set_threshold(1_000_000, 20, 20)
    with reading(parse_address(address, "benchmark")) as connection:
        read(connection)
    gc.set_threshold(*before)


def reflect(address: str) -> None:
    """What SQLAlchemy does for the same."""
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(address))
    MetaData().reflect(engine)
    engine.dispose()


def recorded(address: str) -> list[str]:
    """The queries of one reading, as psql can send them."""
    with reading(parse_address(address, "benchmark")) as connection:
        recorder = Recorder(connection)
        read(recorder)  # type: ignore[arg-type]
    return recorder.queries


class Recorder:
    """A connection that keeps what it is asked."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self.info = connection.info
        self.queries: list[str] = []

    def execute(self, query: bytes, parameters: Any = None, **options: Any) -> psycopg.Cursor[Any]:
        cursor = psycopg.ClientCursor(self._connection)
        self.queries.append(cursor.mogrify(query, parameters))
        return self._connection.execute(query, parameters, **options)


if __name__ == "__main__":
    main()
