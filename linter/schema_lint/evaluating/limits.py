"""How much may be spent on source that is hostile, or merely large."""

from __future__ import annotations

import msgspec


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """Bounds of one evaluation. A step is one expression or statement."""

    steps_per_statement: int = 100_000
    """Of a module's top level, with everything it calls."""
    steps_per_module: int = 500_000
    steps_per_body: int = 20_000
    """Of a function that is looked at without being called; of any other question."""
    steps_per_call: int = 20_000
    """Of each call that a module's top level makes."""
    steps_per_callee: int = 2_000
    """Of each function that is called from there while modules are loaded, or from a function that is looked at."""
    depth: int = 12
    """Calls within calls."""
    depth_in_bodies: int = 4
    """The same, below a function that is looked at without being called."""
    following: int = 60
    """Imports followed within imports."""
    iterations: int = 2_000
    text: int = 65_536
    """Characters of a computed string."""
    items: int = 10_000
    """Items of a computed collection."""
    alternatives: int = 8
    recursion: int = 6_000
    """Frames of the Python that runs us."""
