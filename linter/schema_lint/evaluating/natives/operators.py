"""Operators, comparisons and dictionary entries."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from schema_lint.evaluating.natives.formatting import percent, text_of
from schema_lint.evaluating.natives.plain import NotPlain, key_of, plain
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
    Site,
    Symbol,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_NEWEST = (3, 99, 0, "final", 0)
_MAX_BITS = 4096

_ARITHMETIC = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "<<": operator.lshift, ">>": operator.rshift, "|": operator.or_,
    "&": operator.and_, "^": operator.xor,
}  # fmt: skip
_COMPARISONS = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_OBJECTS = (ClassValue, FunctionValue, ModuleValue, ObjectValue, EnumMember, Partial, Collection, Dictionary)
"""What is never `None`."""
_COMPARING = (ObjectValue, Dictionary, Collection)
"""What may be equal to another object."""


def binary(run: Interpreter, symbol: str, left: Value, right: Value, site: Site | None) -> Value:
    """`left symbol right`; an `Operation` where it cannot be computed."""
    left_member, right_member = as_constant(left), as_constant(right)
    if isinstance(left_member, Constant) and isinstance(right_member, Constant):
        result = _constants(run, symbol, left_member.value, right_member.value, site)
        if result is not None:
            return result
    elif isinstance(left, Collection):
        result = _collections(run, symbol, left, right, site)
        if result is not None:
            return result
    elif isinstance(left, Dictionary) and isinstance(right, Dictionary) and symbol == "|":
        merged = Dictionary(dict(left.entries), site, left.rest or right.rest)
        merged.keys.update(left.keys)
        run.charge(len(left.entries) + len(right.entries))
        update_dictionary(run, merged, right)
        return run.fresh(merged)
    if symbol == "%" and isinstance(left, Constant) and isinstance(left.value, str):
        formatted_text = percent(run, left.value, right, site)
        if formatted_text is not None:
            return formatted_text
    if symbol == "*" and isinstance(right, Collection) and isinstance(left, Constant):
        return binary(run, symbol, right, left, site)
    return Operation(symbol, [left, right], site)


def as_constant(value: Value) -> Value:
    """An `IntEnum` or `StrEnum` member computes as what it stands for."""
    if not isinstance(value, EnumMember) or not isinstance(value.value, Constant):
        return value
    mixed = value.cls.derives_from("enum.IntEnum", "enum.StrEnum", "builtins.int", "builtins.str")
    return value.value if mixed else value


def _constants(run: Interpreter, symbol: str, left: Any, right: Any, site: Site | None) -> Value | None:
    if symbol == "%" and isinstance(left, (str, bytes)):
        return None
    function = _ARITHMETIC.get(symbol)
    if function is None or isinstance(left, slice) or isinstance(right, slice) or not _bounded(symbol, left, right):
        return None
    if isinstance(left, str) and isinstance(right, str):
        run.charge((len(left) + len(right)) // 16)
        if len(left) + len(right) > run.limits.text:
            return UnknownValue("a string that is too long", site)
    try:
        return Constant(function(left, right), site)
    except (ArithmeticError, TypeError, ValueError):
        return UnknownValue(f"{type(left).__name__} {symbol} {type(right).__name__} fails", site)


def _bounded(symbol: str, left: Any, right: Any) -> bool:
    """Whether the result is small."""
    sequence, number = (left, right) if isinstance(left, (str, bytes)) else (right, left)
    if isinstance(sequence, (str, bytes)):
        return symbol != "*" or not isinstance(number, int) or len(sequence) * max(number, 0) <= 65_536
    if isinstance(left, int) and isinstance(right, int):
        if symbol == "**":
            return 0 <= right <= _MAX_BITS and left.bit_length() * right <= _MAX_BITS
        if symbol == "<<":
            return 0 <= right <= _MAX_BITS and left.bit_length() + right <= _MAX_BITS
        return left.bit_length() + right.bit_length() <= 2 * _MAX_BITS
    return not isinstance(left, complex) and not isinstance(right, complex)


def _collections(run: Interpreter, symbol: str, left: Collection, right: Value, site: Site | None) -> Value | None:
    if isinstance(right, Collection):
        run.charge(len(left.items) + len(right.items))
        rest = left.rest or right.rest
        if symbol == "+" and left.kind == right.kind != "set":
            if len(left.items) + len(right.items) > run.limits.items:
                return UnknownValue("a list that is too long", site)
            return run.fresh(Collection(left.kind, left.items + right.items, site, rest))
        if left.kind == right.kind == "set":
            if symbol == "|":
                return run.fresh(Collection("set", distinct(left.items + right.items), site, rest))
            if symbol in "&-" and rest is None:
                return _set_operation(run, symbol, left, right, site)
    elif symbol == "*" and isinstance(right, Constant) and isinstance(right.value, int) and left.kind != "set":
        if len(left.items) * max(right.value, 0) > run.limits.items:
            return UnknownValue("a list that is too long", site)
        run.charge(len(left.items) * max(right.value, 0))
        return run.fresh(Collection(left.kind, left.items * right.value, site, left.rest))
    elif symbol == "+" and left.kind != "set" and not isinstance(right, (Constant, Dictionary)):
        rest = UnknownValue("what is added to it is not known", site)
        return run.fresh(Collection(left.kind, list(left.items), site, rest))
    return None


def _set_operation(run: Interpreter, symbol: str, left: Collection, right: Collection, site: Site | None) -> Value:
    run.charge(len(left.items) * len(right.items) // 8)
    kept: list[Value] = []
    for item in left.items:
        found = contains(item, right.items)
        if found is None:
            return Operation(symbol, [left, right], site)
        if found is (symbol == "&"):
            kept.append(item)
    return run.fresh(Collection("set", kept, site))


def contains(item: Value, items: list[Value]) -> bool | None:
    """Whether an equal item is among them; `None` if that cannot be told."""
    undecided = False
    for other in items:
        same = equal(item, other)
        if same:
            return True
        undecided = undecided or same is None
    return None if undecided else False


def distinct(items: list[Value]) -> list[Value]:
    """Without repetitions of constants and identical values."""
    seen: set[Any] = set()
    kept: list[Value] = []
    for item in items:
        key = key_of(item)
        key = (type(key), key)
        try:
            if key in seen:
                continue
            seen.add(key)
        except TypeError:
            pass
        kept.append(item)
    return kept


def equal(left: Value, right: Value) -> bool | None:
    """`left == right`; `None` if that cannot be told."""
    if left is right:
        return True
    left, right = as_constant(left), as_constant(right)
    if isinstance(left, Constant) and isinstance(right, Constant):
        return bool(left.value == right.value)
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        return True if left.path == right.path else None
    if isinstance(left, Collection) and isinstance(right, Collection):
        try:
            return bool(left.kind == right.kind and plain(left) == plain(right))
        except NotPlain:
            return None
    if isinstance(left, _OBJECTS) and isinstance(right, _OBJECTS):
        return None if isinstance(left, _COMPARING) or isinstance(right, _COMPARING) else False
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Constant) and isinstance(other, _OBJECTS):
            return None if isinstance(other, (ObjectValue, EnumMember)) else False
    return None


def identical(left: Value, right: Value) -> bool | None:
    """`left is right`; `None` if that cannot be told."""
    if left is right:
        return True
    if isinstance(left, Constant) and isinstance(right, Constant):
        if left.value is None or right.value is None or isinstance(left.value, bool) or isinstance(right.value, bool):
            return left.value is right.value
        return None
    if isinstance(left, _OBJECTS) and isinstance(right, (*_OBJECTS, Constant)):
        return False
    if isinstance(right, _OBJECTS) and isinstance(left, Constant):
        return False
    if isinstance(left, Symbol) and isinstance(right, Symbol):
        return True if left.path == right.path else None
    return None


def compare(run: Interpreter, symbol: str, left: Value, right: Value, site: Site | None) -> Value:
    """A comparison; an `Operation` where it cannot be decided."""
    left, right = _version(left), _version(right)
    decided: bool | None = None
    if symbol in ("is", "is not"):
        decided = identical(left, right)
    elif symbol in ("in", "not in"):
        decided = _is_in(run, left, right)
    elif symbol in ("==", "!="):
        decided = equal(left, right)
    else:
        decided = _ordered(symbol, left, right)
    if decided is None:
        return Operation(symbol, [left, right], site)
    return Constant(decided if symbol not in ("is not", "not in", "!=") else not decided, site)


def _ordered(symbol: str, left: Value, right: Value) -> bool | None:
    try:
        return bool(_COMPARISONS[symbol](plain(as_constant(left)), plain(as_constant(right))))
    except (NotPlain, TypeError):
        return None


def _version(value: Value) -> Value:
    """The newest Python is assumed."""
    if isinstance(value, Symbol) and value.path == "sys.version_info":
        return Collection("tuple", [Constant(part) for part in _NEWEST])
    return value


def _is_in(run: Interpreter, item: Value, container: Value) -> bool | None:
    if isinstance(container, Constant) and isinstance(container.value, str):
        item = as_constant(item)
        if isinstance(item, Constant) and isinstance(item.value, str):
            return item.value in container.value
    elif isinstance(container, Collection):
        run.charge(len(container.items) // 4)
        found = contains(item, container.items)
        return found if found or container.rest is None else None
    elif isinstance(container, Dictionary):
        return in_dictionary(container, item)
    elif isinstance(container, ClassValue):
        items, rest = run.iterate(container)
        return contains(item, items) if rest is None else None
    return None


def in_dictionary(dictionary: Dictionary, key: Value) -> bool | None:
    """Whether the key is there; `None` if that cannot be told."""
    plain_key = key_of(key)
    try:
        if plain_key in dictionary.entries:
            return True
    except TypeError:
        return None
    if dictionary.rest is not None or isinstance(plain_key, Value) or dictionary.keys:
        return False if not dictionary.entries and dictionary.rest is None else None
    return False


def unary(run: Interpreter, symbol: str, operand: Value, site: Site | None) -> Value:
    """`not x`, `-x`, `+x`, `~x`."""
    if symbol == "not":
        truth = run.truth(operand)
        return Operation("not", [operand], site) if truth is None else Constant(not truth, site)
    if isinstance(operand, Constant) and isinstance(operand.value, (int, float)):
        if symbol == "-":
            return Constant(-operand.value, site)
        if symbol == "+":
            return Constant(+operand.value, site)
        if isinstance(operand.value, int) and not isinstance(operand.value, bool):
            return Constant(~operand.value, site)
    return Operation(symbol, [operand], site)


def entry(dictionary: Dictionary, key: Value) -> Value | None:
    """What is under the key, if that is known."""
    try:
        return dictionary.entries.get(key_of(key))
    except TypeError:
        return None


def set_entry(dictionary: Dictionary, key: Value, value: Value) -> None:
    """`dictionary[key] = value`; a key that is not known goes into `rest`."""
    if isinstance(key, (UnknownValue, Either)):
        dictionary.rest = dictionary.rest or UnknownValue("a key is not known", key.site)
        return
    plain_key = key_of(key)
    try:
        dictionary.entries[plain_key] = value
    except TypeError:
        dictionary.rest = dictionary.rest or UnknownValue("a key cannot be one", key.site)
        return
    if isinstance(plain_key, Value):
        dictionary.keys[plain_key] = key


def update_dictionary(run: Interpreter, dictionary: Dictionary, other: Value) -> None:
    """`dictionary.update(other)`."""
    if isinstance(other, Dictionary):
        run.charge(len(other.entries))
        dictionary.entries.update(other.entries)
        dictionary.keys.update(other.keys)
        dictionary.rest = dictionary.rest or other.rest
        return
    if isinstance(other, Collection) and other.rest is None:
        pairs = [item.items for item in other.items if isinstance(item, Collection) and len(item.items) == 2]
        if len(pairs) == len(other.items):
            for key, value in pairs:
                set_entry(dictionary, key, value)
            return
    why = other.why if isinstance(other, UnknownValue) else "what is merged into it is not known"
    dictionary.rest = dictionary.rest or UnknownValue(why, other.site)


def formatted(run: Interpreter, value: Value, conversion: int, specification: Value, site: Site | None) -> Value:
    """One replacement field of an f-string."""
    if isinstance(specification, Constant) and isinstance(specification.value, str):
        text = text_of(value, specification.value, "" if conversion < 0 else chr(conversion))
        if text is not None:
            run.charge(len(text) // 16)
            return Constant(text, site)
    return value
