"""Alembic's revisions, read without running them."""

from __future__ import annotations

from schema_lint.readers.migrations.histories import read_histories, with_histories

__all__ = ["read_histories", "with_histories"]
