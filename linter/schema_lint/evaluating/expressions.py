"""Expressions to values."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from schema_lint.evaluating import comprehensions
from schema_lint.evaluating.attributes import attribute
from schema_lint.evaluating.imports import from_stars, resolved
from schema_lint.evaluating.natives import operators
from schema_lint.evaluating.natives.formatting import join_parts
from schema_lint.evaluating.scopes import LazyImport, Scope
from schema_lint.evaluating.subscripts import subscript
from schema_lint.evaluating.values import (
    Collection,
    Constant,
    Dictionary,
    Either,
    FunctionValue,
    Operation,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter


class BudgetExceeded(Exception):  # noqa: N818 - a signal: the statement is given up, not failed
    """The steps allowed for one statement are used up."""


def evaluate(run: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """The expression's value; `UnknownValue` where it has none."""
    run.steps -= 1
    if run.steps < 0:
        raise BudgetExceeded
    handler = _HANDLERS.get(type(node))
    if handler is None:
        return UnknownValue(f"{type(node).__name__} is not evaluated", scope.site(node))
    return handler(run, node, scope)


def _constant(run: Interpreter, node: ast.Constant, scope: Scope) -> Value:
    return Constant(node.value, scope.fixed_site or scope.site(node))


def _name(run: Interpreter, node: ast.Name, scope: Scope) -> Value:
    return look_up(run, node.id, scope, node)


def look_up(run: Interpreter, name: str, scope: Scope, node: ast.AST, *, typing: bool = False) -> Value:
    """What a name means in a scope: its binding, what a star import may have bound, a builtin."""
    value = scope.raw(name, typing=typing)
    if value is not None:
        if type(value) is LazyImport or type(value) is Either:
            return resolved(run, value)
        return value
    if name in run.builtins:
        return run.symbol(f"builtins.{name}")
    if name == "__name__":
        return Constant(scope.module.name, scope.site(node))
    if name in ("__qualname__", "__module__") and scope.cls is not None:
        return Constant(scope.cls.qualname if name == "__qualname__" else scope.module.name, scope.site(node))
    if name == "__class__":
        return run.defining_class(scope) or UnknownValue("__class__ outside a class", scope.site(node))
    outermost = scope.globals
    if outermost.stars and (found := from_stars(run, outermost, name)):
        return found
    if outermost.rest is not None:
        return UnknownValue(f"{name}: {outermost.rest}", scope.site(node))
    return UnknownValue(f"the name {name} is not defined", scope.site(node))


def _attribute(run: Interpreter, node: ast.Attribute, scope: Scope) -> Value:
    return attribute(run, evaluate(run, node.value, scope), node.attr, scope.site(node))


def _call(run: Interpreter, node: ast.Call, scope: Scope) -> Value:
    return run.call_node(node, scope)


def _subscript(run: Interpreter, node: ast.Subscript, scope: Scope) -> Value:
    value = evaluate(run, node.value, scope)
    return subscript(run, value, evaluate(run, node.slice, scope), scope.site(node))


def _slice(run: Interpreter, node: ast.Slice, scope: Scope) -> Value:
    parts = [
        evaluate(run, part, scope) if part is not None else Constant(None)
        for part in (node.lower, node.upper, node.step)
    ]
    if all(isinstance(part, Constant) and (part.value is None or type(part.value) is int) for part in parts):
        return Constant(slice(*(part.value for part in parts if isinstance(part, Constant))), scope.site(node))
    return Operation("slice", parts, scope.site(node))


def elements(run: Interpreter, nodes: list[ast.expr], scope: Scope) -> tuple[list[Value], UnknownValue | None]:
    """Values of a display's elements or a call's arguments, `*x` spread; and why there may be more."""
    values: list[Value] = []
    rest: UnknownValue | None = None
    for node in nodes:
        if isinstance(node, ast.Starred):
            spread, more = run.iterate(evaluate(run, node.value, scope))
            room = max(run.limits.items - len(values), 0)
            run.charge(min(len(spread), room))
            values += spread[:room]
            rest = rest or more
            if len(spread) > room:
                rest = rest or UnknownValue("a list that is too long", scope.site(node))
            if more is not None and more.site is None:
                rest = UnknownValue(more.why, scope.site(node))
        else:
            values.append(evaluate(run, node, scope))
    return values, rest


def _tuple(run: Interpreter, node: ast.Tuple, scope: Scope) -> Value:
    values, rest = elements(run, node.elts, scope)
    return Collection("tuple", values, scope.site(node), rest)


def _list(run: Interpreter, node: ast.List, scope: Scope) -> Value:
    values, rest = elements(run, node.elts, scope)
    return run.fresh(Collection("list", values, scope.site(node), rest))


def _set(run: Interpreter, node: ast.Set, scope: Scope) -> Value:
    values, rest = elements(run, node.elts, scope)
    return run.fresh(Collection("set", operators.distinct(values), scope.site(node), rest))


def _dictionary(run: Interpreter, node: ast.Dict, scope: Scope) -> Value:
    result = Dictionary({}, scope.site(node))
    run.fresh(result)
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            operators.update_dictionary(run, result, evaluate(run, value, scope))
        else:
            operators.set_entry(result, evaluate(run, key, scope), evaluate(run, value, scope))
    return result


def _binary(run: Interpreter, node: ast.BinOp, scope: Scope) -> Value:
    chain: list[ast.BinOp] = []
    left: ast.expr = node
    while isinstance(left, ast.BinOp):
        chain.append(left)
        left = left.left
    value = evaluate(run, left, scope)
    for link in reversed(chain):
        run.steps -= 1
        right = evaluate(run, link.right, scope)
        value = operators.binary(run, _BINARY[type(link.op)], value, right, scope.site(link))
    return value


def _unary(run: Interpreter, node: ast.UnaryOp, scope: Scope) -> Value:
    return operators.unary(run, _UNARY[type(node.op)], evaluate(run, node.operand, scope), scope.site(node))


def _compare(run: Interpreter, node: ast.Compare, scope: Scope) -> Value:
    left = evaluate(run, node.left, scope)
    parts: list[Value] = []
    for operator, operand in zip(node.ops, node.comparators, strict=True):
        right = evaluate(run, operand, scope)
        part = operators.compare(run, _COMPARE[type(operator)], left, right, scope.site(node))
        if isinstance(part, Constant) and part.value is False:
            return part
        parts.append(part)
        left = right
    undecided = [part for part in parts if not isinstance(part, Constant)]
    if not undecided:
        return parts[-1]
    return undecided[0] if len(undecided) == 1 else Operation("and", undecided, scope.site(node))


def _boolean(run: Interpreter, node: ast.BoolOp, scope: Scope) -> Value:
    stops_at = isinstance(node.op, ast.Or)
    undecided: list[Value] = []
    value: Value = Constant(None)
    for index, operand in enumerate(node.values):
        value = evaluate(run, operand, scope)
        truth = run.truth(value)
        if truth is stops_at:
            break
        if truth is None or index == len(node.values) - 1:
            undecided.append(value)
    else:
        return _joined("or" if stops_at else "and", undecided, node, scope)
    undecided.append(value)
    return _joined("or" if stops_at else "and", undecided, node, scope)


def _joined(operator: str, operands: list[Value], node: ast.expr, scope: Scope) -> Value:
    return operands[0] if len(operands) == 1 else Operation(operator, operands, scope.site(node))


def _conditional(run: Interpreter, node: ast.IfExp, scope: Scope) -> Value:
    test = evaluate(run, node.test, scope)
    truth = run.truth(test)
    if truth is not None:
        return evaluate(run, node.body if truth else node.orelse, scope)
    options = [evaluate(run, node.body, scope), evaluate(run, node.orelse, scope)]
    return Operation("if", [test, *options], scope.site(node))


def _formatted(run: Interpreter, node: ast.JoinedStr, scope: Scope) -> Value:
    parts: list[Value] = []
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            parts.append(_field(run, part, scope))
        else:
            parts.append(evaluate(run, part, scope))
    return join_parts(run, parts, scope.site(node))


def _field(run: Interpreter, node: ast.FormattedValue, scope: Scope) -> Value:
    value = evaluate(run, node.value, scope)
    specification = evaluate(run, node.format_spec, scope) if node.format_spec is not None else Constant("")
    return operators.formatted(run, value, node.conversion, specification, scope.site(node))


def _template(run: Interpreter, node: Any, scope: Scope) -> Value:
    return UnknownValue("a template string", scope.site(node))


def _lambda(run: Interpreter, node: ast.Lambda, scope: Scope) -> Value:
    function = FunctionValue("<lambda>", scope.qualify("<lambda>"), scope.module, node, scope, scope.site(node))
    function.defaults = [evaluate(run, default, scope) for default in node.args.defaults]
    for argument, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if default is not None:
            function.keyword_defaults[argument.arg] = evaluate(run, default, scope)
    return function


def _walrus(run: Interpreter, node: ast.NamedExpr, scope: Scope) -> Value:
    value = evaluate(run, node.value, scope)
    target = scope
    while target.kind == "comprehension" and target.parent is not None:
        target = target.parent
    run.bind(target, node.target.id, value, node)
    return value


def _await(run: Interpreter, node: ast.Await, scope: Scope) -> Value:
    return evaluate(run, node.value, scope)


def _yield(run: Interpreter, node: ast.Yield, scope: Scope) -> Value:
    value = evaluate(run, node.value, scope) if node.value is not None else Constant(None)
    if scope.frame is not None:
        if len(run.regions) > scope.frame.mark and not run.exploring:
            scope.frame.unsure = True
        else:
            scope.frame.yields.append(value)
    return UnknownValue("what is sent to a generator", scope.site(node))


def _yield_from(run: Interpreter, node: ast.YieldFrom, scope: Scope) -> Value:
    items, rest = run.iterate(evaluate(run, node.value, scope))
    if scope.frame is not None:
        scope.frame.yields += items
        scope.frame.unsure = scope.frame.unsure or rest is not None
    return UnknownValue("what a generator returns", scope.site(node))


def _starred(run: Interpreter, node: ast.Starred, scope: Scope) -> Value:
    return Operation("*", [evaluate(run, node.value, scope)], scope.site(node))


_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitOr: "|", ast.BitAnd: "&", ast.BitXor: "^", ast.MatMult: "@",
}  # fmt: skip
_UNARY: dict[type[ast.unaryop], str] = {ast.Not: "not", ast.USub: "-", ast.UAdd: "+", ast.Invert: "~"}
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Is: "is",
    ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
}  # fmt: skip
BINARY_OPERATORS = _BINARY
"""Operators as written, by the node that stands for them."""

_HANDLERS: dict[type[ast.AST], Callable[[Interpreter, Any, Scope], Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _set,
    ast.Dict: _dictionary,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.JoinedStr: _formatted,
    ast.Lambda: _lambda,
    ast.NamedExpr: _walrus,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield_from,
    ast.Starred: _starred,
    ast.ListComp: comprehensions.list_comprehension,
    ast.SetComp: comprehensions.set_comprehension,
    ast.GeneratorExp: comprehensions.list_comprehension,
    ast.DictComp: comprehensions.dict_comprehension,
}
if hasattr(ast, "TemplateStr"):
    _HANDLERS[ast.TemplateStr] = _template
