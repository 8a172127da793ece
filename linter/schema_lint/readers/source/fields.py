"""SQLModel fields: which a class has, and the columns SQLModel makes of them.

Source: `SQLModelMetaclass`, `get_column_from_field` and `is_field_noneable` of SQLModel, `collect_model_fields` of
Pydantic.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.evaluating.values import (
    Annotation,
    Call,
    ClassValue,
    Constant,
    FunctionValue,
    ObjectValue,
    Site,
    Symbol,
    UnknownValue,
    Value,
)
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.annotations import PythonType, read_annotation
from schema_lint.readers.source.arguments import Calling, entries, flag, items, number, text, unknown
from schema_lint.readers.source.column_types import ResolvedType
from schema_lint.readers.source.columns import ColumnReader, is_column
from schema_lint.readers.source.drafts import ColumnDraft
from schema_lint.readers.source.names import call_name, construct
from schema_lint.readers.source.python_types import constraints, field_type

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_FIELDS = frozenset({"Field", "pydantic.Field", "pydantic.fields.Field"})
_OUTSIDE = frozenset({"ClassVar", "InitVar"})
_PYDANTIC_2 = (0, 0, 14)
"""The first SQLModel that may stand on it."""
_MERGED = ("primary_key", "foreign_key", "ondelete", "unique", "index", "nullable", "sa_type", "sa_column",
           "sa_column_args", "sa_column_kwargs")  # fmt: skip


class Field:
    """A field of a SQLModel class, own or inherited."""

    __slots__ = ("annotation", "call", "kind", "name", "owner", "site", "value")

    def __init__(self, name: str, owner: ClassValue, annotation: Annotation | None, value: Value | None) -> None:
        self.name = name
        self.owner = owner
        self.annotation = annotation
        self.value = value
        """What it is bound to; `None` for an annotation alone."""
        self.call: Calling | None = value if is_field_call(value) else None  # type: ignore[assignment]
        self.site: Site | None = owner.assigned_sites.get(name)
        self.kind: PythonType | None = None


def is_field_call(value: Value | None) -> bool:
    """Whether a value is a `Field(...)` of SQLModel or Pydantic."""
    return isinstance(value, Call | ObjectValue) and call_name(value) in _FIELDS


def is_relationship(value: Value | None) -> bool:
    """Whether a value is a `Relationship(...)` of SQLModel, or SQLAlchemy's own."""
    return isinstance(value, Call | ObjectValue) and call_name(value) in {"Relationship", "relationship"}


def fields_of(cls: ClassValue, interpreter: Interpreter) -> dict[str, Field]:
    """The fields of a class in Pydantic's order: those of the bases first, overridden ones in their first place."""
    found: dict[str, Field] = {}
    for ancestor in reversed(list(cls.ancestors())):
        for name, annotation in ancestor.annotations.items():
            value = ancestor.namespace.get(name)
            if name.startswith("_") or is_relationship(value) or isinstance(value, FunctionValue):
                continue
            field = Field(name, ancestor, annotation, value)
            field.kind = read_annotation(annotation, interpreter)
            if field.kind is not None and field.kind.container in _OUTSIDE:
                continue
            found[name] = field
    return found


class FieldReader:
    """Makes columns of fields."""

    def __init__(self, columns: ColumnReader, interpreter: Interpreter, version: tuple[int, ...]) -> None:
        self.columns = columns
        self.interpreter = interpreter
        self.version = version

    def column(self, field: Field) -> ColumnDraft:
        """The column of a field: `sa_column` as it stands, or what the annotation and the arguments say."""
        given = _arguments(field)
        sa_column = given.get("sa_column")
        # SQLModel passes over an `sa_column` that is no column.
        if sa_column is not None and not _undefined(sa_column) and not self.columns.types.is_type(sa_column):
            return self._sa_column(field, sa_column)
        column = ColumnDraft(field.call)
        column.name = field.name
        rest = field.call.rest if field.call is not None else None
        extra = entries(given.get("sa_column_kwargs"))
        if field.call is not None and rest is None and given.get("sa_column_kwargs") is not None and not extra:
            rest = given["sa_column_kwargs"] if isinstance(given["sa_column_kwargs"], UnknownValue) else None
        self._flags(column, field, given, rest)
        self._type(column, field, given, rest)
        self._foreign_key(column, given)
        self._default(column, field)
        self._args(column, given)
        self._kwargs(column, extra)
        return column

    def _sa_column(self, field: Field, value: Value) -> ColumnDraft:
        if isinstance(value, Call | ObjectValue) and is_column(value):
            return self.columns.column(value, field.name)
        column = ColumnDraft(None)
        column.name = field.name
        why = unknown(value)
        column.type = column.nullable = column.primary_key = column.index = column.unique = why
        column.default = column.server_default = column.onupdate = why
        column.foreign_key_rest = why
        return column

    def _flags(self, column: ColumnDraft, field: Field, given: dict[str, Value], rest: Value | None) -> None:
        column.primary_key = flag(_given(given, "primary_key", rest))
        column.index = flag(_given(given, "index", rest))
        column.unique = flag(_given(given, "unique", rest))
        nullable = _given(given, "nullable", rest)
        if nullable is not None:
            column.nullable_stated = "nullable" in given
            column.nullable = flag(nullable)
        elif isinstance(column.primary_key, Unknown):
            column.nullable = column.primary_key
        elif column.primary_key or field.kind is None:
            column.nullable = False
        else:
            column.nullable = field.kind.optional
            if self.version and self.version < _PYDANTIC_2:
                # There, a default of None makes the field optional.
                default = default_of(field)
                if isinstance(default, Constant) and default.value is None:
                    column.nullable = True

    def _type(self, column: ColumnDraft, field: Field, given: dict[str, Value], rest: Value | None) -> None:
        sa_type = _given(given, "sa_type", rest)
        if sa_type is not None:
            self.columns.set_type(column, self.columns.types.read(sa_type))
            return
        if field.kind is None:
            column.type = Unknown("the field has no annotation")
            return
        maximum = self._limit(field, "max_length")
        digits = (self._limit(field, "max_digits"), self._limit(field, "decimal_places"))
        unsure = next((limit for limit in (maximum, *digits) if isinstance(limit, Unknown)), None)
        chosen = field_type(
            field.kind,
            maximum if isinstance(maximum, int) else None,
            (digits[0] if isinstance(digits[0], int) else None, digits[1] if isinstance(digits[1], int) else None),
            self.version,
        )
        if isinstance(chosen, Unknown):
            column.type = chosen
        elif unsure is not None and _limited(chosen):
            column.type = unsure
        else:
            self.columns.set_type(column, self.columns.types.read(chosen))

    def _limit(self, field: Field, name: str) -> int | Unknown | None:
        if field.call is not None and name in field.call.keywords:
            return number(field.call.keywords[name])
        if field.call is not None and field.call.rest is not None:
            return unknown(field.call.rest)
        inner = constraints(field.kind, name) if field.kind is not None else None
        return inner if isinstance(inner, int | Unknown) else None

    def _foreign_key(self, column: ColumnDraft, given: dict[str, Value]) -> None:
        target = given.get("foreign_key")
        if target is None or _undefined(target) or (isinstance(target, Constant) and not target.value):
            return
        ondelete = given.get("ondelete")
        keywords = {"ondelete": ondelete} if ondelete is not None and not _undefined(ondelete) else {}
        site = column.value.site if column.value is not None else target.site
        call = Call(Symbol("sqlalchemy.ForeignKey"), [target], keywords, site)
        self.columns.add_item(column, call)

    def _default(self, column: ColumnDraft, field: Field) -> None:
        factory = field.call.keywords.get("default_factory") if field.call is not None else None
        if factory is not None and not (isinstance(factory, Constant) and factory.value is None):
            column.default = self.columns.defaults.client(factory)
            if column.default is not None and not isinstance(column.default, Unknown) and column.default.kind == "sql":
                column.default = unknown(factory)
            return
        value = default_of(field)
        column.default = self.columns.defaults.client(value) if value is not None else None

    def _args(self, column: ColumnDraft, given: dict[str, Value]) -> None:
        arguments = given.get("sa_column_args")
        if arguments is None or _undefined(arguments):
            return
        found = items(arguments)
        if found is None:
            column.foreign_key_rest = unknown(arguments)
        for item in found or ():
            self.columns.add_item(column, item)

    def _kwargs(self, column: ColumnDraft, extra: dict[str, Value]) -> None:
        """`sa_column_kwargs` are handed to `Column(...)` after the rest, and win."""
        call = Call(Symbol("sqlalchemy.Column"), [], extra)
        stated = self.columns.column(call, column.name)
        for name in ("index", "unique", "primary_key", "comment", "autoincrement"):
            if name in extra:
                setattr(column, name, getattr(stated, name))
        for name in ("default", "server_default", "onupdate", "server_onupdate"):
            if name in extra:
                setattr(column, name, getattr(stated, name))
        if "nullable" in extra:
            column.nullable, column.nullable_stated = stated.nullable, True
        if "name" in extra and isinstance(given := text(extra["name"]), str):
            column.name = given
        if "key" in extra:
            column.key = stated.key
        if "type_" in extra:
            resolved = ResolvedType(stated.type, stated.enum)
            resolved.enum_schema = stated.enum_schema
            self.columns.set_type(column, resolved)


def default_of(field: Field) -> Value | None:
    """The default of a field for the class's constructor; `None` where the field is required."""
    value = field.value
    if field.call is not None:
        value = field.call.keywords.get("default", field.call.arguments[0] if field.call.arguments else None)
    if value is None or _undefined(value) or (isinstance(value, Constant) and value.value is Ellipsis):
        return None
    return value


def _arguments(field: Field) -> dict[str, Value]:
    """The field's arguments; those of a `Field(...)` inside `Annotated` where the outer one is silent."""
    given: dict[str, Value] = {}
    for extra in field.kind.metadata if field.kind is not None else ():
        if isinstance(extra, Call | ObjectValue) and is_field_call(extra):
            given.update({name: extra.keywords[name] for name in _MERGED if name in extra.keywords})
    if field.call is not None:
        given.update(field.call.keywords)
    return {name: value for name, value in given.items() if not _undefined(value)}


def _given(given: dict[str, Value], name: str, rest: Value | None) -> Value | None:
    return given.get(name, rest)


def _undefined(value: Value) -> bool:
    return (construct(value) or "").endswith(("PydanticUndefined", "Undefined"))


def _limited(chosen: Value) -> bool:
    return isinstance(chosen, Call) and call_name(chosen) in {"AutoString", "Numeric"}
