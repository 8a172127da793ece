"""`schema-lint demo`: an application with mistakes, in its source, in its database, and between the two."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any

import click

from schema_lint.cli import output
from schema_lint.cli.options import SectionedCommand, colour_option, option
from schema_lint.reporting.terminal import Style

_EPILOG = """\b
Examples:
  schema-lint demo
  schema-lint demo --into todo                       a copy of the application, to mend and to check again

\b
The database is in a PostgreSQL that is started for it and ended afterwards: programs found on this machine, else
those of schema-lint[live], else Docker. Nothing else is connected to, and nothing is left behind.

\b
Exit status: 0, however much is found; 2 if there is no PostgreSQL to be had."""


@click.command("demo", cls=SectionedCommand, epilog=_EPILOG)
@option("--into", metavar="FOLDER", section="Demo",
        help="Copy the application there first, which must be a new or an empty folder.")  # fmt: skip
@option("--only", type=click.Choice(["check", "live", "drift"]), section="Demo",
        help="Run this part alone; check needs no PostgreSQL.")  # fmt: skip
@option("--profile", type=click.Choice(["minimal", "recommended", "strict"]), default="recommended", section="Rules",
        help="Rules to run. Default: recommended.")  # fmt: skip
@option("--output-format", type=click.Choice(["full", "concise"]), section="Output",
        help="Default: full on a terminal, else concise.")  # fmt: skip
@option("--show-info", is_flag=True, section="Output", help="List findings of severity info, not only their number.")
@colour_option
def command(
    into: str | None, only: str | None, profile: str, output_format: str | None, show_info: bool, color: str
) -> int:
    """Show what schema-lint does, on a small application with mistakes: check its source, check its database, and
    compare the two."""
    from schema_lint.cli.running import check
    from schema_lint.cli.running_drift import drift
    from schema_lint.cli.running_live import live
    from schema_lint.cli.wanted import Wanted, WantedDrift, WantedLive

    common: dict[str, Any] = {
        "profile": profile,
        "output_format": ((output_format, None),) if output_format is not None else (),
        "show_info": show_info,
        "color": color,
        "exit_zero": True,
        "no_cache": True,
    }
    folder = _application(into)
    style = output.style_of(color)
    if only in (None, "check"):
        _head(style, "check", "the source of a small Todo application", "nothing of it is run")
        check([folder], Wanted(**common))
    if only == "check":
        return 0
    with _database(folder) as (address, server):
        if only in (None, "live"):
            _head(style, "live", "its database, as two years left it", f"{server}, thrown away afterwards")
            live(WantedLive(**common, database=address, models=(folder,)))
        if only in (None, "drift"):
            _head(style, "drift", "where the two differ", "the models, and the database that should be theirs")
            drift(WantedDrift(**common, arguments=(folder,), database=address))
    return 0


def _application(into: str | None) -> str:
    """The application's folder, relative to the working directory where it lies below.

    Raises:
        Failure: if it cannot be copied.
    """
    shipped = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "demo_project")
    if into is None:
        below = os.path.relpath(shipped)
        return shipped if below.startswith("..") else below
    import shutil

    from schema_lint.cli.failures import Failure

    if os.path.lexists(into) and (not os.path.isdir(into) or os.listdir(into)):
        raise Failure(f"{into} is there already", hint="name a folder that is new or empty")
    try:
        shutil.copytree(shipped, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    except OSError as error:
        raise Failure(f"the application cannot be copied to {into}: {error.strerror}") from None
    return into


@contextlib.contextmanager
def _database(folder: str) -> Iterator[tuple[str, str]]:
    """Address of the application's database on a server of its own, and which server that is.

    Raises:
        Failure: if there is no PostgreSQL to be had.
    """
    from schema_lint import scratch
    from schema_lint.cli.failures import Failure
    from schema_lint.cli.progress import Progress

    with open(os.path.join(folder, "database.sql"), encoding="utf-8") as file:
        statements = file.read()
    with contextlib.ExitStack() as stack:
        try:
            with Progress() as progress:
                progress.say("starting PostgreSQL")
                server = stack.enter_context(scratch.start())
                address = stack.enter_context(server.database("todo"))
                with server.connect(address) as connection:
                    connection.execute(statements.encode())
        except scratch.ScratchError as error:
            raise Failure(
                f"no PostgreSQL to show the database's side with: {error}",
                hint=error.hint or "pip install 'schema-lint[live]' brings one; --only check needs none",
            ) from None
        yield address, server.source


def _head(style: Style, part: str, what: str, how: str) -> None:
    title = style.paint(f"schema-lint {part}", "strong")
    gap = "" if part == "check" else "\n"
    output.write(style.drawn(f"{gap}{title}: {what} {style.paint(f'({how})', 'faint')}\n\n"))
