"""What an `env.py` may try: another database of the same server, another host, another process. None is reached."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from histories import ENV, make, replayed, verdicts
from schema_lint import scratch
from schema_lint.replaying import ReplayFailed

STEPS = [('op.create_table("task", sa.Column("id", sa.Integer, primary_key=True))', 'op.drop_table("task")')]
ESCAPE = "CREATE TABLE escaped (id int)"

REFUSED = {
    "psycopg": ('import psycopg\npsycopg.connect("OTHER", autocommit=True).execute("ESCAPE")\n', "through psycopg"),
    "the same, caught": (
        'import psycopg\ntry:\n    psycopg.connect("OTHER", autocommit=True).execute("ESCAPE")\nexcept BaseException:\n'
        "    pass\n",
        "through psycopg",
    ),
    "asyncpg": (
        "import asyncio, asyncpg\n\n\nasync def escape():\n"
        '    connection = await asyncpg.connect(host="HOST", database="NAME", user="postgres")\n'
        '    await connection.execute("ESCAPE")\n\n\nasyncio.run(escape())\n',
        "through asyncpg",
    ),
    "a listener that changes the arguments": (
        "import sqlalchemy\nfrom sqlalchemy import event\nfrom sqlalchemy.engine import Engine\n\n\n"
        'def change(dialect, record, args, kwargs):\n    kwargs["dbname"] = "NAME"\n    kwargs["host"] = "HOST"\n\n\n'
        'engine = sqlalchemy.create_engine("postgresql+psycopg://localhost/any")\n'
        'event.listen(engine, "do_connect", change)\nengine.connect()\n',
        "through psycopg",
    ),
    "a listener that connects": (
        "import psycopg, sqlalchemy\nfrom sqlalchemy import event\n\n\n"
        'def connect(dialect, record, args, kwargs):\n    return psycopg.connect("OTHER")\n\n\n'
        'engine = sqlalchemy.create_engine("postgresql+psycopg://localhost/any")\n'
        'event.listen(engine, "do_connect", connect)\nengine.connect()\n',
        "through psycopg",
    ),
    "a service": ('import psycopg\npsycopg.connect("service=production")\n', "the service production"),
    "psql": ('import subprocess\nsubprocess.run(["psql", "OTHER", "-c", "ESCAPE"])\n', "the program psql"),
    "a shell": ('import os\nos.system(\'psql "OTHER" -c "ESCAPE"\')\n', "the program psql"),
    "another Python": (
        "import subprocess, sys\n"
        'subprocess.run([sys.executable, "-c", "import psycopg; psycopg.connect(\'OTHER\')"])\n',
        "the program python",
    ),
    "replacing the process": ('import os\nos.execvp("psql", ["psql", "OTHER", "-c", "ESCAPE"])\n', "the program psql"),
    "a socket": ('import socket\nsocket.create_connection(("127.0.0.1", PORT))\n', "the host 127.0.0.1:PORT"),
    "a socket of the server": (
        'import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect("/var/run/other/.s.PGSQL.5432")\n',
        "the socket /var/run/other",
    ),
    "a URL": ('import urllib.request\nurllib.request.urlopen("http://db.example.com/")\n', "the host db.example.com"),
    "a SQLite file": ('import sqlite3\nsqlite3.connect("escaped.db")\n', "the SQLite database escaped.db"),
    "another dialect": (
        'import sqlalchemy\nsqlalchemy.create_engine("mysql+pymysql://db.example.com/app")\n',
        "only PostgreSQL is replayed",
    ),
    "its own Alembic on SQLite": (
        "import sqlalchemy\nfrom alembic import context\nengine = sqlalchemy.create_engine('sqlite://')\n"
        "context.configure(connection=engine.connect())\n",
        "only PostgreSQL is replayed",
    ),
    "offline only": (
        'from alembic import context\ncontext.configure(url="postgresql://db.example.com/app")\n',
        "no connection, but only a URL",
    ),
    "below the driver": (
        "import psycopg, sqlalchemy\nfrom alembic import context\n"
        'engine = sqlalchemy.create_engine("postgresql+psycopg://localhost/any")\n'
        'engine.pool._creator = lambda record=None: psycopg.Connection(psycopg.pq.PGconn.connect(b"OTHER"))\n'
        "with engine.connect() as connection:\n    context.configure(connection=connection)\n"
        "    context.run_migrations()\n",
        "is connected to the database NAME and not to the scratch database; no revision was run",
    ),
    "no revision at all": ("import sys\n\n\nclass Done(Exception):\n    pass\n\n\n", ""),
    "in a fork": (
        "import multiprocessing, psycopg\n\n\ndef escape():\n"
        '    psycopg.connect("OTHER", autocommit=True).execute("ESCAPE")\n\n\n'
        'process = multiprocessing.get_context("fork").Process(target=escape)\nprocess.start()\nprocess.join()\n',
        "through psycopg",
    ),
}
"""Code before `env.py`, and words of the error."""

REDIRECTED = {
    "a creator": (
        'import psycopg\nfrom sqlalchemy import create_engine\n\nengine = create_engine("postgresql+psycopg://",'
        ' creator=lambda: psycopg.connect("OTHER"))\n'
    ),
    "a pool": (
        "import psycopg\nfrom sqlalchemy import create_engine\nfrom sqlalchemy.pool import QueuePool\n\n"
        'engine = create_engine("postgresql+psycopg://", pool=QueuePool(lambda: psycopg.connect("OTHER")))\n'
    ),
    "arguments of the driver": (
        "from sqlalchemy import create_engine\n\n"
        'engine = create_engine("postgresql+psycopg://", connect_args={"host": "HOST", "dbname": "NAME"})\n'
    ),
    "a host in the query": (
        "from sqlalchemy import create_engine\n\n"
        'engine = create_engine("postgresql+psycopg:///NAME?host=HOST&sslmode=require")\n'
    ),
    "variables of libpq": (
        "import os\nfrom sqlalchemy import create_engine\n\n"
        'os.environ.update(PGDATABASE="NAME", PGSERVICE="production")\n'
        'import psycopg\npsycopg.connect("", autocommit=True).execute("ESCAPE")\n'
        'engine = create_engine("postgresql+psycopg://")\n'
    ),
    "its own URL": (
        "from sqlalchemy import create_engine\n\n"
        'engine = create_engine("postgresql://admin:secret@db.example.com:6432/production")\n'
    ),
    "a second engine": (
        "from sqlalchemy import create_engine, text\n\n"
        'engine = create_engine("postgresql+psycopg://admin@db.example.com/one")\n'
        'with create_engine("postgresql+psycopg://admin@HOST/NAME").begin() as other:\n'
        '    other.execute(text("ESCAPE"))\n'
    ),
}
"""An `env.py` up to its engine; it gets the scratch database."""
REST = ENV.partition("poolclass=pool.NullPool)\n")[2]


class Elsewhere:
    """A database beside, and somebody who listens: nothing may come of either."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.parameters = psycopg.conninfo.conninfo_to_dict(address)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        self.port = str(self.listener.getsockname()[1])

    def named(self, text: str) -> str:
        """The text with the names that stand for it."""
        words = {"OTHER": self.address, "HOST": self.parameters["host"], "NAME": self.parameters["dbname"],
                 "PORT": self.port, "ESCAPE": ESCAPE}  # fmt: skip
        for word, value in words.items():
            text = text.replace(word, str(value))
        return text

    def is_untouched(self) -> bool:
        """Nobody has come."""
        with psycopg.connect(self.address) as connection:
            [tables] = connection.execute("SELECT count(*) FROM pg_class WHERE relname = 'escaped'").fetchone() or ()
        try:
            self.listener.accept()
        except BlockingIOError:
            return bool(tables == 0)
        return False


@pytest.fixture(scope="module")
def server(postgres: scratch.Server) -> Iterator[str]:
    """Address of a server that somebody names."""
    with postgres.database() as address:
        yield address


@pytest.fixture(scope="module")
def elsewhere(postgres: scratch.Server) -> Iterator[Elsewhere]:
    with postgres.database() as address:
        found = Elsewhere(address)
        yield found
        found.listener.close()


def databases(address: str) -> set[tuple[Any, ...]]:
    with psycopg.connect(address) as connection:
        return set(connection.execute("SELECT datname FROM pg_database UNION SELECT rolname FROM pg_roles").fetchall())


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_and_named(name: str, tmp_path: Path, server: str, elsewhere: Elsewhere) -> None:
    code, words = REFUSED[name]
    env = elsewhere.named(code) + ("" if name in ("no revision at all", "offline only") else ENV)
    before = databases(server)
    with pytest.raises(ReplayFailed) as failed:
        replayed(make(tmp_path, STEPS, env=env), server=server)
    assert elsewhere.named(words) in failed.value.message
    assert elsewhere.is_untouched()
    assert databases(server) == before
    assert not (tmp_path / "escaped.db").exists()


@pytest.mark.parametrize("name", REDIRECTED)
def test_it_gets_the_scratch_database(name: str, tmp_path: Path, server: str, elsewhere: Elsewhere) -> None:
    head = "from alembic import context\nfrom sqlalchemy import pool\n"
    env = head + elsewhere.named(REDIRECTED[name]) + REST
    found = replayed(make(tmp_path, STEPS, env=env), server=server)
    assert verdicts(found) == {"r1": "inverse"}
    assert elsewhere.is_untouched()


def test_another_database_from_sql(tmp_path: Path, server: str, elsewhere: Elsewhere) -> None:
    reach = elsewhere.named(
        "op.execute(\"CREATE EXTENSION dblink\")\nop.execute(\"SELECT dblink_exec('OTHER', 'ESCAPE')\")"
    )
    found = replayed(make(tmp_path, [(reach, "pass")]), server=server)
    assert found.failure is not None
    assert found.failure.error.sqlstate in ("42501", "0A000", "58P01")
    assert elsewhere.is_untouched()


def test_a_program_that_is_allowed_gets_no_session_elsewhere(tmp_path: Path, server: str, elsewhere: Elsewhere) -> None:
    connect = (
        "import os, subprocess, sys\n"
        "code = 'import psycopg; psycopg.connect(sys.argv[1], user=os.environ[\"PGUSER\"])'\n"
        'told = subprocess.run([sys.executable, "-c", "import os, sys; " + code, "OTHER"], capture_output=True)\n'
        'open("told", "wb").write(told.stderr)'
    )
    replayed(make(tmp_path, [(elsewhere.named(connect), "pass")]), server=server, allow_processes=True)
    assert "schema_lint_keeps_out" in (tmp_path / "told").read_text(encoding="utf-8")
    with psycopg.connect(server) as connection:
        left = connection.execute("SELECT count(*) FROM pg_db_role_setting WHERE setconfig::text LIKE '%keeps_out%'")
        assert left.fetchone() == (0,)


def test_a_password_is_never_told(tmp_path: Path, server: str) -> None:
    url = "postgresql+psycopg://admin:hidden-1@db.example.com/production"
    env = f'from alembic import context\nfrom sqlalchemy import create_engine\nengine = create_engine("{url}")\n{REST}'
    found = replayed(make(tmp_path, STEPS, env=env), server=server)
    assert found.redirected == ("postgresql+psycopg://admin:***@db.example.com/production",)
