"""ENV001: URLs that name no application's database stay silent."""

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
