"""Calls that want an answer of the database: where `alembic upgrade --sql` writes a script, there is none."""

from __future__ import annotations

from schema_lint.evaluating.values import Attribute, Call, Symbol, Value
from schema_lint.readers.migrations.signatures import operation_name

_ANSWERS = frozenset({
    "scalar", "scalars", "scalar_one", "scalar_one_or_none", "fetchall", "fetchone", "fetchmany", "first", "all", "one",
    "one_or_none", "mappings",
})  # fmt: skip
_ASKS = frozenset({"scalar", "scalars"})
_INSPECTS = ("sqlalchemy.inspect", "sqlalchemy.inspection.inspect")
_DEPTH = 30


def wants_answer(call: Call) -> bool:
    """Whether the call uses rows that a connection of Alembic's gives, or looks into the database."""
    function = call.function
    if isinstance(function, Symbol):
        return function.path in _INSPECTS and any(map(_is_connection, call.arguments[:1]))
    if not isinstance(function, Attribute) or function.name not in _ANSWERS:
        return False
    if function.name in _ASKS and _is_connection(function.value):
        return True
    result = function.value
    for _ in range(_DEPTH):
        if not isinstance(result, Call) or not isinstance(result.function, Attribute):
            return False
        if result.function.name in ("execute", "exec_driver_sql"):
            return _is_connection(result.function.value)
        result = result.function.value
    return False


def _is_connection(value: Value) -> bool:
    return operation_name(value) == "get_bind"
