"""A function's body, looked at without being called."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from schema_lint.evaluating import calls
from schema_lint.evaluating.attributes import decorator_path
from schema_lint.evaluating.expressions import BudgetExceeded
from schema_lint.evaluating.records import Body
from schema_lint.evaluating.scopes import Frame, Scope
from schema_lint.evaluating.values import Annotation, FunctionValue, ObjectValue, Parameter, Site, UnknownValue, Value

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_MAX_NESTED = 50


def explore(run: Interpreter, function: FunctionValue, body: Body) -> None:
    """Fill in what the function's body does, and what the functions defined in it do."""
    body.returned = _explore_one(run, function)
    body.own = len(body.calls)
    for nested in body.functions:
        if len(body.functions) <= _MAX_NESTED:
            _explore_one(run, nested)


def _explore_one(run: Interpreter, function: FunctionValue) -> Value:
    run.steps = run.limits.steps_per_body
    run.regions, run.maybe_left, run.maybe_returned = [{}], False, False
    scope = Scope("function", function.module, function.scope)
    scope.function = function.qualname
    scope.frame = Frame(function, _bind_parameters(run, function, scope))
    try:
        return calls.run_function(run, function, scope, scope.frame, function.site)
    except (BudgetExceeded, RecursionError):
        return UnknownValue("takes too long to follow", function.site)
    except Exception as error:
        if run.strict:
            raise
        node = function.node if isinstance(function.node, ast.stmt) else ast.Pass()
        run.failures.append((function.module, node, error))
        return UnknownValue("could not be followed", function.site)


def _bind_parameters(run: Interpreter, function: FunctionValue, scope: Scope) -> Value | None:
    """Bind each parameter to a `Parameter`, `self` to an object and `cls` to the class; the first one's value."""
    written = function.node.args
    positional = [*written.posonlyargs, *written.args]
    without = len(positional) - len(function.defaults)
    extras = [parameter for parameter in (written.vararg, written.kwarg) if parameter is not None]
    first: Value | None = None
    for index, parameter in enumerate([*positional, *written.kwonlyargs, *extras]):
        name, site = parameter.arg, Site(function.module, parameter)
        default = function.keyword_defaults.get(name)
        if without <= index < len(positional):
            default = function.defaults[index - without]
        noted = Annotation(parameter.annotation, function.scope, site) if parameter.annotation else None
        value: Value = Parameter(name, noted, default, site)
        if index == 0:
            value = first = (_receiver(run, function) if positional else None) or value
        scope.names[name] = run.fresh(value)
    return first


def _receiver(run: Interpreter, function: FunctionValue) -> Value | None:
    """The `self` or `cls` of a method."""
    owner = function.owner
    paths = {decorator_path(decorator) for decorator in function.decorators}
    if owner is None or "builtins.staticmethod" in paths or isinstance(function.node, ast.Lambda):
        return None
    if paths & {"builtins.classmethod", *run.class_properties} or function.name in ("__init_subclass__", "__new__"):
        return owner
    value = ObjectValue(owner, [], {}, function.site, UnknownValue("how it is made is not known", function.site))
    value.prepared = function.name == "__init__"
    return value


def yields(function: ast.AST) -> bool:
    """Whether a function's own body yields."""
    pending = list(getattr(function, "body", ())) if not isinstance(function, ast.Lambda) else []
    while pending:
        node = pending.pop()
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            return True
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            pending.extend(ast.iter_child_nodes(node))
    return False
