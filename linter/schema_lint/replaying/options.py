"""What to replay, with which interpreter, and under which limits."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

STEP_LIMIT = 120.0
"""Seconds."""


class InitialModels(msgspec.Struct, frozen=True, kw_only=True):
    """Models that the schema is made from which a history begins with."""

    revision: str
    """The revision that the schema is at then."""

    commit: str
    """The one that it came with; the models are those of then."""


class ReplayOptions(msgspec.Struct, frozen=True, kw_only=True):
    """How to replay a history."""

    ini: str
    """Path of its `alembic.ini`."""

    section: str = "alembic"
    python: str | None = None
    """The interpreter; without it the one of the project's virtual environment."""

    server: str | None = None
    """Address of a server, as libpq reads it; without it one is started."""

    variables: tuple[tuple[str, str], ...] = ()
    """Environment variables to set."""

    arguments: tuple[str, ...] = ()
    """What `alembic -x` would be given."""

    setup: str | None = None
    """`module:function` to call first."""

    destination: str = "heads"
    initial_schema: str | None = None
    """A file of SQL to run first."""

    initial_revision: str | None = None
    """The revision that the initial schema is at."""

    initial_models: InitialModels | None = None
    """What to make the initial schema from, in place of a file."""

    edited: Mapping[str, bytes] = {}
    """Files of the history, by path, that are to be taken otherwise than they are on disk."""

    limit: float = STEP_LIMIT
    """Seconds that a step may take, or what comes before the first."""

    allow_processes: bool = False
    trials: bool = True
    rows: int = 0
    """How many to put into each table before a step is tried once more; 0 for no such trial."""
