"""MIG: Alembic's revisions, their history and their environment."""

from schema_lint_rules.migrations import (
    backfill,
    explaining,
    graph,
    locks,
    loss,
    models,
    models_differ,
    repeating,
    replayed,
    rows,
    target,
    timeouts,
)

__all__ = [
    "backfill", "explaining", "graph", "locks", "loss", "models", "models_differ", "repeating", "replayed", "rows",
    "target", "timeouts",
]  # fmt: skip
