"""Small projects for the tests, and short names for what the interpreter says about them."""

from __future__ import annotations

from typing import Any

from memory_tree import MemoryTree
from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.limits import Limits
from schema_lint.evaluating.modules import Module, ModuleFinder
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
    ModuleValue,
    ObjectValue,
    Operation,
    Parameter,
    Subscript,
    Symbol,
    UnknownValue,
    Value,
)


class Sources:
    """A project, and an interpreter over it that lets its own surprises through."""

    def __init__(self, files: dict[str, str], **options: Any) -> None:
        self.finder = ModuleFinder(MemoryTree(files))
        options.setdefault("strict", True)
        self.run = Interpreter(self.finder, **options)

    def module(self, path: str = "m.py") -> Module:
        return self.finder.at(path)

    def value(self, name: str, path: str = "m.py") -> Value:
        return self.run.resolve(self.module(path), name)

    def cls(self, name: str, path: str = "m.py") -> ClassValue:
        found = self.value(name, path)
        assert isinstance(found, ClassValue), found
        return found

    def show(self, name: str, path: str = "m.py") -> Any:
        return show(self.value(name, path))


def one(text: str, **options: Any) -> Sources:
    """A project of one module, `m.py`."""
    return Sources({"m.py": text}, **options)


def limits(**values: int) -> Limits:
    return Limits(**values)


def show(value: Value) -> Any:
    """A value as plain objects: constants as they are, everything else as strings and lists."""
    if isinstance(value, Constant):
        return value.value
    if isinstance(value, Collection):
        items = [show(item) for item in value.items] + (["…"] if value.rest else [])
        return tuple(items) if value.kind == "tuple" else items
    if isinstance(value, Dictionary):
        entries: dict[Any, Any] = {
            show(value.keys[key]) if key in value.keys else key: show(item) for key, item in value.entries.items()
        }
        return {**entries, "…": "…"} if value.rest else entries
    if isinstance(value, Symbol):
        return f"<{value.path}>"
    if isinstance(value, Call):
        arguments = [str(show(a)) for a in value.arguments] + [f"{k}={show(v)}" for k, v in value.keywords.items()]
        return f"{show(value.function)}({', '.join(arguments + ['…'] * bool(value.rest))})"
    if isinstance(value, Attribute):
        return f"{show(value.value)}.{value.name}"
    if isinstance(value, Subscript):
        return f"{show(value.value)}[{show(value.key)}]"
    if isinstance(value, Operation):
        return [value.operator, *(show(operand) for operand in value.operands)]
    if isinstance(value, Either):
        return {"either": [show(option) for option in value.options]}
    if isinstance(value, (ClassValue, FunctionValue)):
        return f"{value.qualname}"
    if isinstance(value, EnumMember):
        return f"{value.cls.name}.{value.name}"
    if isinstance(value, ObjectValue):
        return f"{value.cls.name} object"
    if isinstance(value, ModuleValue):
        return f"module {value.module.path}"
    if isinstance(value, Parameter):
        return f"parameter {value.name}"
    if isinstance(value, UnknownValue):
        return "?"
    return type(value).__name__
