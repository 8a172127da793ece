"""A project that cannot be imported: one clear error, nothing of ours in it, and nothing left behind."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

import pytest

from schema_lint.evaluating.disk import DiskTree
from schema_lint.readers.metadata import MetadataError, MetadataOptions, read, target

LIMIT = 20.0

BAD = {
    "raises": (
        "def load():\n    raise ValueError('no settings')\n\nload()\n",
        "models cannot be imported: ValueError: no settings",
        ("models.py:4", "    load()", "models.py:2 in load", "    raise ValueError('no settings')"),
    ),
    "does not parse": (
        "import os\ndef broken(:\n",
        "models cannot be imported: SyntaxError: invalid syntax (models.py, line 2)",
        ("models.py:2", "    def broken(:"),
    ),
    "exits": (
        "import sys\nsys.exit(3)\n",
        "models calls sys.exit(3) when it is imported",
        ("models.py:2", "    sys.exit(3)"),
    ),
    "ends the process": (
        "import os\nos._exit(4)\n",
        "the project calls os._exit(4) when it is imported",
        ("models.py:2", "    os._exit(4)"),
    ),
    "recurses": (
        "def again():\n    again()\nagain()\n",
        "models cannot be imported: RecursionError: maximum recursion depth exceeded",
        ("models.py:3", "    again()", "models.py:2 in again", "    again()"),
    ),
    "needs a package": (
        "import a_package_nobody_has.part\n",
        "models needs the package a_package_nobody_has, which {python} does not have",
        ("models.py:1", "    import a_package_nobody_has.part"),
    ),
    "opens a SQLite file": (
        "import sqlite3\nsqlite3.connect('app.db')\n",
        "models wants to connect when it is imported: SQLite database app.db",
        ("models.py:2", "    sqlite3.connect('app.db')"),
    ),
    "looks a host up": (
        "import socket\nsocket.getaddrinfo('example.org', 80)\n",
        "models wants to connect when it is imported: network, example.org",
        None,
    ),
    "connects to an address": (
        "import socket\nsocket.socket().connect(('192.0.2.1', 5432))\n",
        "models wants to connect when it is imported: network, 192.0.2.1:5432",
        ("models.py:2", "    socket.socket().connect(('192.0.2.1', 5432))"),
    ),
    "connects by a driver written in C": (
        "import psycopg\npsycopg.connect('postgresql://localhost/app')\n",
        "models wants to connect when it is imported: database, through psycopg",
        ("models.py:2", "    psycopg.connect('postgresql://localhost/app')"),
    ),
    "reads input": ("input()\n", "models cannot be imported: EOFError: EOF when reading a line", None),
    "has no tables": (
        "from sqlalchemy import MetaData\nmetadata = MetaData()\n",
        "no name of models leads to a MetaData with tables",
        (),
    ),
}  # fmt: skip


def failure(folder: Path, name: str, *, limit: float = LIMIT) -> MetadataError:
    wanted = MetadataOptions(targets=(target(name),), python=sys.executable, limit=limit)
    with pytest.raises(MetadataError) as raised:
        read(DiskTree(str(folder)), wanted, directory=str(folder))
    return raised.value


def shown(path: str) -> str:
    relative = os.path.relpath(path)
    return path if relative.startswith("..") else relative


@pytest.mark.parametrize("name", BAD)
def test_what_went_wrong_is_said_in_the_users_own_lines(name: str, tmp_path: Path) -> None:
    source, message, trace = BAD[name]
    (tmp_path / "models.py").write_text(source)
    error = failure(tmp_path, "models")
    assert error.message == message.format(python=shown(sys.executable))
    if trace is not None:
        assert error.trace[: len(trace)] == trace
    assert not any("schema_lint" in line or "probe" in line for line in (error.message, *error.trace))
    assert error.hint
    assert [path.name for path in tmp_path.iterdir()] == ["models.py"]


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("app.modles", "there is no module modles in app", "did you mean app.models?"),
        ("ap.models", "there is no module ap on the import path", "did you mean app?"),
        ("opcodes", "there is no module opcodes on the import path", "name it as an import statement would"),
        ("app.models:Bose", "app.models has no Bose", "did you mean Base?"),
        ("app.models:count", "app.models:count is of type int, and holds no MetaData", "name a MetaData, a "),
        ("app", "no name of app leads to a MetaData with tables", "app:* imports the modules below it, too"),
        ("app.views", "no name of app.views leads to a MetaData with tables", "tables are in app.models.Base.metadata"),
    ],
)
def test_misspelt_targets_are_told_with_the_nearest_name(name: str, message: str, hint: str, tmp_path: Path) -> None:
    write_application(tmp_path)
    error = failure(tmp_path, name)
    assert error.message == message
    assert error.hint.startswith(hint)


def write_application(folder: Path) -> None:
    package = folder / "app"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "views.py").write_text("import app.models\n")
    (package / "models.py").write_text(
        "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import declarative_base\n\n"
        "Base = declarative_base()\ncount = 1\n\n\nclass User(Base):\n    __tablename__ = 'users'\n"
        "    id = Column(Integer, primary_key=True)\n"
    )


@pytest.mark.parametrize("source", ["while True:\n    pass\n", "import time\n\ntime.sleep(1000)\n"])
def test_the_time_limit_is_held_and_says_where_the_time_went(source: str, tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(source)
    error = failure(tmp_path, "models", limit=1)
    assert error.message == "importing models took longer than 1 s, and was ended"
    assert error.trace[0].startswith("models.py:")
    assert "--import-timeout" in error.hint


def test_a_crash_is_told_with_the_line_that_crashed(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("import ctypes\n\nctypes.string_at(0)\n")
    error = failure(tmp_path, "models")
    assert error.message == f"{shown(sys.executable)} died of SIGSEGV while it imported models"
    assert error.trace[:2] == ("models.py:3", "    ctypes.string_at(0)")


def test_an_object_that_fails_at_the_least_touch_is_passed_over(tmp_path: Path) -> None:
    write_application(tmp_path)
    lazy = "class Lazy:\n    def __getattribute__(self, name):\n        raise ValueError(name)\n\n\ncontext = Lazy()\n"
    (tmp_path / "app" / "views.py").write_text(f"import app.models\n\n\n{lazy}")
    wanted = MetadataOptions(targets=(target("app:*"),), python=sys.executable, limit=LIMIT)
    [schema] = read(DiskTree(str(tmp_path)), wanted, directory=str(tmp_path)).project.schemas
    assert [table.key for table in schema.tables.complete()] == ["users"]


def test_secrets_in_an_exception_are_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_SECRET_KEY", "correct-horse")
    (tmp_path / "models.py").write_text(
        "import os\nraise ValueError('postgresql://app:hunter2@db/app ' + os.environ['APP_SECRET_KEY'])\n"
    )
    error = failure(tmp_path, "models")
    assert error.message.endswith("postgresql://app:***@db/app ***")
    assert "hunter2" not in " ".join(error.trace)


def test_an_interpreter_without_sqlalchemy_is_told(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("")
    (tmp_path / "sqlalchemy.py").write_text("raise ImportError('no SQLAlchemy here')\n")
    assert failure(tmp_path, "models").message == f"{shown(sys.executable)} has no SQLAlchemy"


@pytest.mark.parametrize("python", ["no-such-python", "folder"])
def test_what_is_no_interpreter_is_told(python: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    wanted = MetadataOptions(targets=(target("models"),), python=python)
    with pytest.raises(MetadataError, match=f"--python {python} is no interpreter"):
        read(DiskTree(str(tmp_path)), wanted, directory=str(tmp_path))


def test_a_program_that_is_no_interpreter_is_told(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho something else; exit 7\n")
    program.chmod(0o755)
    wanted = MetadataOptions(targets=(target("models"),), python="./python")
    with pytest.raises(MetadataError, match="ended with status 7 before it had imported models: something else"):
        read(DiskTree(str(tmp_path)), wanted, directory=str(tmp_path))


def test_processes_that_the_project_leaves_behind_are_ended(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text(
        "import os, time\nfrom sqlalchemy import Column, Integer, MetaData, Table\n"
        "metadata = MetaData()\nTable('t', metadata, Column('a', Integer))\n"
        "child = os.fork()\nif child == 0:\n    os.setsid()\n    time.sleep(1000)\n    os._exit(0)\n"
        "open('child', 'w').write(str(child))\n"
    )
    wanted = MetadataOptions(targets=(target("models"),), python=sys.executable, limit=LIMIT)
    reading = read(DiskTree(str(tmp_path)), wanted, directory=str(tmp_path))
    assert [table.key for schema in reading.project.schemas for table in schema.tables.known] == ["t"]
    child = int((tmp_path / "child").read_text())
    assert _ends(child)


def _ends(process: int) -> bool:
    """Whether a process that was told to end does: the kernel takes its own time for that."""
    try:
        descriptor = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], 10)[0])
    finally:
        os.close(descriptor)


def test_megabytes_of_output_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "models.py").write_text("for _ in range(300):\n    print('x' * 100_000)\nraise ValueError('after')\n")
    assert failure(tmp_path, "models").message == "models cannot be imported: ValueError: after"
