"""Small Alembic histories for tests, and what replaying them gives."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from schema_lint.facts.replaying import Replay
from schema_lint.replaying import ReplayOptions, replay

INI = "[alembic]\nscript_location = %(here)s/migrations\nprepend_sys_path = .\nsqlalchemy.url = postgresql:///none\n"
ENV = """\
from alembic import context
from sqlalchemy import engine_from_config, pool

engine = engine_from_config(context.config.get_section(context.config.config_ini_section), poolclass=pool.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
HEAD = '''\
"""{title}"""
import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {parent!r}


def upgrade():
    {upgrade}


def downgrade():
    {downgrade}
'''
Step = tuple[str, str]
"""Bodies of an upgrade and a downgrade."""


def make(
    folder: Path, steps: Sequence[Step], *, env: str = ENV, ini: str = INI, files: Mapping[str, str] | None = None
) -> Path:
    """A project with a history of revisions `r1`, `r2`, …; its root."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text(ini, encoding="utf-8")
    (folder / "migrations" / "env.py").write_text(env, encoding="utf-8")
    for number, (upgrade, downgrade) in enumerate(steps, 1):
        text = HEAD.format(
            title=f"Step {number}",
            revision=f"r{number}",
            parent=f"r{number - 1}" if number > 1 else None,
            upgrade=upgrade.replace("\n", "\n    "),
            downgrade=downgrade.replace("\n", "\n    "),
        )
        (versions / f"r{number}.py").write_text(text, encoding="utf-8")
    for name, text in (files or {}).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    return folder


def replayed(
    root: Path,
    *,
    judged: frozenset[str] | None = None,
    look: Callable[[str], None] = lambda address: None,
    **options: Any,
) -> Replay:
    """What replaying the project's history gives."""
    wanted = ReplayOptions(**{"ini": str(root / "alembic.ini"), "python": sys.executable, **options})
    return replay(str(root), wanted, directory=str(root), judged=judged, look=look)


def verdicts(replay: Replay) -> dict[str, str]:
    """The verdict on each revision's downgrade."""
    return {step.revision: step.downgrade.verdict for step in replay.steps if step.downgrade is not None}
