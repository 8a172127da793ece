"""Walks over a module's tree: all of its nodes, and which function, class and condition each is in."""

from __future__ import annotations

import ast
import bisect
import functools
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema_lint.evaluating.deferring import Spot
    from schema_lint.evaluating.modules import Module

_WITHOUT_PARTS = (ast.expr_context, ast.operator, ast.boolop, ast.unaryop)
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Context:
    """What encloses a node."""

    __slots__ = ("condition", "functions", "main", "names")

    def __init__(
        self, names: tuple[str, ...], functions: tuple[FunctionNode, ...], condition: tuple[ast.expr, ...], main: bool
    ) -> None:
        self.names = names
        """Classes and functions, outermost first."""
        self.functions = functions
        self.condition = condition
        """Tests of the enclosing `if`s."""
        self.main = main
        """Under `if __name__ == "__main__"`."""

    @property
    def function(self) -> FunctionNode | None:
        """The innermost function."""
        return self.functions[-1] if self.functions else None

    @property
    def scope(self) -> str | None:
        """Qualified name of the innermost function; `None` at module or class level."""
        return ".".join(self.names) if self.functions else None


@functools.lru_cache(maxsize=2)
def nodes(tree: ast.Module) -> list[ast.AST]:
    """Every node but operators and contexts, in the order of `ast.walk`; the readers of one module ask for them one
    after the other."""
    found: list[ast.AST] = [tree]
    for node in found:
        for value in vars(node).values():
            if isinstance(value, ast.AST):
                if not isinstance(value, _WITHOUT_PARTS):
                    found.append(value)
            elif isinstance(value, list):
                found += (item for item in value if isinstance(item, ast.AST))
    return found


@functools.lru_cache(maxsize=2)
def _innermost(tree: ast.Module) -> list[FunctionNode | None]:
    """The innermost function around each line."""
    functions = [node for node in nodes(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    last = max((function.end_lineno or 0 for function in functions), default=0)
    around: list[FunctionNode | None] = [None] * (last + 1)
    for function in sorted(functions, key=lambda function: function.lineno):
        end = (function.end_lineno or function.lineno) + 1
        around[function.lineno : end] = [function] * (end - function.lineno)
    return around


def enclosing(node: ast.AST | Spot, tree: ast.Module) -> FunctionNode | None:
    """The innermost function whose lines hold the node."""
    around = _innermost(tree)
    line: int = getattr(node, "lineno", 0)
    return around[line] if 0 < line < len(around) else None


def walk(tree: ast.Module, lines: Sequence[int]) -> Iterator[tuple[ast.AST, Context]]:
    """Expressions and statements with what encloses each, in source order, leaving out statements on none of these
    lines (sorted)."""
    stack: list[tuple[ast.AST, Context]] = [(tree, Context((), (), (), False))] if lines else []
    while stack:
        node, context = stack.pop()
        if isinstance(node, ast.stmt) and not _stands_on(node, lines):
            continue
        yield node, context
        stack.extend(reversed(list(_children(node, context))))


def _stands_on(node: ast.stmt, lines: Sequence[int]) -> bool:
    first = node.lineno
    for decorator in getattr(node, "decorator_list", ()):
        first = min(first, decorator.lineno)
    at = bisect.bisect_left(lines, first)
    return at < len(lines) and lines[at] <= (node.end_lineno or first)


def lines_with(source: str, *words: str) -> list[int]:
    """Numbers of the lines, sorted, that any of the words stands on."""
    return [
        number for number, line in enumerate(source.split("\n"), 1) if any(word in line for word in words)
    ]  # fmt: skip


def _children(node: ast.AST, context: Context) -> Iterator[tuple[ast.AST, Context]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        inner = Context((*context.names, node.name), (*context.functions, node), context.condition, context.main)
        for decorator in node.decorator_list:
            yield decorator, context
        yield node.args, context
        if node.returns is not None:
            yield node.returns, context
        for statement in node.body:
            yield statement, inner
    elif isinstance(node, ast.ClassDef):
        inner = Context((*context.names, node.name), context.functions, context.condition, context.main)
        for child in ast.iter_child_nodes(node):
            yield child, inner if child in node.body else context
    elif isinstance(node, ast.If):
        main = context.main or is_main_test(node.test)
        inner = Context(context.names, context.functions, (*context.condition, node.test), main)
        yield node.test, context
        for statement in node.body:
            yield statement, inner
        for statement in node.orelse:
            yield statement, Context(inner.names, inner.functions, inner.condition, context.main)
    else:
        for child in ast.iter_child_nodes(node):
            yield child, context


def is_main_test(test: ast.expr) -> bool:
    """Whether it is `__name__ == "__main__"`."""
    return isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and test.left.id == "__name__"


def dotted(node: ast.AST) -> str:
    """`app.router.get` for a chain of names; a call within the chain is passed over; empty for anything else."""
    parts: list[str] = []
    while True:
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Name):
            parts.append(node.id)
            return ".".join(reversed(parts))
        else:
            return ".".join(reversed(parts)) if parts else ""


ROUTE_METHODS = frozenset(
    {"get", "post", "put", "patch", "delete", "head", "options", "websocket", "route", "api_route"}
)


def is_endpoint(function: FunctionNode) -> bool:
    """Whether a decorator makes it a route handler: `@app.get("/…")`, `@router.post(…)`, `@bp.route(…)`."""
    for decorator in function.decorator_list:
        name = dotted(decorator)
        if isinstance(decorator, ast.Call) and "." in name and name.rpartition(".")[2] in ROUTE_METHODS:
            first = decorator.args[0] if decorator.args else None
            path = first.value if isinstance(first, ast.Constant) else None
            if (
                first is None
                or not isinstance(first, ast.Constant)
                or (isinstance(path, str) and path[:1] in ("/", ""))
            ):
                return True
    return False


class Requested:
    """Bare names of the functions that `Depends(…)` makes part of each request, in any of some modules; these are
    parsed only if they mention the name that is asked for."""

    def __init__(self, modules: Sequence[Module]) -> None:
        self._modules = modules
        self._known: dict[str, frozenset[str]] = {}

    def __contains__(self, name: str) -> bool:
        return any(name in module.source and name in self._of(module) for module in self._modules)

    def _of(self, module: Module) -> frozenset[str]:
        known = self._known.get(module.path)
        if known is None:
            known = self._known[module.path] = _dependencies(module.tree)
        return known


def _dependencies(tree: ast.Module) -> frozenset[str]:
    return frozenset(
        dotted(node.args[0]).rpartition(".")[2]
        for node in nodes(tree)
        if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in ("Depends", "Security") and node.args
    )
