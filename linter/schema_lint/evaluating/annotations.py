"""Annotations, resolved against the names of the finished module."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from schema_lint.evaluating.expressions import evaluate, look_up
from schema_lint.evaluating.parsing import parse_expression
from schema_lint.evaluating.scopes import Scope
from schema_lint.evaluating.values import (
    Annotation,
    Collection,
    Operation,
    Site,
    Subscript,
    Symbol,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_MAX_DEPTH = 60


def evaluate_annotation(run: Interpreter, annotation: Annotation) -> Value:
    """The annotation's value. Strings in it are forward references; `X | None` is an `Operation("|")`."""
    return _resolve(run, annotation.node, annotation.scope, 0)


def _resolve(run: Interpreter, node: ast.expr, scope: Scope, depth: int) -> Value:
    run.step()
    if depth > _MAX_DEPTH:
        return UnknownValue("an annotation that is nested too deeply", scope.site(node))
    if isinstance(node, ast.Name):
        return look_up(run, node.id, scope, node, typing=True)
    if isinstance(node, ast.Attribute):
        return run.attribute(_resolve(run, node.value, scope, depth + 1), node.attr, scope.site(node))
    if isinstance(node, ast.Constant):
        return _forward(run, node, scope, depth) if isinstance(node.value, str) else evaluate(run, node, scope)
    if isinstance(node, ast.Subscript):
        return _subscript(run, node, scope, depth)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        operands = [_resolve(run, operand, scope, depth + 1) for operand in (node.left, node.right)]
        return Operation("|", operands, scope.site(node))
    if isinstance(node, (ast.Tuple, ast.List)):
        kind = "tuple" if isinstance(node, ast.Tuple) else "list"
        items = [_resolve(run, element, scope, depth + 1) for element in node.elts]
        return Collection(kind, items, scope.site(node))  # type: ignore[arg-type]
    return evaluate(run, node, scope)


def _subscript(run: Interpreter, node: ast.Subscript, scope: Scope, depth: int) -> Value:
    value = _resolve(run, node.value, scope, depth + 1)
    site = scope.site(node)
    name = value.path.rpartition(".")[2] if isinstance(value, Symbol) else ""
    if name == "Literal":
        return Subscript(value, evaluate(run, node.slice, scope), site)
    if name == "Annotated" and isinstance(node.slice, ast.Tuple) and node.slice.elts:
        first, *extras = node.slice.elts
        items = [_resolve(run, first, scope, depth + 1), *(evaluate(run, extra, scope) for extra in extras)]
        return Subscript(value, Collection("tuple", items, scope.site(node.slice)), site)
    return Subscript(value, _resolve(run, node.slice, scope, depth + 1), site)


def _forward(run: Interpreter, node: ast.Constant, scope: Scope, depth: int) -> Value:
    parsed = parse_expression(str(node.value))
    site = scope.site(node)
    if parsed is None:
        return UnknownValue(f"the annotation {node.value!r} is not an expression", site)
    return _resolve(run, parsed, fixed(scope, site), depth + 1)


def fixed(scope: Scope, site: Site) -> Scope:
    """A scope like the given one in which everything is at one place."""
    inner = Scope("annotation", scope.module, scope)
    inner.fixed_site = site
    return inner


def evaluate_text(run: Interpreter, text: str, scope: Scope, site: Site) -> Value:
    """An expression that a string holds."""
    parsed = parse_expression(text)
    if parsed is None:
        return UnknownValue(f"{text[:60]!r} is not an expression", site)
    return evaluate(run, parsed, fixed(scope, site))
