"""Methods of strings, lists, dicts and sets."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from schema_lint.evaluating.natives import operators
from schema_lint.evaluating.natives.formatting import format_method
from schema_lint.evaluating.natives.plain import NotPlain, key_of, plain, wrap
from schema_lint.evaluating.scopes import MatchValue
from schema_lint.evaluating.values import Collection, Constant, Dictionary, Site, UnknownValue, Value

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_STRING_METHODS = frozenset(
    {
        "capitalize", "casefold", "count", "encode", "endswith", "find", "index", "isalnum", "isalpha", "isascii",
        "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isspace", "istitle", "isupper", "lower",
        "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rpartition", "rsplit",
        "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper",
    }
)  # fmt: skip
_PADDING = frozenset({"center", "ljust", "rjust", "zfill"})

Arguments = list[Value]
Keywords = dict[str, Value]


def call_method(
    run: Interpreter, owner: Value, name: str, arguments: Arguments, keywords: Keywords, site: Site | None
) -> Value | None:
    """The method's result; `None` if the owner has no such method that is known here."""
    if isinstance(owner, Constant):
        if isinstance(owner.value, str):
            return _string(run, owner.value, name, arguments, keywords, site)
        if isinstance(owner.value, bytes) and name == "decode" and not arguments:
            return Constant(owner.value.decode("utf-8", "replace"), site)
        return None
    if isinstance(owner, MatchValue):
        return _group(owner, name, arguments, site)
    if isinstance(owner, Dictionary):
        method = _DICTIONARY.get(name)
    elif isinstance(owner, Collection):
        method = (_SET if owner.kind == "set" else _LIST if owner.kind == "list" else _TUPLE).get(name)
    else:
        return None
    return method(run, owner, arguments, keywords, site) if method is not None else None


def _group(match: MatchValue, name: str, arguments: Arguments, site: Site | None) -> Value | None:
    if name == "groups":
        return wrap(tuple(match.groups[1:]), site)
    number = arguments[0] if arguments else Constant(0)
    if name != "group" or not isinstance(number, Constant) or number.value not in range(len(match.groups)):
        return None
    return Constant(match.groups[number.value], site)


def _string(
    run: Interpreter, text: str, name: str, arguments: Arguments, keywords: Keywords, site: Site | None
) -> Value | None:
    run.charge(len(text) // 16)
    if name == "format":
        return format_method(run, text, arguments, keywords, site)
    if name == "join" and len(arguments) == 1:
        return _join(run, text, arguments[0], site)
    if name not in _STRING_METHODS and name not in _PADDING:
        return None
    try:
        plain_arguments = [plain(argument) for argument in arguments]
        plain_keywords = {key: plain(value) for key, value in keywords.items()}
    except NotPlain:
        return None
    if name in _PADDING and (
        not plain_arguments or not isinstance(plain_arguments[0], int) or plain_arguments[0] > 1000
    ):
        return None
    if name == "encode" and (arguments or keywords):
        return None
    if name == "replace" and _replaced_length(text, plain_arguments) > run.limits.text:
        return UnknownValue("a string that is too long", site)
    try:
        return wrap(getattr(text, name)(*plain_arguments, **plain_keywords), site)
    except (TypeError, ValueError, IndexError, OverflowError):
        return UnknownValue(f"str.{name} fails", site)


def _replaced_length(text: str, arguments: list[Any]) -> int:
    if len(arguments) < 2 or not all(isinstance(argument, str) for argument in arguments[:2]):
        return 0
    return len(text) + (text.count(arguments[0]) if arguments[0] else len(text) + 1) * len(arguments[1])


def _join(run: Interpreter, separator: str, operand: Value, site: Site | None) -> Value | None:
    items, rest = run.iterate(operand)
    if rest is not None:
        return None
    try:
        texts = [plain(operators.as_constant(item)) for item in items]
    except NotPlain:
        return None
    if not all(isinstance(text, str) for text in texts):
        return UnknownValue("str.join fails", site)
    length = sum(map(len, texts)) + len(separator) * len(texts)
    run.charge(length // 16)
    if length > run.limits.text:
        return UnknownValue("a string that is too long", site)
    return Constant(separator.join(texts), site)


def _append(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    if run.may_change(owner):
        if len(owner.items) >= run.limits.items:
            owner.rest = UnknownValue("too many items to follow", site)
        else:
            owner.items.append(arguments[0])
    return Constant(None, site)


def _insert(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 2 or not isinstance(arguments[0], Constant) or not isinstance(arguments[0].value, int):
        return None
    if run.may_change(owner):
        run.charge(len(owner.items) // 8)
        owner.items.insert(arguments[0].value, arguments[1])
    return Constant(None, site)


def _extend(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    items, rest = run.iterate(arguments[0])
    run.charge(len(items))
    if run.may_change(owner):
        room = run.limits.items - len(owner.items)
        owner.items.extend(items[:room])
        owner.rest = owner.rest or rest
        if len(items) > room:
            owner.rest = UnknownValue("too many items to follow", site)
        if owner.kind == "set":
            owner.items[:] = operators.distinct(owner.items)
    return Constant(None, site)


def _pop(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    position = arguments[0].value if arguments and isinstance(arguments[0], Constant) else -1
    if len(arguments) > 1 or (arguments and not isinstance(position, int)) or owner.rest is not None:
        return None
    if not run.may_change(owner):
        return UnknownValue("an item of a list that may have changed", site)
    try:
        item: Value = owner.items.pop(position)
    except IndexError:
        return UnknownValue("an index out of range", site)
    return item


def _remove(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    if run.may_change(owner):
        for index, item in enumerate(owner.items):
            same = operators.equal(item, arguments[0])
            if same:
                del owner.items[index]
                break
            if same is None:
                owner.rest = UnknownValue("an item that is not known was removed", site)
                break
    return Constant(None, site)


def _changed(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    """Reordered, in a way that is not followed."""
    if run.may_change(owner):
        owner.rest = owner.rest or UnknownValue("the order of its items is not known", site)
    return Constant(None, site)


def _reverse(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if run.may_change(owner):
        owner.items.reverse()
    return Constant(None, site)


def _clear(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if run.may_change(owner):
        owner.rest = None
        if isinstance(owner, Dictionary):
            owner.entries.clear()
            owner.keys.clear()
        else:
            owner.items.clear()
    return Constant(None, site)


def _copy(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    run.charge(len(owner.items))
    return run.fresh(Collection(owner.kind, list(owner.items), site, owner.rest))


def _count(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1 or owner.rest is not None:
        return None
    same = [operators.equal(item, arguments[0]) for item in owner.items]
    return None if None in same else Constant(same.count(True), site)


def _index(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    for position, item in enumerate(owner.items):
        same = operators.equal(item, arguments[0]) if arguments else None
        if same is None:
            return None
        if same:
            return Constant(position, site)
    return None


def _add(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    if run.may_change(owner) and not operators.contains(arguments[0], owner.items):
        owner.items.append(arguments[0])
    return Constant(None, site)


def _union(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    result = Collection("set", list(owner.items), site, owner.rest)
    run.fresh(result)
    for argument in arguments:
        _extend(run, result, [argument], {}, site)
    return result


def _difference(
    run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None
) -> Value | None:
    return _as_operator(run, "-", owner, arguments, site)


def _intersection(
    run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None
) -> Value | None:
    return _as_operator(run, "&", owner, arguments, site)


def _as_operator(run: Interpreter, symbol: str, owner: Value, arguments: Arguments, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    items, rest = run.iterate(arguments[0])
    return operators.binary(run, symbol, owner, Collection("set", items, site, rest), site)


def _get(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if not arguments:
        return None
    default = arguments[1] if len(arguments) > 1 else keywords.get("default", Constant(None, site))
    there = operators.in_dictionary(owner, arguments[0])
    if there is None:
        return None
    found: Value = owner.entries[key_of(arguments[0])] if there else default
    return found


def _pop_entry(
    run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None
) -> Value | None:
    found = _get(run, owner, arguments, keywords, site)
    if found is not None and run.may_change(owner):
        owner.entries.pop(key_of(arguments[0]), None)
    return found


def _set_default(
    run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None
) -> Value | None:
    found = _get(run, owner, arguments, keywords, site)
    if found is not None and not operators.in_dictionary(owner, arguments[0]):
        run.set_item(owner, arguments[0], found, site)
    return found


def _update(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if run.may_change(owner):
        for argument in arguments:
            operators.update_dictionary(run, owner, argument)
        owner.entries.update(keywords)
    return Constant(None, site)


def _keys(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    items, rest = run.iterate(owner)
    return run.fresh(Collection("list", items, site, rest))


def _values(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    run.charge(len(owner.entries))
    return run.fresh(Collection("list", list(owner.entries.values()), site, owner.rest))


def _items(run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    keys, rest = run.iterate(owner)
    pairs: list[Value] = [
        Collection("tuple", [key, value], site) for key, value in zip(keys, owner.entries.values(), strict=True)
    ]
    return run.fresh(Collection("list", pairs, site, rest))


def _copy_entries(
    run: Interpreter, owner: Any, arguments: Arguments, keywords: Keywords, site: Site | None
) -> Value | None:
    run.charge(len(owner.entries))
    copied = Dictionary(dict(owner.entries), site, owner.rest)
    copied.keys.update(owner.keys)
    return run.fresh(copied)


_Method = Callable[["Interpreter", Any, Arguments, Keywords, "Site | None"], "Value | None"]
_TUPLE: dict[str, _Method] = {"count": _count, "index": _index}
_LIST: dict[str, _Method] = {
    **_TUPLE,
    "append": _append, "insert": _insert, "extend": _extend, "pop": _pop, "remove": _remove, "sort": _changed,
    "reverse": _reverse, "clear": _clear, "copy": _copy,
}  # fmt: skip
_SET: dict[str, _Method] = {
    "add": _add, "update": _extend, "discard": _remove, "remove": _remove, "clear": _clear, "copy": _copy,
    "union": _union, "difference": _difference, "intersection": _intersection,
}  # fmt: skip
_DICTIONARY: dict[str, _Method] = {
    "get": _get, "pop": _pop_entry, "setdefault": _set_default, "update": _update, "keys": _keys, "values": _values,
    "items": _items, "copy": _copy_entries, "clear": _clear,
}  # fmt: skip
