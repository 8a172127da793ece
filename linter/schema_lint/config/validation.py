"""From TOML tables to typed settings: every mistake is reported, each with its key and the nearest valid one."""

from __future__ import annotations

import datetime
import types
import typing
from typing import Any, Literal

import msgspec

from schema_lint.config.policies import Policies
from schema_lint.config.problems import Problem, nearest, printable, quoted
from schema_lint.config.settings import Settings

INVALID: Any = object()
_SCALARS: dict[type, str] = {bool: "true or false", int: "a whole number", float: "a number", str: "a string"}


def settings_from(table: dict[str, Any], problems: list[Problem], *, where: str = "", prefix: str = "") -> Settings:
    """Make settings of our TOML table; what is wrong becomes a problem and keeps its default."""
    validator = _Validator(where, problems)
    policy_keys = [field.encode_name for field in msgspec.structs.fields(Policies) if field.name != "stated"]
    table = dict(table)
    hoisted = {key: table.pop(key) for key in policy_keys if key in table}
    given = table.pop("policies", {})
    settings: Settings = validator.struct(table, Settings, prefix, also=policy_keys)
    if not isinstance(given, dict):
        validator.report(f"{prefix}policies", "expected a table")
        given = {}
    for key in hoisted.keys() & given.keys():
        validator.report(f"{prefix}{key}", f"stated twice: here and as {prefix}policies.{key}")
    inner: Policies = validator.struct(given, Policies, f"{prefix}policies.", hidden=("stated",))
    outer: Policies = validator.struct(hoisted, Policies, prefix)
    fields = {field.encode_name: field.name for field in msgspec.structs.fields(Policies)}
    changes = {fields[key]: getattr(outer, fields[key]) for key in hoisted}
    stated = frozenset(key for key in (*given, *hoisted) if key in policy_keys)
    policies = msgspec.structs.replace(inner, **changes, stated=stated)
    return msgspec.structs.replace(settings, policies=policies)


def scalar_option(value: Any, kind: str) -> Any:
    """The value of a rule's option as its type (`bool`, `int`, `float`, `str`, `tuple[str, ...]`), or `INVALID`."""
    if kind.startswith("tuple["):
        return tuple(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else INVALID
    expected = {"bool": bool, "int": int, "float": float, "str": str}.get(kind, str)
    if expected is float and type(value) is int:
        return float(value)
    return value if type(value) is expected else INVALID


def expectation(kind: str) -> str:
    """What to tell the user about the type of a rule's option."""
    known = {"bool": bool, "int": int, "float": float, "str": str}
    return _SCALARS[known[kind]] if kind in known else "an array of strings"


class _Validator:
    def __init__(self, where: str, problems: list[Problem]) -> None:
        self.where = where
        self.problems = problems

    def report(self, key: str, message: str) -> Any:
        self.problems.append(Problem(self.where, printable(key, 200), message))
        return INVALID

    def struct(
        self,
        table: dict[str, Any],
        cls: Any,
        prefix: str,
        *,
        also: typing.Sequence[str] = (),
        hidden: tuple[str, ...] = (),
    ) -> Any:
        """An instance of the Struct, with defaults where the table is silent or wrong."""
        fields = {f.encode_name: f for f in msgspec.structs.fields(cls) if f.encode_name not in hidden}
        given: dict[str, Any] = {}
        for key, value in table.items():
            field = fields.get(key)
            if field is None:
                self._unknown_key(prefix, key, [*fields, *also])
                continue
            checked = self.value(value, field.type, f"{prefix}{key}")
            if checked is not INVALID:
                given[field.name] = checked
        for field in fields.values():
            if field.required and field.encode_name not in table:
                self.report(prefix.removesuffix("."), f"`{field.encode_name}` is missing")
            if field.required and field.name not in given:
                return INVALID
        return cls(**given)

    def _unknown_key(self, prefix: str, key: str, known: typing.Sequence[str]) -> None:
        if key == "tool" and not prefix:
            self.report(key, "in a file of its own, the keys stand at the top, without [tool.schema-lint]")
            return
        close = nearest(key, known)
        hint = f"; did you mean `{close}`?" if close else ""
        if not close and len(known) <= 8:
            hint = f"; the keys here are {', '.join(known)}"
        self.report(f"{prefix}{_dotted(key)}", f"no such key{hint}")

    def value(self, value: Any, expected: Any, key: str) -> Any:
        """The value as the type wants it, or `INVALID`."""
        origin = typing.get_origin(expected)
        arguments = typing.get_args(expected)
        if expected is Any:
            return value
        if origin is typing.Annotated:
            return self._limited(value, arguments[0], arguments[1], key)
        if origin in (typing.Union, types.UnionType):
            return self._union(value, [a for a in arguments if a is not type(None)], key)
        if origin is Literal:
            return self._literal(value, arguments, key)
        if origin is tuple:
            return self._array(value, arguments[0], key)
        if origin is dict:
            if not isinstance(value, dict):
                return self.report(key, "expected a table")
            checked = {k: self.value(v, arguments[1], f"{key}.{_dotted(k)}") for k, v in value.items()}
            return {k: v for k, v in checked.items() if v is not INVALID}
        if isinstance(expected, type) and issubclass(expected, msgspec.Struct):
            return (
                self.struct(value, expected, f"{key}.")
                if isinstance(value, dict)
                else self.report(key, "expected a table")
            )
        if expected is datetime.date:
            return self._date(value, key)
        if type(value) is expected:
            return value
        return self.report(key, f"expected {_SCALARS[expected]}, found {_found(value)}")

    def _limited(self, value: Any, expected: Any, limits: msgspec.Meta, key: str) -> Any:
        checked = self.value(value, expected, key)
        if checked is not INVALID and limits.ge is not None and checked < limits.ge:
            return self.report(key, f"expected {limits.ge} or more, found {_found(value)}")
        return checked

    def _union(self, value: Any, members: list[Any], key: str) -> Any:
        if len(members) == 1:
            return self.value(value, members[0], key)
        structs = [m for m in members if isinstance(m, type) and issubclass(m, msgspec.Struct)]
        others = [m for m in members if m not in structs]
        return self.value(value, structs[0] if isinstance(value, dict) else others[0], key)

    def _literal(self, value: Any, allowed: tuple[Any, ...], key: str) -> Any:
        if isinstance(value, str) and value in allowed:
            return value
        close = nearest(value, allowed) if isinstance(value, str) else None
        hint = f'; did you mean "{close}"?' if close else ""
        return self.report(key, f"expected {quoted(allowed)}, found {_found(value)}{hint}")

    def _array(self, value: Any, member: Any, key: str) -> Any:
        if not isinstance(value, list):
            example = f": write [{_found(value)}]" if isinstance(value, str) else f", found {_found(value)}"
            return self.report(key, f"expected an array{example}")
        checked = [self.value(item, member, f"{key}[{number}]") for number, item in enumerate(value)]
        return tuple(item for item in checked if item is not INVALID)

    def _date(self, value: Any, key: str) -> Any:
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        if isinstance(value, str):
            try:
                return datetime.date.fromisoformat(value)
            except ValueError:
                pass
        return self.report(key, f"expected a date such as 2026-12-31, found {_found(value)}")


def _found(value: Any) -> str:
    if isinstance(value, str):
        return f'"{printable(value)}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, datetime.date, datetime.time)):
        try:
            return printable(str(value))
        except ValueError:
            return "a number with thousands of digits"
    return "a table" if isinstance(value, dict) else "an array"


def _dotted(key: str) -> str:
    return key if key and all(c.isalnum() or c in "-_" for c in key) else f'"{key}"'
