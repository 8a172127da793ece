"""Constraints and indexes, as `__table_args__` or a `Table(...)` call lists them."""

from __future__ import annotations

import msgspec

from schema_lint.evaluating.values import Attribute, Call, Constant, Either, Operation, Subscript, UnknownValue, Value
from schema_lint.facts.identifiers import quoted
from schema_lint.facts.models import MappingError
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.places import one_line
from schema_lint.readers.source.arguments import Calling, argument, either, flag, items, text, unknown
from schema_lint.readers.source.columns import COLUMNS, action, foreign_key_options
from schema_lint.readers.source.drafts import ColumnDraft, ConstraintDraft, ForeignKeyDraft, TableDraft
from schema_lint.readers.source.names import call_name
from schema_lint.readers.source.naming import given_name

_EXCLUDE = "postgresql.ExcludeConstraint"
CONSTRAINTS = frozenset({
    "ForeignKeyConstraint", "UniqueConstraint", "CheckConstraint", "PrimaryKeyConstraint", "Index",
    _EXCLUDE,
})  # fmt: skip
_HARMLESS = frozenset({"DDL", "Sequence", "Comment"})
_MANY = 2_000
_MOST_COLUMNS = 1_600
"""Of a PostgreSQL table."""


def makes_object(call: Call) -> bool:
    """Whether a call makes a column, constraint or index."""
    name = call_name(call)
    return name in CONSTRAINTS or name in COLUMNS


def add_column(table: TableDraft, column: ColumnDraft) -> None:
    """Add a column, with the keys, constraints and indexes that it brings."""
    if not column.name:
        table.rest = either(table.rest, unknown(column.value, "the name of a column is computed when the program runs"))
        return
    known = table.column(column.name)
    if known is not None:
        _drop(table, known)
    elif len(table.columns) >= _MOST_COLUMNS:
        table.rest = either(table.rest, Unknown("it has more columns than PostgreSQL allows"))
        return
    column.table = table
    _qualify_enum(table, column)
    table.columns.append(column)
    if column.value is not None:
        table.by_value[id(column.value)] = column
    table.foreign_keys.extend(column.foreign_keys)
    if column.foreign_key_rest is not None:
        table.rests.setdefault("foreign_keys", column.foreign_key_rest)
    for call in column.checks:
        table.checks.append(check(call))
    if isinstance(column.type, ColumnType) and column.type.class_name == "sqlalchemy_utils.TSVectorType":
        why = "sqlalchemy-searchable makes an index for the column when the mappers are configured"
        table.rests.setdefault("indexes", unknown(column.value, why))
    _flags(table, column)


def _qualify_enum(table: TableDraft, column: ColumnDraft) -> None:
    """Give an enum that states no schema the one it takes from its table or metadata."""
    schema: str | Unknown | None = table.schema if column.enum_schema == "table" else table.metadata.schema
    if column.enum is None or column.enum_schema is None or schema is None:
        return
    if isinstance(schema, Unknown) or not table.schema_known:
        column.type = schema if isinstance(schema, Unknown) else unknown(column.value, "its schema is not known")
        return
    column.enum = msgspec.structs.replace(column.enum, schema=schema)
    if column.enum.native and isinstance(column.type, ColumnType):
        column.type = msgspec.structs.replace(column.type, sql=f"{quoted(schema)}.{column.type.sql}")


def _drop(table: TableDraft, known: ColumnDraft) -> None:
    table.columns.remove(known)
    table.foreign_keys = [fk for fk in table.foreign_keys if fk not in known.foreign_keys]
    table.indexes = [index for index in table.indexes if index.implied_by is not known]
    table.uniques = [unique for unique in table.uniques if unique.implied_by is not known]
    table.checks = [c for c in table.checks if c.implied_by is not known and c.call not in known.checks]


def _flags(table: TableDraft, column: ColumnDraft) -> None:
    if column.index is True:
        table.indexes.append(_implied("ix", column))
    elif isinstance(column.index, Unknown):
        table.rests.setdefault("indexes", column.index)
        table.rests.setdefault("unique_constraints", column.index)
    elif column.unique is True:
        table.uniques.append(_implied("uq", column))
    elif isinstance(column.unique, Unknown):
        table.rests.setdefault("unique_constraints", column.unique)
    if column.constrained is True:
        bound = _implied("ck", column)
        bound.type_bound, bound.name, bound.unique = True, column.check_name, False
        table.checks.append(bound)
    elif isinstance(column.constrained, Unknown):
        table.rests.setdefault("check_constraints", column.constrained)


def _implied(kind: str, column: ColumnDraft) -> ConstraintDraft:
    draft = ConstraintDraft(kind, None, column.place_site)
    draft.columns, draft.expressions = [column], [None]
    draft.implied_by = column
    draft.unique = column.unique
    return draft


def add_argument(table: TableDraft, value: Value) -> None:
    """Add what stands among a table's arguments and is not a column."""
    value = _unconditional(value)
    name = call_name(value)
    if name is None and isinstance(value, Constant) and value.value is None:
        return
    if isinstance(value, Either):
        table.rest = either(table.rest, unknown(value))
    elif not isinstance(value, Call) or name is None:
        table.rest = either(table.rest, unknown(value, _unread(value)))
    elif name == "Index":
        add_index(table, value)
    elif name == "UniqueConstraint":
        _add_unique(table, value)
    elif name == "CheckConstraint":
        table.checks.append(check(value))
    elif name == "PrimaryKeyConstraint":
        _add_primary_key(table, value)
    elif name == "ForeignKeyConstraint":
        _add_foreign_key(table, value)
    elif name == _EXCLUDE:
        _add_exclusion(table, value)
    elif name not in CONSTRAINTS and name not in _HARMLESS:
        table.rest = either(table.rest, unknown(value, f"`{name}` among its arguments is not read"))


def _unconditional(value: Value) -> Value:
    """The constraint or index under `.ddl_if(…)`; `None` for one that is for another dialect alone."""
    function = value.function if isinstance(value, Call) else None
    if not isinstance(value, Call) or not isinstance(function, Attribute) or function.name != "ddl_if":
        return value
    dialect = text(value.keywords.get("dialect"))
    return Constant(None) if isinstance(dialect, str) and dialect != "postgresql" else function.value


def _unread(value: Value) -> str | None:
    return value.why if isinstance(value, UnknownValue) else None


def check(call: Calling) -> ConstraintDraft:
    """A `CheckConstraint(...)`."""
    draft = ConstraintDraft("ck", call if isinstance(call, Call) else None, call.site)
    draft.expressions = [argument(call, "sqltext", 0)]
    draft.name = given_name(argument(call, "name", 1))
    draft.type_bound = False
    return draft


def add_index(table: TableDraft, call: Call) -> None:
    """An `Index(name, *expressions, **options)`."""
    draft = ConstraintDraft("ix", call, call.site)
    draft.name = given_name(argument(call, "name", 0))
    draft.unique = flag(argument(call, "unique"))
    draft.options = dict(call.keywords)
    if call.rest is not None:
        table.rests.setdefault("indexes", unknown(call.rest))
    for expression in call.arguments[1:]:
        column = _column(table, expression)
        if column is None and _is_text(expression):
            _unknown_column(
                table, expression, call, f"Index {draft.name!r}" if isinstance(draft.name, str) else "an index"
            )
            return
        draft.columns.append(column)
        draft.expressions.append(expression)
    table.indexes.append(draft)


def _add_unique(table: TableDraft, call: Call) -> None:
    draft = ConstraintDraft("uq", call, call.site)
    draft.name = given_name(argument(call, "name"))
    draft.options = dict(call.keywords)
    columns = _columns(table, call, "a unique constraint")
    if columns is None:
        table.rests.setdefault("unique_constraints", unknown(call, "its columns could not be read"))
        return
    draft.columns = list(columns)
    table.uniques.append(draft)


def _add_primary_key(table: TableDraft, call: Call) -> None:
    draft = ConstraintDraft("pk", call, call.site)
    draft.name = given_name(argument(call, "name"))
    columns = _columns(table, call, "the primary key")
    if columns is None:
        for column in table.columns:
            column.primary_key = unknown(call, "the primary key's columns could not be read")
        return
    flagged = [column for column in table.columns if column.primary_key is True and column not in columns]
    for column in columns:
        column.primary_key = True
        if not column.nullable_stated:
            column.nullable = False
    draft.columns = [*columns, *flagged] if not columns else list(columns)
    table.primary_key = draft


def _add_exclusion(table: TableDraft, call: Call) -> None:
    """An `ExcludeConstraint((column, operator), …, **options)`."""
    draft = ConstraintDraft("ex", call, call.site)
    draft.name = given_name(call.keywords.get("name"))
    draft.options = dict(call.keywords)
    method = text(call.keywords.get("using"))
    for given in call.arguments:
        element, operator = [*(items(given) or ()), None, None][:2]
        symbol = text(operator)
        if element is None or not isinstance(symbol, str):
            table.rests.setdefault("exclusion_constraints", unknown(given))
            return
        column = _column(table, element)
        if column is None and _is_text(element):
            _unknown_column(table, element, call, "an exclusion constraint")
            return
        draft.columns.append(column)
        draft.expressions.append(element)
        draft.operators.append(symbol)
    if call.rest is not None or isinstance(method, Unknown):
        why = unknown(call.rest) if call.rest is not None else method
        assert isinstance(why, Unknown)
        table.rests.setdefault("exclusion_constraints", why)
        return
    table.exclusions.append(draft)


def _columns(table: TableDraft, call: Call, what: str) -> list[ColumnDraft] | None:
    """The columns that a constraint names, `None` where one could not be read."""
    if call.rest is not None:
        return None
    found = []
    for given in call.arguments:
        column = _column(table, given)
        if column is None:
            if _is_text(given):
                _unknown_column(table, given, call, what)
            return None
        found.append(column)
    return found


def _add_foreign_key(table: TableDraft, call: Call) -> None:
    local, remote = items(argument(call, "columns", 0)), items(argument(call, "refcolumns", 1))
    if local is None or remote is None or len(local) != len(remote):
        table.rests.setdefault("foreign_keys", unknown(call, "its columns could not be read"))
        return
    if len(table.foreign_keys) >= _MOST_COLUMNS:
        table.rests.setdefault("foreign_keys", unknown(call, "there are too many to follow"))
        return
    columns = [_column(table, given) for given in local]
    known = [column for column in columns if column is not None]
    if len(known) < len(columns):
        missing = next(given for given, column in zip(local, columns, strict=True) if column is None)
        if _is_text(missing):
            _unknown_column(table, missing, call, "a foreign key")
        table.rests.setdefault("foreign_keys", unknown(call, "its columns could not be read"))
        return
    draft = ForeignKeyDraft(call, known, list(remote))
    draft.name = given_name(argument(call, "name", 2))
    draft.onupdate = action(argument(call, "onupdate", 3))
    draft.ondelete = action(argument(call, "ondelete", 4))
    foreign_key_options(draft, call)
    table.foreign_keys.append(draft)


def _column(table: TableDraft, given: Value) -> ColumnDraft | None:
    """The column a constraint's argument names."""
    name = text(given)
    if isinstance(name, str):
        return table.column_by_key(name) or table.column(name)
    return table.column_of(given)


def _is_text(given: Value) -> bool:
    return isinstance(text(given), str)


def _unknown_column(table: TableDraft, given: Value, call: Call, what: str) -> None:
    if table.rest is not None or "columns" in table.rests:
        return
    name = text(given)
    place = one_line(call.site)
    related: tuple[SourcePlace, ...] = ()
    table.metadata.errors.append(
        MappingError(
            kind="unknown-column",
            subject=f"{table.key}.{name}",
            place=place,
            related=related,
            message=f"{what} of {table.key} names the column {name!r}, which the table does not have",
        )
    )


def leaves(value: Value) -> list[Value]:
    """The values inside an expression that may stand for columns, outer ones first."""
    found: list[Value] = []
    waiting, seen = [value], {id(value)}
    while waiting and len(found) < _MANY:
        part = waiting.pop()
        found.append(part)
        inner: list[Value] = []
        if isinstance(part, Call):
            inner = [*part.arguments, part.function]
        elif isinstance(part, Attribute | Subscript):
            inner = [part.value]
        elif isinstance(part, Operation):
            inner = part.operands
        waiting += (item for item in reversed(inner) if id(item) not in seen)
        seen.update(map(id, inner))
    return found
