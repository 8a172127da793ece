"""Two schemas, however they were read → where they differ."""

from __future__ import annotations

from schema_lint.comparing.projects import compare_projects
from schema_lint.comparing.schemas import compare_schemas

__all__ = ["compare_projects", "compare_schemas"]
