"""C3 linearization. Source: the Python reference, "The Python 2.3 Method Resolution Order"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def linearize(
    value: T, bases: Sequence[T], line_of: Callable[[T], Sequence[T]], same: Callable[[T, T], bool]
) -> list[T]:
    """The value and its ancestors, from its bases' own lines; where C3 has no solution, the first base that is left
    goes first."""
    if len(bases) <= 1:
        return [value, *(item for base in bases for item in line_of(base))]
    sequences = [list(line_of(base)) for base in bases]
    sequences.append(list(bases))
    merged: list[T] = [value]
    while sequences := [sequence for sequence in sequences if sequence]:
        head = next(
            (s[0] for s in sequences if not any(same(item, s[0]) for other in sequences for item in other[1:])),
            sequences[0][0],
        )
        merged.append(head)
        sequences = [[item for item in sequence if not same(item, head)] for sequence in sequences]
    return merged
