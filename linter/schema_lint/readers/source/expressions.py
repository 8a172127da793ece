"""SQL text of expressions, the way SQLAlchemy compiles them for PostgreSQL with literal values.

For index keys, CHECKs, predicates of partial indexes and server defaults. Whatever SQLAlchemy would do with a type that
is not known here, or with a construct that is not here, gives `Unknown`.
"""

from __future__ import annotations

import contextlib

from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.values import (
    Attribute,
    Call,
    Collection,
    Constant,
    EnumMember,
    Operation,
    Partial,
    Subscript,
    Value,
)
from schema_lint.evaluating.values import FunctionValue as Function
from schema_lint.facts.identifiers import quoted
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import unknown
from schema_lint.readers.source.column_types import TypeReader
from schema_lint.readers.source.drafts import ColumnDraft, TableDraft
from schema_lint.readers.source.names import construct

_DEPTH = 60
_ROOM = 2_000
"""Parts of one expression; a part that is used twice counts twice."""
_ATOM, _MINUS, _COMPARE, _NOT, _AND, _OR = 20, 11, 8, 6, 5, 4
"""Binding strengths, strongest first. Source: `sqlalchemy.sql.operators._PRECEDENCE`."""

_OPERATORS = {
    "==": ("=", _COMPARE), "!=": ("!=", _COMPARE), "<": ("<", _COMPARE), "<=": ("<=", _COMPARE),
    ">": (">", _COMPARE), ">=": (">=", _COMPARE), "+": ("+", 10), "-": ("-", 10), "*": ("*", 11),
    "%": ("%", 11), "&": ("AND", _AND), "|": ("OR", _OR),
}  # fmt: skip
_NEGATED = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<", "IS": "IS NOT", "IS NOT": "IS"}
_WITHOUT_BRACKETS = frozenset({
    "current_date", "current_time", "current_timestamp", "current_user", "localtime", "localtimestamp", "session_user",
    "user",
})  # fmt: skip
_SUFFIXES = {
    "desc": " DESC", "asc": " ASC", "nulls_first": " NULLS FIRST", "nullsfirst": " NULLS FIRST",
    "nulls_last": " NULLS LAST", "nullslast": " NULLS LAST",
}  # fmt: skip
_METHODS = {
    "is_": "IS", "is_not": "IS NOT", "isnot": "IS NOT", "like": "LIKE", "ilike": "ILIKE", "notlike": "NOT LIKE",
    "not_like": "NOT LIKE", "not_ilike": "NOT ILIKE", "is_distinct_from": "IS DISTINCT FROM",
    "is_not_distinct_from": "IS NOT DISTINCT FROM", "concat": "||", "has_key": "?", "contained_by": "<@",
}  # fmt: skip


class _Undecided(Exception):  # noqa: N818 - carries the reason out of the recursion
    def __init__(self, why: Unknown) -> None:
        self.why = why


class _Text:
    """SQL text with how tightly its outermost operator binds, and that operator."""

    __slots__ = ("operator", "sides", "sql", "strength")

    def __init__(
        self, sql: str, strength: int = _ATOM, operator: str | None = None, sides: tuple[str, str] | None = None
    ) -> None:
        self.sql = sql
        self.strength = strength
        self.operator = operator
        self.sides = sides

    def inside(self, strength: int, operator: str | None = None) -> str:
        """The text as an operand of another operator, in brackets where they are needed."""
        natural = operator is not None and operator == self.operator and operator in {"AND", "OR", "+", "*", "||"}
        return self.sql if self.strength > strength or natural else f"({self.sql})"


def sql_text(value: Value, table: TableDraft | None, *, interpreter: Interpreter) -> str | Unknown:
    """The SQL text of an expression; columns are qualified with their table, as SQLAlchemy prints them."""
    try:
        return _Compiler(table, interpreter).compile(value, 0).sql
    except _Undecided as undecided:
        return undecided.why


def columns_mentioned(value: Value, table: TableDraft | None, *, interpreter: Interpreter) -> tuple[str, ...]:
    """Names of the table's columns that the expression is built of; those within plain SQL text are not seen."""
    compiler = _Compiler(table, interpreter)
    with contextlib.suppress(_Undecided):
        compiler.compile(value, 0)
    return tuple(dict.fromkeys(column.name for column in compiler.columns if column.name is not None))


def literal(value: object) -> str | None:
    """A Python scalar as a PostgreSQL literal; `None` for one whose text depends on a type."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return None


class _Compiler:
    def __init__(self, table: TableDraft | None, interpreter: Interpreter) -> None:
        self.table = table
        self.interpreter = interpreter
        self.columns: list[ColumnDraft] = []
        self._room = _ROOM

    def compile(self, value: Value, depth: int) -> _Text:
        self._room -= 1
        if depth > _DEPTH or self._room < 0:
            raise _Undecided(unknown(value, "the expression is nested too deeply"))
        column = self.table.column_of(value) if self.table is not None else None
        if column is not None:
            self.columns.append(column)
            owner = column.table or self.table
            name = quoted(column.name or "")
            return _Text(f"{owner.sql_name}.{name}" if owner is not None else name)
        if isinstance(value, Constant):
            sql = literal(value.value)
            if sql is not None:
                return _Text(sql)
        elif isinstance(value, Operation):
            return self._operation(value, depth)
        elif isinstance(value, Call):
            return self._call(value, depth)
        elif isinstance(value, Subscript):
            return self._index(value, "->", depth)
        elif isinstance(value, Attribute) and value.name == "astext" and isinstance(value.value, Subscript):
            return self._index(value.value, "->>", depth)
        elif isinstance(value, Function | Partial):
            return self.compile(self.interpreter.call(value, [], {}), depth + 1)
        raise _Undecided(unknown(value))

    def _operation(self, value: Operation, depth: int) -> _Text:
        if value.operator == "~" and len(value.operands) == 1:
            return self._negation(self.compile(value.operands[0], depth + 1))
        if value.operator == "-" and len(value.operands) == 1:
            return _Text(f"-{self.compile(value.operands[0], depth + 1).inside(_MINUS)}", _MINUS)
        if value.operator not in _OPERATORS or len(value.operands) != 2:
            raise _Undecided(unknown(value))
        operator, strength = _OPERATORS[value.operator]
        left, right = value.operands
        if operator in {"=", "!="} and isinstance(right, Constant) and right.value is None:
            operator = "IS" if operator == "=" else "IS NOT"
        return self._binary(left, operator, right, strength, depth)

    def _binary(self, left: Value, operator: str, right: Value, strength: int, depth: int) -> _Text:
        one = self.compile(left, depth + 1).inside(strength, operator)
        other = self._bound(right, left, depth).inside(strength, operator)
        return _Text(f"{one} {operator} {other}", strength, operator, (one, other))

    def _bound(self, value: Value, beside: Value, depth: int) -> _Text:
        """An operand, or a member of an enum as the column beside it stores it."""
        if not isinstance(value, EnumMember):
            return self.compile(value, depth + 1)
        column = self.table.column_of(beside) if self.table is not None else None
        inner = value.value.value if isinstance(value.value, Constant) else None
        if column is not None and column.enum is not None and isinstance(column.enum.labels, tuple):
            label = next((label for label in (value.name, inner) if label in column.enum.labels), None)
            if isinstance(label, str):
                return _Text(literal(label) or "")
        elif column is not None and isinstance(column.type, ColumnType) and not column.type.decorated:
            sql = literal(inner) if value.cls.derives_from("builtins.str", "enum.StrEnum", "enum.IntEnum") else None
            if sql is not None and column.enum is None:
                return _Text(sql)
        raise _Undecided(unknown(value))

    def _negation(self, text: _Text) -> _Text:
        if text.sides is not None and text.operator == "IN":
            return _Text(f"({text.sides[0]} NOT IN {text.sides[1]})")
        if text.sides is not None and text.operator in _NEGATED:
            operator = _NEGATED[text.operator]
            return _Text(f"{text.sides[0]} {operator} {text.sides[1]}", text.strength, operator, text.sides)
        return _Text(f"NOT {text.inside(_NOT)}", _NOT)

    def _call(self, call: Call, depth: int) -> _Text:
        if call.rest is not None:
            raise _Undecided(unknown(call.rest))
        name = construct(call.function)
        if name is not None:
            return self._function(call, name, depth)
        function = call.function
        if isinstance(function, Attribute):
            return self._method(call, function.value, function.name, depth)
        if isinstance(function, Call) and isinstance(function.function, Attribute) and len(call.arguments) == 1:
            operator = function.arguments[0] if function.arguments else None
            if function.function.name in {"op", "bool_op"} and isinstance(operator, Constant):
                return self._binary(function.function.value, str(operator.value), call.arguments[0], 9, depth)
        raise _Undecided(unknown(call))

    def _function(self, call: Call, name: str, depth: int) -> _Text:
        arguments = call.arguments
        if name.startswith("func."):
            return self._database_function(name.removeprefix("func."), arguments, depth)
        if name in {"text", "literal_column"} and arguments:
            return _Text(self._plain_text(arguments[0], call).replace("\\:", ":"))
        if name in {"and_", "or_"} and arguments:
            operator, strength = ("AND", _AND) if name == "and_" else ("OR", _OR)
            parts = [self.compile(argument, depth + 1) for argument in arguments]
            if len(parts) == 1:
                return parts[0]
            return _Text(f" {operator} ".join(p.inside(strength, operator) for p in parts), strength, operator)
        if name == "not_" and arguments:
            return self._negation(self.compile(arguments[0], depth + 1))
        if name in {"null", "true", "false"}:
            return _Text("NULL" if name == "null" else name)
        if name in _SUFFIXES and arguments:
            return _Text(self.compile(arguments[0], depth + 1).sql + _SUFFIXES[name], _COMPARE)
        if name in {"literal", "type_coerce"} and arguments:
            return self.compile(arguments[0], depth + 1)
        if name == "cast" and len(arguments) == 2:
            return self._cast(arguments[0], arguments[1], depth)
        raise _Undecided(unknown(call))

    def _cast(self, subject: Value, kind: Value, depth: int) -> _Text:
        found = TypeReader(self.interpreter, ()).read(kind).type
        if not isinstance(found, ColumnType):
            raise _Undecided(found if found is not None else unknown(kind))
        return _Text(f"CAST({self.compile(subject, depth + 1).sql} AS {found.sql})")

    def _plain_text(self, value: Value, call: Call) -> str:
        if isinstance(value, Constant) and isinstance(value.value, str):
            return value.value
        raise _Undecided(unknown(call))

    def _database_function(self, name: str, arguments: list[Value], depth: int) -> _Text:
        if name.lower() in _WITHOUT_BRACKETS and not arguments:
            return _Text(name.upper())
        if name.lower() == "count" and not arguments:
            return _Text("count(*)")
        return _Text(f"{name}({', '.join(self.compile(argument, depth + 1).sql for argument in arguments)})")

    def _method(self, call: Call, subject: Value, name: str, depth: int) -> _Text:
        arguments = call.arguments
        if name in _SUFFIXES and not arguments:
            return _Text(self.compile(subject, depth + 1).sql + _SUFFIXES[name], _COMPARE)
        if name == "label" and len(arguments) <= 1:
            return self.compile(subject, depth + 1)
        if name in {"in_", "not_in", "notin_"} and len(arguments) == 1 and isinstance(arguments[0], Collection):
            return self._membership(subject, arguments[0], name != "in_", depth)
        if name in _METHODS and len(arguments) == 1:
            return self._binary(subject, _METHODS[name], arguments[0], _COMPARE, depth)
        if name == "cast" and len(arguments) == 1:
            return self._cast(subject, arguments[0], depth)
        if name == "between" and len(arguments) == 2:
            low, high = (self.compile(argument, depth + 1).sql for argument in arguments)
            return _Text(f"{self.compile(subject, depth + 1).inside(_COMPARE)} BETWEEN {low} AND {high}", _COMPARE)
        if name == "collate" and len(arguments) == 1:
            collation = self._plain_text(arguments[0], call)
            return _Text(f'{self.compile(subject, depth + 1).inside(_COMPARE)} COLLATE "{collation}"', _COMPARE)
        raise _Undecided(unknown(call))

    def _membership(self, subject: Value, items: Collection, negated: bool, depth: int) -> _Text:
        if items.rest is not None:
            raise _Undecided(unknown(items.rest))
        inner = ", ".join(self._bound(item, subject, depth).sql for item in items.items)
        one = self.compile(subject, depth + 1).inside(_COMPARE)
        return (
            _Text(f"({one} NOT IN ({inner}))")
            if negated
            else _Text(f"{one} IN ({inner})", _COMPARE, "IN", (one, f"({inner})"))
        )

    def _index(self, value: Subscript, operator: str, depth: int) -> _Text:
        """`column["key"]` of a JSON column."""
        return self._binary(value.value, operator, value.key, 9, depth)
