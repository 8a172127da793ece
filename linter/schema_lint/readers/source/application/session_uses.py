"""Sessions that route handlers receive and block on."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import Module
from schema_lint.evaluating.values import Annotation, Collection, Site, Subscript, Symbol, Value
from schema_lint.facts.application import SessionUse
from schema_lint.readers.source.application.walking import FunctionNode, is_endpoint, lines_with, walk
from schema_lint.readers.source.roles import is_test

SYNCHRONOUS = frozenset(
    {"sqlalchemy.orm.Session", "sqlmodel.Session", "sqlalchemy.orm.session.Session", "sqlalchemy.orm.scoped_session"}
)
BLOCKING = frozenset(
    "commit delete exec execute flush get get_one merge query refresh rollback scalar scalars".split()  # noqa: SIM905
)


def read_session_uses(module: Module, interpreter: Interpreter) -> Iterator[SessionUse]:
    """Async route handlers of one module with a synchronous session among their parameters."""
    for node, context in walk(module.tree, lines_with(module.source, "async def")):
        if not isinstance(node, ast.AsyncFunctionDef) or not is_endpoint(node):
            continue
        for argument in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            if argument.annotation is None or not _is_synchronous(argument.annotation, module, interpreter):
                continue
            call = _blocking_call(node, argument.arg)
            yield SessionUse(
                is_async=False,
                function_is_async=True,
                function=".".join((*context.names, node.name)),
                is_endpoint=True,
                blocking_call=f"{argument.arg}.{call.attr}" if call else None,
                is_test=is_test(module.path),
                place=module.place(call or node),
            )


def _is_synchronous(annotation: ast.expr, module: Module, interpreter: Interpreter) -> bool:
    return _session(interpreter.annotation(Annotation(annotation, interpreter.load(module), Site(module, annotation))))


def _session(value: Value) -> bool:
    """Whether it is a synchronous session class, or `Annotated` with one."""
    if isinstance(value, Subscript) and isinstance(value.value, Symbol) and value.value.path.endswith(".Annotated"):
        # `Annotated[Annotated[…], …]` is flattened before anybody sees it.
        value = value.key.items[0] if isinstance(value.key, Collection) and value.key.items else value.key
    return isinstance(value, Symbol) and value.path in SYNCHRONOUS


def _blocking_call(function: FunctionNode, name: str) -> ast.Attribute | None:
    """The first call of a blocking method that the function's own body makes."""
    stack: list[ast.AST] = list(reversed(function.body))
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef | ast.Await):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BLOCKING:
            owner = node.func.value
            if isinstance(owner, ast.Name) and owner.id == name:
                return node.func
        stack.extend(reversed(list(ast.iter_child_nodes(node))))
    return None
