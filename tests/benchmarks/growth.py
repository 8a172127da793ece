"""`check` on trees of 100, 400 and 1,600 files: growth exponent (budget 1.1), peak memory, and the ratio to ruff.

In an environment that has schema-lint and ruff installed: `cd tests && python -m benchmarks.growth`.
"""

from __future__ import annotations

import math
import os
import resource
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.projects import write_project
from benchmarks.whole_process import seconds

SIZES = (100, 400, 1600)
ROUNDS = 5


def main() -> None:
    """Print a line for each size, and the exponents between them."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    scripts = Path(sys.executable).parent
    check = [str(scripts / "schema-lint"), "check", "."]
    ruff = [str(scripts / "ruff"), "check", "--no-cache", "--select", "E,F", "."]
    medians: list[float] = []
    for files in SIZES:
        with tempfile.TemporaryDirectory() as directory:
            write_project(Path(directory), files)
            seconds(check, directory, environment)
            pairs = [
                (seconds(check, directory, environment), seconds(ruff, directory, environment)) for _ in range(ROUNDS)
            ]
        medians.append(statistics.median(ours for ours, _ in pairs))
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{files:5} files: {medians[-1]:.2f} s, {ratio:.1f} × ruff; peak so far {peak:.0f} MiB")  # noqa: T201
    for smaller, larger, before, after in zip(SIZES, SIZES[1:], medians, medians[1:], strict=False):
        exponent = math.log(after / before) / math.log(larger / smaller)
        print(f"{smaller} → {larger} files: exponent {exponent:.2f} (budget 1.1)")  # noqa: T201


if __name__ == "__main__":
    main()
