"""Parts of SQL expressions, in the one form that stands for all ways to write the same."""

from __future__ import annotations

import msgspec

from schema_lint.comparing.drift.sql_tokens import UnreadableError

_OPPOSITE = {"~~": "!~~", "!~~": "~~", "~~*": "!~~*", "!~~*": "~~*"}


class Node(msgspec.Struct, frozen=True):
    """A part of an expression."""

    kind: str
    """`name`, `number`, `string`, `word` (NULL, TRUE, FALSE), `call`, `operator`, `and`, `or`, `not`, `is`, `in`,
    `list`, `case`, `subscript`, `row` or `collate`."""

    text: str = ""
    parts: tuple[Node, ...] = ()
    cast: str = ""
    """Of a string: the type that it is cast to."""


def cast(node: Node, name: str) -> Node:
    """What is cast, without the cast: which of them PostgreSQL added cannot be told. A string keeps its own."""
    if node.kind == "string":
        # The innermost says how the text was read.
        return node if node.cast else Node("string", node.text, (), name)
    return node


def flattened(kind: str, *nodes: Node) -> Node:
    """`and` and `or` of all that is joined by the same."""
    parts = [part for node in nodes for part in (node.parts if node.kind == kind else (node,))]
    return Node(kind, "", tuple(parts))


def negated(node: Node) -> Node:
    """NOT, drawn in where that is the same."""
    if node.kind == "not":
        return node.parts[0]
    if node.kind == "in":
        return Node("in", "" if node.text else "not", node.parts)
    if node.kind == "is" and node.text in ("null", "not null"):
        return Node("is", "not null" if node.text == "null" else "null", node.parts)
    if node.kind == "operator" and node.text in _OPPOSITE:
        return Node("operator", _OPPOSITE[node.text], node.parts)
    return Node("not", "", (node,))


def membership(left: Node, items: tuple[Node, ...], opposite: bool) -> Node:
    """IN and NOT IN; of one value PostgreSQL makes a comparison."""
    if len(items) == 1:
        return Node("operator", "<>" if opposite else "=", (left, items[0]))
    return Node("in", "not" if opposite else "", (left, Node("list", "array", items)))


def quantified(left: Node, operator: str, word: str, inner: Node) -> Node:
    """`= ANY (…)` and `<> ALL (…)` of a list are IN and NOT IN."""
    if inner.kind == "string" and inner.text.startswith("{"):
        inner = _array_of(inner)
    if (operator, word) in (("=", "any"), ("<>", "all")) and inner.kind == "list":
        return Node("in", "not" if word == "all" else "", (left, inner))
    return Node("operator", f"{operator} {word}", (left, inner))


def _array_of(node: Node) -> Node:
    """The values of an array that is written as one string."""
    inner = node.text[1:-1]
    if any(c in inner for c in '"\\{}'):
        raise UnreadableError
    item = node.cast.removesuffix(" []")
    return Node("list", "array", tuple(Node("string", text, (), item) for text in inner.split(",") if inner))


def names_in(node: Node) -> frozenset[str]:
    """The columns that an expression speaks of, in lower case."""
    if node.kind == "name":
        return frozenset({node.text.lower()})
    return frozenset(name for part in node.parts for name in names_in(part))
