"""`schema-lint init`: what the code shows of the project, as a configuration, a baseline and a point to start from."""

from __future__ import annotations

from typing import Any

import click

from schema_lint.cli.options import SectionedCommand, colour_option, option

_EPILOG = """\b
Examples:
  schema-lint init                    the project around the working directory
  schema-lint init backend            the part of a repository that has its own
  schema-lint init --dry-run          what would be written

It asks nothing, runs none of the project's code, and writes no URL and no password."""


@click.command("init", cls=SectionedCommand, epilog=_EPILOG)
@click.argument("path", required=False)
@option("--dry-run", "--diff", "dry_run", is_flag=True, section="What is written",
        help="Write nothing; show what would change in the configuration.")  # fmt: skip
@option("--no-baseline", is_flag=True, section="What is written", help="Write no baseline: what is found is reported.")
@option("--force", is_flag=True, section="What is written",
        help="Add to a configuration and a baseline that exist what they do not have.")  # fmt: skip
@option("--no-plugins", is_flag=True, section="Configuration", help="Run no rules of the project's own.")
@colour_option
def command(path: str | None, **options: Any) -> int:
    """Begin on an existing project: infer the policies, accept what is there, and let `check` report what is new.

    Prints what the code shows (the kind of keys, names of timestamps, the owner's column, tables that somebody else
    makes, where the database runs), with counts and places. What is clear is written to [tool.schema-lint] in
    pyproject.toml, or to schema-lint.toml where there is none; what is not stays undecided. The findings that are there
    go to a baseline, and the head of the Alembic history to migrations.start-after. The next `schema-lint check` ends
    with status 0.

    PATH is the folder that is configured. Default: the project around the working directory.
    """
    from schema_lint.cli.initializing import Options, initialize

    return initialize(path, Options(**options))
