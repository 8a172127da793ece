"""The URL that an Alembic `env.py` sets: `config.set_main_option("sqlalchemy.url", …)`."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.modules import Module
from schema_lint.evaluating.values import Attribute, Call, Constant, Value
from schema_lint.facts.environments import AddressOption
from schema_lint.facts.place import SourcePlace
from schema_lint.readers.source.application.engines import judged_sources
from schema_lint.readers.source.application.url_sources import symbol_path

_OPTION = "sqlalchemy.url"
_SETTERS = {"set_main_option": 1, "set_section_option": 2}
"""Methods of Alembic's `Config`, and at which place of their arguments the value stands."""


def read_addresses(module: Module, interpreter: Interpreter) -> Iterator[AddressOption]:
    """What an `env.py` gives the option, at its top level or in a function."""
    if _OPTION not in module.source:
        return
    calls, assignments = list(interpreter.calls(module)), list(interpreter.assignments(module))
    for function in interpreter.functions(module):
        if _OPTION in module.text(function.node):
            body = interpreter.body(function)
            calls += body.calls
            assignments += body.assignments
    given = [(_given(call), call.site) for call in calls]
    given += [(each.value, each.site) for each in assignments if each.key is not None and _is_option(each.key)]
    seen: set[SourcePlace] = set()
    for value, site in given:
        if value is not None and site is not None and site.module is module and site.place() not in seen:
            place = site.place()
            seen.add(place)
            yield AddressOption(sources=judged_sources(_unescaped(value), module, interpreter, place), place=place)


def _given(call: Call) -> Value | None:
    """The value that a call gives the option."""
    at = _SETTERS.get(symbol_path(call.function).rpartition(".")[2])
    if at is None:
        return None
    name = call.keywords.get("name") or (call.arguments[at - 1] if len(call.arguments) >= at else None)
    if name is None or not _is_option(name):
        return None
    return call.keywords.get("value") or (call.arguments[at] if len(call.arguments) > at else None)


def _is_option(name: Value) -> bool:
    return isinstance(name, Constant) and name.value == _OPTION


def _unescaped(value: Value) -> Value:
    """A URL without `.replace("%", "%%")`, which is for the file's format and changes nothing of it."""
    if isinstance(value, Call) and isinstance(value.function, Attribute) and value.function.name == "replace":
        texts = [argument.value for argument in value.arguments if isinstance(argument, Constant)]
        if texts == ["%", "%%"]:
            return value.function.value
    return value
