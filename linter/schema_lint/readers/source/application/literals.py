"""Database URLs written out in Python: string literals, and the pieces that interpolation leaves."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from schema_lint.evaluating.modules import Module
from schema_lint.facts.application import UrlLiteral
from schema_lint.readers.source.application.urls import HOLE, is_database_url, parse_url
from schema_lint.readers.source.application.walking import lines_with, walk
from schema_lint.readers.source.roles import is_example, is_test


def read_literals(module: Module) -> Iterator[UrlLiteral]:
    """URLs of databases among the module's strings; docstrings and other text that only mentions one are left out."""
    found = [node for node, _ in walk(module.tree, lines_with(module.source, "://"))]
    pieces = _pieces_of_strings(found)
    for node in found:
        if id(node) in pieces:
            continue
        text = _text(node)
        if text is None or not is_database_url(text) or any(space in text.strip() for space in " \t\n"):
            continue
        url = parse_url(text)
        if url is not None:
            yield UrlLiteral(
                url=url,
                file_kind="python",
                is_test=is_test(module.path),
                is_example=is_example(module.path),
                place=module.place(node),
            )


def _text(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else HOLE for part in node.values)  # type: ignore[misc]
    return None


def _pieces_of_strings(nodes: list[ast.AST]) -> set[int]:
    """Constants that are not strings of their own: pieces of f-strings, docstrings, operands of `+` and `%`."""
    pieces: set[int] = set()
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            pieces.update(id(part) for part in node.values)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            pieces.add(id(node.value))
        elif isinstance(node, ast.BinOp):
            pieces.update((id(node.left), id(node.right)))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _TEXT_METHODS:
            pieces.update(id(argument) for argument in [node.func.value, *node.args])
        elif isinstance(node, ast.Compare):
            pieces.update(id(operand) for operand in [node.left, *node.comparators])
    return pieces


_TEXT_METHODS = frozenset({"replace", "startswith", "format", "removeprefix", "split", "endswith", "sub", "match"})
