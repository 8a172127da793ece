"""The command line: one file for each command, imported only when it runs."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

_ALLOCATIONS = 1_000_000
"""Between collections. Most of what a run makes lives until it ends; looking for garbage takes a tenth of its time."""


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and end the process. With arguments of the caller's, end as `sys.exit` does.

    Exit status: 0 nothing found, 1 findings, 2 wrong use, configuration or evidence, 130 interrupted.
    """
    gc.set_threshold(_ALLOCATIONS, 20, 20)
    try:
        status = run(sys.argv[1:] if arguments is None else arguments)
    except KeyboardInterrupt:
        status = 130
    if arguments is None:
        _end(status)
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run the command line; the exit status. Whatever goes wrong has been told on stderr."""
    from schema_lint.cli.failures import guarded

    def action() -> int:
        if _is_plain_check(arguments):
            from schema_lint.cli.msgspec_import import import_msgspec

            import_msgspec()
            from schema_lint.cli.running import check
            from schema_lint.cli.wanted import Wanted

            return check(arguments[1:], Wanted())
        from schema_lint.cli.group import run_command_line

        return run_command_line(arguments)

    return guarded(action)


def _is_plain_check(arguments: Sequence[str]) -> bool:
    """`check` with paths alone, the usual call, needs no parser of options: click takes as long as all the rest."""
    if not arguments or arguments[0] != "check" or "_SCHEMA_LINT_COMPLETE" in os.environ:
        return False
    return not any(argument.startswith("-") for argument in arguments)


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
