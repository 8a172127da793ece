"""Compound statements: `if`, loops, `with`, `try`, `match`."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from schema_lint.evaluating.control import (
    BREAK,
    CONTINUE,
    NEXT,
    RAISE,
    RETURN,
    Handler,
    join_states,
    run_block,
    run_branches,
)
from schema_lint.evaluating.expressions import evaluate
from schema_lint.evaluating.imports import missing
from schema_lint.evaluating.modules import is_type_checking
from schema_lint.evaluating.natives import operators
from schema_lint.evaluating.scopes import Scope
from schema_lint.evaluating.values import (
    Collection,
    Constant,
    FunctionValue,
    ObjectValue,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "AttributeError", "NameError"})


def _if(run: Interpreter, node: ast.If, scope: Scope) -> int:
    while True:
        if is_type_checking(node.test):
            _run_for_checkers(run, node.body, scope)
            truth: bool | None = False
        elif (
            isinstance(node.test, ast.UnaryOp)
            and isinstance(node.test.op, ast.Not)
            and is_type_checking(node.test.operand)
        ):
            _run_for_checkers(run, node.orelse, scope)
            return run_block(run, node.body, scope)
        else:
            truth = run.truth(evaluate(run, node.test, scope))
        if truth is None:
            why = UnknownValue("bound only under a condition that could not be decided", scope.site(node.test))
            return run_branches(run, scope, [_block(run, node.body, scope), _block(run, node.orelse, scope)], why)
        if truth:
            return run_block(run, node.body, scope)
        if len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            node = node.orelse[0]
            run.step()
            continue
        return run_block(run, node.orelse, scope)


def _block(run: Interpreter, body: list[ast.stmt], scope: Scope) -> Callable[[], int]:
    return lambda: run_block(run, body, scope)


def _run_for_checkers(run: Interpreter, body: list[ast.stmt], scope: Scope) -> None:
    inner = Scope("typing", scope.module, scope)
    inner.names = scope.typing_names
    run_block(run, body, inner)


def _for(run: Interpreter, node: ast.For | ast.AsyncFor, scope: Scope) -> int:
    items, rest = run.iterate(evaluate(run, node.iter, scope))
    mark = len(run.regions)
    left_before = run.maybe_left
    signal = NEXT
    for item in items[: run.limits.iterations]:
        run.assign(node.target, item, scope)
        signal = run_block(run, node.body, scope)
        if signal in (BREAK, RETURN, RAISE):
            break
    if rest is None and len(items) > run.limits.iterations:
        rest = UnknownValue("too many items to follow", scope.site(node.iter))
    if rest is not None and signal in (NEXT, CONTINUE):
        _maybe_once(run, node, scope, rest)
    _leave_loop(run, mark, left_before)
    if signal in (RETURN, RAISE):
        return signal
    return run_block(run, node.orelse, scope) if signal != BREAK else NEXT


def _maybe_once(run: Interpreter, node: ast.For | ast.AsyncFor, scope: Scope, rest: UnknownValue) -> None:
    """The body for items that are not known: it may run any number of times."""

    def once() -> int:
        run.assign(node.target, UnknownValue(f"an item of {rest.why}", scope.site(node.iter)), scope)
        signal = run_block(run, node.body, scope)
        return NEXT if signal in (BREAK, CONTINUE) else signal

    why = UnknownValue("bound in a loop over what is not known", scope.site(node))
    run_branches(run, scope, [once, lambda: NEXT], why)


def _leave_loop(run: Interpreter, mark: int, left_before: bool) -> None:
    """What was left in doubt by `break` and `continue` ends with the loop; what `return` left, with the function."""
    if run.maybe_returned:
        return
    run.leave_regions(mark)
    run.maybe_left = left_before


def _while(run: Interpreter, node: ast.While, scope: Scope) -> int:
    mark = len(run.regions)
    left_before = run.maybe_left
    signal = NEXT
    for _ in range(run.limits.iterations):
        truth = run.truth(evaluate(run, node.test, scope))
        if truth is False:
            break
        if truth is None:
            why = UnknownValue("bound in a loop whose end is not known", scope.site(node))
            signal = run_branches(run, scope, [lambda: run_block(run, node.body, scope), lambda: NEXT], why)
            signal = NEXT if signal in (BREAK, CONTINUE) else signal
            break
        signal = run_block(run, node.body, scope)
        if signal in (BREAK, RETURN, RAISE) or run.maybe_left:
            break
    _leave_loop(run, mark, left_before)
    if signal in (RETURN, RAISE):
        return signal
    return run_block(run, node.orelse, scope) if signal != BREAK else NEXT


def _with(run: Interpreter, node: ast.With | ast.AsyncWith, scope: Scope) -> int:
    outside = len(run.managers)
    try:
        for item in node.items:
            manager = evaluate(run, item.context_expr, scope)
            run.managers.append(manager)
            if item.optional_vars is not None:
                run.assign(item.optional_vars, _entered(run, manager), scope)
        return run_block(run, node.body, scope)
    finally:
        del run.managers[outside:]


def _entered(run: Interpreter, manager: Value) -> Value:
    """What `with` binds: what `__enter__` gives, the first thing a generator yields, else the manager itself, as
    libraries' sessions and connections do."""
    if isinstance(manager, ObjectValue):
        for name in ("__enter__", "__aenter__"):
            method = manager.cls.lookup(name)
            if isinstance(method, FunctionValue):
                return run.call(method, [manager], {}, manager.site)
    if isinstance(manager, Collection) and manager.items:
        return manager.items[0]
    return manager


def _try(run: Interpreter, node: ast.Try, scope: Scope) -> int:
    if _guards_imports(node):
        signal = _try_imports(run, node, scope)
    else:
        signal = _try_anything(run, node, scope)
    if node.finalbody:
        last = run_block(run, node.finalbody, scope)
        signal = last or signal
    return signal


def _guards_imports(node: ast.Try) -> bool:
    if any(isinstance(statement, (ast.Import, ast.ImportFrom)) for statement in node.body[:1]):
        return True
    caught = {name.id for handler in node.handlers for name in _names(handler.type)}
    return bool(caught & _IMPORT_ERRORS)


def _names(node: ast.expr | None) -> list[ast.Name]:
    if isinstance(node, ast.Tuple):
        return [element for element in node.elts if isinstance(element, ast.Name)]
    return [node] if isinstance(node, ast.Name) else []


def _try_imports(run: Interpreter, node: ast.Try, scope: Scope) -> int:
    """The body wins, unless what it imports surely does not exist; names that only a handler binds are kept."""
    if node.handlers and any(missing(run, statement, scope) for statement in node.body):
        return run_block(run, node.handlers[0].body, scope)
    before = dict(scope.names)
    signal = run_block(run, [*node.body, *node.orelse], scope)
    after = dict(scope.names)
    for handler in node.handlers:
        mark = len(run.regions)
        scope.names.clear()
        scope.names.update(before)
        run.enter_region()
        _run_handler(run, handler, scope)
        run.leave_regions(mark)
        for name, value in scope.names.items():
            after.setdefault(name, value)
    scope.names.clear()
    scope.names.update(after)
    return signal


def _try_anything(run: Interpreter, node: ast.Try, scope: Scope) -> int:
    """The body may fail anywhere: what handlers bind is as likely."""
    before = dict(scope.names)
    tried = [isinstance(handler.body[-1], ast.Raise) for handler in node.handlers]
    run.trying += not all(tried)
    try:
        signal = run_block(run, [*node.body, *node.orelse], scope)
    finally:
        run.trying -= not all(tried)
    states = [dict(scope.names)] if signal == NEXT else []
    ended = dict(scope.names)
    for handler in node.handlers:
        scope.names.clear()
        scope.names.update(before)
        mark = len(run.regions)
        run.enter_region()
        ending = _run_handler(run, handler, scope)
        run.leave_regions(mark)
        if ending == NEXT:
            states.append(dict(scope.names))
        if ending == RETURN and signal == NEXT:
            run.maybe_left = run.maybe_returned = True
    if not states:
        scope.names.clear()
        scope.names.update(ended)
        return signal
    why = UnknownValue("bound only where nothing fails", scope.site(node))
    join_states(run, scope, states, why)
    return NEXT


def _run_handler(run: Interpreter, handler: ast.ExceptHandler, scope: Scope) -> int:
    if handler.name is not None:
        scope.names[handler.name] = UnknownValue("an exception", scope.site(handler))
    ending = run_block(run, handler.body, scope)
    if handler.name is not None:
        scope.names.pop(handler.name, None)
    return ending


def _match(run: Interpreter, node: ast.Match, scope: Scope) -> int:
    subject = evaluate(run, node.subject, scope)
    paths: list[Callable[[], int]] = []
    for case in node.cases:
        matches = _matches(run, case.pattern, subject, scope)
        if matches is not False and case.guard is not None:
            matches = None
        if matches is not False:
            paths.append(_case(run, case, subject, scope))
        if matches is True:
            break
    else:
        paths.append(lambda: NEXT)
    if len(paths) == 1:
        return paths[0]()
    why = UnknownValue("bound only in a case that could not be decided", scope.site(node.subject))
    return run_branches(run, scope, paths, why)


def _case(run: Interpreter, case: ast.match_case, subject: Value, scope: Scope) -> Callable[[], int]:
    def body() -> int:
        for pattern in ast.walk(case.pattern):
            name = getattr(pattern, "name", None) or getattr(pattern, "rest", None)
            if isinstance(name, str):
                whole = pattern is case.pattern and isinstance(pattern, ast.MatchAs)
                site = scope.site(pattern)
                scope.names[name] = subject if whole else UnknownValue("a part of a matched value", site)
        if case.guard is not None:
            evaluate(run, case.guard, scope)
        return run_block(run, case.body, scope)

    return body


def _matches(run: Interpreter, pattern: ast.pattern, subject: Value, scope: Scope) -> bool | None:
    if isinstance(pattern, ast.MatchValue):
        return operators.equal(subject, evaluate(run, pattern.value, scope))
    if isinstance(pattern, ast.MatchSingleton):
        return operators.identical(subject, Constant(pattern.value))
    if isinstance(pattern, ast.MatchOr):
        found = [_matches(run, part, subject, scope) for part in pattern.patterns]
        return True if True in found else None if None in found else False
    if isinstance(pattern, ast.MatchAs):
        return True if pattern.pattern is None else _matches(run, pattern.pattern, subject, scope)
    return None


COMPOUND: dict[type[ast.AST], Handler] = {
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.Match: _match,
}
if hasattr(ast, "TryStar"):
    COMPOUND[ast.TryStar] = _try
