"""Fixtures for tests that need a real PostgreSQL."""

from __future__ import annotations

from postgres import database_url, postgres_url

__all__ = ["database_url", "postgres_url"]
