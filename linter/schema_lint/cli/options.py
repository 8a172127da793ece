"""Options that several commands share, and help texts in sections."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


class SectionedOption(click.Option):
    """An option that is listed in a section of the help text."""

    def __init__(self, *declarations: Any, section: str = "Options", **attributes: Any) -> None:
        super().__init__(*declarations, **attributes)
        self.section = section


class SectionedCommand(click.Command):
    """A command whose help text lists its options in sections."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the sections in the order in which the options are declared; `--help` comes last."""
        sections: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                sections.setdefault(getattr(parameter, "section", "Other"), []).append(record)
        sections["Other"] = sections.pop("Other", [])
        for title, records in sections.items():
            with formatter.section(title):
                formatter.write_dl(records)


def option(*declarations: str, **attributes: Any) -> Callable[[F], F]:
    """`click.option`, with a `section`."""
    return click.option(*declarations, cls=SectionedOption, **attributes)


def split(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    """Values that were given one by one, or several with commas."""
    return tuple(part.strip() for value in values for part in value.split(",") if part.strip())


def configuration_options(command: F) -> F:
    """`--config`, `--isolated` and `--no-plugins`."""
    section = "Configuration"
    for decorate in (
        option(
            "--no-plugins",
            is_flag=True,
            section=section,
            help="Run no rules of the project's own: a check then runs none of its code.",
        ),
        option("--isolated", is_flag=True, section=section, help="Read no configuration file and run no plugins."),
        option(
            "--config",
            multiple=True,
            metavar="FILE|KEY=VALUE",
            section=section,
            help="Read this file instead; or lay one setting (TOML) over it, as in "
            "--config policies.primary-key=bigint. Repeatable.",
        ),
    ):
        command = decorate(command)
    return command


def cache_options(command: F) -> F:
    """`--no-cache` and `--cache-dir`."""
    for decorate in (
        option("--cache-dir", metavar="FOLDER", section="Cache",
               help="Keep it here. Default: SCHEMA_LINT_CACHE_DIR, else .schema_lint_cache in the project root."),
        option("--no-cache", is_flag=True, section="Cache",
               help="Neither use nor keep what was read or found before."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def colour_option(command: F) -> F:
    """`--color`."""
    return option(
        "--color",
        type=click.Choice(["auto", "always", "never"]),
        default="auto",
        section="Output",
        help="Colour the output; auto: on a terminal, as NO_COLOR and FORCE_COLOR say.",
    )(command)
