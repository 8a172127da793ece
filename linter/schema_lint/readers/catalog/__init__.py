"""A live PostgreSQL as facts: a constant number of queries, which change nothing."""

from __future__ import annotations

from schema_lint.readers.catalog.reading import read

__all__ = ["read"]
