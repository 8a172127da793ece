"""Circles in a graph of names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def strongly_connected(edges: Iterable[tuple[str, str]]) -> list[set[str]]:
    """Sets of two or more nodes that each lead to all the others (Tarjan's algorithm, without recursion)."""
    leaving: dict[str, list[str]] = {}
    for source, target in edges:
        leaving.setdefault(source, []).append(target)
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    waiting: set[str] = set()
    found: list[set[str]] = []
    work: list[tuple[str, Iterator[str]]] = []

    def enter(node: str) -> None:
        order[node] = lowest[node] = len(order)
        stack.append(node)
        waiting.add(node)
        work.append((node, iter(leaving.get(node, ()))))

    def leave(node: str) -> None:
        work.pop()
        if work:
            parent = work[-1][0]
            lowest[parent] = min(lowest[parent], lowest[node])
        if lowest[node] == order[node]:
            start = len(stack) - 1
            while stack[start] != node:
                start -= 1
            component = set(stack[start:])
            del stack[start:]
            waiting.difference_update(component)
            if len(component) > 1:
                found.append(component)

    for root in leaving:
        if root not in order:
            enter(root)
        while work:
            node, targets = work[-1]
            following = next(targets, None)
            if following is None:
                leave(node)
            elif following not in order:
                enter(following)
            elif following in waiting:
                lowest[node] = min(lowest[node], order[following])
    return found
