"""Columns: what `Column(...)` and `mapped_column(...)` say, and what an annotation adds."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Constant,
    Either,
    ObjectValue,
    Operation,
    Subscript,
    Symbol,
    UnknownValue,
    Value,
)
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.annotations import PythonType
from schema_lint.readers.source.arguments import Calling, argument, either, flag, number, plain, text, unknown
from schema_lint.readers.source.column_types import ResolvedType, TypeReader
from schema_lint.readers.source.defaults import DefaultReader
from schema_lint.readers.source.drafts import ColumnDraft, ForeignKeyDraft, RegistryDraft
from schema_lint.readers.source.names import call_name, construct, is_flask_sqlalchemy, is_foreign
from schema_lint.readers.source.naming import given_name
from schema_lint.readers.source.python_types import mapped_type

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

MAPPED = frozenset({"mapped_column", "MappedColumn", "unmapped_column"})
COLUMNS = frozenset({"Column", *MAPPED})
_WRAPPERS = frozenset({"deferred", "column_property", "composite"})
_GENERATED = frozenset({"Identity", "Computed"})
_NO_COLUMNS = sys.stdlib_module_names | {
    "sqlalchemy",
    "sqlmodel",
    "flask_sqlalchemy",
    "sqlalchemy_utils",
    "sqlalchemy_searchable",
    "pydantic",
    "marshmallow",
}
"""Packages whose calls, other than those read by name, make no column."""
_DEPTH = 12


def is_column(value: Value | None) -> bool:
    """Whether a value is a `Column(...)` or `mapped_column(...)`."""
    return isinstance(value, Call | ObjectValue) and call_name(value) in COLUMNS


def columns_in(value: Value | None, depth: int = 0) -> list[Calling]:
    """The columns that an attribute's value brings: itself, or those in `deferred(...)`, `composite(...)` …"""
    if isinstance(value, Either):
        return next((found for option in value.options if (found := columns_in(option, depth + 1))), [])
    if depth > _DEPTH or not isinstance(value, Call | ObjectValue):
        return []
    if is_column(value):
        return [value]
    if isinstance(value, Call) and _existing_or_new(value):
        return columns_in(value.arguments[1])
    if call_name(value) in _WRAPPERS:
        return [
            inner
            for given in value.arguments
            if not isinstance(given, Either)
            for inner in columns_in(given, depth + 1)
        ]
    return []


def may_be_column(value: Value | None, depth: int = 0) -> bool:
    """Whether a value of a class's body may turn out to be a column: one that could not be followed, or the result of
    a package that is not read."""
    if isinstance(value, Either):
        return any(may_be_column(option, depth + 1) for option in value.options)
    if isinstance(value, Operation) and value.operator in {"if", "or"}:
        return any(may_be_column(operand, depth + 1) for operand in value.operands)
    if isinstance(value, UnknownValue):
        return True
    if isinstance(value, Subscript):
        return may_be_column(value.value, depth + 1)
    if depth > _DEPTH or not isinstance(value, Call) or isinstance(value.function, ClassValue):
        return False
    holder = value.function
    while isinstance(holder, Attribute) and not is_flask_sqlalchemy(holder.value):
        holder = holder.value
    if isinstance(holder, Attribute | ObjectValue):
        return False
    if isinstance(holder, Symbol):
        return holder.path.partition(".")[0] not in _NO_COLUMNS
    return may_be_column(holder, depth + 1) if isinstance(holder, Call) else True


def _existing_or_new(call: Call) -> bool:
    """`Parent.__table__.c.get("name", Column(…))`: a column that several subclasses of one table share."""
    function = call.function
    if not isinstance(function, Attribute) or function.name != "get" or len(call.arguments) != 2:
        return False
    return isinstance(function.value, Attribute) and function.value.name in {"c", "columns"}


class ColumnReader:
    """Reads columns."""

    def __init__(self, interpreter: Interpreter, version: tuple[int, ...]) -> None:
        self.interpreter = interpreter
        self.version = version
        self.types = TypeReader(interpreter, version)
        self.defaults = DefaultReader(interpreter)

    def column(self, call: Calling, name: str | None) -> ColumnDraft:
        """What a `Column(...)` makes; `name` is that of the attribute, where it has none of its own."""
        column = ColumnDraft(call)
        items = self._named_and_typed(column, call)
        column.name = column.name if column.name is not None else name
        self._keys(column, call)
        self._defaults(column, call)
        for item in items:
            self.add_item(column, item)
        if call.rest is not None:
            column.foreign_key_rest = either(column.foreign_key_rest, unknown(call.rest))
        return column

    def mapped(self, call: Calling | None, name: str, kind: PythonType | None, registry: RegistryDraft) -> ColumnDraft:
        """What a `mapped_column(...)`, or an annotation alone, makes."""
        column = self.column(call, name) if call is not None else ColumnDraft(None)
        column.name = column.name if column.name is not None else name
        if kind is None:
            return column
        if not column.nullable_stated:
            column.nullable = kind.optional
        inner = next((extra for extra in kind.metadata if call_name(extra) in MAPPED), None)
        if isinstance(inner, Call | ObjectValue):
            self._merge(column, self.column(inner, name))
        if column.type is None and not column.foreign_keys and column.foreign_key_rest is None:
            chosen = mapped_type(kind, registry, self.version)
            self.set_type(column, ResolvedType(chosen) if isinstance(chosen, Unknown) else self.types.read(chosen))
        return column

    def _merge(self, column: ColumnDraft, inner: ColumnDraft) -> None:
        """Take over what the `mapped_column(...)` inside `Annotated` says and the outer one does not."""
        if inner.primary_key is not False:
            column.primary_key = inner.primary_key
        if column.type is None:
            column.type, column.enum, column.enum_schema = inner.type, inner.enum, inner.enum_schema
            column.constrained, column.check_name = inner.constrained, inner.check_name
        column.sort_order = column.sort_order or inner.sort_order
        if inner.nullable_stated and not column.nullable_stated:
            column.nullable, column.nullable_stated = inner.nullable, True
        for name in ("default", "server_default", "server_onupdate", "onupdate", "comment"):
            if getattr(column, name) is None:
                setattr(column, name, getattr(inner, name))
        if not isinstance(column.autoincrement, Unknown) and column.autoincrement == "auto":
            column.autoincrement = inner.autoincrement
        column.index = inner.index if column.index is False else column.index
        column.unique = inner.unique if column.unique is False else column.unique
        for foreign_key in inner.foreign_keys:
            foreign_key.columns = [column]
            column.foreign_keys.append(foreign_key)
        column.checks.extend(inner.checks)

    def set_type(self, column: ColumnDraft, resolved: ResolvedType) -> None:
        """Give a column its type, with the enum and the CHECK that come with it."""
        column.type, column.enum, column.enum_schema = resolved.type, resolved.enum, resolved.enum_schema
        column.constrained, column.check_name = resolved.constrained, resolved.check_name

    def _named_and_typed(self, column: ColumnDraft, call: Calling) -> list[Value]:
        items = list(call.arguments)
        name = text(call.keywords.get("name"))
        if "name" not in call.keywords and items:
            first = plain(items[0])
            if isinstance(first, str):
                name = first
                items.pop(0)
            elif isinstance(items[0], Constant) and first is None:
                items.pop(0)
            elif self._may_be_name(items):
                name = text(items.pop(0))
        column.name = name if isinstance(name, str) else None
        if isinstance(name, Unknown):
            column.name = ""
        given = call.keywords.get("type_")
        if given is None and items and (self.types.is_type(items[0]) or self._may_be_type(items[0])):
            given = items.pop(0)
        elif given is None and items and isinstance(items[0], Constant) and items[0].value is None:
            items.pop(0)
        if given is not None:
            self.set_type(column, self.types.read(given))
        elif call.rest is not None:
            column.type = unknown(call.rest)
        return items

    def _may_be_name(self, items: list[Value]) -> bool:
        """A first argument that could not be read and is followed by a type is the name."""
        return (
            len(items) > 1
            and not self.types.is_type(items[0])
            and call_name(items[0]) is None
            and self.types.is_type(items[1])
        )

    @staticmethod
    def _may_be_type(item: Value) -> bool:
        if is_foreign(item):
            return True
        if isinstance(item, Call):
            return call_name(item) is None
        return not isinstance(item, ObjectValue | Constant) and construct(item) is None

    def _keys(self, column: ColumnDraft, call: Calling) -> None:
        column.key = key if isinstance(key := text(call.keywords.get("key")), str) else None
        column.primary_key = flag(argument(call, "primary_key"))
        column.index = flag(argument(call, "index"))
        column.unique = flag(argument(call, "unique"))
        column.system = flag(call.keywords.get("system")) is True
        column.comment = text(argument(call, "comment"))
        order = number(call.keywords.get("sort_order"))
        column.sort_order = order if isinstance(order, int) else 0
        auto = plain(argument(call, "autoincrement"), "auto")
        column.autoincrement = auto if isinstance(auto, bool | str | Unknown) else "auto"
        self._nullable(column, call)

    @staticmethod
    def _nullable(column: ColumnDraft, call: Calling) -> None:
        given = argument(call, "nullable")
        default = column.primary_key if isinstance(column.primary_key, Unknown) else not column.primary_key
        unspecified = isinstance(given, Symbol) and given.path.endswith("NULL_UNSPECIFIED")
        if given is None or (isinstance(given, Constant) and given.value is None) or unspecified:
            column.nullable = default
            return
        column.nullable_stated = "nullable" in call.keywords
        column.nullable = flag(given)

    def _defaults(self, column: ColumnDraft, call: Calling) -> None:
        given = call.keywords.get("insert_default")
        column.default = self.defaults.client(given if given is not None else argument(call, "default"))
        column.onupdate = self.defaults.client(argument(call, "onupdate"))
        column.server_default = self.defaults.server(argument(call, "server_default"))
        column.server_onupdate = self.defaults.server(argument(call, "server_onupdate"))

    def add_item(self, column: ColumnDraft, item: Value) -> None:
        """Take up a positional argument of a column that is neither its name nor its type."""
        name = call_name(item)
        if name == "ForeignKey" and isinstance(item, Call | ObjectValue):
            column.foreign_keys.append(foreign_key(item, column))
        elif name == "CheckConstraint" and isinstance(item, Call):
            column.checks.append(item)
        elif name == "Sequence":
            column.default = self.defaults.client(item)
        elif name in _GENERATED and isinstance(item, Call):
            column.server_default = self.defaults.generated(item)
            column.server_onupdate = column.server_default if name == "Computed" else column.server_onupdate
            if name == "Identity" and not column.nullable_stated:
                column.nullable = False
        elif name == "ColumnDefault":
            column.default = self.defaults.client(item)
        elif name == "DefaultClause" or construct(item) == "FetchedValue" or name == "FetchedValue":
            column.server_default = self.defaults.server(item)
        elif name is None and not isinstance(item, Constant):
            column.foreign_key_rest = unknown(item)


def foreign_key(call: Calling, column: ColumnDraft) -> ForeignKeyDraft:
    """A `ForeignKey(...)` of a column."""
    target = argument(call, "column", 0)
    draft = ForeignKeyDraft(call, [column], [target if target is not None else UnknownValue("it names no column")])
    draft.name = given_name(argument(call, "name", 3))
    draft.onupdate = action(argument(call, "onupdate", 4))
    draft.ondelete = action(argument(call, "ondelete", 5))
    foreign_key_options(draft, call)
    return draft


def foreign_key_options(draft: ForeignKeyDraft, call: Calling) -> None:
    """What `ForeignKey` and `ForeignKeyConstraint` have in common."""
    deferrable, initially = plain(call.keywords.get("deferrable")), plain(call.keywords.get("initially"))
    draft.deferrable = deferrable if isinstance(deferrable, bool) else None
    draft.initially = initially if isinstance(initially, str) else None
    match = plain(call.keywords.get("match"))
    draft.match = match.upper() if isinstance(match, str) else "SIMPLE"
    draft.use_alter = flag(call.keywords.get("use_alter")) is True


def action(value: Value | None) -> str | Unknown | None:
    """An ON DELETE or ON UPDATE action, upper case."""
    found = text(value)
    return found.upper() if isinstance(found, str) else found
