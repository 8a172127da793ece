"""ENV001 and ENV016: what is about no database of the application stays silent."""

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
