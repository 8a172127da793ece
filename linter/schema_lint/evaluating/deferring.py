"""Trees that are let go: most of one is function bodies that nobody looks into, parsed again when somebody does."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from schema_lint.evaluating.files import ReadError
from schema_lint.evaluating.parsing import parse

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter
    from schema_lint.evaluating.modules import Module

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class DeferredBody(list[ast.stmt]):
    """A function's body, parsed when it is first looked at."""

    __slots__ = ("column", "end_line", "line", "module")

    def __init__(self, module: Module, function: FunctionNode) -> None:
        super().__init__()
        self.module: Module | None = module
        self.line = function.lineno
        self.end_line = function.end_lineno or function.lineno
        self.column = function.col_offset

    def _fill(self) -> None:
        module, self.module = self.module, None
        if module is not None:
            self.extend(_parsed_alone(module, self) or _body_at(module.tree, self.line, self.column))

    def __iter__(self) -> Iterator[ast.stmt]:
        self._fill()
        return super().__iter__()

    def __reversed__(self) -> Iterator[ast.stmt]:
        self._fill()
        return super().__reversed__()

    def __len__(self) -> int:
        self._fill()
        return super().__len__()

    def __getitem__(self, index: Any) -> Any:
        self._fill()
        return super().__getitem__(index)


def defer_bodies(module: Module, tree: ast.Module) -> None:
    """Let go of the bodies of the tree's functions. Methods with a decorator keep theirs: they make attributes of the
    class, which are asked for when it is mapped."""
    for function, in_class in _functions(tree.body, in_class=False):
        if not (in_class and function.decorator_list):
            function.body = DeferredBody(module, function)


@functools.lru_cache(maxsize=8)
def parsed_again(source: str) -> ast.Module:
    """The tree of a source that was parsed before."""
    try:
        return parse(source)[0]
    except ReadError:
        return ast.Module(body=[], type_ignores=[])


def forget(run: Interpreter) -> None:
    """Let go of everything that was evaluated, at the end: values refer to each other in circles, which would outlive
    the reading."""
    for module in run.loaded():
        for cls in run.classes(module):
            cls.namespace.clear()
            cls.annotations.clear()
            cls.assigned_sites.clear()
        run.load(module).names.clear()


def identity(node: ast.AST) -> tuple[object, ...]:
    """What tells a node from others of its module, also when the tree was parsed again."""
    return (
        type(node),
        getattr(node, "lineno", 0),
        getattr(node, "col_offset", 0),
        getattr(node, "end_lineno", 0),
        getattr(node, "end_col_offset", 0),
    )


def _functions(body: list[ast.stmt], *, in_class: bool) -> Iterator[tuple[FunctionNode, bool]]:
    """Functions that are in no other function, and whether they are methods."""
    pending = [(node, in_class) for node in body]
    while pending:
        node, in_class = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node, in_class
        else:
            inside = in_class or isinstance(node, ast.ClassDef)
            pending += ((child, inside) for child in _nested(node))


def _nested(node: ast.stmt) -> Iterator[ast.stmt]:
    for field in ("body", "orelse", "finalbody"):
        yield from getattr(node, field, None) or ()
    for branch in (*getattr(node, "handlers", ()), *getattr(node, "cases", ())):
        yield from branch.body


def _parsed_alone(module: Module, body: DeferredBody) -> list[ast.stmt]:
    """The body of a function whose lines alone are parsed; empty if they cannot be."""
    written = "\n".join(module.lines[body.line - 1 : body.end_line])
    # Something to be indented below, and lines before it for as many as there are.
    before = "\n" * (body.line - 2) + "if True:\n" if body.column else "\n" * (body.line - 1)
    try:
        tree, newer = parse(before + written)
    except ReadError:
        return []
    return [] if newer is not None else _body_at(tree, body.line, body.column)


def _body_at(tree: ast.Module, line: int, column: int) -> list[ast.stmt]:
    for function, _ in _functions(tree.body, in_class=False):
        if function.lineno == line and function.col_offset == column:
            return function.body
    return []
