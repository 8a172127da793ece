"""`schema-lint migrations`: Alembic's revisions, replayed."""

from __future__ import annotations

from typing import Any

import click

from schema_lint.cli.options import SectionedCommand, configuration_options
from schema_lint.cli.replaying_options import replay_options
from schema_lint.cli.report_options import baseline_options, output_options, rule_options

_EPILOG = """\b
Examples:
  schema-lint migrations --replay
  schema-lint migrations --replay --env SECRET_KEY=x        where the settings want one
  schema-lint migrations --replay --since origin/main       judge the revisions of this branch
  schema-lint migrations --replay --ini services/billing/alembic.ini --python services/billing/.venv
  schema-lint migrations --replay --initial-schema base.sql

\b
--replay runs every revision through the project's own env.py, on a PostgreSQL that is started for it and thrown away
afterwards: programs found on this machine, else those of schema-lint[live], else Docker. Wherever env.py wants to
connect to, it gets a scratch database, and nothing runs before the connection has shown that it is that one. Other
hosts, other databases and child processes are refused.

\b
Exit status: 0 nothing at or above --fail-on, 1 findings, 2 wrong use or configuration, or a history that cannot be
replayed."""


@click.command("migrations", cls=SectionedCommand, epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@replay_options
@rule_options
@baseline_options
@output_options
@configuration_options
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Run the revisions of Alembic one by one on a PostgreSQL that is thrown away: what each changes, locks and
    rewrites, and whether its downgrade undoes it.

    PATH names files or folders to report on (default: the working directory).
    """
    if not options["replay"]:
        raise click.UsageError("what is read without running it is part of `schema-lint check`; here, say --replay")
    from schema_lint.cli.running_replay import replay_history
    from schema_lint.cli.wanted import WantedMigrations

    return replay_history(paths, WantedMigrations(**options))
