"""A replay against Alembic's own upgrade and downgrade of the same history, in one process (budget: ≤ 2 ×).

In an environment that has schema-lint, alembic and psycopg installed: `cd tests && python -m benchmarks.replay`, or
`python -m benchmarks.replay PYTHON FOLDER INI [NAME=VALUE]…` for a history of your own; with `FLASK_APP=…` within that
application.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from schema_lint import scratch
from schema_lint.facts.replaying import Replay
from schema_lint.replaying import ReplayOptions, replay

REVISIONS = 150
ROUNDS = 3
ROWS = 3
SETTINGS = {"jit": "off", "max_locks_per_transaction": "1024"}
"""As a replay starts its own."""

INI = "[alembic]\nscript_location = %(here)s/migrations\n"
ENV = """\
from alembic import context
from sqlalchemy import create_engine, pool

with create_engine("postgresql+psycopg://", poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
REVISION = '''\
"""Step {number}"""
import sqlalchemy as sa
from alembic import op

revision = "r{number}"
down_revision = {parent!r}


def upgrade():
    {upgrade}


def downgrade():
    {downgrade}
'''
TABLE = """op.create_table(
        "{t}",
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column("name_%d" % n, sa.String(50), nullable=n != 1) for n in range(6)),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("{t}.id", name="fk_{t}_parent")),
    )
    op.create_index("ix_{t}_name", "{t}", ["name_1"])
    op.create_index("ix_{t}_parent", "{t}", ["parent_id"])"""
STEPS = (
    (TABLE, 'op.drop_table("{t}")'),
    ('op.add_column("{t}", sa.Column("due", sa.Date))\n    op.create_index("ix_{t}_due", "{t}", ["due"])',
     'op.drop_index("ix_{t}_due")\n    op.drop_column("{t}", "due")'),
    ('op.create_unique_constraint("uq_{t}", "{t}", ["name_1"])\n'
     '    op.create_check_constraint("ck_{t}", "{t}", "id > 0")',
     'op.drop_constraint("ck_{t}", "{t}")\n    op.drop_constraint("uq_{t}", "{t}")'),
    ('op.alter_column("{t}", "name_2", type_=sa.Text())\n    op.alter_column("{t}", "name_3", type_=sa.Text())',
     'op.alter_column("{t}", "name_3", type_=sa.String(50))\n'
     '    op.alter_column("{t}", "name_2", type_=sa.String(50))'),
)  # fmt: skip
"""What autogenerate writes for a few attributes of a model."""

PLAIN = """
import os, sys, time
started = time.perf_counter()
from alembic import command
from alembic.config import Config
from sqlalchemy.engine.url import URL, make_url
instantiate, target = URL._instantiate_plugins, sys.argv[2]

def aimed(url, kwargs):
    kwargs = {name: value for name, value in kwargs.items() if name != "connect_args"}
    asked = url.drivername.partition("+")[2] if url.get_backend_name() == "postgresql" else ""
    driver = asked or ("asyncpg" if kwargs.get("_is_async") else "psycopg2")
    return instantiate(make_url(target).set(drivername="postgresql+" + driver), kwargs)

def both(config):
    command.upgrade(config, "heads")
    up = time.perf_counter() - started
    try:
        command.downgrade(config, "base")
        print(up, time.perf_counter() - started - up, file=sys.__stdout__)
    except BaseException:
        print(up, -1, file=sys.__stdout__)

URL._instantiate_plugins = aimed
config = Config(sys.argv[1])
config.set_main_option("sqlalchemy.url", target)
if not config.get_main_option("script_location"):
    config.set_main_option("script_location", os.path.dirname(os.path.abspath(sys.argv[1])))
if "FLASK_APP" in os.environ:
    from flask.cli import ScriptInfo
    with ScriptInfo(app_import_path=os.environ["FLASK_APP"]).load_app().app_context():
        both(config)
else:
    both(config)
"""


class History(NamedTuple):
    """What to replay."""

    python: str
    folder: str
    ini: str
    variables: tuple[tuple[str, str], ...] = ()


def write_history(folder: Path) -> History:
    """A history of four kinds of steps in turn."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text(INI, encoding="utf-8")
    (folder / "migrations" / "env.py").write_text(ENV, encoding="utf-8")
    for number in range(REVISIONS):
        upgrade, downgrade = (body.format(t=f"thing_{number // len(STEPS)}") for body in STEPS[number % len(STEPS)])
        parent = f"r{number - 1}" if number else None
        text = REVISION.format(number=number, parent=parent, upgrade=upgrade, downgrade=downgrade)
        (versions / f"r{number}.py").write_text(text, encoding="utf-8")
    return History(sys.executable, str(folder), str(folder / "alembic.ini"))


def plain(history: History, server: scratch.Server) -> tuple[float, float | None]:
    """Seconds that the upgrades took, with all imports, and the downgrades; `None` where one of them fails."""
    with server.database() as address:
        url = address.replace("postgresql://", "postgresql+psycopg://", 1)
        told = subprocess.run(
            [history.python, "-W", "ignore", "-c", PLAIN, history.ini, url], cwd=history.folder, check=True,
            env={**os.environ, **dict(history.variables)}, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
    up, down = map(float, told.stdout.split()[-2:])
    return up, down if down >= 0 else None


def replayed(history: History, server: scratch.Server, rows: int) -> tuple[float, Replay]:
    """Seconds that a replay took on a server that runs, and what it gave."""
    with server.database() as address:
        options = ReplayOptions(
            ini=history.ini, python=history.python, variables=history.variables, server=address, rows=rows
        )
        started = time.perf_counter()
        found = replay(history.folder, options, directory=history.folder)
        return time.perf_counter() - started, found


def rounds(history: History, server: scratch.Server) -> Iterator[tuple[float, float, float]]:
    """Seconds of each, in turn: Alembic's own, a replay, one with rows."""
    for _ in range(ROUNDS):
        up, down = plain(history, server)
        ours, found = replayed(history, server, 0)
        with_rows, _ = replayed(history, server, ROWS)
        trials = (step.downgrade.seconds for step in found.steps if step.downgrade is not None)
        yield up + (down if down is not None else sum(trials)), ours, with_rows


def main() -> None:
    """Print a line."""
    with tempfile.TemporaryDirectory() as directory, scratch.start(settings=SETTINGS) as server:
        if len(sys.argv) > 3:
            python, folder, ini, *variables = sys.argv[1:]
            pairs = tuple((name, value) for name, _, value in (variable.partition("=") for variable in variables))
            history = History(python, os.path.abspath(folder), os.path.join(os.path.abspath(folder), ini), pairs)
        else:
            history = write_history(Path(directory))
        taken = list(rounds(history, server))
    theirs, ours, with_rows = (statistics.median(column) for column in zip(*taken, strict=True))
    ratio = statistics.median(one / other for other, one, _ in taken)
    more = statistics.median(one / other for other, _, one in taken)
    print(  # noqa: T201
        f"upgrade and downgrade {theirs:.2f} s; replay {ours:.2f} s, {ratio:.2f} × (budget 2); with {ROWS} rows "
        f"{with_rows:.2f} s, {more:.2f} ×"
    )


if __name__ == "__main__":
    main()
