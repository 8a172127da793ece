"""A throw-away PostgreSQL: databases to try things in, which are gone afterwards."""

from __future__ import annotations

from schema_lint.scratch.errors import ScratchError
from schema_lint.scratch.server import Server, start

__all__ = ["ScratchError", "Server", "start"]
