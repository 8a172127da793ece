"""Simple statements, and functions' definitions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from schema_lint.evaluating.attributes import TRANSPARENT, decorator_path
from schema_lint.evaluating.classes import run_class, type_parameter_scope
from schema_lint.evaluating.control import BREAK, CONTINUE, NEXT, RAISE, RETURN, Handler
from schema_lint.evaluating.expressions import BINARY_OPERATORS, evaluate
from schema_lint.evaluating.imports import bind_import, bind_import_from
from schema_lint.evaluating.natives import operators
from schema_lint.evaluating.natives.methods import call_method
from schema_lint.evaluating.scopes import Scope
from schema_lint.evaluating.values import (
    Annotation,
    Attribute,
    Call,
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    FunctionValue,
    Partial,
    Subscript,
    Symbol,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_PROPERTY_PARTS = frozenset({"setter", "deleter", "getter", "expression", "update_expression", "comparator", "inplace"})


def _assign(run: Interpreter, node: ast.Assign, scope: Scope) -> int:
    value = evaluate(run, node.value, scope)
    for target in node.targets:
        assign(run, target, value, scope, node)
    return NEXT


def assign(run: Interpreter, target: ast.expr, value: Value, scope: Scope, statement: ast.AST | None = None) -> None:
    """Bind a target: a name, an attribute, an item, or a tuple of such."""
    statement = statement or target
    if isinstance(target, ast.Name):
        run.bind(scope, target.id, value, statement)
    elif isinstance(target, ast.Attribute):
        run.set_attribute(evaluate(run, target.value, scope), target.attr, value, scope.site(statement))
    elif isinstance(target, ast.Subscript):
        owner = evaluate(run, target.value, scope)
        run.set_item(owner, evaluate(run, target.slice, scope), value, scope.site(statement))
    elif isinstance(target, ast.Starred):
        assign(run, target.value, value, scope, statement)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(run, target.elts, value, scope, statement)


def _unpack(run: Interpreter, targets: list[ast.expr], value: Value, scope: Scope, statement: ast.AST) -> None:
    site = scope.site(statement)
    starred = next((i for i, target in enumerate(targets) if isinstance(target, ast.Starred)), None)
    items, rest = run.iterate(value)
    if rest is None and starred is not None and len(items) >= len(targets) - 1:
        after = len(targets) - starred - 1
        middle = items[starred : len(items) - after]
        items = [*items[:starred], Collection("list", middle, site), *items[len(items) - after :]]
    if rest is None and len(items) == len(targets):
        for target, item in zip(targets, items, strict=True):
            assign(run, target, item, scope, statement)
        return
    for index, target in enumerate(targets):
        known = starred is None and not isinstance(value, (UnknownValue, Collection, Constant))
        part: Value = Subscript(value, Constant(index), site) if known else UnknownValue("could not be unpacked", site)
        assign(run, target, part, scope, statement)


def _annotated_assign(run: Interpreter, node: ast.AnnAssign, scope: Scope) -> int:
    if isinstance(node.target, ast.Name) and scope.cls is not None and scope.kind == "class":
        name = node.target.id
        scope.cls.annotations[name] = Annotation(node.annotation, scope, scope.site(node.annotation))
        scope.cls.assigned_sites[name] = scope.site(node)
    if node.value is not None:
        assign(run, node.target, evaluate(run, node.value, scope), scope, node)
    return NEXT


def _augmented_assign(run: Interpreter, node: ast.AugAssign, scope: Scope) -> int:
    symbol = BINARY_OPERATORS[type(node.op)]
    site = scope.site(node)
    old = evaluate(run, _loaded(node.target), scope)
    right = evaluate(run, node.value, scope)
    if isinstance(old, Collection) and symbol == "+" and old.kind == "list":
        call_method(run, old, "extend", [right], {}, site)
        return NEXT
    if isinstance(old, Collection) and symbol == "|" and old.kind == "set":
        call_method(run, old, "update", [right], {}, site)
        return NEXT
    if isinstance(old, Dictionary) and symbol == "|":
        call_method(run, old, "update", [right], {}, site)
        return NEXT
    assign(run, node.target, operators.binary(run, symbol, old, right, site), scope, node)
    return NEXT


def _loaded(target: ast.expr) -> ast.expr:
    return target


def _delete(run: Interpreter, node: ast.Delete, scope: Scope) -> int:
    for target in node.targets:
        if isinstance(target, ast.Name):
            scope.names.pop(target.id, None)
        elif isinstance(target, ast.Attribute):
            owner = evaluate(run, target.value, scope)
            if isinstance(owner, ClassValue) and run.may_change(owner):
                owner.namespace.pop(target.attr, None)
        elif isinstance(target, ast.Subscript):
            owner = evaluate(run, target.value, scope)
            key = evaluate(run, target.slice, scope)
            if isinstance(owner, Dictionary):
                call_method(run, owner, "pop", [key, Constant(None)], {}, scope.site(target))
            elif isinstance(owner, Collection) and owner.kind == "list":
                call_method(run, owner, "pop", [key], {}, scope.site(target))
    return NEXT


def _expression(run: Interpreter, node: ast.Expr, scope: Scope) -> int:
    if not isinstance(node.value, ast.Constant):
        evaluate(run, node.value, scope)
        if isinstance(node.value, ast.Call) and _never_returns(node.value):
            return RAISE
    return NEXT


def _never_returns(node: ast.Call) -> bool:
    function = node.func
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return (function.value.id, function.attr) in (("sys", "exit"), ("os", "_exit"), ("pytest", "skip"))
    return False


def _import(run: Interpreter, node: ast.Import, scope: Scope) -> int:
    bind_import(run, node, scope)
    return NEXT


def _import_from(run: Interpreter, node: ast.ImportFrom, scope: Scope) -> int:
    bind_import_from(run, node, scope)
    return NEXT


def _function(run: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> int:
    decorators = [evaluate(run, decorator, scope) for decorator in node.decorator_list]
    outer = type_parameter_scope(run, node, scope)
    function = FunctionValue(node.name, scope.qualify(node.name), scope.module, node, outer, scope.site(node))
    function.defaults = [evaluate(run, default, scope) for default in node.args.defaults]
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if default is not None:
            function.keyword_defaults[argument.arg] = evaluate(run, default, scope)
    run.record_function(function, scope)
    value: Value = function
    for decorator in reversed(decorators):
        value = _decorated(run, value, decorator, scope, node)
    run.bind(scope, node.name, value, node)
    return NEXT


def _decorated(
    run: Interpreter, value: Value, decorator: Value, scope: Scope, node: ast.FunctionDef | ast.AsyncFunctionDef
) -> Value:
    if isinstance(decorator, Attribute) and decorator.name in _PROPERTY_PARTS:
        getter = decorator.value
        if isinstance(getter, FunctionValue) and getter.name == node.name:
            return getter
    wrapped = _wrapped_function(decorator)
    if wrapped is not None and isinstance(value, FunctionValue):
        value.name, value.qualname = wrapped.name, wrapped.qualname
        return value
    if isinstance(decorator, (FunctionValue, ClassValue, Partial)) and decorator_path(decorator) is None:
        result = run.call(decorator, [value], {}, scope.site(node))
        if not isinstance(result, UnknownValue):
            return result
    if isinstance(value, FunctionValue):
        value.decorators.insert(0, decorator)
        return value
    if decorator_path(decorator) in TRANSPARENT and isinstance(decorator, Symbol):
        return Call(decorator, [value], {}, scope.site(node))
    return run.record_call(Call(decorator, [value], {}, scope.site(node)))


def _wrapped_function(decorator: Value) -> FunctionValue | None:
    """The function that `functools.wraps(function)` is about."""
    if isinstance(decorator, Call) and decorator_path(decorator) == "functools.wraps" and decorator.arguments:
        function = decorator.arguments[0]
        return function if isinstance(function, FunctionValue) else None
    return None


def _return(run: Interpreter, node: ast.Return, scope: Scope) -> int:
    value = evaluate(run, node.value, scope) if node.value is not None else Constant(None, scope.site(node))
    if scope.frame is not None:
        scope.frame.returns.append(value)
    return RETURN


def _raise(run: Interpreter, node: ast.Raise, scope: Scope) -> int:
    if node.exc is not None:
        evaluate(run, node.exc, scope)
    return RAISE


def _outer_names(run: Interpreter, node: ast.Global | ast.Nonlocal, scope: Scope) -> int:
    for name in node.names:
        target: Scope | None = scope.globals
        if isinstance(node, ast.Nonlocal):
            target = scope.parent
            while target is not None and (target.kind == "class" or name not in target.names):
                target = target.parent
        if target is not None and target is not scope:
            scope.outer[name] = target
    return NEXT


def _assert(run: Interpreter, node: ast.Assert, scope: Scope) -> int:
    evaluate(run, node.test, scope)
    return NEXT


def _type_alias(run: Interpreter, node: ast.AST, scope: Scope) -> int:
    name, written = node.name, node.value  # type: ignore[attr-defined]
    site = scope.site(node)
    inner = type_parameter_scope(run, node, scope)
    value = run.annotation(Annotation(written, inner, scope.site(written)))
    alias = Call(run.symbol("typing.TypeAliasType"), [Constant(name.id, site), value], {}, site)
    run.bind(scope, name.id, alias, node)
    return NEXT


def _nothing(run: Interpreter, node: ast.AST, scope: Scope) -> int:
    return NEXT


def _break(run: Interpreter, node: ast.AST, scope: Scope) -> int:
    return BREAK


def _continue(run: Interpreter, node: ast.AST, scope: Scope) -> int:
    return CONTINUE


SIMPLE: dict[type[ast.AST], Handler] = {
    ast.ClassDef: run_class,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated_assign,
    ast.AugAssign: _augmented_assign,
    ast.Delete: _delete,
    ast.Expr: _expression,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Global: _outer_names,
    ast.Nonlocal: _outer_names,
    ast.Assert: _assert,
    ast.Pass: _nothing,
    ast.Break: _break,
    ast.Continue: _continue,
}
if hasattr(ast, "TypeAlias"):
    SIMPLE[ast.TypeAlias] = _type_alias
