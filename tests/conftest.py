"""Fixtures for tests that need a real PostgreSQL."""

from __future__ import annotations

from postgres import database, database_url, postgres

__all__ = ["database", "database_url", "postgres"]
