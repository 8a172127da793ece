"""Calls: which are carried out, and how."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from schema_lint.evaluating import classes, enums
from schema_lint.evaluating.attributes import TRANSPARENT, bind, decorator_path
from schema_lint.evaluating.control import RETURN, run_block
from schema_lint.evaluating.expressions import BudgetExceeded, elements, evaluate
from schema_lint.evaluating.natives.library import NATIVE_FUNCTIONS
from schema_lint.evaluating.natives.methods import call_method
from schema_lint.evaluating.scopes import Frame, Scope, SuperValue
from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    Either,
    EnumMember,
    FunctionValue,
    ObjectValue,
    Operation,
    Partial,
    Site,
    Symbol,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

Rest = UnknownValue | None


def call_node(run: Interpreter, node: ast.Call, scope: Scope) -> Value:
    """A call expression."""
    function = evaluate(run, node.func, scope)
    arguments, rest = elements(run, node.args, scope)
    keywords: dict[str, Value] = {}
    for keyword in node.keywords:
        value = evaluate(run, keyword.value, scope)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
        elif isinstance(value, Dictionary):
            keywords.update((key, entry) for key, entry in value.entries.items() if isinstance(key, str))
            rest = rest or value.rest
        else:
            rest = rest or _unknown_spread(value, scope.site(keyword))
    site = scope.site(node)
    if isinstance(function, Symbol) and function.path.startswith("builtins."):
        special = _about_scope(run, function.path, arguments, scope, site)
        if special is not None:
            return special
    return call(run, function, arguments, keywords, site, rest)


def _unknown_spread(value: Value, site: Site) -> UnknownValue:
    why = value.why if isinstance(value, UnknownValue) else "the keywords that are passed on are not known"
    return UnknownValue(why, site)


def _about_scope(run: Interpreter, path: str, arguments: list[Value], scope: Scope, site: Site) -> Value | None:
    """Builtins that look at the scope they are called in."""
    if path == "builtins.super":
        if len(arguments) == 2 and isinstance(arguments[0], ClassValue):
            return SuperValue(arguments[0], arguments[1], site)
        cls = run.defining_class(scope)
        first = scope.frame.first if scope.frame is not None else None
        return SuperValue(cls, first, site) if cls is not None and first is not None and not arguments else None
    if path == "builtins.globals" and not arguments:
        return Dictionary(scope.globals.names, site)
    if path in ("builtins.locals", "builtins.vars") and not arguments:
        return Dictionary(scope.names, site)
    if path in ("builtins.exec", "builtins.eval", "builtins.__import__") and path == "builtins.exec":
        scope.rest = scope.rest or "exec may bind any name"
    return None


def call(
    run: Interpreter,
    function: Value,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: Site | None,
    rest: Rest = None,
) -> Value:
    """The result, where the call can be carried out; a recorded `Call` elsewhere."""
    if isinstance(function, Symbol):
        native = NATIVE_FUNCTIONS.get(function.path)
        if native is not None and rest is None:
            result: Value | None = native(run, arguments, keywords, site)
            if result is not None:
                return result
        elif function.path == "builtins.type":
            made = _type(run, arguments, keywords, site)
            if made is not None:
                return made
        elif function.path in enums.ENUM_CLASSES and arguments and rest is None:
            made = enums.functional(run, function, arguments, keywords, site)
            if made is not None:
                return made
    elif isinstance(function, FunctionValue):
        return call_function(run, function, arguments, keywords, site, rest)
    elif isinstance(function, ClassValue):
        return _instantiate(run, function, arguments, keywords, site, rest)
    elif isinstance(function, Partial):
        merged = {**function.keywords, **keywords}
        return call(run, function.function, [*function.arguments, *arguments], merged, site, rest)
    elif isinstance(function, Attribute):
        result = _method(run, function, arguments, keywords, site, rest)
        if result is not None:
            return result
    elif isinstance(function, Either) or (isinstance(function, Operation) and function.operator == "if"):
        options = function.options if isinstance(function, Either) else function.operands[1:]
        if len(options) <= 4:
            return run.either([call(run, option, arguments, keywords, site, rest) for option in options])
    elif isinstance(function, ObjectValue):
        method = function.cls.lookup("__call__")
        if isinstance(method, FunctionValue):
            return call_function(run, method, [function, *arguments], keywords, site, rest)
    elif isinstance(function, Call) and decorator_path(function) in TRANSPARENT and len(arguments) == 1:
        return arguments[0]
    return run.record_call(Call(function, arguments, keywords, site, rest))


def _type(run: Interpreter, arguments: list[Value], keywords: dict[str, Value], site: Site | None) -> Value | None:
    if len(arguments) == 1 and not keywords:
        value = arguments[0]
        if isinstance(value, (ObjectValue, EnumMember)):
            return value.cls
        if isinstance(value, ClassValue):
            return value.metaclass or run.symbol("builtins.type")
        if isinstance(value, Constant) and isinstance(value.value, (str, int, float, bytes)):
            return run.symbol(f"builtins.{type(value.value).__name__}")
        return None
    return classes.make_class(run, None, arguments, keywords, site) if len(arguments) == 3 else None


def _method(
    run: Interpreter,
    function: Attribute,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: Site | None,
    rest: Rest,
) -> Value | None:
    owner = function.value
    if rest is not None:
        if isinstance(owner, (Collection, Dictionary)) and run.may_change(owner):
            owner.rest = owner.rest or rest
        return None
    if isinstance(owner, Call):
        if isinstance(owner.function, Symbol) and owner.function.path == "re.compile" and len(owner.arguments) == 1:
            native = NATIVE_FUNCTIONS.get(f"re.{function.name}")
            if native is not None and not owner.keywords:
                result: Value | None = native(run, [owner.arguments[0], *arguments], keywords, site)
                return result
        return None
    if isinstance(owner, ClassValue):
        if function.name == "mro" and not arguments:
            return Collection("list", list(owner.mro()), site)
        return None
    if isinstance(owner, FunctionValue):
        return bind(owner, arguments) if function.name == "__get__" and not keywords else None
    if isinstance(owner, SuperValue):
        # What a library's base class does for `__init__` and the like gives nothing to compute with.
        return Constant(None, site) if function.name in ("__init__", "__init_subclass__") else None
    return call_method(run, owner, function.name, arguments, keywords, site)


def _instantiate(
    run: Interpreter,
    cls: ClassValue,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: Site | None,
    rest: Rest,
) -> Value:
    if enums.is_enum(cls):
        member = enums.member_of_value(cls, arguments)
        if member is not None:
            return member
        if enums.members(cls):
            return run.record_call(Call(cls, arguments, keywords, site, rest))
        made = enums.functional(run, cls, arguments, keywords, site)
        if made is not None:
            return made
    if len(arguments) == 3 and cls.derives_from("builtins.type"):
        made = classes.make_class(run, cls, arguments, keywords, site)
        if made is not None:
            return made
    value = ObjectValue(cls, arguments, keywords, site, rest)
    run.fresh(value)
    return value


def call_function(
    run: Interpreter,
    function: FunctionValue,
    arguments: list[Value],
    keywords: dict[str, Value],
    site: Site | None,
    rest: Rest = None,
    *,
    decorated: bool = True,
) -> Value:
    """Carry out a function of the project; not where a library's decorator may have changed what it does."""
    if decorated and any(decorator_path(decorator) not in TRANSPARENT for decorator in function.decorators):
        return run.record_call(Call(function, arguments, keywords, site, rest))
    if run.depth >= (run.limits.depth_in_bodies if run.exploring else run.limits.depth):
        return _not_followed(UnknownValue("calls are nested too deeply to follow", site), arguments)
    if function.bound is not None:
        arguments = [function.bound, *arguments]
    scope = Scope("function", function.module, function.scope)
    scope.function = function.qualname
    scope.fixed_site = None
    frame = scope.frame = Frame(function, arguments[0] if arguments else None)
    bind_arguments(scope, function, arguments, keywords, rest)
    if run.depth > 1:
        return run_function(run, function, scope, frame, site)
    # An allowance for each of the outermost calls: what comes after them is looked at all the same.
    before = run.steps
    within = run.exploring or (run.depth > 0 and run.loading)
    allowance = run.limits.steps_per_callee if within else run.limits.steps_per_call
    run.steps = allowance = min(before, allowance)
    try:
        return run_function(run, function, scope, frame, site)
    except BudgetExceeded:
        if allowance == before:
            raise
        return _not_followed(UnknownValue(f"{function.name} takes too long to follow", site), arguments)
    finally:
        run.steps = before - allowance + max(run.steps, 0)


def _not_followed(why: UnknownValue, arguments: list[Value]) -> Value:
    """What was handed over may have been changed."""
    for argument in arguments:
        if isinstance(argument, (Collection, Dictionary, ClassValue)):
            argument.rest = argument.rest or why
    return why


def run_function(run: Interpreter, function: FunctionValue, scope: Scope, frame: Frame, site: Site | None) -> Value:
    """Carry out the body in a scope whose parameters are bound."""
    before = (run.function, run.maybe_left, run.maybe_returned, len(run.regions))
    if run.depth == 1:
        run.called_at = site
    run.function, run.maybe_left, run.maybe_returned = function.qualname, False, False
    run.depth += 1
    frame.mark = len(run.regions)
    try:
        if isinstance(function.node, ast.Lambda):
            return evaluate(run, function.node.body, scope)
        signal = run_block(run, function.node.body, scope)
    finally:
        run.depth -= 1
        if run.depth == 1:
            run.called_at = None
        run.function, run.maybe_left, run.maybe_returned = before[:3]
        run.leave_regions(before[3])
    if run.is_generator(function.node):
        unsure = UnknownValue("how often the function yields is not known", site) if frame.unsure else None
        return run.fresh(Collection("list", frame.yields, site, unsure))
    if signal == 0:
        frame.returns.append(Constant(None, site))
    if signal not in (0, RETURN) and not frame.returns:
        return UnknownValue(f"{function.name} raises", site)
    return run.either(frame.returns)


def bind_arguments(
    scope: Scope, function: FunctionValue, arguments: list[Value], keywords: dict[str, Value], rest: Rest
) -> None:
    """Bind parameters to arguments and defaults; what is not given is unknown."""
    written = function.node.args
    positional = [*written.posonlyargs, *written.args]
    names, given = scope.names, dict(keywords)
    first_default = len(positional) - len(function.defaults)
    for index, parameter in enumerate(positional):
        name = parameter.arg
        if index < len(arguments):
            names[name] = arguments[index]
        elif name in given:
            names[name] = given.pop(name)
        elif rest is not None:
            names[name] = UnknownValue(rest.why, rest.site)
        elif index >= first_default:
            names[name] = function.defaults[index - first_default]
        else:
            names[name] = UnknownValue(f"{function.name} is called without {name}")
    for parameter in written.kwonlyargs:
        name = parameter.arg
        default = function.keyword_defaults.get(name) if rest is None else None
        why = rest.why if rest is not None else f"{function.name} is called without {name}"
        value = given.pop(name) if name in given else default
        names[name] = value or UnknownValue(why)
    if written.vararg is not None:
        names[written.vararg.arg] = Collection("tuple", arguments[len(positional) :], None, rest)
    if written.kwarg is not None:
        names[written.kwarg.arg] = Dictionary(dict(given), None, rest)
