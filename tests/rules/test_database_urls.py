"""ENV001, ENV005 and ENV016: what is about no database of the application, or works, stays silent."""

from __future__ import annotations

import pytest

from support import told

SILENT = {
    "another function connects": 'create_engine("mysql+pymysql://", creator=connect)',
    "the server's own database": 'create_engine("postgresql:///template1", isolation_level="AUTOCOMMIT")',
}


@pytest.mark.parametrize("engine", SILENT.values(), ids=SILENT)
def test_urls_of_no_application_are_silent(engine: str) -> None:
    assert (
        told(f"from elsewhere import connect\nfrom sqlalchemy import create_engine\nengine = {engine}\n", "ENV001")
        == []
    )


def test_a_database_in_the_source_is_found() -> None:
    found = told('from sqlalchemy import create_engine\nengine = create_engine("postgresql:///todo")\n', "ENV001")
    assert [severity for severity, _ in found] == ["error"]


CREATING = """
def start(path, cursor):
    cursor.execute("CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value TEXT)")
"""


def test_an_embedded_database_of_its_own_needs_no_migrations() -> None:
    assert told({"store.py": f"import sqlite3\n{CREATING}"}, "ENV016") == []


@pytest.mark.parametrize("imports", ["import psycopg", "import sqlite3\nimport psycopg"])
def test_ddl_in_application_code_is_found(imports: str) -> None:
    assert len(told({"store.py": f"{imports}\n{CREATING}"}, "ENV016")) == 1


POOLED = "postgresql+psycopg://u@ep-x-1-pooler.eu.aws.neon.tech/db?sslmode=require"
DIRECT = POOLED.replace("-pooler", "")


@pytest.mark.parametrize(
    "arguments",
    [
        f'"{DIRECT}", connect_args={{"options": "-c statement_timeout=5000"}}',
        f'"{DIRECT}&options=-csearch_path%3Dapp"',
        # How a client that is too old for SNI names the endpoint.
        f'"{POOLED}&options=endpoint%3Dep-x-1"',
        f'"{POOLED}", connect_args={{"options": "-c timezone=utc --application_name=x"}}',
        f'"{POOLED}", connect_args={{"options": options}}',
        f'"{POOLED}"',
    ],
)
def test_what_a_pooler_takes_is_silent(arguments: str) -> None:
    code = f"from elsewhere import options\nfrom sqlalchemy import create_engine\nengine = create_engine({arguments})\n"
    assert told(code, "ENV005") == []


@pytest.mark.parametrize(
    "arguments",
    [
        f'"{POOLED}&options=-csearch_path%3Dapp"',
        f'"{POOLED}&options=-c%20timezone%3Dutc%20-c%20search_path%3Dapp"',
        f'"{POOLED}", connect_args={{"options": f"--search_path={{schema}}"}}',
    ],
)
def test_what_a_pooler_refuses_is_found(arguments: str) -> None:
    code = f"from elsewhere import schema\nfrom sqlalchemy import create_engine\nengine = create_engine({arguments})\n"
    [(severity, message)] = told(code, "ENV005")
    assert severity == "error" and "set search_path" in message


INI = "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql+psycopg://u:{}@localhost/db\n"


@pytest.mark.parametrize(
    ("password", "env"),
    [
        ("p%%40ss", ""),
        ("%(pw)s", ""),
        ("p%40ss", 'context.config.set_main_option("sqlalchemy.url", "postgresql:///db")'),
    ],
)
def test_an_ini_file_that_can_be_read_is_silent(password: str, env: str) -> None:
    files = {"alembic.ini": INI.format(password), "migrations/env.py": f"from alembic import context\n{env}\n"}
    assert told(files, "ENV005") == []


def test_a_single_percent_in_an_ini_file_is_found() -> None:
    files = {"alembic.ini": INI.format("p%40ss"), "migrations/env.py": "from alembic import context\n"}
    [(severity, message)] = told(files, "ENV005")
    assert severity == "error" and "a % that is not doubled" in message and "p%40ss" not in message
