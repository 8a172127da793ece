"""`schema-lint drift`: the models against a database."""

from __future__ import annotations

from typing import Any

import click

from schema_lint.cli.database import database_options
from schema_lint.cli.metadata import metadata_options
from schema_lint.cli.options import SectionedCommand, cache_options, configuration_options, option
from schema_lint.cli.report_options import baseline_options, output_options, rule_options

_EPILOG = """\b
Examples:
  schema-lint drift                                  the project's models against the database of DATABASE_URL
  schema-lint drift postgresql://app@localhost/todo
  schema-lint drift services/billing billing         a part of the project, and the database configured for it
  schema-lint drift --metadata app.models            what SQLAlchemy builds when the models are imported
  schema-lint drift --extend-select comment-drift

\b
Nothing is written, and nothing is locked for longer than reading takes: one read-only transaction that sees one
moment. A role that may only CONNECT is enough; that it may read alembic_version, too, tells which revisions are not
applied. What those explain is no drift.

\b
Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong use or configuration, or a database or models that
cannot be read.

\b
To accept a finding, say so on the model's line, or in the configuration:
  # schema-lint: ignore[DRF006] set by hand in production
  [[tool.schema-lint.ignore]]
  rule = "DRF002"
  object = "public.legacy_*\""""


@click.command("drift", cls=SectionedCommand, epilog=_EPILOG)
@click.argument("arguments", nargs=-1, metavar="[PATH]... [URL]")
@database_options
@rule_options
@option("--exclude", multiple=True, metavar="GLOB", section="Files", help="Do not report on these files or folders.")
@option("--allow-empty", is_flag=True, section="Files", help="Finding no table in the models is no mistake.")
@option("--sqlalchemy-version", default="", metavar="VERSION", section="Files",
        help="Version that the project uses, where no lock file tells.")  # fmt: skip
@option("--sqlmodel-version", default="", metavar="VERSION", section="Files", help="The same for SQLModel.")
@baseline_options
@metadata_options
@output_options
@cache_options
@configuration_options
def command(arguments: tuple[str, ...], **options: Any) -> int:
    """Compare the models with a PostgreSQL database: tables, columns, keys, constraints, indexes, enums.

    PATH names files or folders to report on (default: the working directory). URL names the database, in SQLAlchemy's
    form or libpq's; so does the name that the configuration gives it. Without either the environment says it.
    """
    from schema_lint.cli.running_drift import drift
    from schema_lint.cli.wanted import WantedDrift

    given = options.pop("database_url")
    return drift(WantedDrift(arguments=arguments, database=given, **options))
