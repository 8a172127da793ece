"""`value[key]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema_lint.evaluating.natives.plain import key_of
from schema_lint.evaluating.values import (
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    Either,
    EnumMember,
    FunctionValue,
    ObjectValue,
    Site,
    Subscript,
    Symbol,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_VERSION: Any = (3, 99)


def subscript(run: Interpreter, value: Value, key: Value, site: Site | None) -> Value:
    """The item; a `Subscript` where it cannot be looked up."""
    if isinstance(value, Symbol):
        if value.path == "sys.version_info" and isinstance(key, Constant):
            return _version_part(key, site)
        return Subscript(value, key, site)
    if isinstance(value, Either):
        return run.either([subscript(run, option, key, site) for option in value.options])
    if isinstance(value, (Constant, Collection)) and isinstance(key, Constant):
        return _sequence_item(run, value, key, site)
    if isinstance(value, Dictionary):
        return _dictionary_item(value, key, site)
    if isinstance(value, ClassValue) and isinstance(key, Constant):
        member = value.namespace.get(key.value) if isinstance(key.value, str) else None
        if isinstance(member, EnumMember):
            return member
    if isinstance(value, ObjectValue):
        method = value.cls.lookup("__getitem__")
        if isinstance(method, FunctionValue) and not method.decorators:
            return run.call(method, [value, key], {}, site)
    return Subscript(value, key, site)


def _version_part(key: Constant, site: Site | None) -> Value:
    if isinstance(key.value, slice):
        parts: tuple[int, ...] = _VERSION[key.value]
        return Collection("tuple", [Constant(part, site) for part in parts], site)
    return Constant(_VERSION[key.value], site) if key.value in (0, 1) else UnknownValue("a version's part", site)


def _sequence_item(run: Interpreter, value: Constant | Collection, key: Constant, site: Site | None) -> Value:
    if isinstance(value, Constant):
        if isinstance(value.value, (str, bytes)) and isinstance(key.value, (int, slice)):
            try:
                return Constant(value.value[key.value], site)
            except (IndexError, TypeError, ValueError):
                return UnknownValue("an index out of range", site)
        return Subscript(value, key, site)
    if value.rest is not None or value.kind == "set":
        return Subscript(value, key, site)
    try:
        if isinstance(key.value, slice):
            run.charge(len(value.items))
            return run.fresh(Collection(value.kind, value.items[key.value], site))
        if isinstance(key.value, int):
            return value.items[key.value]
    except (IndexError, TypeError, ValueError):
        return UnknownValue("an index out of range", site)
    return Subscript(value, key, site)


def _dictionary_item(value: Dictionary, key: Value, site: Site | None) -> Value:
    try:
        found = value.entries.get(key_of(key))
    except TypeError:
        return Subscript(value, key, site)
    if found is not None:
        return found
    if value.rest is None and isinstance(key, Constant) and not value.keys:
        return UnknownValue(f"the key {key.value!r} is not in the dict", site)
    return Subscript(value, key, site)
