"""Functions of the standard library that model modules compute names and columns with."""

from __future__ import annotations

import functools
import posixpath
import re
import warnings
from typing import TYPE_CHECKING, Any

from schema_lint.evaluating.natives import operators
from schema_lint.evaluating.natives.functions import BUILTIN_FUNCTIONS
from schema_lint.evaluating.natives.plain import NotPlain, plain, wrap
from schema_lint.evaluating.scopes import MatchValue
from schema_lint.evaluating.values import (
    Collection,
    Constant,
    Dictionary,
    ModuleValue,
    Partial,
    Site,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

Arguments = list[Value]
Keywords = dict[str, Value]

_QUANTIFIER = r"(?<!\\)(?:[*+]|\{\d+(?:,\d*)?\})"
_REPEATED_GROUP_OR_BACK_REFERENCE = r"\)\s*(?:[*+]|\{)|\\[1-9]|\(\?P=|\(\?\("
_LONG_REPETITION = r"\{\d{3}|,\d{3}"


def harmless_pattern(pattern: str, text: str) -> bool:
    """Whether a regular expression from hostile source surely ends soon on this text: no repeated groups, no back
    references, and few enough repetitions and alternatives for the text's length."""
    if len(pattern) > 500 or re.search(_REPEATED_GROUP_OR_BACK_REFERENCE, pattern):
        return False
    if re.search(_LONG_REPETITION, pattern):
        return False
    choices = len(re.findall(_QUANTIFIER, pattern)) + pattern.count("?") // 3 + pattern.count("|") // 2
    return bool((len(text) + 1) ** min(max(choices, 1) + 1, 40) <= 20_000_000)


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return re.compile(pattern)
        except (re.error, RecursionError, OverflowError):
            return None


def _regex(name: str) -> Any:
    def search(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
        try:
            values = [plain(argument) for argument in arguments]
            flags = plain(keywords["flags"]) if "flags" in keywords else 0
        except NotPlain:
            return None
        needed = 3 if name == "sub" else 2
        if len(values) != needed or not all(isinstance(v, str) for v in values) or set(keywords) - {"flags"} or flags:
            return None
        pattern, text = values[0], values[-1]
        if not harmless_pattern(pattern, text) or (name == "sub" and len(values[1]) > 200):
            return None
        run.charge(len(text) + 100)
        compiled = _compiled(pattern)
        if compiled is None:
            return UnknownValue(f"re.{name} fails", site)
        try:
            if name == "sub":
                return Constant(compiled.sub(values[1], text), site)
            return wrap(compiled.split(text) if name == "split" else compiled.findall(text), site)
        except (re.error, IndexError):
            return UnknownValue(f"re.{name} fails", site)

    return search


def _regex_function(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    """`re.sub` with a function in place of the replacement."""
    if len(arguments) != 3 or keywords:
        return None
    pattern, text = arguments[0], arguments[2]
    if not (isinstance(pattern, Constant) and isinstance(text, Constant)):
        return None
    if isinstance(arguments[1], Constant) or not isinstance(text.value, str) or not isinstance(pattern.value, str):
        result: Value | None = _SUB(run, arguments, keywords, site)
        return result
    if not harmless_pattern(pattern.value, text.value):
        return None
    compiled = _compiled(pattern.value)
    if compiled is None:
        return UnknownValue("re.sub fails", site)
    matches = list(compiled.finditer(text.value))
    parts: list[str] = []
    position = 0
    for match in matches:
        replaced = run.call(arguments[1], [MatchValue([match.group(), *match.groups()], site)], {}, site)
        if not isinstance(replaced, Constant) or not isinstance(replaced.value, str):
            return None
        parts += (text.value[position : match.start()], replaced.value)
        position = match.end()
    return Constant("".join([*parts, text.value[position:]]), site)


def _partial(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    return Partial(arguments[0], arguments[1:], keywords, site) if arguments else None


def _second(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    return arguments[1] if len(arguments) == 2 else None


def _first(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    return arguments[0] if len(arguments) == 1 and not keywords else None


def _path(name: str) -> Any:
    function = getattr(posixpath, name)

    def compute(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
        try:
            values = [plain(argument) for argument in arguments]
        except NotPlain:
            return None
        if not values or not all(isinstance(value, str) and len(value) < 4000 for value in values):
            return None
        try:
            return wrap(function(*values), site)
        except (TypeError, ValueError):
            return None

    return compute


def _dedent(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1 or not isinstance(arguments[0], Constant) or not isinstance(arguments[0].value, str):
        return None
    run.charge(len(arguments[0].value) // 8)
    # Its patterns are compiled when it is imported, which few projects need.
    import textwrap

    return Constant(textwrap.dedent(arguments[0].value), site)


def _chain(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    items: list[Value] = []
    rest: UnknownValue | None = None
    for argument in arguments:
        found, more = run.iterate(argument)
        run.charge(len(found))
        items += found
        rest = rest or more
    return run.fresh(Collection("list", items[: run.limits.items], site, rest))


def _chain_from(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    groups, rest = run.iterate(arguments[0])
    result = _chain(run, groups, {}, site)
    if isinstance(result, Collection):
        result.rest = result.rest or rest
    return result


def _product(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    rows: list[list[Value]] = [[]]
    for argument in arguments:
        items, rest = run.iterate(argument)
        if rest is not None or keywords or len(rows) * len(items) > run.limits.iterations:
            return None
        run.charge(len(rows) * len(items))
        rows = [[*row, item] for row in rows for item in items]
    return run.fresh(Collection("list", [Collection("tuple", row, site) for row in rows], site))


def _operator(symbol: str) -> Any:
    def compute(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
        return operators.binary(run, symbol, arguments[0], arguments[1], site) if len(arguments) == 2 else None

    return compute


def _reduce(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) not in (2, 3):
        return None
    items, rest = run.iterate(arguments[1])
    items = [*arguments[2:], *items]
    if rest is not None or not items:
        return None
    total = items[0]
    for item in items[1 : run.limits.iterations]:
        total = run.call(arguments[0], [total, item], {}, site)
    return total


def _copy(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    if len(arguments) != 1:
        return None
    value = arguments[0]
    if isinstance(value, Collection):
        return run.fresh(Collection(value.kind, list(value.items), site, value.rest))
    if isinstance(value, Dictionary):
        copied = Dictionary(dict(value.entries), site, value.rest)
        copied.keys.update(value.keys)
        return run.fresh(copied)
    return value if isinstance(value, Constant) else None


_SUB = _regex("sub")


def _import_module(run: Interpreter, arguments: Arguments, keywords: Keywords, site: Site | None) -> Value | None:
    name = arguments[0].value if len(arguments) == 1 and isinstance(arguments[0], Constant) else None
    if not isinstance(name, str) or keywords or name.startswith("."):
        return None
    module = run.finder.find(name, site.module if site is not None else None)
    return ModuleValue(module, site) if module is not None else run.symbol(name)


NATIVE_FUNCTIONS: dict[str, Any] = {
    **BUILTIN_FUNCTIONS,
    "functools.partial": _partial, "functools.reduce": _reduce,
    "functools.cache": _first, "functools.lru_cache": _first,
    "typing.cast": _second, "typing_extensions.cast": _second,
    "re.sub": _regex_function, "re.split": _regex("split"), "re.findall": _regex("findall"),
    "os.path.join": _path("join"), "os.path.basename": _path("basename"), "os.path.dirname": _path("dirname"),
    "os.path.splitext": _path("splitext"), "posixpath.join": _path("join"),
    "textwrap.dedent": _dedent,
    "itertools.chain": _chain, "itertools.chain.from_iterable": _chain_from, "itertools.product": _product,
    "operator.add": _operator("+"), "operator.or_": _operator("|"), "operator.mod": _operator("%"),
    "operator.concat": _operator("+"),
    "copy.copy": _copy, "copy.deepcopy": _copy, "types.MappingProxyType": _first,
    "importlib.import_module": _import_module, "collections.OrderedDict": BUILTIN_FUNCTIONS["builtins.dict"],
}  # fmt: skip
"""By dotted path. Each takes `(run, arguments, keywords, site)` and gives `None` for "leave it a `Call`"."""

STRING_CONSTANTS = {
    "string.ascii_letters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.ascii_lowercase": "abcdefghijklmnopqrstuvwxyz",
    "string.ascii_uppercase": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "string.digits": "0123456789",
    "os.sep": "/",
    "os.linesep": "\n",
}
"""Attributes of the standard library that are plain strings."""
