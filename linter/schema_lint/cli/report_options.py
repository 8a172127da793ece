"""Options of the commands that judge: which rules, what is left out, how it is reported, and the exit status."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import click

from schema_lint.cli.options import colour_option, option, split

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("full", "concise", "json", "sarif", "github")
LEVELS = ("error", "warning", "info", "never")


def rule_options(command: F) -> F:
    """`--select`, `--extend-select`, `--ignore` and `--profile`."""
    for decorate in (
        option("--profile", type=click.Choice(["minimal", "recommended", "strict"]), section="Rules",
               help="Rules to start from. Default: recommended."),
        option("--ignore", multiple=True, callback=split, metavar="RULE", section="Rules",
               help="Do not run these rules."),
        option("--extend-select", multiple=True, callback=split, metavar="RULE", section="Rules",
               help="Run these rules besides."),
        option("--select", multiple=True, callback=split, metavar="RULE", section="Rules",
               help="Run these rules only: codes, names, families (FK) or ALL; commas or repeated."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def fix_options(command: F) -> F:
    """`--fix`, `--unsafe-fixes` and `--diff`."""
    for decorate in (
        option("--diff", is_flag=True, section="Fixes",
               help="Print what --fix would change, and change nothing. Status 1 if there is something."),
        option("--unsafe-fixes", is_flag=True, section="Fixes",
               help="With --fix or --diff: mend also what changes a table or how the application behaves."),
        option("--fix", is_flag=True, section="Fixes",
               help="Mend in the source what can be mended without changing a table, and report the rest."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def check_fix_options(options: Mapping[str, Any]) -> None:
    """See that they go together.

    Raises:
        click.UsageError: if they do not.
    """
    if options["unsafe_fixes"] and not (options["fix"] or options["diff"]):
        raise click.UsageError("--unsafe-fixes goes with --fix or --diff")
    if options["fix"] and options["diff"]:
        raise click.UsageError("--diff changes nothing, --fix does: use one of them")


def baseline_options(command: F) -> F:
    """`--baseline` and `--no-baseline`."""
    for decorate in (
        option("--no-baseline", is_flag=True, section="Older findings", help="Report also what the baseline lists."),
        option("--baseline", metavar="FILE", section="Older findings",
               help="Leave out what this file lists, as `schema-lint baseline update` writes it. "
               "Default: .schema-lint-baseline.json, where there is one."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def output_options(command: F) -> F:
    """`--output-format` and the like, `--fail-on` and `--exit-zero`."""
    for decorate in (
        option("--exit-zero", is_flag=True, section="Exit status", help="Status 0 whatever is found."),
        option("--fail-on", type=click.Choice(LEVELS), section="Exit status",
               help="Lowest severity that gives status 1. Default: warning."),
        option("-q", "--quiet", is_flag=True, section="Output", help="Print nothing if there is nothing to report."),
        option("-v", "--verbose", count=True, section="Output",
               help="Tell on stderr what was read, what was not, and why; -vv names each file."),
        colour_option,
        option("--show-unknown", is_flag=True, section="Output", help="List what could not be decided, and why."),
        option("--show-suppressed", is_flag=True, section="Output",
               help="List the findings that comments, the configuration or the baseline take away, too."),
        option("--show-info", is_flag=True, section="Output",
               help="List findings of severity info, not only their number."),
        option("--statistics", is_flag=True, section="Output", help="Count findings by rule instead of listing them."),
        option("--output-format", multiple=True, callback=_formats, metavar="FORMAT[=FILE]", section="Output",
               help="full, concise, json, sarif or github; several, if all but one go to files. "
               "Default: full on a terminal, else concise."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def _formats(
    ctx: click.Context, parameter: click.Parameter, values: Sequence[str]
) -> tuple[tuple[str, str | None], ...]:
    wanted: list[tuple[str, str | None]] = []
    for value in values:
        name, separator, path = value.partition("=")
        if name not in FORMATS:
            from schema_lint.config.problems import nearest, printable

            close = nearest(name, FORMATS)
            hint = f"did you mean {close}?" if close else f"they are {', '.join(FORMATS)}"
            raise click.BadParameter(f"no format {printable(name)!r}; {hint}", ctx, parameter)
        if separator and not path:
            raise click.BadParameter(f"{value} names no file", ctx, parameter)
        wanted.append((name, path if path and path != "-" else None))
    if sum(path is None for _, path in wanted) > 1:
        message = "only one format can go to standard output; give the others a file, as in json=report.json"
        raise click.BadParameter(message, ctx, parameter)
    files = [os.path.realpath(path) for _, path in wanted if path is not None and not path.startswith("/dev/")]
    for name, file in wanted:
        if file is not None and files.count(os.path.realpath(file)) > 1:
            raise click.BadParameter(f"{name}={file}: another format goes to that file, too", ctx, parameter)
    return tuple(wanted)
