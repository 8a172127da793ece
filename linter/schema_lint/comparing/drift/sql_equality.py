"""Whether two expressions say the same: yes, no, or not to be told."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from schema_lint.comparing.drift.sql_expressions import expression
from schema_lint.comparing.drift.sql_nodes import Node, names_in

_TEXTS = frozenset({"", "text", "character varying", "varchar", "char", "character", "bpchar", "name", "citext"})
_NUMBERS = frozenset({"integer", "int", "int4", "int8", "int2", "bigint", "smallint", "numeric", "decimal", "real",
                      "double precision", "float", "float4", "float8", "money", "oid"})  # fmt: skip
_TRUE = frozenset({"t", "true", "y", "yes", "on", "1"})
_FALSE = frozenset({"f", "false", "n", "no", "off", "0"})
_REWRITTEN = frozenset({"substring", "substr", "trim", "btrim", "ltrim", "rtrim", "overlay", "position", "strpos",
                        "extract", "date_part", "timezone", "normalize", "xmlexists", "length", "char_length",
                        "character_length", "date_trunc", "ceil", "ceiling", "pow", "power", "nextval"})  # fmt: skip
"""Functions that have several spellings, or that PostgreSQL prints by another of their names."""

_VAGUE = frozenset({"subscript", "row", "collate", "case"})
"""Forms of which another kind may say the same."""


_LOGICAL = frozenset({"in", "and", "or", "not", "operator", "is"})
"""Forms of conditions, of which one can be turned into another."""


def same_sql(left: str, right: str, table: str = "") -> bool | None:
    """Whether two texts are the same expression over one table; `None` where that cannot be told.

    Args:
        right: as PostgreSQL prints it.
        table: bare name of the table, which may stand before its columns.
    """
    if left == right:
        return True
    one, other = expression(left, table), expression(right, table)
    if one is None or other is None:
        return None
    return same_tree(one, other)


def same_tree(left: Node, right: Node) -> bool | None:
    """The same of two trees: of other columns is another expression, however it is written."""
    found = same(left, right)
    return False if found is None and names_in(left) != names_in(right) else found


def same(left: Node, right: Node) -> bool | None:
    """Whether two trees are the same expression."""
    if left.kind in ("number", "string", "word") and right.kind in ("number", "string", "word"):
        return same_value(left, right)
    if left.kind != right.kind:
        pair = {left.kind, right.kind}
        vague = pair & _VAGUE or pair <= _LOGICAL or pair == {"call", "operator"}
        return None if vague or _is_rewritten(left) or _is_rewritten(right) else False
    if left.kind == "name":
        return left.text == right.text or (None if left.text.lower() == right.text.lower() else False)
    if left.text != right.text or len(left.parts) != len(right.parts):
        return None if left.kind in _VAGUE or _is_rewritten(left) or _is_rewritten(right) else False
    if left.kind == "in":
        left, right = _sorted(left), _sorted(right)
    found = [same(one, other) for one, other in zip(left.parts, right.parts, strict=True)]
    if False in found:
        # What is vague about one part does not make another the same.
        return False
    return None if None in found else True


def _sorted(node: Node) -> Node:
    """IN, its values in one order."""
    left, values = node.parts
    ordered = tuple(sorted(values.parts, key=lambda part: (part.kind, part.text)))
    return Node("in", node.text, (left, Node("list", "array", ordered)))


def _is_rewritten(node: Node) -> bool:
    return node.kind == "call" and node.text in _REWRITTEN


def same_value(left: Node, right: Node) -> bool | None:
    """Whether two constants are the same. Of a string that was read as another type than text, PostgreSQL prints what
    it understood: `'1 day'` may come back as `'24:00:00'`."""
    if left.kind == right.kind and left.text == right.text:
        return True
    kinds = {left.kind, right.kind}
    if "word" in kinds:
        return _same_word(left, right)
    numbers = [_number(node) for node in (left, right)]
    if "number" in kinds or left.cast in _NUMBERS or right.cast in _NUMBERS:
        return None if numbers[0] is None or numbers[1] is None else numbers[0] == numbers[1]
    return False if left.cast in _TEXTS and right.cast in _TEXTS else None


def _same_word(left: Node, right: Node) -> bool | None:
    truths = [_truth(node) for node in (left, right)]
    if None not in truths:
        return truths[0] == truths[1]
    return False if "null" in (left.text, right.text) or left.kind == right.kind else None


def _truth(node: Node) -> bool | None:
    text = node.text.lower()
    if node.kind == "word":
        return None if text == "null" else text == "true"
    return True if text in _TRUE else False if text in _FALSE else None


def _number(node: Node) -> Decimal | None:
    try:
        return Decimal(node.text.strip())
    except InvalidOperation:
        return None


def same_literal(left: str, right: str, type_name: str) -> bool | None:
    """Whether two texts are the same value of a type (`ColumnType.name`), as PostgreSQL would read them."""
    if left == right:
        return True
    if type_name == "boolean":
        truths = [_truth(Node("string", text)) for text in (left, right)]
        return None if None in truths else truths[0] == truths[1]
    if type_name in _NUMBERS:
        numbers = [_number(Node("string", text)) for text in (left, right)]
        return None if None in numbers else numbers[0] == numbers[1]
    if type_name in ("json", "jsonb"):
        try:
            return bool(json.loads(left) == json.loads(right))
        except (ValueError, RecursionError):
            return None
    if type_name == "uuid":
        bare = [text.lower().replace("-", "").strip("{}") for text in (left, right)]
        return bare[0] == bare[1]
    if type_name == "array":
        bare = ["".join(text.split()) for text in (left, right)]
        return True if bare[0] == bare[1] else None
    return False if type_name in _TEXTS or type_name == "enum" else None
