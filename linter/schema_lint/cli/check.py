"""`schema-lint check`: every selected rule with static evidence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from schema_lint.cli.metadata import metadata_options
from schema_lint.cli.options import SectionedCommand, cache_options, configuration_options, option
from schema_lint.cli.report_options import (
    baseline_options,
    check_fix_options,
    fix_options,
    output_options,
    rule_options,
)


def _compare(paths: Sequence[str], options: dict[str, Any]) -> int:
    if not options["metadata"]:
        raise click.UsageError("--compare needs --metadata, which says what to import")
    unfit = [name for name, _ in options["output_format"] if name not in ("full", "concise", "json")]
    if unfit:
        raise click.UsageError(f"--compare has no format {unfit[0]}; use json, or none")
    from schema_lint.cli.comparing import compare
    from schema_lint.cli.wanted import Wanted

    return compare(paths, Wanted(**options))


_EPILOG = """\b
Examples:
  schema-lint check                                  the whole project
  schema-lint check app/models.py                    report on one file; the rest is read as far as it matters
  schema-lint check --select FK,one-sided-relationship
  schema-lint check --since origin/main              what a pull request adds
  schema-lint check --metadata app.models .          import it too: what is built decides what the source leaves open
  schema-lint check --diff --unsafe-fixes            how the source could be mended
  schema-lint check --metadata app.models --compare  where the source says other than what was built
  schema-lint check --output-format github --output-format sarif=schema-lint.sarif

\b
Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong use or configuration.

\b
To accept a finding, say so on its line, or alone on the line above:
  # schema-lint: ignore[FK001] the table has ten rows"""


@click.command("check", cls=SectionedCommand, epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@rule_options
@option("--exclude", multiple=True, metavar="GLOB", section="Files", help="Do not report on these files or folders.")
@option("--allow-empty", is_flag=True, section="Files", help="Finding no Python file is no mistake.")
@option("--sqlalchemy-version", default="", metavar="VERSION", section="Files",
        help="Version that the project uses, where no lock file tells.")  # fmt: skip
@option("--sqlmodel-version", default="", metavar="VERSION", section="Files", help="The same for SQLModel.")
@option("--all-revisions", is_flag=True, section="Older findings",
        help="Judge every Alembic revision by itself. Default: those after migrations.start-after, "
        "else the heads.")  # fmt: skip
@option("--since", metavar="REF", section="Older findings",
        help="Report only what is new since HEAD left this branch, tag or commit (their merge base), changes that are "
        "not committed included. What was there is read from git; nothing is checked out.")  # fmt: skip
@baseline_options
@option("--compare", is_flag=True, section="Metadata",
        help="Judge nothing: list where the source, read without running it, says other than what SQLAlchemy built. "
        "Status 1 if they differ anywhere. As a table, or with --output-format json.")  # fmt: skip
@metadata_options
@fix_options
@output_options
@cache_options
@configuration_options
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Check the schema of a project, without running any of its code and without a database.

    PATH names files or folders to report on (default: the working directory). Whatever else of the project they depend
    on is read too. With --metadata the project is imported, and what SQLAlchemy built is checked.
    """
    if options["since"] and options["metadata"]:
        raise click.UsageError("--since compares sources, --metadata imports: use one of them")
    check_fix_options(options)
    if (options["fix"] or options["diff"]) and options["metadata"]:
        raise click.UsageError("--fix and --diff judge the source as it would be: without --metadata")
    if options["compare"]:
        return _compare(paths, options)
    from schema_lint.cli.running import check
    from schema_lint.cli.wanted import Wanted

    return check(paths, Wanted(**options))
