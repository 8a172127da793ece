"""A project whose reading is kept, and ways to change it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from cli_run import Result, Run

FOLDER = ".schema_lint_cache"
MODELS = """\
from sqlmodel import Field, SQLModel
from app.base import Stamped


class Task(Stamped, table=True):
    id: int | None = Field(default=None, primary_key=True)
    owner_id: int = Field(foreign_key="user.id")
"""
BASE = "from sqlmodel import SQLModel\n\n\nclass Stamped(SQLModel):\n    created: str\n"
OTHER = MODELS.replace("Task", "Chore")
USER = """\
from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
"""
KEYED = """\
import uuid
from sqlmodel import Field, SQLModel


class Thing(SQLModel, table=True):
    id: uuid.UUID = Field(primary_key=True)
    user_id: int = Field(foreign_key="user.id")
"""
FILES = {
    "pyproject.toml": '[tool.schema-lint]\nprofile = "strict"\n',
    "uv.lock": 'name = "sqlalchemy"\nversion = "2.0.30"\n',
    "alembic.ini": "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://u:pw@db.example.com/d\n",
    ".env": "DATABASE_URL=postgresql://u:secret@db.example.com/d\n",
    "docker-compose.yml": "services:\n  db:\n    environment:\n      U: postgresql://u:secret@db.example.com/d\n",
    "app/__init__.py": "",
    "app/base.py": BASE,
    "app/models.py": MODELS,
    "app/db.py": "import os\nfrom sqlmodel import create_engine\nengine = create_engine(os.getenv('DATABASE_URL'))\n",
    "app/things.py": KEYED,
    "app/plain.py": "X = 1\n",
    "migrations/env.py": "from alembic import context\nfrom app.models import SQLModel\n",
    ".git/HEAD": "ref: refs/heads/main\n",
}


def check(run: Run, *more: str) -> Result:
    return run("check", "--output-format", "json", "--show-info", "--show-unknown", *more)


def write(path: str, text: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")

    return change


def keep_times(path: str, text: str) -> Callable[[Path], None]:
    """Another text of the same length, with the times set back: only the inode's own time tells."""

    def change(root: Path) -> None:
        status = (root / path).stat()
        assert len((root / path).read_text()) == len(text)
        (root / path).write_text(text, encoding="utf-8")
        os.utime(root / path, ns=(status.st_atime_ns, status.st_mtime_ns))

    return change


def delete(path: str) -> Callable[[Path], None]:
    return lambda root: (root / path).unlink()


def rename(path: str, to: str) -> Callable[[Path], None]:
    return lambda root: (root / path).rename(root / to)


def link(path: str, to: str) -> Callable[[Path], None]:
    def change(root: Path) -> None:
        if (root / path).exists():
            (root / path).unlink()
        (root / path).symlink_to(to)

    return change


def environment(root: Path) -> None:
    write(".venv/pyvenv.cfg", "home = /usr\n")(root)
    write(".venv/lib/python3.11/site-packages/SQLAlchemy-1.4.50.dist-info/METADATA", "")(root)


CHANGES: dict[str, Callable[[Path], None]] = {
    "a model is edited": write("app/models.py", MODELS + "    name: str\n"),
    "a model keeps its length and time": keep_times("app/models.py", MODELS.replace("owner_id", "owned_by")),
    "a model's base is edited": write("app/base.py", BASE + "    updated: str\n"),
    "a file of no interest is edited": write("app/plain.py", "X = 2\n"),
    "a file of no interest gets a model": write("app/plain.py", USER),
    "a file of no interest gets an engine": write("app/plain.py", FILES["app/db.py"]),
    "a file of no interest gets a URL": write("app/plain.py", "URL = 'postgresql://u:pw@db.example.com/d'\n"),
    "a file of no interest gets DDL": write("app/plain.py", "session.execute(text('CREATE TABLE x (id int)'))\n"),
    "a file of no interest gets a listener": write("app/plain.py", "listen(Thing, 'before_update', f)\n"),
    "a file of no interest gives a key": write("app/plain.py", "thing = Thing(id=make())\n"),
    "a file of no interest gives none": write("app/plain.py", "thing = Thing(user_id=1)\n"),
    "a file of no interest becomes a revision": write("app/plain.py", "revision = 'a'\ndown_revision = None\n"),
    "a file of no interest is too large": write("app/plain.py", "#" * 2_200_000),
    "a file becomes unreadable source": write("app/plain.py", "from sqlmodel import (\n"),
    "the missing target appears": write("app/user.py", USER),
    "a file appears in a new folder": write("other/user.py", USER),
    "a model appears beside": write("app/more.py", OTHER),
    "a file goes": delete("app/models.py"),
    "a base goes": delete("app/base.py"),
    "a package is no more": delete("app/__init__.py"),
    "a module is renamed": rename("app/base.py", "app/basis.py"),
    "a folder is renamed": rename("app", "application"),
    "a module becomes a package": lambda root: (
        (root / "app/base.py").unlink(), write("app/base/__init__.py", BASE.replace("created", "made"))(root),
    )[0],
    "a package hides a module": write("app/base/__init__.py", BASE.replace("created", "made")),
    "the lock file is edited": write("uv.lock", 'name = "sqlalchemy"\nversion = "1.4.50"\n'),
    "the lock file goes": delete("uv.lock"),
    "a lock file appears": write("app/poetry.lock", '[[package]]\nname = "sqlmodel"\nversion = "0.0.14"\n'),
    "an environment appears": environment,
    ".env is edited": write(".env", "A=1\n"),
    ".env goes": delete(".env"),
    "another .env appears": write("app/.env", "URL=postgresql://u:other@db.example.com/d\n"),
    "compose is edited": write("docker-compose.yml", "services: {}\n"),
    "alembic.ini is edited": write("alembic.ini", "[alembic]\nscript_location = migrations\n"),
    "env.py sets the URL": write("migrations/env.py", "config.set_main_option('sqlalchemy.url', url)\n"),
    "the configuration is edited": write("pyproject.toml", '[tool.schema-lint]\nprofile = "minimal"\n'),
    "the configuration's lines move": write(
        "pyproject.toml", '\n\n[tool.schema-lint]\nprofile = "strict"\nignore = [{rule = "FK001", object = "x"}]\n'
    ),
    "the configuration goes": delete("pyproject.toml"),
    "a configuration appears": write("schema-lint.toml", 'ignore = ["FK"]\n'),
    "an ignoring comment appears": write(
        "app/models.py", MODELS.replace('"user.id")', '"user.id")  # schema-lint: ignore[FK001] few rows')
    ),
    "a baseline appears": write(".schema-lint-baseline.json", '{"version": 1, "findings": []}\n'),
    "git tracks a file": lambda root: (root / ".git/index").write_bytes(b"DIRC\0\0\0\2" + b"\0" * 10 + b"\0\4.env\0"),
    "a file becomes a link out": link("app/base.py", "/etc/hostname"),
    "a link in appears": link("app/linked.py", "models.py"),
    "a cache folder is cleared": lambda root: shutil.rmtree(root / FOLDER),
}  # fmt: skip
