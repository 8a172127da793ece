"""What can be said of a value: whether it is true, what its items are, which of several it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.evaluating import enums
from schema_lint.evaluating.natives.plain import same_constant, wrap
from schema_lint.evaluating.values import (
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    Either,
    EnumMember,
    FunctionValue,
    ModuleValue,
    ObjectValue,
    Operation,
    Partial,
    Symbol,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_DEPTH = 10
_TRUE = (ClassValue, FunctionValue, ModuleValue, EnumMember, Partial)


def iterate(run: Interpreter, value: Value) -> tuple[list[Value], UnknownValue | None]:
    """Its items, and why there may be more."""
    if isinstance(value, Collection):
        return value.items, value.rest
    if isinstance(value, Dictionary):
        keys = [value.keys.get(key) or wrap(key, value.site) for key in value.entries]
        return keys, value.rest
    if isinstance(value, ClassValue) and enums.is_enum(value):
        return list(enums.members(value)), value.rest
    if isinstance(value, Constant) and isinstance(value.value, str) and len(value.value) <= run.limits.iterations:
        return [Constant(character, value.site) for character in value.value], None
    if isinstance(value, ObjectValue):
        method = value.cls.lookup("__iter__")
        if isinstance(method, FunctionValue):
            made = run.call(method, [value], {}, value.site)
            if isinstance(made, (Collection, Dictionary)):
                return iterate(run, made)
    if isinstance(value, UnknownValue):
        return [], value
    return [], UnknownValue("what is iterated over is not known", value.site)


def truth(value: Value, depth: int = 0) -> bool | None:
    """`bool(value)`; `None` if it cannot be told."""
    if isinstance(value, Constant):
        return bool(value.value)
    if isinstance(value, (Collection, Dictionary)):
        if value.items if isinstance(value, Collection) else value.entries:
            return True
        return None if value.rest is not None else False
    if isinstance(value, EnumMember):
        mixed = value.cls.derives_from("builtins.str", "builtins.int", "enum.IntEnum", "enum.StrEnum")
        return truth(value.value) if mixed else True
    if isinstance(value, _TRUE):
        return True
    if isinstance(value, Symbol):
        return False if value.path.endswith(".TYPE_CHECKING") else None
    if isinstance(value, Either):
        found = {truth(option, depth + 1) for option in value.options}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Operation) and value.operator in ("and", "or") and depth < _DEPTH:
        stops_at = value.operator == "or"
        return stops_at if stops_at in [truth(operand, depth + 1) for operand in value.operands] else None
    return None


def either(values: list[Value], limit: int) -> Value:
    """One of several values; the value itself, if they are all the same; unknown, if they are more than `limit`."""
    options: list[Value] = []
    for value in values:
        for option in value.options if isinstance(value, Either) else (value,):
            if not any(same_constant(option, known) for known in options):
                options.append(option)
                if len(options) > limit:
                    return UnknownValue("one of too many values", options[0].site)
    if len(options) == 1:
        return options[0]
    return Either(options, options[0].site) if options else UnknownValue("nothing")
