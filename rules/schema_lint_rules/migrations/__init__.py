"""MIG: Alembic's revisions, their history and their environment."""

MODULES = (
    "backfill",
    "edited",
    "explaining",
    "graph",
    "locks",
    "loss",
    "models",
    "models_differ",
    "repeating",
    "replayed",
    "rows",
    "running",
    "target",
    "timeouts",
)
