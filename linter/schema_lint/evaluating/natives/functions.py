"""Python's builtin functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema_lint.evaluating.natives import operators
from schema_lint.evaluating.natives.formatting import text_of
from schema_lint.evaluating.natives.plain import NotPlain, plain, wrap
from schema_lint.evaluating.values import (
    Call,
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    EnumMember,
    FunctionValue,
    ObjectValue,
    Partial,
    Site,
    Symbol,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

Arguments = list[Value]
Keywords = dict[str, Value]


def _len(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    value = arguments[0]
    if isinstance(value, Constant) and isinstance(value.value, (str, bytes)):
        return Constant(len(value.value), site)
    if not isinstance(value, (Collection, Dictionary, ClassValue)):
        return None
    items, rest = run.iterate(value)
    return Constant(len(items), site) if rest is None else None


def _range(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    try:
        numbers = range(*[plain(argument) for argument in arguments])
    except (NotPlain, TypeError, ValueError):
        return None
    kept = numbers[: run.limits.iterations]
    run.charge(len(kept))
    rest = UnknownValue("a range that is too long to follow", site) if kept != numbers else None
    return Collection("list", [Constant(number, site) for number in kept], site, rest)


def _enumerate(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    start = arguments[1] if len(arguments) > 1 else keywords.get("start", Constant(0))
    if not arguments or not isinstance(start, Constant) or not isinstance(start.value, int):
        return None
    items, rest = run.iterate(arguments[0])
    pairs: list[Value] = [
        Collection("tuple", [Constant(number, site), item], site) for number, item in enumerate(items, start.value)
    ]
    return run.fresh(Collection("list", pairs, site, rest))


def _zip(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    columns = [run.iterate(argument) for argument in arguments]
    rest = next((more for _, more in columns if more is not None), None)
    rows: list[Value] = [
        Collection("tuple", list(row), site) for row in zip(*[items for items, _ in columns], strict=False)
    ]
    return run.fresh(Collection("list", rows, site, rest))


def _sequence(kind: Any) -> Any:
    def make(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
        if len(arguments) > 1 or keywords:
            return None
        items, rest = run.iterate(arguments[0]) if arguments else ([], None)
        run.charge(len(items))
        items = operators.distinct(items) if kind == "set" else list(items)
        return run.fresh(Collection(kind, items, site, rest))

    return make


def _dict(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) > 1:
        return None
    result = Dictionary({}, site)
    run.fresh(result)
    if arguments:
        operators.update_dictionary(run, result, arguments[0])
    result.entries.update(keywords)
    return result


def _sorted(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    items, rest = run.iterate(arguments[0])
    if rest is not None:
        return run.fresh(Collection("list", list(items), site, rest))
    key, backwards = keywords.get("key"), keywords.get("reverse", Constant(False))
    try:
        keys = [plain(operators.as_constant(run.call(key, [item], {}, site) if key else item)) for item in items]
        order = sorted(range(len(items)), key=keys.__getitem__, reverse=bool(plain(backwards)))
    except (NotPlain, TypeError):
        if len(items) < 2:
            return run.fresh(Collection("list", list(items), site))
        return run.fresh(
            Collection("list", list(items), site, UnknownValue("the order of its items is not known", site))
        )
    return run.fresh(Collection("list", [items[index] for index in order], site))


def _reversed(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    items, rest = run.iterate(arguments[0])
    return run.fresh(Collection("list", list(reversed(items)), site, rest))


def _any_or_all(stops_at: bool) -> Any:
    def decide(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
        if len(arguments) != 1:
            return None
        items, rest = run.iterate(arguments[0])
        truths = [run.truth(item) for item in items]
        if stops_at in truths:
            return Constant(stops_at, site)
        return None if rest is not None or None in truths else Constant(not stops_at, site)

    return decide


def _map(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) < 2:
        return None
    columns = [run.iterate(argument) for argument in arguments[1:]]
    rest = next((more for _, more in columns if more is not None), None)
    rows = zip(*[items[: run.limits.iterations] for items, _ in columns], strict=False)
    return run.fresh(Collection("list", [run.call(arguments[0], list(row), {}, site) for row in rows], site, rest))


def _filter(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 2:
        return None
    items, rest = run.iterate(arguments[1])
    kept: list[Value] = []
    for item in items[: run.limits.iterations]:
        test = arguments[0]
        by_itself = isinstance(test, Constant) and test.value is None
        truth = run.truth(item if by_itself else run.call(test, [item], {}, site))
        if truth:
            kept.append(item)
        elif truth is None:
            rest = rest or UnknownValue("a condition could not be decided", site)
    return run.fresh(Collection("list", kept, site, rest))


def _plainly(function: Any) -> Any:
    """A function of plain objects that gives a small plain object."""

    def compute(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
        try:
            plain_arguments = [plain(operators.as_constant(argument)) for argument in arguments]
            plain_keywords = {key: plain(value) for key, value in keywords.items()}
        except NotPlain:
            return None
        run.charge(sum(len(a) for a in plain_arguments if hasattr(a, "__len__")) // 4)
        if any(isinstance(argument, (str, bytes)) and len(argument) > 2000 for argument in plain_arguments):
            return None
        try:
            return wrap(function(*plain_arguments, **plain_keywords), site)
        except (TypeError, ValueError, ArithmeticError, IndexError, KeyError):
            return UnknownValue(f"{function.__name__} fails", site)

    return compute


def _str(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if not arguments:
        return Constant("", site)
    if len(arguments) > 1 or keywords:
        return None
    text = text_of(arguments[0])
    return None if text is None else Constant(text, site)


def _bool(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return Constant(False, site) if not arguments else None
    truth = run.truth(arguments[0])
    return None if truth is None else Constant(truth, site)


def _getattr(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if (
        len(arguments) not in (2, 3)
        or not isinstance(arguments[1], Constant)
        or not isinstance(arguments[1].value, str)
    ):
        return None
    owner, name = arguments[0], arguments[1].value
    has = run.has_attribute(owner, name)
    if len(arguments) == 3 and has is False:
        return arguments[2]
    if len(arguments) == 3 and has is None:
        return run.either([run.attribute(owner, name, site), arguments[2]])
    return run.attribute(owner, name, site)


def _hasattr(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 2 or not isinstance(arguments[1], Constant) or not isinstance(arguments[1].value, str):
        return None
    has = run.has_attribute(arguments[0], arguments[1].value)
    return None if has is None else Constant(has, site)


def _setattr(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 3 or not isinstance(arguments[1], Constant) or not isinstance(arguments[1].value, str):
        if len(arguments) == 3 and isinstance(arguments[0], ClassValue):
            arguments[0].rest = arguments[0].rest or UnknownValue("setattr with a name that is not known", site)
        return None
    run.set_attribute(arguments[0], arguments[1].value, arguments[2], site)
    return Constant(None, site)


def _vars(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    return run.attribute(arguments[0], "__dict__", site) if len(arguments) == 1 else None


def _dir(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    cls = arguments[0] if len(arguments) == 1 else None
    if not isinstance(cls, ClassValue):
        return None
    names = set(dir(object))
    rest: UnknownValue | None = None
    for ancestor in cls.mro():
        brought = ancestor.namespace if isinstance(ancestor, ClassValue) else run.attributes_of(ancestor)
        unread = ancestor.rest if isinstance(ancestor, ClassValue) else None
        if brought is None:
            unread = UnknownValue("a base class of a package that is not read may have more", site)
        names |= set(brought or ())
        rest = rest or unread
    run.charge(len(names))
    return run.fresh(Collection("list", [Constant(name, site) for name in sorted(names)], site, rest))


def _issubclass(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 2:
        return None
    decided = subclass_of(run, arguments[0], arguments[1])
    return None if decided is None else Constant(decided, site)


def subclass_of(run: Interpreter, cls: Value, ancestor: Value) -> bool | None:
    """`issubclass(cls, ancestor)`; `None` if it cannot be told."""
    if isinstance(ancestor, Collection):
        decided = [subclass_of(run, cls, item) for item in ancestor.items]
        return True if True in decided else None if None in decided or ancestor.rest else False
    if not isinstance(cls, ClassValue) or not isinstance(ancestor, (ClassValue, Symbol)):
        return (cls.path == ancestor.path or None) if isinstance(cls, Symbol) and isinstance(ancestor, Symbol) else None
    line = cls.mro()
    if ancestor in line or (isinstance(ancestor, Symbol) and (cls.derives_from(ancestor.path))):
        return True
    if isinstance(ancestor, Symbol) and ancestor.path == "builtins.object":
        return True
    known = all(isinstance(value, ClassValue) or value is run.symbol("builtins.object") for value in line)
    if known:
        return False
    return False if isinstance(ancestor, ClassValue) and not any(isinstance(v, UnknownValue) for v in line) else None


_CONSTANT_TYPES: dict[str, type] = {
    "builtins.str": str, "builtins.int": int, "builtins.float": float, "builtins.bool": bool, "builtins.bytes": bytes,
}  # fmt: skip
_COLLECTIONS = {"builtins.tuple": "tuple", "builtins.list": "list", "builtins.set": "set", "builtins.dict": "dict"}


def _isinstance(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 2:
        return None
    decided = instance_of(run, arguments[0], arguments[1])
    return None if decided is None else Constant(decided, site)


def instance_of(run: Interpreter, value: Value, cls: Value) -> bool | None:
    """`isinstance(value, cls)`; `None` if it cannot be told."""
    if isinstance(cls, Collection):
        decided = [instance_of(run, value, item) for item in cls.items]
        return True if True in decided else None if None in decided or cls.rest else False
    if isinstance(value, (ObjectValue, EnumMember)):
        return subclass_of(run, value.cls, cls)
    path = cls.path if isinstance(cls, Symbol) else ""
    if isinstance(value, Constant) and isinstance(cls, (ClassValue, Symbol)):
        if path in _CONSTANT_TYPES:
            return isinstance(value.value, _CONSTANT_TYPES[path])
        return False if isinstance(cls, ClassValue) or path in _COLLECTIONS or path == "builtins.type" else None
    if isinstance(value, (Collection, Dictionary)):
        kind = value.kind if isinstance(value, Collection) else "dict"
        if path in _COLLECTIONS:
            return _COLLECTIONS[path] == kind
        return False if path in _CONSTANT_TYPES or isinstance(cls, ClassValue) or path == "builtins.type" else None
    if isinstance(value, ClassValue) and path in ("builtins.type", "inspect.isclass"):
        return True
    if isinstance(value, Call) and (path in _COLLECTIONS or path in _CONSTANT_TYPES):
        return False if run.makes_object(value) else None
    if isinstance(value, (ClassValue, FunctionValue, Partial)):
        return False if path in _CONSTANT_TYPES or path in _COLLECTIONS or path == "builtins.type" else None
    return None


def _callable(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    if isinstance(arguments[0], (ClassValue, FunctionValue, Partial)):
        return Constant(True, site)
    return Constant(False, site) if isinstance(arguments[0], (Constant, Collection, Dictionary)) else None


def _next(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if not arguments or not isinstance(arguments[0], Collection):
        return None
    if arguments[0].items:
        return arguments[0].items[0]
    return arguments[1] if len(arguments) > 1 and arguments[0].rest is None else None


def _iter(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    return arguments[0] if len(arguments) == 1 and isinstance(arguments[0], (Collection, Dictionary)) else None


def _sum(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if not arguments:
        return None
    items, rest = run.iterate(arguments[0])
    if rest is not None:
        return None
    total = arguments[1] if len(arguments) > 1 else keywords.get("start", Constant(0, site))
    for item in items[: run.limits.iterations]:
        run.charge(1)
        total = operators.binary(run, "+", total, item, site)
    return total


def _repr(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    text = text_of(arguments[0], conversion="r") if len(arguments) == 1 else None
    return None if text is None else Constant(text, site)


BUILTIN_FUNCTIONS = {
    "builtins.len": _len, "builtins.range": _range, "builtins.enumerate": _enumerate, "builtins.zip": _zip,
    "builtins.list": _sequence("list"), "builtins.tuple": _sequence("tuple"), "builtins.set": _sequence("set"),
    "builtins.frozenset": _sequence("set"), "builtins.dict": _dict, "builtins.sorted": _sorted,
    "builtins.reversed": _reversed, "builtins.any": _any_or_all(True), "builtins.all": _any_or_all(False),
    "builtins.map": _map, "builtins.filter": _filter, "builtins.min": _plainly(min), "builtins.max": _plainly(max),
    "builtins.abs": _plainly(abs), "builtins.round": _plainly(round), "builtins.int": _plainly(int),
    "builtins.float": _plainly(float), "builtins.ord": _plainly(ord), "builtins.chr": _plainly(chr),
    "builtins.divmod": _plainly(divmod), "builtins.hex": _plainly(hex), "builtins.sum": _sum, "builtins.str": _str,
    "builtins.repr": _repr, "builtins.bool": _bool, "builtins.getattr": _getattr, "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr, "builtins.vars": _vars, "builtins.dir": _dir, "builtins.issubclass": _issubclass,
    "builtins.isinstance": _isinstance, "builtins.callable": _callable, "builtins.next": _next,
    "builtins.iter": _iter,
}  # fmt: skip
