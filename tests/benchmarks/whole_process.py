"""`check` as a whole process, against what it costs to import click: budgets 2 × on 10 files, 3 × on 50.

In an environment that has schema-lint installed: `cd tests && python -m benchmarks.whole_process`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.projects import write_project

ROUNDS = 25


def seconds(command: list[str], directory: str, environment: dict[str, str]) -> float:
    """Wall time of one process."""
    start = time.perf_counter()
    status = subprocess.run(command, cwd=directory, env=environment, stdout=subprocess.DEVNULL, check=False).returncode
    taken = time.perf_counter() - start
    if status not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {status}")
    return taken


def main() -> None:
    """Print the paired ratios."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    check = [str(Path(sys.executable).with_name("schema-lint")), "check", "."]
    click = [sys.executable, "-c", "import click"]
    for files, budget in ((10, 2.0), (50, 3.0)):
        with tempfile.TemporaryDirectory() as directory:
            write_project(Path(directory), files)
            seconds(check, directory, environment)
            seconds(click, directory, environment)
            pairs = [
                (seconds(check, directory, environment), seconds(click, directory, environment)) for _ in range(ROUNDS)
            ]
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        ours, theirs = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
        print(f"{files:3} files: {ratio:.2f} × import click (budget {budget} ×); {ours:.0f} ms against {theirs:.0f} ms")  # noqa: T201


if __name__ == "__main__":
    main()
