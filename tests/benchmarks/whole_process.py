"""`check` as a whole process, against what it costs to import click: budgets 2 × on 10 files, 3 × on 50.

In an environment that has schema-lint installed (a wheel, with its bytecode compiled):
`cd tests && python -m benchmarks.whole_process`.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from benchmarks.measuring import CHECK, CLICK, pair
from benchmarks.projects import write_project

ROUNDS = 25


def main() -> None:
    """Print the paired ratios, with nothing kept and with what the last run kept."""
    for files, budget in ((10, 2.0), (50, 3.0)):
        with tempfile.TemporaryDirectory() as directory:
            write_project(Path(directory), files)
            cold = pair(CHECK, CLICK, directory, rounds=ROUNDS, cold=True)
            warm = pair(CHECK, CLICK, directory, rounds=ROUNDS, cold=False)
        print(  # noqa: T201
            f"{files:3} files: cold {cold.ratio:.2f} × import click (budget {budget} ×), {cold.ours * 1000:.0f} ms "
            f"against {cold.theirs * 1000:.0f} ms; warm {warm.ratio:.2f} ×"
        )


if __name__ == "__main__":
    main()
