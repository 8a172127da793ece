"""Alembic's revisions, read without running them."""
