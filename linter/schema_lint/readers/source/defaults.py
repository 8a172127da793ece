"""Defaults of columns, on the client and on the server."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Collection,
    Constant,
    Dictionary,
    Either,
    EnumMember,
    FunctionValue,
    ObjectValue,
    Operation,
    Partial,
    Symbol,
    Value,
)
from schema_lint.facts.schema import Default, Numbering
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import argument, flag, number, place_of, plain, shortened, text, unknown
from schema_lint.readers.source.drafts import TableDraft
from schema_lint.readers.source.expressions import sql_text
from schema_lint.readers.source.names import call_name, construct

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_CALLABLE_ROOTS = frozenset({
    "builtins", "uuid", "datetime", "time", "secrets", "random", "os", "string", "decimal", "functools", "operator",
    "collections", "uuid6", "uuid_utils", "ulid", "cuid2", "shortuuid", "nanoid", "pendulum", "arrow",
})  # fmt: skip
_BUILTINS = frozenset({"dict", "list", "set", "tuple", "str", "int", "float", "bool", "bytes", "frozenset"})
_PLAIN_NUMBER = r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?\Z"
"""A number that `Decimal` shows as it was written."""
_CONSTANT = frozenset(
    {"datetime.timedelta", "datetime.timezone", "datetime.date", "datetime.time", "datetime.datetime"}
)
_MOMENTS = frozenset(
    f"datetime.{kind}.{end}" for kind in ("datetime", "date", "time", "timedelta") for end in ("min", "max")
)
"""Attributes of the standard library that are values, not functions."""
_DEPTH = 8
_DEEPEST = 50
_ROOM = 5_000
"""Parts of one container that is shown; one that holds itself has no end."""
_SQL_CALLS = frozenset({
    "text", "literal_column", "literal", "cast", "type_coerce", "null", "true", "false", "select", "extract", "case",
    "desc", "collate", "and_", "or_", "not_", "bindparam",
})  # fmt: skip

_ELEMENTS = frozenset({
    "FunctionElement", "ClauseElement", "ColumnElement", "ColumnClause", "GenericFunction", "TextClause", "Executable",
})  # fmt: skip
"""SQL elements that a project derives its own from."""
_SCALARS = frozenset({"int", "str", "float", "bool", "len", "repr"})
"""Functions whose result, whatever it is, is a scalar."""

_COUNTING = ("start", "increment", "minvalue", "maxvalue")
_IDENTITY_START, _SEQUENCE_START = 2, 1
"""Position of the first of them among the arguments of `Identity` and `Sequence`."""

_NAIVE_CLOCKS = frozenset({"datetime.datetime.utcnow", "datetime.datetime.now", "datetime.datetime.today"})


class DefaultReader:
    """Reads `default`, `onupdate`, `server_default` and `server_onupdate`."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter

    def client(self, value: Value | None) -> Default | Unknown | None:
        """A `default=` or `onupdate=`: a scalar, a callable, an SQL expression or a sequence."""
        if value is None or (isinstance(value, Constant) and value.value is None):
            return None
        if isinstance(value, Constant):
            return _scalar(value, str(value.value), repr(value.value))
        if isinstance(value, EnumMember):
            return self._member(value)
        if isinstance(value, Collection | Dictionary):
            return self._container(value)
        if isinstance(value, FunctionValue):
            returns, naive = _made_by(self.interpreter.call(value, [], {}), whole=True), self._returns_naive_time(value)
            return Default(
                kind="callable", value=_label(value), returns=returns, naive_time=naive, place=place_of(value)
            )  # fmt: skip
        if isinstance(value, ClassValue):
            return Default(kind="callable", value=value.qualname, place=place_of(value))
        if isinstance(value, Partial):
            inner = self.client(value.function)
            name = inner.value if isinstance(inner, Default) and inner.kind == "callable" else "partial"
            return Default(kind="callable", value=name, place=place_of(value))
        if isinstance(value, Symbol):
            return _symbol(value)
        if isinstance(value, Call):
            return self._called(value)
        if isinstance(value, Attribute | Operation | ObjectValue) and _is_sql(value):
            return Default(kind="sql", value=self.sql(value), place=place_of(value))
        if isinstance(value, Attribute) and isinstance(value.value, FunctionValue | ClassValue | ObjectValue):
            return unknown(value)
        if isinstance(value, Either):
            return self._either(value)
        return _result(value)

    def _returns_naive_time(self, function: FunctionValue) -> bool:
        """The function does nothing but return the time of a clock without a zone."""
        node = function.node
        body = [node.body] if isinstance(node, ast.Lambda) else node.body
        if isinstance(body[-1], ast.Return) and body[-1].value is not None:
            body = [body[-1].value] if len(body) == 1 or (len(body) == 2 and _is_docstring(body[0])) else []
        if len(body) != 1 or not isinstance(body[0], ast.Call) or body[0].args or body[0].keywords:
            return False
        made = self.interpreter.call(function, [], {})
        return isinstance(made, Call) and isinstance(made.function, Symbol) and made.function.path in _NAIVE_CLOCKS

    def _either(self, value: Either) -> Default | Unknown | None:
        found = [self.client(option) for option in value.options]
        first = found[0] if found else None
        kinds = {f.kind if isinstance(f, Default) else None for f in found}
        if isinstance(first, Default) and len(kinds) == 1 and None not in kinds:
            return Default(kind=first.kind, value=unknown(value), place=place_of(value))
        return unknown(value)

    def _member(self, value: EnumMember) -> Default:
        inner = value.value
        shown = str(inner.value) if isinstance(inner, Constant) else unknown(inner)
        literal: str | Unknown | None = None
        if value.cls.lookup("__repr__") is not None:
            literal = text(self.interpreter.call(self.interpreter.attribute(value, "__repr__"), [], {}))
        elif isinstance(inner, Constant):
            literal = f"<{value.cls.name}.{value.name}: {inner.value!r}>"
        return Default(
            kind="scalar", value=shown, literal=literal if isinstance(literal, str) else None, place=place_of(value)
        )  # fmt: skip

    def _container(self, value: Collection | Dictionary) -> Default:
        mutable = isinstance(value, Dictionary) or value.kind in {"list", "set"}
        shown = _repr(value)
        return Default(
            kind="scalar", value=shown if shown is not None else unknown(value), literal=shown, mutable=mutable,
            place=place_of(value),
        )  # fmt: skip

    def _called(self, value: Call) -> Default | Unknown | None:
        name = call_name(value)
        place = place_of(value)
        if name == "Sequence":
            return Default(
                kind="sequence", value=_sequence_name(value), numbering=_numbering(value, _SEQUENCE_START), place=place
            )
        if name in {"ColumnDefault", "DefaultClause"}:
            return self.client(argument(value, "arg", 0))
        if _is_sql(value):
            return Default(kind="sql", value=self.sql(value), place=place)
        function = value.function
        if isinstance(function, Symbol):
            path = function.path.removeprefix("builtins.")
            if path in _SCALARS:
                return Default(kind="scalar", value=unknown(value), called=_made_by(value), place=place)
            if path in {"dict", "list", "set", "collections.defaultdict", "collections.OrderedDict"}:
                empty = {"dict": "{}", "list": "[]"}.get(path) if not value.arguments and not value.keywords else None
                return Default(
                    kind="scalar", value=empty if empty else unknown(value), literal=empty, mutable=True, place=place
                )
            shown = _decimal(value) if path == "decimal.Decimal" else None
            if shown is not None:
                return _scalar(value, shown, f"Decimal({shown!r})")
            if path.partition(".")[0] in _CALLABLE_ROOTS:
                shown = f"<{_made(path)} made at import>" if path.partition(".")[0] in {"datetime", "uuid"} else None
                known = shown if shown else unknown(value)
                return Default(kind="scalar", value=known, literal=shown, called=path, place=place)
        return _result(value)

    def server(self, value: Value | None) -> Default | Unknown | None:
        """A `server_default=` or `server_onupdate=`: text, an SQL expression, or something fetched."""
        if value is None or (isinstance(value, Constant) and value.value is None):
            return None
        place = place_of(value)
        if isinstance(value, Constant) and isinstance(value.value, str):
            return Default(kind="sql", value=value.value, quoted=True, place=place)
        if isinstance(value, EnumMember):
            found = text(value)
            return (
                Default(kind="sql", value=found, quoted=True, place=place) if isinstance(found, str) else unknown(value)
            )
        name = call_name(value) or construct(value)
        if isinstance(value, Call):
            if name in {"Identity", "Computed"}:
                return self.generated(value)
            if name in {"DefaultClause", "ColumnDefault"}:
                return self.server(argument(value, "arg", 0))
            if name == "FetchedValue":
                return Default(kind="fetched", value=unknown(value, "a trigger or the database makes it"), place=place)
        if name == "FetchedValue":
            return Default(kind="fetched", value=unknown(value, "a trigger or the database makes it"), place=place)
        if _is_sql(value):
            return Default(kind="sql", value=self.sql(value), place=place)
        if isinstance(value, Constant):
            return unknown(value, "not text nor an SQL expression")
        if isinstance(value, Either):
            given = [self.server(option) for option in value.options]
            if given and all(isinstance(g, Default) and g.kind == "sql" for g in given):
                return Default(kind="sql", value=unknown(value), place=place)
        return unknown(value)

    def generated(self, value: Call) -> Default:
        """`Identity(...)` or `Computed(...)` among a column's arguments."""
        if call_name(value) == "Identity":
            return Default(kind="identity", numbering=_numbering(value, _IDENTITY_START), place=place_of(value))
        condition = argument(value, "sqltext", 0)
        stated = text(condition)
        found = stated if isinstance(stated, str) else self.sql(condition) if condition is not None else ""
        return Default(kind="computed", value=found, place=place_of(value))

    def sql(self, value: Value, table: TableDraft | None = None) -> str | Unknown:
        """SQL text of an expression."""
        return sql_text(value, table, interpreter=self.interpreter)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _result(value: Value) -> Default | Unknown:
    """What was made once, at import, of a library's function's result; otherwise nothing is known of the value."""
    called = _made_by(value)
    if called is None:
        return unknown(value)
    return Default(kind="scalar", value=unknown(value), called=called, place=place_of(value))


def _made_by(value: Value | None, depth: int = 0, *, whole: bool = False) -> str | None:
    """Dotted path of the library's function whose result a value is, through conversions and methods.

    Not where it is only a part of the value, if it must be the `whole` of it: `f"task_{uuid4()}"`.
    """
    if depth > _DEPTH:
        return None
    if isinstance(value, Attribute):
        return _made_by(value.value, depth + 1, whole=whole)
    if isinstance(value, Operation):
        found = (_made_by(operand, depth + 1) for operand in value.operands)
        return next((path for path in found if path is not None), None) if not whole else None
    if not isinstance(value, Call):
        return None
    if not isinstance(value.function, Symbol):
        return _made_by(value.function, depth + 1, whole=whole)
    path = value.function.path
    if path.startswith("builtins."):
        return _made_by(value.arguments[0], depth + 1, whole=whole) if value.arguments else None
    return path if path.partition(".")[0] in _CALLABLE_ROOTS and path not in _CONSTANT else None


def _is_sql(value: Value) -> bool:
    """Whether a value is an SQL expression, by what it is made of."""
    parts, seen = [value], {id(value)}
    while parts and len(seen) < _ROOM:
        part = parts.pop()
        if _is_element(part):
            return True
        inner: list[Value] = []
        if isinstance(part, Operation):
            inner = part.operands
        elif isinstance(part, Attribute):
            inner = [part.value]
        elif isinstance(part, Call) and isinstance(part.function, Attribute):
            inner = [part.function.value]
        parts += (operand for operand in inner if id(operand) not in seen)
        seen.update(map(id, inner))
    return False


def _is_element(value: Value) -> bool:
    if isinstance(value, Attribute | Symbol):
        return (construct(value) or "").startswith("func.")
    if isinstance(value, Call):
        name = call_name(value) or ""
        if name in _SQL_CALLS or name.startswith(("func.", "text.", "postgresql.array")):
            return True
        function = value.function
        return (
            isinstance(function, Attribute)
            and function.name == "next_value"
            and call_name(function.value) == "Sequence"
        )
    return isinstance(value, ObjectValue) and call_name(value) in _ELEMENTS


def _scalar(value: Value, shown: str, literal: str) -> Default:
    return Default(kind="scalar", value=shown, literal=literal, place=place_of(value))


def _repr(value: Value, room: list[int] | None = None, depth: int = 0) -> str | None:
    """Python's `repr()` of a constant container; `None` where it is not all known, or has too many parts."""
    room = [_ROOM] if room is None else room
    room[0] -= 1
    if room[0] < 0 or depth > _DEEPEST:
        return None
    if isinstance(value, Constant):
        return repr(value.value)
    if isinstance(value, Collection) and value.rest is None:
        inner = [_repr(item, room, depth + 1) for item in value.items]
        if any(item is None for item in inner):
            return None
        joined = ", ".join(item for item in inner if item is not None)
        if value.kind == "tuple":
            return f"({joined},)" if len(inner) == 1 else f"({joined})"
        if value.kind == "set":
            return f"{{{joined}}}" if inner else "set()"
        return f"[{joined}]"
    if isinstance(value, Dictionary) and value.rest is None and not value.keys:
        pairs = [(repr(key), _repr(entry, room, depth + 1)) for key, entry in value.entries.items()]
        return None if any(e is None for _, e in pairs) else "{" + ", ".join(f"{k}: {e}" for k, e in pairs) + "}"
    return None


def _symbol(value: Symbol) -> Default | Unknown:
    path = value.path.removeprefix("builtins.")
    root = path.partition(".")[0]
    name = construct(value) or ""
    if name.startswith("func."):
        return unknown(value, "a function of SQL that is not called")
    if path in _MOMENTS:
        made = f"<{path.split('.')[1]} made at import>"
        return Default(kind="scalar", value=_short(path), literal=made, place=place_of(value))
    if path in _BUILTINS or root in _CALLABLE_ROOTS:
        if path.rpartition(".")[2].isupper():
            return unknown(value)
        naive = path in _NAIVE_CLOCKS
        return Default(kind="callable", value=_short(path), function=path, naive_time=naive, place=place_of(value))
    return unknown(value, f"`{shortened(path)}` is of a package that is not read")


def _decimal(call: Call) -> str | None:
    """What `str()` gives of a `Decimal` of constant text or a whole number."""
    given = call.arguments[0] if len(call.arguments) == 1 and not call.keywords else None
    if not isinstance(given, Constant) or isinstance(given.value, bool) or not isinstance(given.value, str | int):
        return None
    text = str(given.value)
    return text if re.match(_PLAIN_NUMBER, text) else None


def _sequence_name(call: Call) -> str | Unknown:
    name = text(argument(call, "name", 0))
    return "" if name is None else name


def _numbering(call: Call, first: int) -> Numbering | None:
    """What `Identity(…)` or `Sequence(…)` says of counting; `None` for a sequence that PostgreSQL does without.

    Args:
        first: position of `start`, which the others follow.
    """
    if flag(call.keywords.get("optional")) is not False:
        return None
    numbers = [number(argument(call, name, first + at)) for at, name in enumerate(_COUNTING)]
    always = flag(argument(call, "always", 0)) if first == _IDENTITY_START else False
    cycles = plain(argument(call, "cycle", first + 6))
    return Numbering(
        always=always,
        start=numbers[0],
        increment=numbers[1],
        minimum=numbers[2],
        maximum=numbers[3],
        cycles=cycles if cycles is None or isinstance(cycles, bool | Unknown) else bool(cycles),
    )


def _short(path: str) -> str:
    """A function's name as code has it after importing its module or class: `uuid4`, `datetime.utcnow`."""
    parts = path.split(".")
    if len(parts) > 2:
        return ".".join(parts[-2:])
    return parts[-1]


def _made(path: str) -> str:
    if path.startswith("uuid."):
        return "UUID"
    return path.split(".")[1] if path.count(".") else path


def _label(function: FunctionValue) -> str:
    return function.qualname
