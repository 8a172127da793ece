"""`check` on generated trees of 100 to 6,400 files: growth (budget: exponent 1.1), peak memory, ratio to ruff.

In an environment that has schema-lint and ruff installed: `cd tests && python -m benchmarks.growth`.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

from benchmarks.measuring import CHECK, RUFF, pair
from benchmarks.projects import write_project

SIZES = (100, 400, 1600, 6400)
ROUNDS = 5


def main() -> None:
    """Print a line for each size, and the exponents between them."""
    medians: list[float] = []
    for files in SIZES:
        with tempfile.TemporaryDirectory() as directory:
            write_project(Path(directory), files)
            cold = pair(CHECK, RUFF, directory, rounds=ROUNDS, cold=True)
            warm = pair(CHECK, RUFF, directory, rounds=ROUNDS, cold=False)
        medians.append(cold.ours)
        print(  # noqa: T201
            f"{files:5} files: cold {cold.ours:.2f} s, {cold.ratio:.1f} × ruff, peak {cold.peak:.0f} MiB; "
            f"warm {warm.ours:.2f} s, {warm.ratio:.2f} × ruff, peak {warm.peak:.0f} MiB"
        )
    for smaller, larger, before, after in zip(SIZES, SIZES[1:], medians, medians[1:], strict=False):
        exponent = math.log(after / before) / math.log(larger / smaller)
        print(f"{smaller} → {larger} files: exponent {exponent:.2f} (budget 1.1)")  # noqa: T201


if __name__ == "__main__":
    main()
