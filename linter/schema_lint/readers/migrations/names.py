"""Names, keys and texts in the arguments of Alembic's operations."""

from __future__ import annotations

from schema_lint.evaluating.values import Call, Constant, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.migrations.signatures import operation_name
from schema_lint.readers.source.arguments import items, text, unknown
from schema_lint.readers.source.names import call_name


def is_none(value: Value) -> bool:
    """Whether it is `None`, written out."""
    return isinstance(value, Constant) and value.value is None


def name_of(value: Value | None) -> str | Unknown | None:
    """A name, also one that `op.f(…)` says is final."""
    if isinstance(value, Call) and value.arguments:
        final = operation_name(value) == "f" or getattr(value.function, "name", "") == "f"
        value = value.arguments[0] if final else value
    return text(value)


def text_of(value: Value) -> str | Unknown | None:
    """Text, also inside of `text(…)`."""
    if call_name(value) in ("text", "sql.text", "literal_column") and isinstance(value, Call) and value.arguments:
        value = value.arguments[0]
    return text(value)


def key_of(call: Call, name: Value | None, word: str = "schema") -> str | Unknown | None:
    """A table's key."""
    found, schema = name_of(name), text(call.keywords.get(word))
    if not isinstance(found, str):
        return found
    if isinstance(schema, Unknown):
        return schema
    return f"{schema}.{found}" if schema and schema != "public" else found


def plain_names(value: Value | None) -> tuple[str, ...] | Unknown:
    """Columns, where all are given by their names."""
    if value is None:
        return ()
    values = items(value)
    if values is None:
        one = text(value)
        return (one,) if isinstance(one, str) else unknown(value)
    names = [text_of(each) for each in values]
    if all(isinstance(name, str) and name.isidentifier() for name in names):
        return tuple(name for name in names if isinstance(name, str))
    return Unknown("some of its keys are expressions")
