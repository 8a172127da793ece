"""Names that a revision uses and does not have: `sqlmodel.` without `import sqlmodel`."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

from schema_lint.evaluating.modules import Module
from schema_lint.facts.place import SourcePlace
from schema_lint.readers.source.application.walking import nodes

_KNOWN = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__package__", "__spec__", "__loader__"}
_OF_PYTHON_2 = frozenset({"unicode", "basestring", "long", "xrange", "raw_input", "unichr", "reduce", "cmp", "file"})
_REACHING = frozenset({"exec", "eval", "globals", "vars", "locals", "NameError"})
"""With these, names may come from somewhere that is not seen, or are missing on purpose."""

_NAMED = {
    "FunctionDef": "name", "AsyncFunctionDef": "name", "ClassDef": "name", "arg": "arg", "ExceptHandler": "name",
    "MatchAs": "name", "MatchStar": "name", "MatchMapping": "rest",
    "TypeVar": "name", "ParamSpec": "name", "TypeVarTuple": "name",
}  # fmt: skip
"""Nodes that give one name a value, by the field that holds it."""

_MOST_NODES = 100_000


def undefined_names(module: Module) -> tuple[tuple[str, SourcePlace], ...]:
    """Names that its functions use and nothing in the file gives a value, each at its first use."""
    every = nodes(module.tree)
    bound = {name for node in every for name in _bound(node)}
    read = {node.id for node in every if isinstance(node, ast.Name)}
    missing = read - bound - _KNOWN - _OF_PYTHON_2
    if not missing or "*" in bound or len(every) > _MOST_NODES:
        return ()
    found: dict[str, SourcePlace] = {}
    for statement in module.tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for used in _used(statement.body):
                if used.id in _REACHING:
                    return ()
                if used.id in missing:
                    found.setdefault(used.id, module.place(used))
    return tuple(found.items())


def _used(body: list[ast.stmt]) -> Iterator[ast.Name]:
    """Names that are read when the statements run, in order; not those of annotations."""
    waiting: list[ast.AST] = list(reversed(body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                yield node
            continue
        skipped = {id(getattr(node, field, None)) for field in ("annotation", "returns")}
        waiting += [child for child in reversed(list(ast.iter_child_nodes(node))) if id(child) not in skipped]


def _bound(node: ast.AST) -> Iterable[str]:
    """Names that a node gives a value."""
    if isinstance(node, ast.Name):
        return () if isinstance(node.ctx, ast.Load) else (node.id,)
    if isinstance(node, ast.alias):
        return (node.asname or node.name.partition(".")[0],)
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        return node.names
    field = _NAMED.get(type(node).__name__)
    name = getattr(node, field) if field is not None else None
    return (name,) if name else ()
