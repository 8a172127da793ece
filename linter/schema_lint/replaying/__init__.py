"""Alembic histories, run step by step on a throw-away PostgreSQL through the project's own `env.py`."""

from __future__ import annotations

from schema_lint.replaying.errors import ReplayFailed
from schema_lint.replaying.options import InitialModels, ReplayOptions
from schema_lint.replaying.replay import replay

__all__ = ["InitialModels", "ReplayFailed", "ReplayOptions", "replay"]
