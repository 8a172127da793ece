"""Comprehensions and generator expressions over known collections."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from schema_lint.evaluating.natives import operators
from schema_lint.evaluating.scopes import Scope
from schema_lint.evaluating.values import Collection, Dictionary, UnknownValue, Value

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter


class _Rest:
    """Why a comprehension may give more than was found."""

    def __init__(self) -> None:
        self.why: UnknownValue | None = None


def list_comprehension(run: Interpreter, node: ast.ListComp | ast.GeneratorExp, scope: Scope) -> Value:
    """A list; of a generator expression too, since it is read in full sooner or later."""
    items, rest = _items(run, node, scope)
    return run.fresh(Collection("list", items, scope.site(node), rest))


def set_comprehension(run: Interpreter, node: ast.SetComp, scope: Scope) -> Value:
    """A set of what is known to differ."""
    items, rest = _items(run, node, scope)
    return run.fresh(Collection("set", operators.distinct(items), scope.site(node), rest))


def _items(
    run: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope
) -> tuple[list[Value], UnknownValue | None]:
    items: list[Value] = []
    rest = _Rest()

    def add(inner: Scope, certain: bool) -> None:
        value = run.evaluate_node(node.elt, inner)
        if certain:
            items.append(value)

    _each(run, node.generators, scope, add, rest, certain=True)
    return items, rest.why


def dict_comprehension(run: Interpreter, node: ast.DictComp, scope: Scope) -> Value:
    """A dict."""
    result = Dictionary({}, scope.site(node))
    run.fresh(result)
    rest = _Rest()

    def add(inner: Scope, certain: bool) -> None:
        key, value = run.evaluate_node(node.key, inner), run.evaluate_node(node.value, inner)
        if certain:
            operators.set_entry(result, key, value)

    _each(run, node.generators, scope, add, rest, certain=True)
    result.rest = result.rest or rest.why
    return result


def _each(
    run: Interpreter,
    generators: list[ast.comprehension],
    scope: Scope,
    add: Callable[[Scope, bool], None],
    rest: _Rest,
    *,
    certain: bool,
) -> None:
    """Call `add` for each combination of items; for an unknown one too, so that calls in it are seen."""
    if not generators:
        add(scope, certain)
        return
    generator = generators[0]
    values, more = run.iterate(run.evaluate_node(generator.iter, scope))
    for value in values[: run.limits.iterations]:
        inner = Scope("comprehension", scope.module, scope)
        run.assign(generator.target, value, inner)
        passed = _passes(run, generator.ifs, inner)
        if passed is None:
            rest.why = rest.why or UnknownValue("a condition could not be decided", scope.site(generator.ifs[0]))
        if passed is not False:
            _each(run, generators[1:], inner, add, rest, certain=certain and passed is True)
    if more is None and len(values) > run.limits.iterations:
        more = UnknownValue("too many items to follow", scope.site(generator.iter))
    if more is not None:
        rest.why = rest.why or more
        inner = Scope("comprehension", scope.module, scope)
        run.assign(generator.target, UnknownValue(f"an item of {more.why}", scope.site(generator.iter)), inner)
        _each(run, generators[1:], inner, add, rest, certain=False)


def _passes(run: Interpreter, conditions: list[ast.expr], scope: Scope) -> bool | None:
    passed: bool | None = True
    for condition in conditions:
        truth = run.truth(run.evaluate_node(condition, scope))
        if truth is False:
            return False
        if truth is None:
            passed = None
    return passed
