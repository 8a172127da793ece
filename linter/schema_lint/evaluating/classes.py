"""Class statements and `type(name, bases, namespace)`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from schema_lint.evaluating import enums
from schema_lint.evaluating.expressions import BudgetExceeded, elements, evaluate
from schema_lint.evaluating.guarding import run_statement
from schema_lint.evaluating.mangling import mangle
from schema_lint.evaluating.scopes import Scope
from schema_lint.evaluating.values import (
    Call,
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    FunctionValue,
    Partial,
    Site,
    Subscript,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_NOT_PASSED_ON = frozenset({"metaclass"})


def run_class(run: Interpreter, node: ast.ClassDef, scope: Scope) -> int:
    """A class statement: its body, what its bases and metaclass do with it, its decorators."""
    decorators = [evaluate(run, decorator, scope) for decorator in node.decorator_list]
    mangle(node)
    outer = type_parameter_scope(run, node, scope)
    cls = ClassValue(node.name, scope.qualify(node.name), scope.module, node, scope.site(node))
    bases, rest = elements(run, node.bases, outer)
    cls.bases = [without_subscript(base) for base in bases]
    cls.rest = rest
    for keyword in node.keywords:
        value = evaluate(run, keyword.value, outer)
        if keyword.arg is not None:
            cls.keywords[keyword.arg] = value
        elif isinstance(value, Dictionary):
            cls.keywords.update((key, entry) for key, entry in value.entries.items() if isinstance(key, str))
    cls.metaclass = _metaclass(cls)
    run.fresh(cls)
    body = Scope("class", scope.module, outer, cls.namespace)
    body.cls = cls
    _run_body(run, node, cls, body)
    run.record_class(cls, scope)
    run.bind(scope, node.name, cls, node)
    finish_class(run, cls)
    bound = _decorate(run, cls, decorators, scope.site(node))
    if bound is not cls:
        run.bind(scope, node.name, bound, node)
    return 0


def _run_body(run: Interpreter, node: ast.ClassDef, cls: ClassValue, body: Scope) -> None:
    try:
        for statement in node.body:
            run_statement(run, statement, body)
    except BudgetExceeded:
        cls.rest = UnknownValue("the class body takes too long to follow", cls.site)
    if body.rest is not None:
        cls.rest = cls.rest or UnknownValue(body.rest, cls.site)


def type_parameter_scope(run: Interpreter, node: ast.AST, scope: Scope) -> Scope:
    """A scope with the type parameters of `class A[T]` bound, where there are any."""
    parameters = getattr(node, "type_params", None)
    if not parameters:
        return scope
    inner = Scope("annotation", scope.module, scope)
    for parameter in parameters:
        made = Call(
            run.symbol(f"typing.{type(parameter).__name__}"), [Constant(parameter.name)], {}, scope.site(parameter)
        )
        inner.names[parameter.name] = made
    return inner


def without_subscript(base: Value) -> Value:
    """`Base` of `Base[T]`."""
    while isinstance(base, Subscript):
        base = base.value
    return base


def _metaclass(cls: ClassValue) -> Value | None:
    given = cls.keywords.get("metaclass")
    if given is not None:
        return given
    return next((base.metaclass for base in cls.bases if isinstance(base, ClassValue) and base.metaclass), None)


def finish_class(run: Interpreter, cls: ClassValue) -> None:
    """What happens once the body has run: enum members, the metaclass, `__init_subclass__`."""
    if cls.bases and enums.is_enum(cls):
        enums.make_members(run, cls)
    if isinstance(cls.metaclass, ClassValue):
        _run_metaclass(run, cls, cls.metaclass)
    for ancestor in cls.mro()[1:]:
        hook = ancestor.namespace.get("__init_subclass__") if isinstance(ancestor, ClassValue) else None
        if isinstance(hook, FunctionValue):
            keywords = {key: value for key, value in cls.keywords.items() if key not in _NOT_PASSED_ON}
            run.call(hook, [cls], keywords, cls.site)
            break


def _run_metaclass(run: Interpreter, cls: ClassValue, metaclass: ClassValue) -> None:
    if metaclass.lookup("__new__") is not None or metaclass.lookup("__prepare__") is not None:
        cls.rest = cls.rest or UnknownValue(f"its metaclass {metaclass.name} may change it", cls.site)
    hook = metaclass.lookup("__init__")
    if isinstance(hook, FunctionValue):
        namespace = Dictionary(dict(cls.namespace), cls.site)
        bases = Collection("tuple", list(cls.bases), cls.site)
        run.call(hook, [cls, Constant(cls.name, cls.site), bases, namespace], {}, cls.site)


def _decorate(run: Interpreter, cls: ClassValue, decorators: list[Value], site: Site) -> Value:
    bound: Value = cls
    for decorator in reversed(decorators):
        if not _carried_out(decorator):
            cls.decorators.insert(0, decorator)
            continue
        result = run.call(decorator, [bound], {}, site)
        if isinstance(result, ClassValue):
            bound = result
        elif isinstance(result, Call) and bound in result.arguments:
            cls.decorators.insert(0, result.function)
        else:
            cls.decorators.insert(0, decorator)
            cls.rest = cls.rest or UnknownValue("what a decorator does could not be followed", site)
    return bound


def _carried_out(decorator: Value) -> bool:
    if isinstance(decorator, Partial):
        return _carried_out(decorator.function)
    return isinstance(decorator, (FunctionValue, ClassValue))


def make_class(
    run: Interpreter,
    metaclass: ClassValue | None,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: Site | None,
) -> ClassValue | None:
    """`type(name, bases, namespace)`; `None` if the name or the bases are not known."""
    name, bases, namespace = arguments
    if not isinstance(name, Constant) or not isinstance(name.value, str) or site is None:
        return None
    if not isinstance(bases, Collection) or bases.rest is not None:
        return None
    cls = ClassValue(name.value, name.value, site.module, site.parsed(), site)
    cls.synthetic = True
    cls.bases = [without_subscript(base) for base in bases.items]
    cls.keywords = dict(keywords)
    cls.metaclass = metaclass or _metaclass(cls)
    if isinstance(namespace, Dictionary):
        cls.namespace = {key: value for key, value in namespace.entries.items() if isinstance(key, str)}
        cls.rest = namespace.rest
        noted = cls.namespace.pop("__annotations__", None)
        if noted is not None:
            cls.rest = cls.rest or UnknownValue("annotations given as a dict are not followed", site)
    else:
        cls.rest = UnknownValue("the namespace it is made from is not known", site)
    run.fresh(cls)
    run.record_class(cls)
    finish_class(run, cls)
    return cls
