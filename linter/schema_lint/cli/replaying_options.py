"""Options of a replay."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from schema_lint.cli.options import option

F = TypeVar("F", bound=Callable[..., Any])
_SECTION = "Replay"
_OF_A_REPLAY = frozenset({
    "step_timeout", "allow_processes", "setup", "initial_revision", "initial_schema", "server", "variables",
    "arguments", "section", "ini", "rows",
})  # fmt: skip
"""Parameters that mean nothing where revisions are only read."""


def replay_options(command: F) -> F:
    """`--replay`, and what belongs to it."""
    for decorate in (
        option("--step-timeout", type=click.FloatRange(min=0, min_open=True, max=1e6), default=120.0, metavar="SECONDS",
               section=_SECTION, help="End a step, or what comes before the first, after this time. Default: 120."),
        option("--allow-processes", is_flag=True, section=_SECTION, help="Let env.py and revisions run programs."),
        option("--setup", callback=_setup, metavar="MODULE:FUNCTION", section=_SECTION,
               help="Call this first, in the project's interpreter; a context manager is entered."),
        option("--rows", type=click.IntRange(0, 50), default=0, metavar="N", section=_SECTION,
               help="Try each step with N rows in every table, too: what fails only then, and what is lost."),
        option("--initial-revision", metavar="REV", section=_SECTION,
               help="The revision that the file of --initial-schema is at. Default: before the first."),
        option("--initial-schema", metavar="FILE|REV", section=_SECTION,
               help="For a history that does not begin with an empty database: SQL to run first, or the revision to "
               "begin after, whose tables are made from the models of the commit it came with."),
        option("--since", metavar="REF", section=_SECTION,
               help="Judge only revisions that are new since the working tree left this branch, tag or commit; all "
               "are replayed."),
        option("--from-revision", metavar="REV", section=_SECTION,
               help="Judge only revisions after this one; all are replayed."),
        option("--server", metavar="URL", section=_SECTION,
               help="Replay on this server, in a new database that a new role owns; both are dropped afterwards. "
               "Default: a server that is started for it."),
        option("--env", "variables", multiple=True, callback=_variables, metavar="NAME=VALUE", section=_SECTION,
               help="Set a variable of the environment."),
        option("--python", metavar="PATH", section=_SECTION,
               help="Interpreter or virtual environment to run env.py with. Default: the active environment, else the "
               "project's .venv or venv."),
        option("-x", "arguments", multiple=True, metavar="KEY=VALUE", section=_SECTION,
               help="Give env.py this, as `alembic -x` does."),
        option("--name", "section", default="alembic", metavar="SECTION", section=_SECTION,
               help="Section of alembic.ini, as `alembic --name` has it."),
        option("--ini", metavar="FILE", section=_SECTION,
               help="The alembic.ini of the history, or a pyproject.toml with [tool.alembic]. Default: the one there "
               "is."),
        option("--replay", is_flag=True, section=_SECTION, help="Run every revision on a PostgreSQL."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def check_replay_options(ctx: click.Context, *, replay: bool) -> None:
    """See that nothing is asked of a replay where there is none.

    Raises:
        click.UsageError: naming the option.
    """
    for parameter in ctx.command.params:
        given = ctx.get_parameter_source(parameter.name or "") is ParameterSource.COMMANDLINE
        if given and not replay and parameter.name in _OF_A_REPLAY:
            raise click.UsageError(f"{parameter.opts[0]} is of use with --replay only", ctx)


def _variables(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[tuple[str, str], ...]:
    found = []
    for value in values:
        name, separator, text = value.partition("=")
        if not separator or not name or "\0" in value:
            raise click.BadParameter("a variable is given as NAME=VALUE", ctx, parameter)
        found.append((name, text))
    return tuple(found)


def _setup(ctx: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        module, separator, name = value.partition(":")
        if not separator or not name.isidentifier() or not all(part.isidentifier() for part in module.split(".")):
            raise click.BadParameter("it names MODULE:FUNCTION, as in tests.support:create_tenant", ctx, parameter)
    return value
