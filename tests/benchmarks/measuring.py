"""Wall time and memory of whole processes, in pairs: two commands in turn, so that what else runs slows both."""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

CACHE = ".schema_lint_cache"
SCRIPTS = Path(sys.executable).parent
CHECK = [str(SCRIPTS / "schema-lint"), "check", "."]
RUFF = [str(SCRIPTS / "ruff"), "check", "--no-cache", "--select", "E,F", "."]
CLICK = [sys.executable, "-c", "import click"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


class Cost(NamedTuple):
    """What one process took."""

    seconds: float
    mebibytes: float
    """At its peak."""


class Pair(NamedTuple):
    """Medians of two commands that were run in turn."""

    ours: float
    """Seconds."""

    theirs: float
    ratio: float
    """The median of the pairs' ratios."""

    peak: float
    """Of ours, in MiB."""


def cost(command: list[str], directory: str) -> Cost:
    """Run a process to its end.

    Raises:
        SystemExit: if it fails.
    """
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=directory, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    taken = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return Cost(taken, usage.ru_maxrss / unit)


def pair(ours: list[str], theirs: list[str], directory: str, *, rounds: int, cold: bool) -> Pair:
    """Run two commands in turn; `cold` takes away before each run what the last one kept."""
    cost(theirs, directory)
    if not cold:
        cost(ours, directory)
    costs = []
    for _ in range(rounds):
        if cold:
            shutil.rmtree(Path(directory, CACHE), ignore_errors=True)
        costs.append((cost(ours, directory), cost(theirs, directory)))
    return Pair(
        statistics.median(one.seconds for one, _ in costs),
        statistics.median(other.seconds for _, other in costs),
        statistics.median(one.seconds / other.seconds for one, other in costs),
        max(one.mebibytes for one, _ in costs),
    )
