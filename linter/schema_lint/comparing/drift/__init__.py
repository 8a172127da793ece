"""Models, however they were read, against a database → where it has drifted from them."""

from __future__ import annotations

from schema_lint.comparing.drift.database import Database
from schema_lint.comparing.drift.schemas import compare_with_database, is_version_table

__all__ = ["Database", "compare_with_database", "is_version_table"]
