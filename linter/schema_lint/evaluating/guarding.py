"""Running a module's or a class's statements one by one, none of which can spoil the rest."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from schema_lint.evaluating.control import HANDLERS
from schema_lint.evaluating.expressions import BudgetExceeded
from schema_lint.evaluating.records import ModuleRecord
from schema_lint.evaluating.scopes import Scope
from schema_lint.evaluating.values import UnknownValue

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter


def run_module(run: Interpreter, body: list[ast.stmt], record: ModuleRecord) -> None:
    """Run a module's statements, each with its own allowance of steps."""
    for node in body:
        allowed = run.steps = min(run.limits.steps_per_statement, record.remaining)
        run_statement(run, node, record.scope)
        record.remaining -= allowed - max(run.steps, 0)
        run.regions.clear()


def run_statement(run: Interpreter, node: ast.stmt, scope: Scope) -> None:
    """Run one statement; where it cannot be followed, its names are unknown.

    Raises:
        BudgetExceeded: in a class body, for the statement around it to end.
    """
    handler = HANDLERS.get(type(node))
    if handler is None:
        return
    try:
        run.step()
        handler(run, node, scope)
    except BudgetExceeded:
        if scope.kind != "module":
            raise
        _give_up(run, node, scope, "takes too long to follow")
    except (RecursionError, MemoryError):
        _give_up(run, node, scope, "is nested too deeply to follow")
    except Exception as error:
        if run.strict:
            raise
        run.failures.append((scope.module, node, error))
        _give_up(run, node, scope, "could not be followed")


def _give_up(run: Interpreter, node: ast.stmt, scope: Scope, why: str) -> None:
    run.given_up.setdefault(scope.module, (node, why))
    scope.rest = scope.rest or f"line {node.lineno} of {scope.module.path} {why}"
    targets = getattr(node, "targets", None) or [getattr(node, "target", None)]
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        names.append(node.name)
    for name in names:
        scope.names.setdefault(name, UnknownValue(f"a statement that {why}", scope.site(node)))
