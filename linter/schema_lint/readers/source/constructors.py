"""What a project's subclass hands to the constructor of the library class it extends."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from schema_lint.evaluating.calls import bind_arguments
from schema_lint.evaluating.scopes import Scope
from schema_lint.evaluating.values import ClassValue, Dictionary, FunctionValue, ObjectValue, Value

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

Given = tuple[list[Value], dict[str, Value]]


def handed_on(made: ObjectValue, interpreter: Interpreter) -> Given | None:
    """The arguments of `super().__init__(…)`, or of `Base.__init__(self, …)`, in the class's constructor; those of the
    call itself where it has none.

    `None` where they could not be read.
    """
    init = made.cls.lookup("__init__")
    if not isinstance(init, FunctionValue):
        return (made.arguments, made.keywords) if made.rest is None else None
    scope = Scope("function", init.module, init.scope)
    scope.function = init.qualname
    call, skipped = _super_call(init.node), 0
    if call is None:
        call, skipped = _base_call(init.node, made, scope, interpreter), 1
    if call is None or isinstance(init.node, ast.Lambda):
        return None
    bind_arguments(scope, init, [made, *made.arguments], made.keywords, made.rest)
    parameters = set(scope.names)
    changed = _assigned(init.node)
    used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    if used & changed or (used & parameters and not parameters):
        return None
    given = _evaluated(call, scope, interpreter)
    return (given[0][skipped:], given[1]) if given is not None else None


def _evaluated(call: ast.Call, scope: Scope, interpreter: Interpreter) -> Given | None:
    arguments: list[Value] = []
    keywords: dict[str, Value] = {}
    for node in call.args:
        if isinstance(node, ast.Starred):
            items = getattr(interpreter.evaluate_node(node.value, scope), "items", None)
            if not isinstance(items, list):
                return None
            arguments.extend(items)
        else:
            arguments.append(interpreter.evaluate_node(node, scope))
    for keyword in call.keywords:
        value = interpreter.evaluate_node(keyword.value, scope)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif isinstance(value, Dictionary) and value.rest is None:
            keywords.update({key: entry for key, entry in value.entries.items() if isinstance(key, str)})
        else:
            return None
    return arguments, keywords


def _super_call(function: ast.AST) -> ast.Call | None:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__":
            holder = node.func.value
            if isinstance(holder, ast.Call) and isinstance(holder.func, ast.Name) and holder.func.id == "super":
                return node
    return None


def _base_call(function: ast.AST, made: ObjectValue, scope: Scope, interpreter: Interpreter) -> ast.Call | None:
    """`TypeDecorator.__init__(self, …)`: of an ancestor that is a library's class, and of no class of the project."""
    ancestors = [ancestor for ancestor in made.cls.mro() if not isinstance(ancestor, ClassValue)]
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "__init__":
            base = interpreter.evaluate_node(node.func.value, scope)
            if any(base is ancestor for ancestor in ancestors):
                return node
    return None


def _assigned(function: ast.AST) -> set[str]:
    """Names that the function's body binds: their value is not its parameters'."""
    return {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
