"""Running statements in order, and on both ways where a condition cannot be decided."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from schema_lint.evaluating.scopes import LazyImport, Scope
from schema_lint.evaluating.values import UnknownValue, Value

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

NEXT, BREAK, CONTINUE, RETURN, RAISE = range(5)
"""How a block ended."""

_NAMES_A_STEP = 20
"""Names that are kept apart and joined again in the time of one step."""

Handler = Callable[["Interpreter", Any, Scope], int]
HANDLERS: dict[type[ast.AST], Handler] = {}
"""By statement; filled by `interpreter`, since handlers run blocks themselves."""


def run_block(run: Interpreter, body: list[ast.stmt], scope: Scope) -> int:
    """Run statements until one leaves the block."""
    for node in body:
        run.step()
        handler = HANDLERS.get(type(node))
        if handler is not None:
            signal = handler(run, node, scope)
            if signal:
                return signal
    return NEXT


def run_branches(run: Interpreter, scope: Scope, paths: list[Callable[[], int]], why: UnknownValue) -> int:
    """Run each of several ways from the same state, and join what they leave behind."""
    names = scope.names
    run.charge(len(names) * len(paths) // _NAMES_A_STEP)
    before = dict(names)
    outcomes: list[tuple[int, dict[str, Value]]] = []
    left_before = run.maybe_left
    for path in paths:
        mark = len(run.regions)
        run.enter_region()
        try:
            signal = path()
        finally:
            run.leave_regions(mark)
        outcomes.append((signal, dict(names)))
        names.clear()
        names.update(before)
    signals = {signal for signal, _ in outcomes}
    ending = NEXT if NEXT in signals else min(signals)
    join_states(run, scope, [state for signal, state in outcomes if signal == ending], why)
    left = signals - {ending, RAISE}
    if left:
        run.maybe_left = True
        run.maybe_returned = run.maybe_returned or RETURN in left
    if run.maybe_left and not left_before:
        # From here on, what is done to things made earlier may not happen.
        run.enter_region()
    return ending


def join_states(run: Interpreter, scope: Scope, states: list[dict[str, Value]], why: UnknownValue) -> None:
    """Names after several possible ways: what they differ in is `Either`."""
    names = scope.names
    names.clear()
    if len(states) == 1:
        names.update(states[0])
        return
    for name in dict.fromkeys(name for state in states for name in state):
        found = [state[name] for state in states if name in state]
        if len(found) < len(states) and scope.kind == "class":
            found.append(why)
        first = found[0]
        names[name] = first if all(_same(value, first) for value in found) else run.either(found)


def _same(one: Value, other: Value) -> bool:
    if one is other:
        return True
    one = one.resolved or one if isinstance(one, LazyImport) else one
    other = other.resolved or other if isinstance(other, LazyImport) else other
    return one is other
