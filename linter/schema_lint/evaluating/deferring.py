"""Trees that are let go: most of one is function bodies that nobody looks into, parsed again when somebody does."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from schema_lint.evaluating.files import ReadError
from schema_lint.evaluating.parsing import parse

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter
    from schema_lint.evaluating.modules import Module
    from schema_lint.evaluating.values import Site

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Spot:
    """What is kept of an expression or a statement: where it stands, and where what a call is given stands."""

    __slots__ = ("args", "col_offset", "end_col_offset", "end_lineno", "keywords", "lineno", "syntax")

    def __init__(self, node: Any) -> None:
        self.syntax: type[ast.AST] = type(node)
        self.lineno: int = getattr(node, "lineno", 1)
        self.col_offset: int = getattr(node, "col_offset", 0)
        self.end_lineno: int | None = getattr(node, "end_lineno", None)
        self.end_col_offset: int | None = getattr(node, "end_col_offset", None)
        self.args: tuple[Spot, ...] = ()
        self.keywords: tuple[KeywordSpot, ...] = ()


class KeywordSpot(msgspec.Struct, frozen=True):
    """What is kept of a keyword argument."""

    arg: str | None
    value: Spot


class DeferredFunction(ast.FunctionDef):
    """A function of which all but its name and place is parsed when it is first looked at."""

    syntax = ast.FunctionDef

    def __getattr__(self, name: str) -> Any:
        return _filled(self, name)


class DeferredAsyncFunction(ast.AsyncFunctionDef):
    """The same of an asynchronous function."""

    syntax = ast.AsyncFunctionDef

    def __getattr__(self, name: str) -> Any:
        return _filled(self, name)


_NOTHING: dict[str, Callable[[], Any]] = {
    "args": lambda: ast.parse("def f(): pass").body[0].args,  # type: ignore[attr-defined]
    "body": list,
    "decorator_list": list,
}
"""Where a file can no longer be read."""

_PARTS = tuple(_NOTHING)
_NOTHING_WRITTEN = ast.Constant(None)
_KEPT: frozenset[type] = frozenset(
    {ast.ClassDef, ast.Module, ast.FunctionDef, ast.AsyncFunctionDef, DeferredFunction, DeferredAsyncFunction}
)


def _filled(function: Any, name: str) -> Any:
    source = vars(function).pop("deferred_from", None) if name in _PARTS else None
    if source is None:
        raise AttributeError(name)
    module, first = source
    function.__class__ = function.syntax
    found = _parsed_alone(module, function, first) or _function_at(module.tree, function)
    for part in _PARTS:
        setattr(function, part, getattr(found, part, _NOTHING[part]()))
    return getattr(function, name)


def let_go(module: Module, tree: ast.Module, sites: list[Site]) -> None:
    """Let go of what a tree's functions, classes and values are made of.

    Methods with a decorator are kept: they make attributes of the class, which are asked for when it is mapped. Of
    classes their docstring is.
    """
    for function, in_class in _functions(tree.body, in_class=False):
        if not (in_class and function.decorator_list):
            first = min((decorator.lineno for decorator in function.decorator_list), default=function.lineno)
            for part in _PARTS:
                delattr(function, part)
            vars(function)["deferred_from"] = (module, min(first, function.lineno))
            kind: Any = DeferredFunction if isinstance(function, ast.FunctionDef) else DeferredAsyncFunction
            function.__class__ = kind
    spots: dict[int, Spot] = {}
    for cls in list(_classes(tree.body)):
        body: list[Any] = [node if isinstance(node, ast.Expr) else _spot(node, spots) for node in cls.body[:1]]
        cls.body, cls.bases, cls.keywords = body, [], []
    for site in sites:
        kind = type(site.node)
        if kind not in _KEPT and kind is not Spot:
            site.node = _spot(site.node, spots)


def _spot(node: Any, spots: dict[int, Spot]) -> Spot:
    spot = spots.get(id(node))
    if spot is None:
        spot = spots[id(node)] = Spot(node)
        if type(node) is ast.Call:
            if node.args:
                spot.args = tuple([_spot(argument, spots) for argument in node.args])
            if node.keywords:
                spot.keywords = tuple([KeywordSpot(k.arg, _spot(k.value, spots)) for k in node.keywords])
    return spot


def parsed(module: Module, node: ast.AST | Spot) -> ast.AST:
    """A node as the source has it, parsed again where it was let go."""
    if not isinstance(node, Spot | ast.ClassDef):
        return node
    return _by_identity(module.tree).get(identity(node)) or ast.Pass()


@functools.lru_cache(maxsize=8)
def _by_identity(tree: ast.Module) -> dict[tuple[object, ...], ast.AST]:
    return {identity(node): node for node in ast.walk(tree)}


def syntax(node: ast.AST | Spot) -> type[ast.AST]:
    """What kind of node it is, or was."""
    return node.syntax if isinstance(node, Spot | DeferredFunction | DeferredAsyncFunction) else type(node)


@functools.lru_cache(maxsize=8)
def parsed_again(source: str) -> ast.Module:
    """The tree of a source that was parsed before."""
    try:
        return parse(source)[0]
    except ReadError:
        return ast.Module(body=[], type_ignores=[])


def forget(run: Interpreter, *, modules: bool) -> None:
    """Let go of everything that was evaluated, at the end: values refer to each other in circles, which would outlive
    the reading.

    `modules` says whether to let go of what was read, too.
    """
    for module in run.loaded():
        for cls in run.classes(module):
            for annotation in cls.annotations.values() if modules else ():
                annotation.node = _NOTHING_WRITTEN
            cls.namespace.clear()
            cls.annotations.clear()
            cls.assigned_sites.clear()
        run.load(module).names.clear()
        if modules:
            module.forget()
    if modules:
        run.forget()


def identity(node: ast.AST | Spot) -> tuple[object, ...]:
    """What tells a node from others of its module, also when the tree was parsed again."""
    return (
        syntax(node),
        getattr(node, "lineno", 0),
        getattr(node, "col_offset", 0),
        getattr(node, "end_lineno", 0),
        getattr(node, "end_col_offset", 0),
    )


def _classes(body: list[ast.stmt]) -> Iterator[ast.ClassDef]:
    """Classes that are in no function, inner ones last."""
    pending = list(body)
    for node in pending:
        if isinstance(node, ast.ClassDef):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            pending += _nested(node)


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


def _parsed_alone(module: Module, function: FunctionNode, first: int) -> FunctionNode | None:
    """A function of which only its own lines are parsed, from `first` on; `None` where they cannot be."""
    written = "\n".join(module.lines[first - 1 : function.end_lineno])
    # Something to be indented below, and lines before it for as many as there are.
    before = "\n" * (first - 2) + "if True:\n" if function.col_offset else "\n" * (first - 1)
    try:
        tree, newer = parse(before + written)
    except ReadError:
        return None
    return _function_at(tree, function) if newer is None else None


def _function_at(tree: ast.Module, wanted: FunctionNode) -> FunctionNode | None:
    for function, _ in _functions(tree.body, in_class=False):
        if function.lineno == wanted.lineno and function.col_offset == wanted.col_offset:
            return function
    return None
