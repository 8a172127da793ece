"""Private names: in the body of a class `Owner`, `__name` means `_Owner__name`."""

from __future__ import annotations

import ast

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_NAMED = {
    ast.Name: "id", ast.Attribute: "attr", ast.arg: "arg", ast.keyword: "arg",
    ast.FunctionDef: "name", ast.AsyncFunctionDef: "name", ast.ClassDef: "name",
}  # fmt: skip
"""Where a node has its name."""


def mangle(node: ast.ClassDef) -> None:
    """Rename what the class's body binds under private names, in place and once, wherever the class speaks of it.

    A class that binds none is left alone: that its methods set private attributes of instances makes no difference.
    """
    owner = node.name.lstrip("_")
    if not owner or not any(_binds_private(statement) for statement in node.body):
        return
    waiting: list[ast.AST] = list(node.body)
    while waiting:
        part = waiting.pop()
        field = _NAMED.get(type(part))
        name = getattr(part, field) if field is not None else None
        if field is not None and name is not None and _is_private(name):
            setattr(part, field, f"_{owner}{name}")
        if isinstance(part, ast.ClassDef):
            waiting += [*part.bases, *part.keywords, *part.decorator_list]
        else:
            waiting += ast.iter_child_nodes(part)


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__")


def _binds_private(statement: ast.stmt) -> bool:
    if isinstance(statement, _DEFINITIONS):
        return _is_private(statement.name)
    if isinstance(statement, ast.AnnAssign):
        targets: list[ast.expr] = [statement.target]
    else:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
    return any(isinstance(target, ast.Name) and _is_private(target.id) for target in targets)
