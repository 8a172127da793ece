"""`schema-lint migrations`: Alembic's revisions, read or replayed."""

from __future__ import annotations

from typing import Any

import click

from schema_lint.cli.options import SectionedCommand, configuration_options, option
from schema_lint.cli.replaying_options import check_replay_options, replay_options
from schema_lint.cli.report_options import (
    baseline_options,
    check_fix_options,
    fix_options,
    output_options,
    rule_options,
)

_EPILOG = """\b
Examples:
  schema-lint migrations --since origin/main --table        the revisions of this branch, for a pull request
  schema-lint migrations --replay
  schema-lint migrations --replay --rows 3                  what fails, and what is lost, where there are rows
  schema-lint migrations --replay --env SECRET_KEY=x        where the settings want one
  schema-lint migrations --replay --since origin/main       judge the revisions of this branch
  schema-lint migrations --replay --diff --unsafe-fixes     downgrades mended, and replayed again
  schema-lint migrations --replay --ini services/billing/alembic.ini --python services/billing/.venv
  schema-lint migrations --replay --initial-schema base.sql
  schema-lint migrations --replay --initial-schema 3f2a91c  begin after it, with the models it came with

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
@option("--table", is_flag=True, section="Revisions",
        help="Print a Markdown table of the revisions, and no findings. Reports may still go to files.")  # fmt: skip
@option("--all-revisions", is_flag=True, section="Revisions", help="Those up to migrations.start-after, too.")
@replay_options
@rule_options
@baseline_options
@fix_options
@output_options
@configuration_options
def command(paths: tuple[str, ...], **options: Any) -> int:
    """Tell what each revision of Alembic does, what it locks and what may go wrong, as far as reading it tells; or,
    with --replay, run them one by one on a PostgreSQL that is thrown away: what each changed, locked and rewrote, and
    whether its downgrade undoes it.

    PATH names files or folders to report on (default: the working directory).
    """
    from schema_lint.cli.wanted import WantedMigrations

    wanted = WantedMigrations(**options)
    check_fix_options(options)
    if wanted.table and wanted.diff:
        raise click.UsageError("--diff prints a difference, --table a table: use one of them")
    check_replay_options(click.get_current_context(), replay=wanted.replay)
    if wanted.table and any(path is None for _, path in wanted.output_format):
        raise click.UsageError("--table goes to standard output: give the other formats a file, as in json=report.json")
    if wanted.replay:
        from schema_lint.cli.running_replay import replay_history

        return replay_history(paths, wanted)
    from schema_lint.cli.running_history import show_history

    return show_history(paths, wanted)
