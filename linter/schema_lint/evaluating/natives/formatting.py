"""Strings put together from parts: f-strings, `%`, `str.format`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from schema_lint.evaluating.natives.plain import NotPlain, plain
from schema_lint.evaluating.values import Collection, Constant, Dictionary, EnumMember, Operation, Site, Value

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_SPECIFICATION = r"(?s:(?:.?[<>=^])?[-+ ]?#?0?\d{0,3}[,_]?(?:\.\d{1,2})?[bcdeEfFgGnosxX%]?)\Z"
_PERCENT = r"(?s)%(?:\((?P<key>[^()]*)\))?(?P<flags>[-#0+ ]*)(?P<width>\d{0,3})(?:\.\d{1,2})?(?P<kind>.)"
_FIELD = r"\{\{|\}\}|\{(?P<name>\w*)(?:!(?P<conversion>[rsa]))?(?::(?P<spec>[^{}]*))?\}|[{}]"


_CONVERSIONS: dict[str, Any] = {"r": repr, "s": str, "a": ascii}


def join_parts(run: Interpreter, parts: list[Value], site: Site | None) -> Value:
    """The string of all parts; an `Operation("f")` of them, neighbouring constants joined, where one is not known."""
    joined: list[Value] = []
    length = 0
    for part in parts:
        if isinstance(part, Constant) and isinstance(part.value, str):
            if not part.value:
                continue
            length += len(part.value)
            last = joined[-1] if joined else None
            if isinstance(last, Constant) and isinstance(last.value, str) and length <= run.limits.text:
                joined[-1] = Constant(last.value + part.value, site)
                continue
        joined.append(part)
    run.charge(length // 16)
    if not joined:
        return Constant("", site)
    if len(joined) == 1 and isinstance(joined[0], Constant) and isinstance(joined[0].value, str):
        return Constant(joined[0].value, site)
    return Operation("f", joined, site)


def text_of(value: Value, specification: str = "", conversion: str = "") -> str | None:
    """`format(value, specification)`; `None` if it is not known, or differs between versions of Python."""
    if isinstance(value, EnumMember):
        if conversion or specification or not isinstance(value.value, Constant):
            return None
        if not value.cls.derives_from("enum.StrEnum", "enum.IntEnum"):
            return None
        value = value.value
    if specification and not re.match(_SPECIFICATION, specification):
        return None
    try:
        content = plain(value)
        if isinstance(value, Constant):
            if isinstance(content, (slice, bytes)) or content is ...:
                return None
        elif not isinstance(value, Collection) or value.kind == "set":
            return None
        if conversion:
            content = _CONVERSIONS[conversion](content)
        return format(content, specification)
    except (NotPlain, ValueError, TypeError, KeyError):
        return None


def percent(run: Interpreter, template: str, operand: Value, site: Site | None) -> Value | None:
    """`template % operand`, partly known at least; `None` if nothing can be said."""
    parts: list[Value] = []
    position = 0
    arguments = list(operand.items) if isinstance(operand, Collection) and operand.kind == "tuple" else [operand]
    if isinstance(operand, Collection) and operand.rest is not None:
        return None
    used = 0
    for match in re.finditer(_PERCENT, template):
        parts.append(Constant(template[position : match.start()], site))
        position = match.end()
        if match["kind"] == "%":
            parts.append(Constant("%", site))
            continue
        if match["key"] is not None:
            value = operand.entries.get(match["key"]) if isinstance(operand, Dictionary) else None
        else:
            value = arguments[used] if used < len(arguments) else None
            used += 1
        if value is None or match["kind"] not in "sdrifgxXoc":
            return None
        parts.append(_percent_field(match, value, site))
    parts.append(Constant(template[position:], site))
    return join_parts(run, parts, site)


def _percent_field(match: re.Match[str], value: Value, site: Site | None) -> Value:
    written = f"%{match['flags']}{match['width']}{match['kind']}"
    try:
        content = plain(value)
        if isinstance(value, Constant) and not isinstance(content, (slice, bytes)):
            return Constant(written % (content,), site)
    except (NotPlain, TypeError, ValueError, OverflowError):
        pass
    if match["kind"] == "s" and (text := text_of(value)) is not None:
        return Constant(text, site)
    return value


def format_method(
    run: Interpreter, template: str, arguments: list[Value], keywords: dict[str, Value], site: Site | None
) -> Value | None:
    """`template.format(…)`, partly known at least; `None` if a field is more than a name with a simple format."""
    parts: list[Value] = []
    position = automatic = 0
    for match in re.finditer(_FIELD, template):
        parts.append(Constant(template[position : match.start()], site))
        position = match.end()
        found = match.group()
        if found in ("{{", "}}"):
            parts.append(Constant(found[0], site))
            continue
        if found in ("{", "}"):
            return None
        name: Any = match["name"]
        if not name:
            name, automatic = automatic, automatic + 1
        elif name.isdigit():
            name = int(name)
        value = _argument(name, arguments, keywords)
        if value is None:
            return None
        text = text_of(value, match["spec"] or "", match["conversion"] or "")
        parts.append(value if text is None else Constant(text, site))
    parts.append(Constant(template[position:], site))
    return join_parts(run, parts, site)


def _argument(name: int | str, arguments: list[Value], keywords: dict[str, Value]) -> Value | None:
    if isinstance(name, int):
        return arguments[name] if name < len(arguments) else None
    return keywords.get(name)
