"""The command line: one file for each command, imported only when it runs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

_ALLOCATIONS = 100_000
"""Between collections. Most of what a run makes lives until it ends; looking for garbage takes a tenth of its time."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process. With arguments of the caller's, end as `sys.exit` does.

    Exit status: 0 nothing found, 1 findings, 2 wrong use, configuration or evidence, 130 interrupted.
    """
    gc.set_threshold(_ALLOCATIONS, 20, 20)
    try:
        from schema_lint.cli.failures import guarded
        from schema_lint.cli.group import command_line

        status = guarded(command_line, arguments)
    except KeyboardInterrupt:
        status = 130
    if arguments is None:
        _end(status)
    sys.exit(status)


def _end(status: int) -> None:
    """End at once: taking a hundred modules apart piece by piece takes a fifth of a small run."""
    if sys.gettrace() is not None or "coverage" in sys.modules:
        return
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            pass
    os._exit(status)
