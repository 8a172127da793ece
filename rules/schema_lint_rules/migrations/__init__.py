"""MIG: Alembic's revisions, their history and their environment."""

<<<<<<< HEAD
MODULES = (
    "backfill",
    "explaining",
    "graph",
    "locks",
    "loss",
    "models",
    "models_differ",
    "repeating",
    "replayed",
    "rows",
    "target",
    "timeouts",
)
=======
from schema_lint_rules.migrations import (
    backfill,
    edited,
    explaining,
    graph,
    locks,
    loss,
    models,
    models_differ,
    repeating,
    replayed,
    rows,
    running,
    target,
    timeouts,
)

__all__ = [
    "backfill", "edited", "explaining", "graph", "locks", "loss", "models", "models_differ", "repeating", "replayed",
    "rows", "running", "target", "timeouts",
]  # fmt: skip
>>>>>>> 082e4da (MIG010 and MIG018: revisions against the branch that is deployed from)
