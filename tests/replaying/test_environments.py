"""The many ways in which an `env.py` goes about it."""

from __future__ import annotations

import ast
from pathlib import Path

import psycopg
import pytest

from histories import ENV, HEAD, INI, make, replayed, verdicts
from schema_lint.replaying.probe import channel

TASK = ('op.create_table("task", sa.Column("id", sa.Integer, primary_key=True))', 'op.drop_table("task")')
DUE = ('op.add_column("task", sa.Column("due", sa.Date))', 'op.drop_column("task", "due")')
RUN = "    with context.begin_transaction():\n        context.run_migrations()\n"
RUN_SYNC = """\
def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

"""

ENVIRONMENTS = {
    "asynchronous": """\
import asyncio
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

""" + RUN_SYNC + """\
async def main():
    engine = create_async_engine("postgresql+asyncpg://app:secret@db.example.com/app", connect_args={"ssl": True})
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()

asyncio.run(main())
""",
    "asynchronous, with psycopg": """\
import asyncio
from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

""" + RUN_SYNC + """\
async def main():
    async with create_async_engine("postgresql+psycopg://db.example.com/app").begin() as connection:
        await connection.run_sync(run)

asyncio.run(main())
""",
    **{
        f"a blocking engine that is wrapped, {driver}": f"""\
import asyncio
from alembic import context
from sqlalchemy import engine_from_config, pool
from sqlalchemy.ext.asyncio import AsyncEngine

{RUN_SYNC}
async def main():
    settings = {{"sqlalchemy.url": "{driver}://db.example.com/app"}}
    async with AsyncEngine(engine_from_config(settings, poolclass=pool.NullPool)).connect() as connection:
        await connection.run_sync(run)

asyncio.run(main())
"""
        for driver in ("postgresql+asyncpg", "postgresql+psycopg_async", "sqlite+aiosqlite")
    },
    "a wrapped engine of the configured URL, if one is": """\
import asyncio
from alembic import context
from sqlalchemy import engine_from_config
from sqlalchemy.ext.asyncio import AsyncEngine

""" + RUN_SYNC + """\
async def main():
    settings = context.config.get_section(context.config.config_ini_section)
    if "sqlalchemy.url" not in settings:
        settings["sqlalchemy.url"] = "sqlite+aiosqlite:///app.db"
    async with AsyncEngine(engine_from_config(settings)).connect() as connection:
        await connection.run_sync(run)

asyncio.run(main())
""",
    "a transaction of its own": ENV.replace("engine.connect()", "engine.begin()"),
    "settings and a lock of its own": ENV.replace(
        "    context.configure",
        "    import sqlalchemy\n    connection.execute(sqlalchemy.text(\"SET lock_timeout = '5s'\"))\n"
        '    connection.execute(sqlalchemy.text("SELECT pg_advisory_lock(7)"))\n    context.configure',
    ),
    "another table of versions": ENV.replace(
        "    context.configure(connection=connection)",
        "    import sqlalchemy\n    connection.execute(sqlalchemy.text('CREATE SCHEMA IF NOT EXISTS history'))\n"
        "    connection.commit()\n"
        '    context.configure(connection=connection, version_table="steps", version_table_schema="history")',
    ),
    "the variable DATABASE_URL": """\
import os
from alembic import context
from sqlalchemy import create_engine

with create_engine(os.environ["DATABASE_URL"]).connect() as connection:
    context.configure(connection=connection)
""" + RUN,
    "a SQLite default": """\
from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool

engine = create_engine("sqlite:///app.db", connect_args={"check_same_thread": False}, poolclass=StaticPool)
with engine.connect() as connection:
    context.configure(connection=connection, render_as_batch=True)
""" + RUN,
    "a Flask application": """\
from alembic import context
from flask import current_app
from sqlalchemy import create_engine

with create_engine(current_app.config["URL"]).connect() as connection:
    context.configure(connection=connection)
""" + RUN,
    "a worker thread of AnyIO": """\
import anyio.from_thread
from alembic import context
from sqlalchemy import create_engine

async def nothing():
    pass

anyio.from_thread.run(nothing)
with create_engine("postgresql://db.example.com/app").connect() as connection:
    context.configure(connection=connection)
""" + RUN,
    "a search path for tenants": """\
from alembic import context
from sqlalchemy import create_engine, text

with create_engine("postgresql://db.example.com/app").connect() as connection:
    for tenant in ("one", "two"):
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {tenant}"))
        connection.execute(text(f"SET search_path = {tenant}"))
        connection.commit()
        context.configure(connection=connection, version_table_schema=tenant)
        with context.begin_transaction():
            context.run_migrations()
""",
}  # fmt: skip
FILES = {"app.py": "from flask import Flask\n\napp = Flask(__name__)\napp.config['URL'] = 'postgresql://db/app'\n"}


@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_it_is_replayed(name: str, tmp_path: Path, database: str) -> None:
    ini = INI.partition("sqlalchemy.url")[0] if "if one is" in name else INI
    found = replayed(make(tmp_path, [TASK, DUE], env=ENVIRONMENTS[name], files=FILES, ini=ini), server=database)
    assert found.failure is None
    assert verdicts(found) == {"r1": "inverse", "r2": "inverse"}
    assert [len(step.locks) for step in found.steps] == [0, 1]
    assert found.runs == (2 if "tenants" in name else 1)
    assert not (tmp_path / "app.db").exists()


def test_branches_and_what_they_depend_on(tmp_path: Path, database: str) -> None:
    ini = f"{INI}version_locations = %(here)s/migrations/versions %(here)s/other/versions\npath_separator = space\n"
    make(tmp_path, [TASK, DUE], ini=ini)
    other = tmp_path / "other" / "versions"
    other.mkdir(parents=True)
    branch = HEAD.format(title="A branch", revision="b1", parent=None, upgrade='op.add_column("task", '
                         'sa.Column("x", sa.Integer))', downgrade='op.drop_column("task", "x")')  # fmt: skip
    (other / "b1.py").write_text(f'{branch}\n\nbranch_labels = ("other",)\ndepends_on = "r2"\n')
    merged = HEAD.format(title="Merge", revision="m1", parent=("b1", "r2"), upgrade="pass", downgrade="pass")
    (other / "m1.py").write_text(merged)
    head = HEAD.format(title="Two heads", revision="h1", parent="m1", upgrade="pass", downgrade="pass")
    (other / "h1.py").write_text(head)
    (other / "h2.py").write_text(head.replace('"h1"', '"h2"'))
    found = replayed(tmp_path, server=database)
    assert verdicts(found) == {
        "r1": "inverse", "r2": "inverse", "b1": "inverse", "m1": "nothing", "h1": "nothing", "h2": "nothing",
    }  # fmt: skip


def test_a_schema_to_begin_with(tmp_path: Path, database: str) -> None:
    (tmp_path / "base.sql").write_text("CREATE TABLE task (id int PRIMARY KEY); CREATE TABLE note (id int);")
    found = replayed(make(tmp_path, [DUE]), server=database, initial_schema="base.sql")
    assert verdicts(found) == {"r1": "inverse"}


def test_a_schema_at_some_revision(tmp_path: Path, database: str) -> None:
    (tmp_path / "base.sql").write_text("CREATE TABLE task (id int PRIMARY KEY);")
    root = make(tmp_path, [TASK, DUE])
    found = replayed(root, server=database, initial_schema="base.sql", initial_revision="r1")
    assert verdicts(found) == {"r2": "inverse"}


def test_arguments_of_x(tmp_path: Path, database: str) -> None:
    env = ENV.replace("engine =", 'assert context.get_x_argument(as_dictionary=True) == {"tenant": "one"}\nengine =')
    found = replayed(make(tmp_path, [TASK], env=env), server=database, arguments=("tenant=one",))
    assert verdicts(found) == {"r1": "inverse"}


@pytest.mark.parametrize("text", ["def go():\n    ready.append(1)\n", "from contextlib import contextmanager\n\n\n"
                                  "@contextmanager\ndef go():\n    ready.append(1)\n    yield\n"])  # fmt: skip
def test_a_function_to_call_first(tmp_path: Path, database: str, text: str) -> None:
    files = {"tool.py": f"ready = []\n\n\n{text}"}
    env = f"from tool import ready\n\nassert ready == [1]\n{ENV}"
    found = replayed(make(tmp_path, [TASK], env=env, files=files), server=database, setup="tool:go")
    assert verdicts(found) == {"r1": "inverse"}


def test_a_configuration_in_pyproject(tmp_path: Path, database: str) -> None:
    make(tmp_path, [TASK], env=ENV.replace(
        "engine_from_config(context.config.get_section(context.config.config_ini_section), ",
        'engine_from_config({"sqlalchemy.url": "postgresql://db.example.com/app"}, ',
    ))  # fmt: skip
    (tmp_path / "pyproject.toml").write_text('[tool.alembic]\nscript_location = "%(here)s/migrations"\n')
    found = replayed(tmp_path, server=database, ini=str(tmp_path / "pyproject.toml"))
    assert verdicts(found) == {"r1": "inverse"}


def test_old_interpreters_can_run_it() -> None:
    folder = Path(channel.__file__).parent
    for path in folder.glob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_a_server_behind_a_network(tmp_path: Path, guarded_server: dict[str, str], driver: str) -> None:
    host, port = guarded_server["host"], guarded_server["port"]
    address = f"postgresql://maker:right@{host}:{port}/postgres?sslmode=require"
    env = ENV if driver == "psycopg" else ENVIRONMENTS["asynchronous"]
    found = replayed(make(tmp_path, [TASK, DUE], env=env), server=address)
    assert verdicts(found) == {"r1": "inverse", "r2": "inverse"}
    with psycopg.connect(address) as connection:
        left = connection.execute(
            "SELECT datname FROM pg_database WHERE datname ~ '^schema_lint' UNION SELECT rolname FROM pg_roles "
            "WHERE rolname ~ '^schema_lint'"
        ).fetchall()
    assert left == []


def test_an_initial_schema_of_pg_dump(tmp_path: Path, database: str) -> None:
    dumped = "\\restrict x7\nCREATE TABLE public.task (id int);\n\\unrestrict x7\n"
    (tmp_path / "base.sql").write_text(dumped, encoding="utf-8")
    found = replayed(make(tmp_path, [DUE]), server=database, initial_schema="base.sql")
    assert verdicts(found) == {"r1": "inverse"}
