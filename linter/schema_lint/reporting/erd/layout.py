"""Where boxes and lines of a diagram go: columns of boxes, with what is referenced to the left of what references it.

The usual layered drawing (Sugiyama, Tagawa and Toda 1981): circles are cut, each box gets a column, long lines are led
through the columns between, the order in a column is that of the neighbours' means, and the heights are those nearest
to the neighbours' that leave no overlap. Lines to one box share their way.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import pairwise

import msgspec

Node = Hashable
Point = tuple[float, float]

GAP_X, GAP_Y = 90.0, 26.0
_ASPECT = 1.7
"""Width to height that a whole drawing strives for."""

_LANE = 14.0
"""Height that a line takes between boxes."""

_SWEEPS = 12
_FEW_SWEEPS = 4
_MANY = 1_500
"""Boxes and lanes from which on a drawing is made with less care; nobody takes it in at a glance."""


class Layout(msgspec.Struct, frozen=True):
    """Upper left corners of the boxes, and the points that lines between two boxes are led through."""

    boxes: dict[Node, Point]
    lanes: dict[tuple[Node, Node], tuple[Point, ...]]
    """By child and parent, from the child on; lines that need none have none."""

    width: float
    height: float


def lay_out(sizes: Mapping[Node, tuple[float, float]], edges: Sequence[tuple[Node, Node]]) -> Layout:
    """Place the boxes.

    Args:
        sizes: width and height by box, in the order in which equals are placed.
        edges: child and parent; those from a box to itself are of no weight.
    """
    pairs = list(dict.fromkeys(edge for edge in edges if edge[0] != edge[1]))
    parts = [_Part(part, sizes, pairs).layout() for part in _components(list(sizes), pairs)]
    return _packed(parts)


def _components(nodes: Sequence[Node], edges: Iterable[tuple[Node, Node]]) -> list[list[Node]]:
    """Boxes that lines connect, the largest part first."""
    rank = {node: number for number, node in enumerate(nodes)}
    neighbours: dict[Node, list[Node]] = {node: [] for node in nodes}
    for child, parent in edges:
        neighbours[child].append(parent)
        neighbours[parent].append(child)
    seen: set[Node] = set()
    found = []
    for node in nodes:
        if node in seen:
            continue
        part: list[Node] = []
        pending = [node]
        seen.add(node)
        while pending:
            current = pending.pop()
            part.append(current)
            fresh = [n for n in dict.fromkeys(neighbours[current]) if n not in seen]
            seen.update(fresh)
            pending += fresh
        found.append(sorted(part, key=rank.__getitem__))
    return sorted(found, key=len, reverse=True)


def _packed(parts: Sequence[Layout]) -> Layout:
    """The parts in rows."""
    area = sum((part.width + GAP_X) * (part.height + GAP_Y) for part in parts)
    limit = max([math.sqrt(area * _ASPECT), *(part.width for part in parts)], default=0.0)
    boxes: dict[Node, Point] = {}
    lanes: dict[tuple[Node, Node], tuple[Point, ...]] = {}
    x = y = row = width = 0.0
    for part in parts:
        if x and x + part.width > limit:
            x, y, row = 0.0, y + row + 2 * GAP_Y, 0.0
        boxes |= {node: (px + x, py + y) for node, (px, py) in part.boxes.items()}
        lanes |= {edge: tuple((px + x, py + y) for px, py in points) for edge, points in part.lanes.items()}
        width, row = max(width, x + part.width), max(row, part.height)
        x += part.width + GAP_X / 2
    return Layout(boxes, lanes, width, y + row)


class _Part:
    """Boxes that lines connect."""

    def __init__(
        self, nodes: Sequence[Node], sizes: Mapping[Node, tuple[float, float]], edges: Iterable[tuple[Node, Node]]
    ) -> None:
        self.nodes = nodes
        self.sizes: dict[Node, tuple[float, float]] = {node: sizes[node] for node in nodes}
        own = set(nodes)
        self.edges = _without_circles(nodes, [edge for edge in edges if edge[0] in own])
        self.layers: list[list[Node]] = []
        self.neighbours: dict[Node, list[Node]] = {}
        self.y: dict[Node, float] = {}

    def layout(self) -> Layout:
        layer_of = self._columns()
        chains = self._chains(layer_of)
        sweeps = _SWEEPS if len(self.sizes) < _MANY else _FEW_SWEEPS
        self._order(sweeps)
        self._heights(sweeps)
        boxes: dict[Node, Point] = {}
        lanes: dict[tuple[Node, Node], tuple[Point, ...]] = {}
        x = 0.0
        left: dict[Node, float] = {}
        breadths = [max(self.sizes[node][0] for node in layer) for layer in self.layers]
        for layer, breadth in zip(self.layers, breadths, strict=True):
            for node in layer:
                left[node] = x + (breadth - self.sizes[node][0]) / 2
            x += breadth + GAP_X
        top = min(self.y.values())
        for node in self.nodes:
            boxes[node] = (left[node], self.y[node] - top)
        for edge, chain in chains.items():
            points: list[Point] = []
            for lane in chain:
                middle = self.y[lane] - top + _LANE / 2
                half = breadths[layer_of[lane]] / 2
                points += [(left[lane] + half, middle), (left[lane] - half, middle)]
            lanes[edge] = tuple(points)
        bottom = max(self.y[node] - top + self.sizes[node][1] for layer in self.layers for node in layer)
        return Layout(boxes, lanes, x - GAP_X, bottom)

    def _columns(self) -> dict[Node, int]:
        """Each box's column: behind all that it references; columns that would be too high are parted."""
        depth = dict.fromkeys(self.nodes, 0)
        for child, parent in _by_depth(self.nodes, self.edges):
            depth[child] = max(depth[child], depth[parent] + 1)
        children: dict[Node, list[Node]] = {}
        for child, parent in self.edges:
            children.setdefault(parent, []).append(child)
        has_parents = {child for child, _ in self.edges}
        for node in self.nodes:
            if node not in has_parents and node in children:
                depth[node] = max(0, min(depth[child] for child in children[node]) - 1)
        by_depth: dict[int, list[Node]] = {}
        for node in self.nodes:
            by_depth.setdefault(depth[node], []).append(node)
        area = sum((w + GAP_X) * (h + GAP_Y) for w, h in self.sizes.values())
        highest = max(math.sqrt(area / _ASPECT) * 1.25, *(h for _, h in self.sizes.values()), 1.0)
        for _, column in sorted(by_depth.items()):
            height = 0.0
            self.layers.append([])
            for node in column:
                if height and height + self.sizes[node][1] > highest:
                    self.layers.append([])
                    height = 0.0
                self.layers[-1].append(node)
                height += self.sizes[node][1] + GAP_Y
        return {node: number for number, layer in enumerate(self.layers) for node in layer}

    def _chains(self, layer_of: dict[Node, int]) -> dict[tuple[Node, Node], list[Node]]:
        """The lanes that lines across several columns are led through; lines to one box share them."""
        chains: dict[tuple[Node, Node], list[Node]] = {}
        self.neighbours = {node: [] for node in self.nodes}
        for child, parent in self.edges:
            chain: list[Node] = []
            for layer in range(layer_of[child] - 1, layer_of[parent], -1):
                lane = ("lane", parent, layer)
                if lane not in layer_of:
                    layer_of[lane] = layer
                    self.layers[layer].append(lane)
                    self.sizes[lane] = (0.0, _LANE)
                    self.neighbours[lane] = []
                chain.append(lane)
            chains[child, parent] = chain
            way = [child, *chain, parent]
            for one, other in pairwise(way):
                if other not in self.neighbours[one]:
                    self.neighbours[one].append(other)
                    self.neighbours[other].append(one)
        return chains

    def _order(self, sweeps: int) -> None:
        """Sort each column by the means of its neighbours' positions, to and fro."""
        place = {node: (number + 0.5) / len(layer) for layer in self.layers for number, node in enumerate(layer)}
        for sweep in range(sweeps):
            for layer in self.layers if sweep % 2 else reversed(self.layers):
                means = {
                    node: sum(place[n] for n in near) / len(near) if (near := self.neighbours[node]) else place[node]
                    for node in layer
                }
                layer.sort(key=means.__getitem__)
                for number, node in enumerate(layer):
                    place[node] = (number + 0.5) / len(layer)

    def _heights(self, sweeps: int) -> None:
        """Move each box towards the means of its neighbours, as far as the order and the gaps allow."""
        for layer in self.layers:
            y = 0.0
            for node in layer:
                self.y[node] = y
                y += self.sizes[node][1] + GAP_Y
        for sweep in range(2 * sweeps):
            for layer in self.layers if sweep % 2 else reversed(self.layers):
                wanted = []
                for node in layer:
                    near = self.neighbours[node]
                    middles = [self.y[n] + self.sizes[n][1] / 2 for n in near]
                    own = self.y[node] + self.sizes[node][1] / 2
                    middle = sum(middles) / len(middles) if middles else own
                    wanted.append(middle - self.sizes[node][1] / 2)
                for node, y in zip(layer, _apart(wanted, [self.sizes[n][1] + GAP_Y for n in layer]), strict=True):
                    self.y[node] = y


def _apart(wanted: Sequence[float], heights: Sequence[float]) -> list[float]:
    """The positions nearest to the wanted ones (least squares) in which nothing overlaps: isotonic regression."""
    offset = 0.0
    blocks: list[tuple[float, int]] = []
    offsets = []
    for want, height in zip(wanted, heights, strict=True):
        offsets.append(offset)
        blocks.append((want - offset, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, m), (b, n) = blocks[-2:]
            blocks[-2:] = [((a * m + b * n) / (m + n), m + n)]
        offset += height
    levels = [level for level, count in blocks for _ in range(count)]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def _without_circles(nodes: Sequence[Node], edges: Sequence[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """The edges, with those turned that would close a circle on a walk from the children."""
    parents: dict[Node, list[Node]] = {node: [] for node in nodes}
    for child, parent in edges:
        parents[child].append(parent)
    state = dict.fromkeys(nodes, 0)
    found: list[tuple[Node, Node]] = []
    for start in nodes:
        if state[start]:
            continue
        state[start] = 1
        pending = [(start, iter(parents[start]))]
        while pending:
            node, rest = pending[-1]
            parent = next(rest, None)
            if parent is None:
                state[node] = 2
                pending.pop()
                continue
            found.append((parent, node) if state[parent] == 1 else (node, parent))
            if not state[parent]:
                state[parent] = 1
                pending.append((parent, iter(parents[parent])))
    return list(dict.fromkeys(found))


def _by_depth(nodes: Sequence[Node], edges: Sequence[tuple[Node, Node]]) -> list[tuple[Node, Node]]:
    """The edges in an order in which what leads to a box's parents comes before what leads to the box."""
    children: dict[Node, list[Node]] = {node: [] for node in nodes}
    waiting = dict.fromkeys(nodes, 0)
    for child, parent in edges:
        children[parent].append(child)
        waiting[child] += 1
    ready = [node for node in nodes if not waiting[node]]
    ordered = []
    for node in ready:
        for child in children[node]:
            ordered.append((child, node))
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    return ordered
