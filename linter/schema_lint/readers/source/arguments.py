"""Arguments of calls, and what is known of their values."""

from __future__ import annotations

from typing import Any

from schema_lint.evaluating.values import (
    Attribute,
    Call,
    Collection,
    Constant,
    Dictionary,
    Either,
    EnumMember,
    ObjectValue,
    Operation,
    Parameter,
    Site,
    Subscript,
    UnknownValue,
    Value,
)
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.schema import Argument
from schema_lint.facts.unknown import Unknown

Calling = Call | ObjectValue
"""Something that was called: a library's function, or a class of the project."""


def argument(call: Calling, name: str, position: int | None = None) -> Value | None:
    """The argument of that name or position; an `UnknownValue` where `*args` or `**kwargs` may hold it."""
    if name in call.keywords:
        return call.keywords[name]
    if position is not None and position < len(call.arguments):
        return call.arguments[position]
    return call.rest


def stated(call: Calling, name: str) -> bool:
    """Whether the keyword is written (or may be, in `**kwargs` that could not be followed)."""
    return name in call.keywords


def plain(value: Value | None, default: Any = None) -> Any:
    """The Python value of a constant; `default` for an argument that is not given; else `Unknown`."""
    if value is None:
        return default
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, Either):
        found = [plain(option) for option in value.options]
        if found and not any(isinstance(f, Unknown) for f in found) and all(_same(f, found[0]) for f in found):
            return found[0]
    return unknown(value)


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def text(value: Value | None) -> str | Unknown | None:
    """A string argument; an enum member that is a string counts as its value."""
    if isinstance(value, EnumMember) and isinstance(value.value, Constant) and isinstance(value.value.value, str):
        return value.value.value
    found = plain(value)
    if found is None or isinstance(found, str | Unknown):
        return found
    return unknown(value, "not a string")


def flag(value: Value | None, default: bool = False) -> bool | Unknown:
    """A boolean argument: `None` and what is not given are the default."""
    found = plain(value, default)
    if isinstance(found, Unknown):
        return found
    return default if found is None else bool(found)


def number(value: Value | None) -> int | Unknown | None:
    """A whole-number argument."""
    found = plain(value)
    if found is None or isinstance(found, Unknown):
        return found
    return found if isinstance(found, int) else unknown(value, "not a whole number")


def items(value: Value | None) -> list[Value] | None:
    """The items of a tuple, list or set that is known in full; `None` for anything else."""
    if isinstance(value, Collection) and value.rest is None:
        return value.items
    return None


def entries(value: Value | None) -> dict[str, Value]:
    """What is known of a dict's entries under string keys."""
    if not isinstance(value, Dictionary):
        return {}
    return {key: entry for key, entry in value.entries.items() if isinstance(key, str)}


def unknown(value: Value | None, why: str | None = None) -> Unknown:
    """Why a value is not known, in words."""
    place = place_of(value)
    if why is None:
        if isinstance(value, UnknownValue):
            why = value.why
        elif isinstance(value, Either):
            why = "it depends on a condition that only the running program decides"
        elif isinstance(value, Parameter):
            why = f"it is the parameter `{value.name}` of a function"
        elif isinstance(value, Attribute | Subscript | Operation | Call) and value.site is not None:
            why = f"`{shortened(value.site.text())}` is computed when the program runs"
        else:
            why = "it is computed when the program runs"
    return Unknown(why, place)


def either(*reasons: Unknown | None) -> Unknown | None:
    """The first reason that there is: an `Unknown` has no truth value to say `or` with."""
    return next((reason for reason in reasons if reason is not None), None)


def place_of(value: Value | None) -> SourcePlace | None:
    """Where a value was made."""
    return value.site.place() if value is not None and value.site is not None else None


def shortened(source: str, limit: int = 60) -> str:
    """Source text on one line, cut."""
    line = " ".join(source.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def written(call: Calling | None) -> tuple[Argument, ...]:
    """The arguments of a call as written; positional ones are named `0`, `1` …"""
    if call is None or call.site is None:
        return ()
    node = call.site.node
    module = call.site.module
    found = []
    for position, argument_node in enumerate(getattr(node, "args", ())):
        site = Site(module, argument_node)
        found.append(Argument(name=str(position), text=site.text(), place=site.place()))
    for keyword in getattr(node, "keywords", ()):
        site = Site(module, keyword.value)
        found.append(Argument(name=keyword.arg or "**", text=site.text(), place=site.place()))
    return tuple(found)
