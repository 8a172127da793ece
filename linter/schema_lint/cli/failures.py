"""How every failure ends: one clear message on stderr and the right exit status, never a traceback."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

USAGE = 2
INTERRUPTED = 130


class Failure(Exception):  # noqa: N818 - what the command could not do; not always an error of ours
    """The command cannot do what was asked; says why, and what to do next."""

    def __init__(self, message: str, *, hint: str = "", trace: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.trace = trace
        """Lines of the project's own code that led to it."""


def guarded(action: Callable[[], int]) -> int:
    """Run something, and turn whatever it raises into a message and an exit status."""
    try:
        status = action()
        if sys.stdout is not None:
            sys.stdout.flush()
    except Exception as error:
        status = _status_of(error)
    return status


def _status_of(error: Exception) -> int:
    if isinstance(error, BrokenPipeError):
        silence_stdout()
        return 0
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
        silence_stdout()
        say(f"error: cannot write to standard output: {error.strerror}")
        return USAGE
    if isinstance(error, Failure):
        trace = (f"  {line}" for line in error.trace)
        say(f"error: {error.message}", *trace, f"hint: {error.hint}" if error.hint else "")
        return USAGE
    if _is(error, "schema_lint.config.problems", "ConfigurationError"):
        _say_configuration(error)
        return USAGE
    if _is(error, "click.exceptions", "Exit"):
        return int(getattr(error, "exit_code", USAGE))
    if _is(error, "click.exceptions", "Abort"):
        return INTERRUPTED
    if _is(error, "click.exceptions", "NoArgsIsHelpError"):
        # Its message is the help text.
        say(str(error))
        return USAGE
    if _is(error, "click.exceptions", "ClickException"):
        _say_usage(error)
        return USAGE
    _say_internal(error)
    return USAGE


def _is(error: Exception, module: str, name: str) -> bool:
    """Whether it is of a class that nothing can have raised while its module is not loaded."""
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(error, getattr(loaded, name))


def say(*lines: str) -> None:
    """Write lines to stderr; no password and nothing that a terminal would obey gets through."""
    from schema_lint.facts.secrets import mask

    for line in map(mask, lines):
        if line:
            shown = "".join(c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in line)
            try:
                print(shown, file=sys.stderr)  # noqa: T201
            except (OSError, ValueError):
                return


def silence_stdout() -> None:
    """Nobody reads our output any more: let what is left go nowhere, so that ending does not fail."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _say_usage(error: Any) -> None:
    message = " ".join(error.format_message().split())
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "schema-lint"
    say(f"error: {message}", f"hint: `{command} --help` shows how it is used")


def _say_configuration(error: Exception) -> None:
    problems: tuple[object, ...] = getattr(error, "problems", ())
    if len(problems) == 1:
        say(f"error: {problems[0]}")
    else:
        say(f"error: {len(problems)} mistakes in the configuration", *(f"  {problem}" for problem in problems))
    say("hint: `schema-lint config show` explains the keys; `--isolated` leaves the configuration out")


def _say_internal(error: Exception) -> None:
    if os.environ.get("SCHEMA_LINT_DEBUG") == "1":
        import traceback

        traceback.print_exception(error)
    trace = error.__traceback__
    where = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        if "schema_lint" in code.co_filename:
            where = f" in {os.path.basename(os.path.dirname(code.co_filename))}/{os.path.basename(code.co_filename)}"
            where += f":{trace.tb_lineno}"
        trace = trace.tb_next
    # The error's own text may quote the source, and with it a password.
    say(
        f"error: internal error: {type(error).__name__}{where}",
        "hint: this is a defect of schema-lint; please report it, with what SCHEMA_LINT_DEBUG=1 prints besides",
    )
