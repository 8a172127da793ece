"""What the functions of a small module do, by their syntax: comments, docstrings, annotations, formatting, and how
things are imported make no difference."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

import msgspec

_WANTED = ("upgrade", "downgrade")
_MANY = 500


class Code(msgspec.Struct, frozen=True, kw_only=True):
    """The functions of a revision, with all of the module that they use."""

    functions: dict[str, tuple[str, ...]]
    """By name: the function, and what it refers to, directly or not; normalized."""

    lines: dict[str, int]
    """Where each begins."""


def code_of(text: str) -> Code | None:
    """The functions of a revision's text; `None` where it cannot be parsed."""
    try:
        module = ast.parse(text)
        names = dict(_imported(module.body))
        plain = [_Plain(names).visit(statement) for statement in module.body]
        bound = _bound(statement for statement in plain if statement is not None)
        return Code(
            functions={name: tuple(_used(name, bound)) for name in _WANTED if name in bound},
            lines={
                node.name: node.lineno
                for node in module.body
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name in _WANTED
            },
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _imported(body: list[ast.stmt]) -> Iterator[tuple[str, str]]:
    """Names that imports bind at the top, with what they stand for."""
    for statement in body:
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.asname is not None:
                    yield alias.asname, alias.name
        elif isinstance(statement, ast.ImportFrom):
            module = "." * statement.level + (statement.module or "")
            for alias in statement.names:
                yield alias.asname or alias.name, f"{module}.{alias.name}"


class _Plain(ast.NodeTransformer):
    """Takes out of a syntax tree what changes nothing."""

    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [each for each in body if not _is_idle(each)]  # type: ignore[attr-defined]
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self._names.get(node.id, node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign([node.target], node.value))

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """`sa.Column` as `Column` is, where that was imported."""
        self.generic_visit(node)
        if isinstance(node.value, ast.Name):
            return ast.Name(f"{node.value.id}.{node.attr}", node.ctx)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.keywords = sorted(node.keywords, key=lambda keyword: keyword.arg or "")
        return node

    def visit_Import(self, node: ast.Import) -> None:
        return None

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        return None


def _is_idle(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _bound(statements: Iterable[ast.AST]) -> dict[str, list[ast.AST]]:
    """The top-level statements that give each name something."""
    found: dict[str, list[ast.AST]] = {}
    for statement in statements:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names = {statement.name}
        else:
            names = {
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            }
        for name in names:
            found.setdefault(name, []).append(statement)
    return found


def _used(name: str, bound: dict[str, list[ast.AST]]) -> Iterator[str]:
    """A definition, and those that it refers to."""
    seen = {name}
    waiting = [name]
    while waiting and len(seen) < _MANY:
        for statement in bound[waiting.pop(0)]:
            yield ast.dump(statement)
            for node in ast.walk(statement):
                root = node.id.partition(".")[0] if isinstance(node, ast.Name) else ""
                if root in bound and root not in seen:
                    seen.add(root)
                    waiting.append(root)
