"""The `schema-lint` command: its sub-commands are imported when they run, and listed without."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from typing import Any

import click

from schema_lint import __version__

SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 100}

COMMANDS = {
    "demo": "See what it finds in a small application with mistakes.",
    "check": "Check a project's schema, without running any of its code.",
    "live": "Check a PostgreSQL database, without changing anything in it.",
    "drift": "Compare the models with a PostgreSQL database.",
    "migrations": "Replay Alembic's revisions on a PostgreSQL that is thrown away.",
    "init": "Begin on an existing project: infer its policies, accept what is there.",
    "baseline": "Keep the list of findings that were there before, and are not reported.",
    "explain": "Explain a rule: why, what is wrong, what is right.",
    "rules": "List the rules.",
    "reference": "Show the reference implementation that does it right.",
    "facts": "Print what was read, as JSON.",
    "erd": "Draw the schema: Mermaid, Graphviz or a page of HTML.",
    "config": "Show the configuration, or the JSON Schema of it.",
}
"""In the order of the help text."""


class LazyGroup(click.Group):
    """A group whose commands are named here and live each in a module of its own name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command, in the order of the help text."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        from schema_lint.cli.msgspec_import import import_msgspec

        import_msgspec()
        command: click.Command = importlib.import_module(f"schema_lint.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[Any, Any, list[str]]:
        """Find the command; tell what was probably meant where there is none."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            from schema_lint.cli.failures import Failure
            from schema_lint.config.problems import nearest, printable

            close = nearest(name, COMMANDS)
            if os.path.exists(name):
                raise Failure(
                    f"no command `{printable(name)}`", hint=f"to check it: schema-lint check {printable(name)}"
                )
            hint = f"did you mean `schema-lint {close}`?" if close else "`schema-lint --help` lists the commands"
            raise Failure(f"no command `{printable(name)}`", hint=hint)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings=SETTINGS,
    epilog="Start with `schema-lint check`. Each command has its own --help.",
)
@click.version_option(__version__, "-V", "--version", message="schema-lint %(version)s")
def command_line() -> None:
    """Find mistakes in SQLModel and SQLAlchemy schemas for PostgreSQL, and see each one beside a reference
    implementation that does it right."""


def run_command_line(arguments: Sequence[str]) -> int:
    """Parse the arguments and run the command; the exit status."""
    if "_SCHEMA_LINT_COMPLETE" in os.environ:
        command_line.main(prog_name="schema-lint")
    # Not `command_line.main`, which takes a reader that stops reading for a failure.
    with command_line.make_context("schema-lint", list(arguments)) as context:
        status = command_line.invoke(context)
    return status if isinstance(status, int) else 0
