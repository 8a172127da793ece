"""Enumerations: what an `Enum(...)` stores, under which name, and whether as a type of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.evaluating.values import (
    Call,
    ClassValue,
    Constant,
    EnumMember,
    FunctionValue,
    Symbol,
    Value,
)
from schema_lint.facts.types import EnumType
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import Calling, flag, items, place_of, text, unknown
from schema_lint.readers.source.names import call_name

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_ENUM_BASES = frozenset({
    "enum.Enum", "enum.IntEnum", "enum.StrEnum", "enum.Flag", "enum.IntFlag", "strenum.StrEnum",
    "backports.strenum.StrEnum",
})  # fmt: skip


_OF_METADATA_SINCE = (2, 1)


def is_enum(value: Value | None) -> bool:
    """Whether a value is an `enum.Enum` class of the project."""
    return isinstance(value, ClassValue) and value.derives_from(*_ENUM_BASES)


def members(cls: ClassValue) -> list[tuple[str, Value]]:
    """Members of an enum in order, aliases left out: name and value."""
    found: dict[str, Value] = {}
    seen: set[tuple[type, object]] = set()
    for ancestor in reversed([a for a in cls.ancestors() if is_enum(a)]):
        for name, value in ancestor.namespace.items():
            inner = value.value if isinstance(value, EnumMember) else value
            if not _is_member(name, value):
                continue
            if isinstance(inner, Constant) and isinstance(inner.value, str | int | float | bool | bytes):
                key = (type(inner.value), inner.value)
                if key in seen:
                    continue
                seen.add(key)
            found[name] = inner
    return list(found.items())


def _is_member(name: str, value: Value) -> bool:
    if isinstance(value, EnumMember):
        return True
    if (name.startswith("_") and name.endswith("_")) or name.startswith("__"):
        return False
    if isinstance(value, FunctionValue | ClassValue):
        return False
    return not (isinstance(value, Call) and isinstance(value.function, Symbol) and value.function.path in _NOT_MEMBERS)


_NOT_MEMBERS = frozenset({"property", "builtins.property", "classmethod", "builtins.classmethod", "staticmethod",
                          "builtins.staticmethod", "enum.nonmember"})  # fmt: skip


class EnumReader:
    """Reads `Enum(...)` and `postgresql.ENUM(...)` calls."""

    def __init__(self, interpreter: Interpreter, sqlalchemy_version: tuple[int, ...]) -> None:
        self.interpreter = interpreter
        self.of_metadata = sqlalchemy_version >= _OF_METADATA_SINCE
        """An enum that states no schema has its metadata's."""

    def read(self, made: Calling) -> tuple[EnumType | Unknown, bool | Unknown, str | Unknown | None]:
        """The enum, whether it puts a CHECK on its column, and that CHECK's name."""
        native = flag(made.keywords.get("native_enum"), True)
        constrained = flag(made.keywords.get("create_constraint"))
        name = text(made.keywords.get("name"))
        schema = self._schema(made)
        if isinstance(native, Unknown):
            return native, False, None
        if made.rest is not None and not made.arguments:
            return unknown(made.rest), False, None
        labels, values, cls = self._labels(made)
        if isinstance(schema, Unknown):
            return schema, False, None
        if name is None and cls is not None:
            name = cls.name.lower()
        if native and name is None:
            return unknown(made, "a PostgreSQL enum needs a name"), False, None
        enum = EnumType(
            name=name if name is not None else "", schema=schema, labels=labels, values=values,
            class_name=cls.key if cls is not None else None, native=native,
            constrained=not native and constrained is True,
            creates_type=self._creates(made), place=place_of(cls if cls is not None else made),
        )  # fmt: skip
        # PostgreSQL has native enums: the CHECK is made, and left out when the table is created.
        return enum, constrained, name

    def _creates(self, made: Calling) -> bool | Unknown:
        """Whether creating a table creates the type, too."""
        stated = flag(made.keywords.get("create_type"), True)
        if stated is False:
            ignored = call_name(made) == "Enum" and not self.of_metadata
            return unknown(made, "SQLAlchemy before 2.1 ignores create_type of Enum") if ignored else False
        if "metadata" in made.keywords and not self.of_metadata:
            return unknown(made, "a type that belongs to a metadata is created with all of that")
        return stated

    @staticmethod
    def _schema(made: Calling) -> str | Unknown | None:
        inherited = flag(made.keywords.get("inherit_schema"))
        return inherited if isinstance(inherited, Unknown) else text(made.keywords.get("schema"))

    def schema_from(self, made: Calling) -> str | None:
        """What an enum takes its schema from: its `table` or its `metadata`; `None` where it does not."""
        if flag(made.keywords.get("inherit_schema")) is True:
            return "table"
        if "schema" in made.keywords:
            return None
        return "metadata" if self.of_metadata or "metadata" in made.keywords else None

    def _labels(self, made: Calling) -> tuple[tuple[str, ...] | Unknown, tuple[str, ...] | Unknown, ClassValue | None]:
        if made.rest is not None:
            return unknown(made.rest), unknown(made.rest), None
        first = made.arguments[0] if made.arguments else None
        if len(made.arguments) == 1 and isinstance(first, ClassValue) and is_enum(first):
            found = members(first)
            if first.rest is not None:
                return unknown(first.rest), unknown(first.rest), first
            stored: tuple[str, ...] | Unknown = tuple(name for name, _ in found)
            function = made.keywords.get("values_callable")
            if function is not None and not (isinstance(function, Constant) and function.value is None):
                stored = self._called(function, first)
            return stored, _values(found), first
        labels = []
        for given in made.arguments:
            label = text(given)
            if not isinstance(label, str):
                why = unknown(given) if label is None else label
                return why, why, None
            labels.append(label)
        return tuple(labels), (), None

    def _called(self, function: Value, cls: ClassValue) -> tuple[str, ...] | Unknown:
        answer = self.interpreter.call(function, [cls], {})
        found = items(answer)
        if found is None:
            return unknown(answer)
        labels = [text(item) for item in found]
        if all(isinstance(label, str) for label in labels):
            return tuple(str(label) for label in labels)
        return unknown(answer)


def _values(found: list[tuple[str, Value]]) -> tuple[str, ...] | Unknown:
    values = []
    for name, value in found:
        if isinstance(value, Constant):
            values.append(str(value.value))
        elif isinstance(value, Call) and isinstance(value.function, Symbol) and value.function.path == "enum.auto":
            return Unknown(f"the value of {name} is made by auto()", place_of(value))
        else:
            return unknown(value)
    return tuple(values)
