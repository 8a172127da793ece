"""Names that a revision uses and does not have: `sqlmodel.` without `import sqlmodel`."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator

from schema_lint.evaluating.modules import Module
from schema_lint.facts.place import SourcePlace

_KNOWN = frozenset(dir(builtins)) | {"__file__", "__name__", "__doc__", "__package__", "__spec__", "__loader__"}
_OF_PYTHON_2 = frozenset({"unicode", "basestring", "long", "xrange", "raw_input", "unichr", "reduce", "cmp", "file"})
_REACHING = frozenset({"exec", "eval", "globals", "vars", "locals", "NameError"})
"""With these, names may come from somewhere that is not seen, or are missing on purpose."""

_MOST_NODES = 200_000


def undefined_names(module: Module) -> tuple[tuple[str, SourcePlace], ...]:
    """Names that its functions use and nothing in the file gives a value, each at its first use."""
    bound: set[str] = set()
    for count, node in enumerate(ast.walk(module.tree)):
        bound.update(_bound(node))
        if "*" in bound or count > _MOST_NODES:
            return ()
    found: dict[str, SourcePlace] = {}
    for statement in module.tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for used in _used(statement.body):
                if used.id in _REACHING:
                    return ()
                if used.id not in bound and used.id not in _KNOWN and used.id not in _OF_PYTHON_2:
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


def _bound(node: ast.AST) -> Iterator[str]:
    """Names that a node gives a value."""
    if isinstance(node, ast.Name):
        if not isinstance(node.ctx, ast.Load):
            yield node.id
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.ExceptHandler) and node.name:
        yield node.name
    elif isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from node.names
    else:
        # What `case` captures, and a parameter of a type.
        for field in ("name", "rest"):
            captured = getattr(node, field, None)
            if isinstance(captured, str):
                yield captured
