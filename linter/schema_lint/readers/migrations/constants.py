"""Plain values in a small file of settings, as far as its text shows them."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

_DEPTH = 10
_CHANGING = frozenset({"update", "setdefault", "pop", "popitem", "clear"})


UNREAD: Any = object()
"""What is no plain value."""


class Constants:
    """What the names of a module stand for: those that are given one value, wherever that is."""

    def __init__(self, nodes: Iterable[ast.AST]) -> None:
        self._values: defaultdict[str, list[ast.expr | None]] = defaultdict(list)
        self._functions: defaultdict[str, list[ast.FunctionDef]] = defaultdict(list)
        self._changed: set[str] = set()
        """Names whose values are changed in place, or given in another way than by `=`."""
        for node in nodes:
            self._take(node)

    def _take(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    self._values[target.id].append(node.value)
                else:
                    self._changed.update(_names(target))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            self._values[node.target.id].append(node.value)
        elif isinstance(node, ast.FunctionDef):
            self._functions[node.name].append(node)
        elif isinstance(node, ast.arg):
            self._changed.add(node.arg)
        elif isinstance(node, (ast.AugAssign, ast.For, ast.AsyncFor, ast.NamedExpr, ast.comprehension)):
            self._changed.update(_names(node.target))
        elif isinstance(node, ast.withitem) and node.optional_vars is not None:
            self._changed.update(_names(node.optional_vars))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
            self._changed.update(_names(node.func.value))
        elif isinstance(node, ast.ExceptHandler) and node.name is not None:
            self._changed.add(node.name)

    def assigned(self, name: str) -> list[ast.expr | None]:
        """Everything that `=` gives the name, in any function."""
        return self._values.get(name, [])

    def function(self, name: str) -> ast.FunctionDef | None:
        """The function of that name, where the file has one, and the name stands for nothing else."""
        found = self._functions.get(name, [])
        return found[0] if len(found) == 1 and name not in self._values and name not in self._changed else None

    def followed(self, value: ast.expr) -> ast.expr:
        """What a name stands for, where it is given one value; else the expression as it is."""
        for _ in range(_DEPTH):
            if not isinstance(value, ast.Name) or value.id in self._changed:
                break
            values = self._values.get(value.id, [])
            if len(values) != 1 or values[0] is None:
                break
            value = values[0]
        return value

    def entries(self, value: ast.expr) -> dict[str, ast.expr] | None:
        """The entries of a dictionary with plain names for keys; `None` where they are not known."""
        value = self.followed(value)
        if isinstance(value, ast.Dict):
            found: dict[str, ast.expr] = {}
            for key, entry in zip(value.keys, value.values, strict=True):
                if not isinstance(key, ast.Constant) or not isinstance(key.value, str):
                    return None
                found[key.value] = entry
            return found
        if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
            if value.args or any(keyword.arg is None for keyword in value.keywords):
                return None
            return {str(keyword.arg): keyword.value for keyword in value.keywords}
        return None

    def of(self, value: ast.expr, depth: int = 0) -> Any:
        """The value, on PostgreSQL; `UNREAD` where the text does not show it."""
        value = self.followed(value)
        if depth > _DEPTH:
            return UNREAD
        if isinstance(value, ast.Constant):
            return value.value
        if isinstance(value, (ast.Tuple, ast.List, ast.Set)):
            items = [self.of(item, depth + 1) for item in value.elts]
            return UNREAD if UNREAD in items else tuple(items)
        if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
            inner = self.of(value.operand, depth + 1)
            return UNREAD if inner is UNREAD else not inner
        if isinstance(value, ast.Call) and _is_collection(value) and len(value.args) == 1:
            return self.of(value.args[0], depth + 1)
        if isinstance(value, ast.Compare) and len(value.ops) == 1:
            return _compared(value, self.of(value.comparators[0], depth + 1))
        return UNREAD


def is_dialect(value: ast.expr) -> bool:
    """Whether it is the name of the dialect: `connection.dialect.name`."""
    return isinstance(value, ast.Attribute) and value.attr == "name" and last_name(value.value) == "dialect"


def last_name(value: ast.expr) -> str:
    """The last part of a dotted name; empty for what is none."""
    return value.attr if isinstance(value, ast.Attribute) else getattr(value, "id", "")


def _compared(value: ast.Compare, other: Any) -> Any:
    """`….dialect.name == "sqlite"`: a file is read as PostgreSQL would run it."""
    if not is_dialect(value.left) or other is UNREAD:
        return UNREAD
    operator = value.ops[0]
    if isinstance(operator, (ast.Eq, ast.NotEq)):
        return (other == "postgresql") == isinstance(operator, ast.Eq)
    if isinstance(operator, (ast.In, ast.NotIn)) and isinstance(other, (tuple, str)):
        return ("postgresql" in other) == isinstance(operator, ast.In)
    return UNREAD


def _is_collection(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in ("set", "frozenset", "tuple", "list")


def _names(target: ast.AST) -> Iterable[str]:
    return [node.id for node in ast.walk(target) if isinstance(node, ast.Name)]
