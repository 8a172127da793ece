"""Operations that some package or the project adds to Alembic's `op`."""

from __future__ import annotations

from schema_lint.evaluating.values import Call, Collection, Constant, Dictionary, ObjectValue, Value
from schema_lint.facts.operations import Operation
from schema_lint.readers.migrations.signatures import operation_name
from schema_lint.readers.source.arguments import text

_MANY = 500


def strange_operation(call: Call) -> Operation:
    """An operation that some package or the project adds to `op`."""
    words: set[str] = set()
    known = _collect([*call.arguments, *call.keywords.values()], words)
    enum = text(call.keywords.get("enum_name")) if operation_name(call) == "sync_enum_values" else None
    return Operation(
        kind="sync_enum" if enum is not None else "unread",
        name=enum,
        words=frozenset(words) if known and call.rest is None else None,
    )


def _collect(values: list[Value], words: set[str]) -> bool:
    """Take in all texts of the values; whether they hold nothing but constants."""
    known = True
    waiting = list(values)
    for _ in range(_MANY):
        if not waiting:
            return known
        value = waiting.pop()
        if isinstance(value, Constant):
            if isinstance(value.value, str):
                words.add(value.value.lower())
        elif isinstance(value, Collection) and value.rest is None:
            waiting += value.items
        elif isinstance(value, Dictionary) and value.rest is None:
            waiting += value.entries.values()
        elif isinstance(value, (Call, ObjectValue)) and value.rest is None:
            waiting += [*value.arguments, *value.keywords.values()]
        else:
            known = False
    return False
