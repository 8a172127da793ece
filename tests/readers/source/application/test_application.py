from __future__ import annotations

from typing import Any

import pytest

import support
from schema_lint.facts.application import Engine
from schema_lint.facts.project import Project
from schema_lint.facts.unknown import Unknown

HEAD = "import os\nfrom sqlalchemy import create_engine\n"


def engine(text: str, **files: str) -> Engine:
    (found,) = support.project_facts({"db.py": text, **files}).engines.known
    return found


def sources(text: str) -> list[tuple[Any, ...]]:
    found = engine(text).sources
    assert not isinstance(found, Unknown)
    return [(s.kind, s.name, s.url.masked if s.url else None, s.may_be_none) for s in found]


def test_a_literal() -> None:
    assert sources(HEAD + 'engine = create_engine("sqlite:///todo.db")') == [
        ("literal", None, "sqlite:///todo.db", False)
    ]


def test_a_literal_by_way_of_a_name_and_another_module() -> None:
    project = support.project_facts(
        {
            "app/config.py": 'DATABASE_URL = "postgresql://app:s3cret@db.example.com/todo"\n',
            "app/db.py": "from sqlalchemy import create_engine\nfrom app.config import DATABASE_URL\n"
            "engine = create_engine(DATABASE_URL)\n",
            "app/__init__.py": "",
        }
    )
    (found,) = project.engines.known
    assert not isinstance(found.sources, Unknown)
    (source,) = found.sources
    assert (source.kind, source.place.path if source.place else None) == ("literal", "app/config.py")


@pytest.mark.parametrize(
    ("expression", "may_be_none"),
    [
        ('os.getenv("DATABASE_URL")', True),
        ('os.environ.get("DATABASE_URL")', True),
        ('os.environ["DATABASE_URL"]', False),
        ('os.getenv("DATABASE_URL", "sqlite:///x.db")', False),
        ('os.getenv("DATABASE_URL") or "sqlite:///x.db"', False),
    ],
)
def test_the_environment(expression: str, may_be_none: bool) -> None:
    (source,) = sources(HEAD + f"engine = create_engine({expression})")
    assert (source[0], source[1], source[3]) == ("environment", "DATABASE_URL", may_be_none)


@pytest.mark.parametrize(
    "check",
    [
        "if not URL:\n    raise RuntimeError('DATABASE_URL is not set')\n",
        "if URL is None:\n    raise RuntimeError('DATABASE_URL is not set')\n",
        "assert URL, 'DATABASE_URL is not set'\n",
        "check(URL)\n",
    ],
)
def test_a_checked_variable_cannot_be_none(check: str) -> None:
    (source,) = sources(HEAD + f'URL = os.getenv("DATABASE_URL")\n{check}engine = create_engine(URL)')
    assert source[3] is False


def test_an_unchecked_variable_may_be_none() -> None:
    (source,) = sources(HEAD + 'URL = os.getenv("DATABASE_URL")\nengine = create_engine(URL)')
    assert source[3] is True


def test_a_settings_field_is_no_literal() -> None:
    text = (
        "from pydantic_settings import BaseSettings\nfrom sqlalchemy import create_engine\n"
        "class Settings(BaseSettings):\n    database_url: str = 'postgresql://localhost/todo'\n"
        "settings = Settings()\nengine = create_engine(settings.database_url)\n"
    )
    assert sources(text) == [("setting", "database_url", "postgresql://localhost/todo", False)]


def test_interpolated_text_is_built() -> None:
    text = HEAD + "engine = create_engine(f\"postgresql+psycopg://{os.environ['U']}:{os.environ['P']}@db/todo\")"
    assert sources(text) == [("built", None, "postgresql+psycopg://{…}:{…}@db/todo", False)]


def test_rewritten_text_need_not_be_valid_as_it_stands() -> None:
    text = HEAD + 'engine = create_engine(os.environ["URL"].replace("postgres://", "postgresql://"))'
    found = engine(text).sources
    assert not isinstance(found, Unknown)
    assert [(s.kind, s.name, s.rewritten) for s in found] == [("environment", "URL", True)]


def test_text_that_one_branch_rewrites_is_valid_in_the_other() -> None:
    text = """
import os
from sqlalchemy import create_engine

class Settings:
    def __init__(self, url):
        self.url = url

    @property
    def sync_url(self):
        if self.url.startswith("mysql+asyncmy"):
            return self.url.replace("mysql+asyncmy", "mysql+pymysql", 1)
        return self.url

engine = create_engine(Settings(os.getenv("URL", "mysql+asyncmy://localhost/todo")).sync_url)
"""
    found = engine(text).sources
    assert not isinstance(found, Unknown)
    assert [(s.kind, s.name, s.rewritten) for s in found] == [("environment", "URL", True)]


def test_what_cannot_be_followed_is_unknown() -> None:
    text = HEAD + "from somewhere import unknowable\nengine = create_engine(unknowable())"
    assert isinstance(engine(text).sources, Unknown)


def test_an_engine_in_a_function() -> None:
    found = engine(
        HEAD + "from fastapi import FastAPI\napp = FastAPI()\n\n@app.get('/x')\ndef handler():\n"
        "    engine = create_engine(os.environ['URL'])\n    return engine\n"
    )
    assert (found.function_scope, found.in_request_path, found.cached) == ("handler", True, False)


def test_an_engine_made_once() -> None:
    found = engine(
        HEAD + "from functools import lru_cache\n\n@lru_cache\ndef get_engine():\n"
        "    return create_engine(os.environ['URL'], pool_pre_ping=True)\n"
    )
    assert found.cached
    assert found.argument("pool_pre_ping") is not None


def test_pool_class_echo_and_connect_args() -> None:
    found = engine(
        HEAD + "from sqlalchemy.pool import NullPool\n"
        "engine = create_engine(os.environ['URL'], poolclass=NullPool, echo=True, connect_args={'connect_timeout': 10})"
    )
    assert (found.pool_class, found.echo, found.connect_args) == ("NullPool", True, (("connect_timeout", "10"),))


def test_options_by_keyword_dict_are_followed() -> None:
    found = engine(HEAD + "OPTIONS = {'pool_pre_ping': True}\nengine = create_engine(os.environ['URL'], **OPTIONS)")
    assert found.argument("pool_pre_ping") is not None
    assert found.arguments_complete


def test_options_that_cannot_be_followed_are_said_to_be_incomplete() -> None:
    found = engine(HEAD + "from x import options\nengine = create_engine(os.environ['URL'], **options())")
    assert not found.arguments_complete


def test_session_factories() -> None:
    project = support.project_facts(
        {
            "db.py": "from sqlalchemy.orm import sessionmaker\n"
            "from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker\n"
            "one = sessionmaker()\ntwo = async_sessionmaker()\n"
            "three = sessionmaker(class_=AsyncSession, expire_on_commit=False)\n"
        }
    )
    assert [(f.is_async, f.expire_on_commit) for f in project.session_factories] == [
        (False, True),
        (True, True),
        (True, False),
    ]


def literals(files: dict[str, str]) -> list[tuple[str, str, bool]]:
    project: Project = support.project_facts(files)
    return [(u.file_kind, u.url.masked, u.is_example or u.is_test) for u in project.url_literals]


def test_literals_in_files() -> None:
    assert literals(
        {
            "app.py": "X = 'postgresql://u:pw@h.example.com/d'\n",
            ".env": "DATABASE_URL=postgresql://u:pw@h/d\n# OTHER=postgresql://u:pw@h/e\n",
            ".env.example": 'DATABASE_URL="postgresql://u:pw@h/d"\n',
            "docker-compose.yml": "services:\n  api:\n    environment:\n      DATABASE_URL: postgresql://u:${PW}@db:5432/d\n",
            "alembic.ini": "[alembic]\nsqlalchemy.url = postgresql://u:pw%%41@h/d\n",
        }
    ) == [
        ("python", "postgresql://u:***@h.example.com/d", False),
        ("env", "postgresql://u:***@h/d", False),
        ("env", "postgresql://u:***@h/d", True),
        ("alembic.ini", "postgresql://u:***@h/d", False),
        ("compose", "postgresql://u:{…}@db:5432/d", False),
    ]


def test_text_that_only_mentions_a_url_is_no_literal() -> None:
    assert (
        literals(
            {
                "app.py": '"""Set DATABASE_URL to postgresql://u:pw@h/d."""\n'
                "if url.startswith('postgresql://'): url = url.replace('postgres://', 'postgresql://')\n"
                "HELP = 'for example postgresql://u:pw@h/d'\nOK = url == 'postgresql://'\n"
            }
        )
        == []
    )


def test_an_ini_value_that_env_py_replaces() -> None:
    files = {
        "alembic.ini": "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://u:pw@h/d\n",
        "migrations/env.py": "from alembic import context\nconfig = context.config\n"
        "config.set_main_option('sqlalchemy.url', url())\n",
    }
    project = support.project_facts(files)
    assert [u.overridden for u in project.url_literals] == [True]
    assert project.uses_alembic


def test_schema_calls() -> None:
    project = support.project_facts(
        {
            "main.py": "from fastapi import FastAPI\nfrom sqlmodel import SQLModel\nfrom sqlalchemy import text\n"
            "def startup(engine):\n    SQLModel.metadata.create_all(engine)\n"
            "def change(c):\n    c.execute(text('alter table t add column x int'))\n    c.execute(text('select 1'))\n"
            "if __name__ == '__main__':\n    SQLModel.metadata.drop_all(None)\n",
            "patch.py": "def patch(c):\n    c.execute('ALTER TABLE t ADD x int')\n"
            "if __name__ == '__main__':\n    patch(None)\n",
            "tests/test_x.py": "from sqlmodel import SQLModel\ndef test_x(e):\n    SQLModel.metadata.create_all(e)\n",
        }
    )
    assert [(c.kind, c.statement, c.function_scope, c.is_test, c.is_script) for c in project.schema_calls] == [
        ("create_all", None, "startup", False, False),
        ("ddl", "ALTER TABLE", "change", False, False),
        ("drop_all", None, None, False, True),
        ("ddl", "ALTER TABLE", "patch", False, True),
        ("create_all", None, "test_x", True, False),
    ]


ENDPOINT = """
from typing import Annotated
from fastapi import APIRouter, Depends
from sqlmodel import Session, select
from sqlalchemy.ext.asyncio import AsyncSession
from models import get_session
router = APIRouter()
SessionDep = Annotated[Session, Depends(get_session)]

@router.get("/a")
async def blocking(session: SessionDep):
    return session.exec(select(1)).all()

@router.get("/b")
def threaded(session: SessionDep):
    return session.exec(select(1)).all()

@router.get("/c")
async def awaiting(session: AsyncSession):
    return (await session.exec(select(1))).all()

@router.get("/d")
async def handing_over(session: Session = Depends(get_session)):
    return await run_in_threadpool(lambda: session.exec(select(1)).all())

async def no_endpoint(session: Session):
    return session.exec(select(1)).all()
"""


def test_only_a_blocking_call_in_an_async_endpoint_counts() -> None:
    uses = support.project_facts({"main.py": ENDPOINT}).session_uses
    assert [(u.function, u.blocking_call) for u in uses if u.blocking_call] == [("blocking", "session.exec")]


def test_ddl_that_is_not_the_schemas() -> None:
    project = support.project_facts(
        {
            "app.py": "def f(c, name):\n    c.execute(f'DROP TABLE IF EXISTS {name}')\n"
            "    c.execute('CREATE TEMPORARY TABLE t (x int)')\n    c.execute('DROP TABLE alembic_version')\n"
            "    print('create table')\n    c.execute('select 1 -- create table')\n"
        }
    )
    assert project.schema_calls == ()


FLASK = "import os\nfrom flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n"


@pytest.mark.parametrize(
    "text",
    [
        "app = Flask(__name__)\napp.config['SQLALCHEMY_DATABASE_URI'] = 'postgresql://app:s3cret@db.example.com/todo'\n",
        "class Config:\n    SQLALCHEMY_DATABASE_URI = 'postgresql://app:s3cret@db.example.com/todo'\n",
        "def create_app():\n    app = Flask(__name__)\n"
        "    app.config['SQLALCHEMY_DATABASE_URI'] = 'postgresql://app:s3cret@db.example.com/todo'\n    return app\n",
    ],
    ids=["config item", "config class", "factory"],
)
def test_the_engine_of_flask_sqlalchemy(text: str) -> None:
    found = engine(FLASK + text)
    assert not isinstance(found.sources, Unknown)
    assert [(found.label, s.kind, s.url.host if s.url else None) for s in found.sources] == [
        ("Flask-SQLAlchemy", "literal", "db.example.com")
    ]


def test_the_setting_means_nothing_without_flask_sqlalchemy() -> None:
    assert (
        support.project_facts({"db.py": "SQLALCHEMY_DATABASE_URI = 'postgresql://h.example.com/d'\n"}).engines.known
        == ()
    )
