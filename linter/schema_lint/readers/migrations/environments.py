"""What an `env.py` says, read without running it."""

from __future__ import annotations

import ast


def target_metadata(source: str) -> str:
    """Which metadata Alembic is given: `given`, `none` (it is `None` wherever it is set), `missing` (nobody is asked
    for it), or `unknown`."""
    try:
        module = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "unknown"
    nodes = list(ast.walk(module))
    calls = [node for node in nodes if isinstance(node, ast.Call) and _is_configure(node.func)]
    found = {_of_call(call, nodes) for call in calls} or {"unknown"}
    return next(kind for kind in ("given", "unknown", "none", "missing") if kind in found)


def _is_configure(function: ast.expr) -> bool:
    return (
        isinstance(function, ast.Attribute) and function.attr == "configure"
        and isinstance(function.value, ast.Name) and function.value.id == "context"
    )  # fmt: skip


def _of_call(call: ast.Call, nodes: list[ast.AST]) -> str:
    value = next((keyword.value for keyword in call.keywords if keyword.arg == "target_metadata"), None)
    if value is None:
        return "unknown" if any(keyword.arg is None for keyword in call.keywords) else "missing"
    if isinstance(value, ast.Name):
        values = [
            node.value
            for node in nodes
            if isinstance(node, (ast.Assign, ast.AnnAssign))
            and any(isinstance(target, ast.Name) and target.id == value.id for target in _targets(node))
        ]
        return "none" if values and all(map(_is_none, values)) else "given"
    return "none" if _is_none(value) else "given"


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _is_none(value: ast.expr | None) -> bool:
    return value is None or (isinstance(value, ast.Constant) and value.value is None)
