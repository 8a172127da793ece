"""`schema-lint live`: every selected rule that a database can be judged by."""

from __future__ import annotations

from typing import Any

import click

from schema_lint.cli.database import database_options
from schema_lint.cli.metadata import metadata_options
from schema_lint.cli.options import SectionedCommand, cache_options, configuration_options, option, split
from schema_lint.cli.report_options import baseline_options, output_options, rule_options

_EPILOG = """\b
Examples:
  schema-lint live                                   the database that DATABASE_URL names
  schema-lint live postgresql://app@localhost/todo
  schema-lint live --usage                           with what the server has counted: unused indexes and the like
  schema-lint live --exclude 'audit.*' --exclude 'legacy_*'
  schema-lint live --snapshot nightly.json           without the database
  schema-lint live --since-snapshot nightly.json     what is new since then

\b
Nothing is written, and nothing is locked for longer than reading takes: one read-only transaction that sees one
moment. A role that may only CONNECT is enough.

\b
Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong use or configuration, or a database that cannot be
read.

\b
To accept a finding, say so in the configuration; where the models are known, a comment on their line does, too:
  [[tool.schema-lint.ignore]]
  rule = "FK001"
  object = "public.audit_*"
  reason = "written once, never joined\""""


@click.command("live", cls=SectionedCommand, epilog=_EPILOG)
@click.argument("url", required=False)
@database_options
@option("--exclude", multiple=True, callback=split, metavar="TABLE", section="Database",
        help="Do not report on these: globs over schema.table or table; commas or repeated.")  # fmt: skip
@option("--usage", is_flag=True, section="Database",
        help="Read what the server has counted, too: scans, changes, ages. Rules that rest on it wait until it has "
        "counted for some days (policy observation-days).")  # fmt: skip
@option("--sample", is_flag=True, section="Database",
        help="Read some rows of tables that seem to repeat what another says (TBL013), and tell whether they do. Only "
        "counts leave the server.")  # fmt: skip
@option("--allow-empty", is_flag=True, section="Database", help="Finding no table is no mistake.")
@option("--snapshot", metavar="FILE", section="Database",
        help="Judge this instead, which `schema-lint facts --database --snapshot FILE` wrote.")  # fmt: skip
@rule_options
@option("--since-snapshot", metavar="FILE", section="Older findings",
        help="Report only what is new since the snapshot was taken.")  # fmt: skip
@baseline_options
@option("--models", multiple=True, metavar="PATH", section="Models",
        help="Show the line of these files or folders that declares what a finding is about. Default: the working "
        "directory, where that is in a project.")  # fmt: skip
@option("--no-models", is_flag=True, section="Models", help="Read no source.")
@option("--sqlalchemy-version", default="", metavar="VERSION", section="Models", help="Version that the project uses.")
@option("--sqlmodel-version", default="", metavar="VERSION", section="Models", help="The same for SQLModel.")
@metadata_options
@output_options
@cache_options
@configuration_options
def command(url: str | None, **options: Any) -> int:
    """Check a PostgreSQL database, as it is: its tables, keys, constraints and indexes.

    URL names it, in SQLAlchemy's form or libpq's; so does the name that the configuration gives a database. Without
    either the environment says it. Only what is named is connected to, never a URL found in the source.
    """
    given = options.pop("database_url")
    if url is not None and given is not None:
        raise click.UsageError("the database is named twice: as an argument, and by --database-url")
    if options["snapshot"] is not None and (url is not None or given is not None):
        raise click.UsageError("--snapshot stands for the database: name one of them")
    if options["snapshot"] is not None and (options["usage"] or options["sample"]):
        raise click.UsageError("a snapshot has what was read when it was taken: --usage and --sample belong there")
    from schema_lint.cli.running_live import live
    from schema_lint.cli.wanted import WantedLive

    return live(WantedLive(database=url if url is not None else given, **options))
