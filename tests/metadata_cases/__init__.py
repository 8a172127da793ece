"""Small modules, one for each way of writing tables that the source reader knows, by theme."""

from __future__ import annotations

from metadata_cases import (
    column_type_cases,
    computed_cases,
    core_cases,
    declarative_cases,
    inheritance_cases,
    sqlmodel_cases,
)

CASES: dict[str, str] = {
    **sqlmodel_cases.CASES,
    **declarative_cases.CASES,
    **core_cases.CASES,
    **inheritance_cases.CASES,
    **column_type_cases.CASES,
    **computed_cases.CASES,
}
"""Name → source text. Every case can be executed with the SQLAlchemy and SQLModel that are installed."""
