"""Names in strings that SQLAlchemy looks up in a declarative base's registry: `"User"`, `"app.models.User"`,
`"User.id == foreign(Task.user_id)"`.

Source: `sqlalchemy.orm.clsregistry`. Classes come first, then tables, then modules, then SQLAlchemy's own names.
"""

from __future__ import annotations

import ast
import re

from schema_lint.evaluating.parsing import parse_expression
from schema_lint.evaluating.values import (
    Attribute,
    Call,
    Collection,
    Constant,
    Operation,
    Site,
    Subscript,
    Symbol,
    UnknownValue,
    Value,
)
from schema_lint.readers.source.drafts import MappedClass, MetaDataDraft, RegistryDraft, TableDraft

_DOTTED = r"[^\W\d]\w*(\.[^\W\d]\w*)*"
_FUNCTIONS = frozenset({
    "and_", "or_", "not_", "func", "cast", "case", "text", "literal", "literal_column", "null", "true", "false",
    "desc", "asc", "nulls_first", "nulls_last", "nullsfirst", "nullslast", "foreign", "remote", "type_coerce",
    "between", "exists", "select", "tuple_", "column", "bindparam", "Integer", "String", "Text",
})  # fmt: skip
_COMPARING: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.In: "in",
    ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not",
}  # fmt: skip
_COMBINING: dict[type[ast.operator], str] = {
    ast.BitAnd: "&", ast.BitOr: "|", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%",
}  # fmt: skip
_DEPTH = 40


class Names:
    """Where a class's string arguments are looked up: its registry's classes, and the tables of its metadata."""

    __slots__ = ("mapped", "metadata", "registry")

    def __init__(self, mapped: MappedClass) -> None:
        self.mapped = mapped
        self.registry: RegistryDraft = mapped.base.registry
        self.metadata: MetaDataDraft = mapped.table.metadata if mapped.table is not None else self.registry.metadata

    def classes(self, text: str) -> list[MappedClass]:
        """Mapped classes that a bare or dotted name may mean; several where the name is not unique."""
        *path, name = text.split(".")
        found = self.registry.classes.get(name, [])
        if not path:
            return _latest(found)
        prefix = ".".join(path)
        return _latest([mapped for mapped in found if _within(mapped.cls.module.name, prefix)])

    def table(self, text: str) -> TableDraft | None:
        """The table of that name, in the metadata's own schema first."""
        if isinstance(self.metadata.schema, str) and "." not in text:
            found = self.metadata.tables.get(f"{self.metadata.schema}.{text}")
            if found is not None:
                return found
        return self.metadata.tables.get(text)

    def evaluate(self, text: str, site: Site | None = None) -> Value:
        """The value of a Python expression in a string. Names that are not found give an `UnknownValue`."""
        tree = parse_expression(text)
        if tree is None:
            return UnknownValue("the string is not a Python expression", site)
        return self._value(tree, site, 0)

    def _value(self, node: ast.expr, site: Site | None, depth: int) -> Value:
        if depth > _DEPTH:
            return UnknownValue("the expression is nested too deeply", site)
        if isinstance(node, ast.Name | ast.Attribute):
            return self._name(node, site, depth)
        if isinstance(node, ast.Constant):
            return Constant(node.value, site)
        if isinstance(node, ast.Call):
            return self._call(node, site, depth)
        operation = _operation(node)
        if operation is not None:
            operator, operands = operation
            return Operation(operator, [self._value(operand, site, depth + 1) for operand in operands], site)
        if isinstance(node, ast.List | ast.Tuple):
            kind = "list" if isinstance(node, ast.List) else "tuple"
            return Collection(kind, [self._value(item, site, depth + 1) for item in node.elts], site)  # type: ignore[arg-type]
        if isinstance(node, ast.Subscript):
            return Subscript(self._value(node.value, site, depth + 1), self._value(node.slice, site, depth + 1), site)
        return UnknownValue("the string's expression is not one that SQLAlchemy's strings usually hold", site)

    def _call(self, node: ast.Call, site: Site | None, depth: int) -> Value:
        starred = any(isinstance(argument, ast.Starred) for argument in node.args)
        if starred or any(keyword.arg is None for keyword in node.keywords):
            return UnknownValue("the string's call has arguments that cannot be followed", site)
        return Call(
            self._value(node.func, site, depth + 1),
            [self._value(argument, site, depth + 1) for argument in node.args],
            {k.arg: self._value(k.value, site, depth + 1) for k in node.keywords if k.arg is not None},
            site,
        )

    def _name(self, node: ast.Name | ast.Attribute, site: Site | None, depth: int) -> Value:
        path = dotted(node)
        found = self._dotted(path, site) if path is not None else None
        if found is not None:
            return found
        if isinstance(node, ast.Attribute):
            return Attribute(self._value(node.value, site, depth + 1), node.attr, site)
        if node.id in _FUNCTIONS:
            return Symbol(f"sqlalchemy.{node.id}", site)
        return UnknownValue(f"no class or table is named `{node.id}`", site)

    def _dotted(self, path: str, site: Site | None) -> Value | None:
        classes = self.classes(path)
        if len(classes) == 1:
            return classes[0].cls
        if classes:
            return UnknownValue(f"several classes are named `{path}`", site)
        table = self.table(path)
        return table_value(table, site) if table is not None else None


def dotted(node: ast.expr) -> str | None:
    """`a.b.c` of names and attributes; `None` for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else None


def is_name(text: str) -> bool:
    """Whether a string is a bare or dotted name."""
    return re.fullmatch(_DOTTED, text) is not None


def table_value(table: TableDraft, site: Site | None = None) -> Value:
    """A value that stands for a table, as the source could have written it."""
    if table.value is not None:
        return table.value
    if table.cls is not None:
        return Attribute(table.cls, "__table__", site)
    return UnknownValue(f"the table {table.key} has no source", site)


def _operation(node: ast.expr) -> tuple[str, list[ast.expr]] | None:
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        return _COMPARING[type(node.ops[0])], [node.left, node.comparators[0]]
    if isinstance(node, ast.BinOp) and type(node.op) in _COMBINING:
        return _COMBINING[type(node.op)], [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert | ast.USub):
        return "~" if isinstance(node.op, ast.Invert) else "-", [node.operand]
    return None


def _within(module: str, prefix: str) -> bool:
    """Whether a module path ends with the path in a string; either may have been cut at another import root."""
    return module == prefix or module.endswith(f".{prefix}") or prefix.endswith(f".{module}")


def _latest(found: list[MappedClass]) -> list[MappedClass]:
    """A class that is defined twice under one key replaces the earlier one in the registry."""
    return list({mapped.key: mapped for mapped in found}.values())
