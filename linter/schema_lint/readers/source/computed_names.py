"""Parts of names that a naming convention leaves to functions of the project.

The functions are carried out with what SQLAlchemy would hand them, as far as names are made of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.evaluating.values import Call, Collection, Constant, FunctionValue, Symbol, UnknownValue, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import text, unknown

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter
    from schema_lint.readers.source.drafts import ColumnDraft, TableDraft
    from schema_lint.readers.source.naming import Named

_CLASSES = {"ix": "Index", "uq": "UniqueConstraint", "ck": "CheckConstraint", "fk": "ForeignKeyConstraint",
            "pk": "PrimaryKeyConstraint"}  # fmt: skip


def computed(function: FunctionValue, kind: str, named: Named, interpreter: Interpreter) -> str | Unknown:
    """What a function gives for a constraint (`ix`, `uq`, `ck`, `fk` or `pk`) and its table."""
    table = _table(named.table)
    columns = [_column(column, table) for column in named.columns if column is not None]
    given: dict[str, Value] = {"columns": Collection("list", columns), "table": table}
    if not isinstance(named.name, Unknown):
        given["name"] = Constant(named.name)
    if isinstance(named.unique, bool):
        given["unique"] = Constant(named.unique)
    if kind == "fk":
        given["elements"] = Collection("list", _elements(named, columns))
    if len(columns) < len(named.columns):
        given["columns"] = UnknownValue("the columns of an expression are not handed over")
    answer = interpreter.call(function, [_object(_CLASSES[kind], given), table], {})
    found = text(answer)
    return found if isinstance(found, str) else unknown(answer)


def _table(table: TableDraft) -> Value:
    names = {"name": table.name, "schema": table.schema, "fullname": table.key}
    return _object("Table", {name: Constant(value) for name, value in names.items()})


def _column(column: ColumnDraft, table: Value) -> Value:
    name = Constant(column.name)
    return _object("Column", {"name": name, "key": Constant(column.key or column.name), "table": table})


def _elements(named: Named, columns: list[Value]) -> list[Value]:
    targets = [Constant(f"{named.target_key}.{column}") for column in named.referred_columns]
    return [
        _object("ForeignKey", {"parent": column, "target_fullname": target})
        for column, target in zip(columns, targets, strict=False)
    ]


def _object(name: str, attributes: dict[str, Value]) -> Value:
    made = Call(Symbol(f"sqlalchemy.{name}"), [], {})
    made.assigned = attributes
    return made
