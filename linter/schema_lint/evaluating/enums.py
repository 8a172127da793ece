"""Enumerations: classes whose plain attributes are members."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.evaluating.natives.plain import key_of, same_constant
from schema_lint.evaluating.values import (
    Call,
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    EnumMember,
    FunctionValue,
    Site,
    Symbol,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

ENUM_CLASSES = frozenset({f"enum.{name}" for name in ("Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "ReprEnum")})
_MANY_BITS = 4_096
_FLAGS = ("enum.Flag", "enum.IntFlag")
_NOT_MEMBERS = ("builtins.property", "builtins.staticmethod", "builtins.classmethod", "enum.nonmember")


def is_enum(cls: ClassValue) -> bool:
    """Whether it derives from `enum.Enum`."""
    return cls.derives_from(*ENUM_CLASSES)


def members(cls: ClassValue) -> list[EnumMember]:
    """Its members in order, aliases left out."""
    found = [value for value in cls.namespace.values() if isinstance(value, EnumMember) and value.cls is cls]
    return list(dict.fromkeys(found))


def member_of_value(cls: ClassValue, arguments: list[Value]) -> EnumMember | None:
    """`Status("open")`."""
    if len(arguments) != 1:
        return None
    if isinstance(arguments[0], EnumMember) and arguments[0].cls is cls:
        return arguments[0]
    return next((member for member in members(cls) if same_constant(member.value, arguments[0])), None)


class _Made:
    """Members made so far."""

    def __init__(self) -> None:
        self.values: list[Value] = []
        self.highest: int | None = 0
        """Of their numbers; `None` where one is no number."""
        self._by_value: dict[object, EnumMember] = {}

    def add(self, member: EnumMember) -> None:
        self.values.append(member.value)
        self._by_value[self._key(member.value)] = member
        number = member.value.value if isinstance(member.value, Constant) else None
        if not isinstance(number, int) or self.highest is None:
            self.highest = None
        else:
            self.highest = max(self.highest, number) if len(self.values) > 1 else number

    def of_value(self, value: Value) -> EnumMember | None:
        """The member that has an equal value."""
        return self._by_value.get(self._key(value))

    @staticmethod
    def _key(value: Value) -> object:
        return type(value.value) if isinstance(value, Constant) else None, key_of(value)


def make_members(run: Interpreter, cls: ClassValue) -> None:
    """Turn the plain values of an enum class's body into members; equal values give one member."""
    made = _Made()
    for name, value in list(cls.namespace.items()):
        if not _is_member(name, value):
            continue
        if isinstance(value, Call) and isinstance(value.function, Symbol) and value.function.path == "enum.member":
            value = value.arguments[0] if value.arguments else value
        actual = _value(run, cls, name, value, made)
        alias = made.of_value(actual)
        if alias is None:
            alias = EnumMember(cls, name, actual, cls.assigned_sites.get(name) or value.site)
            made.add(alias)
        cls.namespace[name] = alias


def _is_member(name: str, value: Value) -> bool:
    if name.startswith("_") and (name.endswith("_") or name.startswith("__")):
        return False
    if isinstance(value, (FunctionValue, ClassValue, EnumMember)):
        return False
    return not (isinstance(value, Call) and isinstance(value.function, Symbol) and value.function.path in _NOT_MEMBERS)


def _value(run: Interpreter, cls: ClassValue, name: str, value: Value, made: _Made) -> Value:
    automatic = isinstance(value, Call) and isinstance(value.function, Symbol) and value.function.path == "enum.auto"
    if not automatic:
        if cls.lookup("__new__") is not None:
            return UnknownValue(f"{cls.name} makes its members' values itself", value.site)
        return value
    generate = cls.lookup("_generate_next_value_")
    if generate is not None:
        if not isinstance(generate, FunctionValue):
            return UnknownValue("what auto() gives is not known", value.site)
        run.charge(len(made.values) // 16)
        last = Collection("list", list(made.values))
        arguments = [Constant(name), Constant(1), Constant(len(made.values)), last]
        return run.call(generate, arguments, {}, value.site)
    if cls.derives_from("enum.StrEnum"):
        return Constant(name.lower(), value.site)
    if made.highest is None:
        return UnknownValue("what auto() gives is not known", value.site)
    if cls.derives_from(*_FLAGS):
        bits = made.highest.bit_length()
        return Constant(1 << bits, value.site) if bits < _MANY_BITS else UnknownValue("has too many flags", value.site)
    return Constant(made.highest + 1, value.site)


def functional(
    run: Interpreter, base: Value, arguments: list[Value], keywords: dict[str, Value], site: Site | None
) -> ClassValue | None:
    """`Enum("Status", "OPEN DONE")`, with names as a string, a list, pairs or a dict; `None` if that is not what it
    is."""
    name = arguments[0] if arguments else None
    listed = arguments[1] if len(arguments) > 1 else keywords.get("names")
    if not isinstance(name, Constant) or not isinstance(name.value, str) or listed is None or site is None:
        return None
    pairs = _pairs(run, listed)
    if pairs is None:
        return None
    cls = ClassValue(name.value, name.value, site.module, site.parsed(), site)
    cls.synthetic = True
    mixin = keywords.get("type")
    cls.bases = [base] if mixin is None else [mixin, base]
    text = cls.derives_from("enum.StrEnum")
    for number, (key, value) in enumerate(pairs, 1):
        given = value or Constant(key.lower() if text else number, site)
        cls.namespace[key] = EnumMember(cls, key, given, site)
    run.record_class(cls)
    return cls


def _pairs(run: Interpreter, listed: Value) -> list[tuple[str, Value | None]] | None:
    if isinstance(listed, Constant) and isinstance(listed.value, str):
        return [(name, None) for name in listed.value.replace(",", " ").split()]
    if isinstance(listed, Dictionary):
        if listed.rest is not None or not all(isinstance(key, str) for key in listed.entries):
            return None
        return list(listed.entries.items())
    items, rest = run.iterate(listed)
    pairs: list[tuple[str, Value | None]] = []
    for item in items:
        parts: list[Value] = item.items if isinstance(item, Collection) and len(item.items) == 2 else [item]
        name = parts[0]
        if not isinstance(name, Constant) or not isinstance(name.value, str):
            return None
        pairs.append((name.value, parts[1] if len(parts) == 2 else None))
    return pairs if rest is None and isinstance(listed, Collection) else None
