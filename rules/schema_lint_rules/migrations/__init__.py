"""MIG: Alembic's revisions, their history and their environment."""

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
