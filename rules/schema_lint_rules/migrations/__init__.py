"""MIG: Alembic's revisions, their history and their environment."""

from schema_lint_rules.migrations import backfill, graph, locks, loss, replayed

__all__ = ["backfill", "graph", "locks", "loss", "replayed"]
