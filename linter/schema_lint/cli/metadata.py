"""`--metadata` and the options that belong to it, for the commands that can read what SQLAlchemy built."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from schema_lint.cli.options import option, split

F = TypeVar("F", bound=Callable[..., Any])
_SECTION = "Metadata"
_LONGEST = 1e6


def metadata_options(command: F) -> F:
    """`--metadata`, `--python`, `--import-timeout` and `--allow-network`."""
    for decorate in (
        option("--allow-network", is_flag=True, section=_SECTION,
               help="Let the project connect while it is imported. Otherwise databases (SQLite files, too) and the "
               "network are refused, and database URLs in the environment lead nowhere."),
        option("--import-timeout", type=float, default=60.0, callback=_limit, metavar="SECONDS", section=_SECTION,
               help="End the import after this time. Default: 60."),
        option("--python", metavar="PATH", section=_SECTION,
               help="Interpreter or virtual environment to import with. Default: the active environment, else the "
               "project's .venv or venv."),
        option("--metadata", multiple=True, callback=_targets, metavar="MODULE[:NAME]", section=_SECTION,
               help="Import a module, and judge what SQLAlchemy built: every MetaData that the module's names lead "
               "to; with :NAME that of one base, MetaData, registry or db; with :* that of the module and all "
               "modules below it. Commas or repeated. With PATH, the source is read too."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def _limit(ctx: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 < value < _LONGEST:
        raise click.BadParameter("give a number of seconds above 0", ctx, parameter)
    return value


def _targets(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    wanted = split(ctx, parameter, values)
    if wanted:
        from schema_lint.readers.metadata.options import target

        for text in wanted:
            try:
                target(text)
            except ValueError as error:
                raise click.BadParameter(str(error), ctx, parameter) from None
    return tuple(dict.fromkeys(wanted))
