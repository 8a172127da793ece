"""Annotations: the Python type they name, whether they admit `None`, and what they are wrapped in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from schema_lint.evaluating.values import (
    Annotation,
    Call,
    ClassValue,
    Collection,
    Constant,
    Operation,
    Subscript,
    Symbol,
    UnknownValue,
    Value,
)
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import unknown
from schema_lint.readers.source.names import canonical

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_CONTAINERS = {
    "Mapped": "Mapped", "DynamicMapped": "DynamicMapped", "WriteOnlyMapped": "WriteOnlyMapped",
    "Unmapped": "Unmapped", "ClassVar": "ClassVar", "Final": "Final", "InitVar": "InitVar", "Required": "Required",
}  # fmt: skip
_TYPING = ("typing.", "typing_extensions.", "dataclasses.")
_CLASSES_ONLY = sys.stdlib_module_names | {"builtins", "pydantic", "sqlalchemy", "sqlmodel", "typing_extensions"}
"""Packages whose names, as far as columns are annotated with them, are types that do not admit None."""
_DEPTH = 16


class PythonType:
    """An annotation taken apart."""

    __slots__ = ("container", "forms", "metadata", "optional", "text", "value")

    def __init__(self, value: Value, text: str) -> None:
        self.text = text
        self.value = value
        """The type itself, without `Mapped`, `Optional` and `Annotated`."""
        self.container: str | None = None
        """`Mapped`, `ClassVar` and so on, if it is wrapped in one."""
        self.optional: bool | Unknown = False
        self.metadata: list[Value] = []
        """What `Annotated` adds."""
        self.forms: list[Value] = []
        """What a type map may know it by, the most special first: the `Annotated` alias, then the type."""

    @property
    def dotted(self) -> str | None:
        """The type's dotted name: `str`, `datetime.datetime`, `app.models.Status`; text for a generic."""
        return dotted(self.value)


def read_annotation(annotation: Annotation | None, interpreter: Interpreter) -> PythonType | None:
    """The annotation taken apart; `None` where there is none."""
    if annotation is None:
        return None
    return take_apart(interpreter.annotation(annotation), annotation.text())


def take_apart(value: Value, text: str) -> PythonType:
    """A type expression taken apart."""
    found = PythonType(value, text)
    for _ in range(_DEPTH):
        inner = _peeled(found, found.value)
        if inner is None:
            break
        found.value = inner
    if not found.forms or found.forms[-1] is not found.value:
        found.forms.append(found.value)
    if isinstance(found.value, UnknownValue):
        found.optional = unknown(found.value) if found.optional is False else found.optional
    elif isinstance(found.value, Constant) and found.value.value is None:
        found.optional = True
    elif found.optional is False and isinstance(found.value, Symbol) and _may_be_alias(found.value):
        found.optional = unknown(found.value)
    return found


def _may_be_alias(symbol: Symbol) -> bool:
    """Whether a name of a package that is not read may stand for a union with None."""
    return symbol.path.partition(".")[0] not in _CLASSES_ONLY


def _peeled(found: PythonType, value: Value) -> Value | None:
    """The type inside one layer; `None` where there is no further layer."""
    if isinstance(value, Operation) and value.operator == "|":
        return _union(found, value.operands)
    if isinstance(value, Call) and typing_name(value.function) == "NewType" and len(value.arguments) == 2:
        found.forms.append(value)
        return None
    if not isinstance(value, Subscript):
        name = typing_name(value)
        if name in _CONTAINERS and found.container is None:
            found.container = _CONTAINERS[name]
        return None
    name = typing_name(value.value)
    arguments = value.key.items if isinstance(value.key, Collection) else [value.key]
    if name in _CONTAINERS and len(arguments) == 1:
        found.container = found.container or _CONTAINERS[name]
        return arguments[0]
    if name == "Optional" and len(arguments) == 1:
        found.optional = True
        return arguments[0]
    if name == "Union":
        return _union(found, arguments)
    if name == "Annotated" and arguments:
        found.forms.append(value)
        found.metadata.extend(arguments[1:])
        return arguments[0]
    return None


def _union(found: PythonType, operands: list[Value]) -> Value | None:
    flat: list[Value] = []
    for operand in operands:
        inner = operand.operands if isinstance(operand, Operation) and operand.operator == "|" else [operand]
        flat.extend(inner)
    rest = [operand for operand in flat if not _is_none(operand)]
    if len(rest) < len(flat):
        found.optional = True
    if len(rest) == 1:
        return rest[0]
    if len(rest) < len(operands):
        return Operation("|", rest, found.value.site)
    return None


def _is_none(value: Value) -> bool:
    return (isinstance(value, Constant) and value.value is None) or typing_name(value) in {"NoneType", "None"}


def typing_name(value: Value | None) -> str | None:
    """The bare name of something of `typing`, `types` or SQLAlchemy's containers."""
    if not isinstance(value, Symbol):
        return None
    if value.path.startswith(_TYPING):
        return value.path.partition(".")[2]
    if value.path.startswith("types."):
        return value.path[6:]
    name = canonical(value.path)
    return name if name is not None and (name in _CONTAINERS or name == "None") else None


def python_name(value: Value | None) -> str | None:
    """Dotted name of a class of Python's or of a library: `int`, `datetime.datetime`."""
    if isinstance(value, Symbol):
        return value.path.removeprefix("builtins.")
    return None


def dotted(value: Value) -> str | None:
    """A type's dotted name; the source text of a generic."""
    if isinstance(value, ClassValue):
        return value.key
    name = python_name(value)
    if name is not None:
        return name
    if isinstance(value, Constant):
        return "None" if value.value is None else repr(value.value)
    return " ".join(value.site.text().split()) if value.site is not None else None


def same_type(one: Value, other: Value, depth: int = 0) -> bool:
    """Whether two type expressions are equal, as keys of a dict are."""
    if one is other:
        return True
    if depth > _DEPTH:
        return False
    if isinstance(one, Symbol) and isinstance(other, Symbol):
        return _plain(one.path) == _plain(other.path)
    if isinstance(one, Constant) and isinstance(other, Constant):
        return type(one.value) is type(other.value) and bool(one.value == other.value)
    if isinstance(one, Subscript) and isinstance(other, Subscript):
        return same_type(one.value, other.value, depth + 1) and same_type(one.key, other.key, depth + 1)
    if isinstance(one, Collection) and isinstance(other, Collection):
        return len(one.items) == len(other.items) and all(
            same_type(a, b, depth + 1) for a, b in zip(one.items, other.items, strict=True)
        )
    if isinstance(one, Operation) and isinstance(other, Operation) and one.operator == other.operator == "|":
        return len(one.operands) == len(other.operands) and all(
            any(same_type(a, b, depth + 1) for b in other.operands) for a in one.operands
        )
    return False


def _plain(path: str) -> str:
    # `typing.List[int] == list[int]` is false in Python: only the spelling of builtins is made equal.
    return path.removeprefix("builtins.").replace("typing_extensions.", "typing.")
