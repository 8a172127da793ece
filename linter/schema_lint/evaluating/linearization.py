"""C3 linearization. Source: the Python reference, "The Python 2.3 Method Resolution Order"."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


def merge(value: T, orders: Sequence[Sequence[T]], bases: Sequence[T], key: Callable[[T], Hashable]) -> list[T]:
    """The value and its ancestors, from the orders of its bases; where C3 has no solution, the first base that is left
    goes first. `key` says which ancestors are the same."""
    if len(orders) == 1:
        return [value, *orders[0]]
    sequences = [list(reversed(order)) for order in (*orders, bases)]
    behind: dict[Hashable, int] = {}
    for sequence in sequences:
        for item in sequence[:-1]:
            behind[key(item)] = behind.get(key(item), 0) + 1
    merged, done = [value], {key(value)}
    while sequences := [sequence for sequence in sequences if sequence]:
        head = next((s[-1] for s in sequences if not behind.get(key(s[-1]))), sequences[0][-1])
        taken = key(head)
        if taken not in done:
            merged.append(head)
            done.add(taken)
        for sequence in sequences:
            while sequence and key(sequence[-1]) in done:
                sequence.pop()
                if sequence:
                    behind[key(sequence[-1])] -= 1
    return merged
