"""Small things that all strategies use."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]


def one(draw: Draw, choices: Sequence[T]) -> T:
    """One of them; the first is the simplest."""
    chosen: T = draw(st.sampled_from(choices))
    return chosen


def sometimes(draw: Draw, part: int = 5) -> bool:
    """True in one of so many cases."""
    return bool(draw(st.integers(0, part - 1)) == part - 1)


def few(draw: Draw, most: int, least: int = 0) -> range:
    """A small number of rounds."""
    return range(draw(st.integers(least, most)))
