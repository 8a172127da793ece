"""Naming conventions, as a `MetaData` is given them."""

from __future__ import annotations

from schema_lint.evaluating.values import Dictionary, FunctionValue, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import text, unknown
from schema_lint.readers.source.names import construct

_KINDS = {"Index": "ix", "UniqueConstraint": "uq", "CheckConstraint": "ck", "ForeignKeyConstraint": "fk",
          "PrimaryKeyConstraint": "pk"}  # fmt: skip


def convention(given: Value) -> dict[str, str | Unknown] | Unknown:
    """A naming convention: templates by kind (`ix`, `uq`, `ck`, `fk`, `pk`)."""
    if not isinstance(given, Dictionary) or given.rest is not None:
        return unknown(given.rest if isinstance(given, Dictionary) else given)
    templates: dict[str, str | Unknown] = {}
    for key, value in given.entries.items():
        named = given.keys.get(key)
        kind = _KINDS.get((construct(named) or "").rpartition(".")[2]) if named is not None else key
        if kind is None:
            continue
        template = text(value)
        if isinstance(value, FunctionValue):
            template = unknown(value, "the name is made by a function")
        if template is not None:
            templates[str(kind)] = template
    return templates


def tokens(given: Value) -> dict[str, FunctionValue]:
    """The functions of a naming convention, by the tokens that stand for them in templates."""
    entries = given.entries if isinstance(given, Dictionary) else {}
    return {key: value for key, value in entries.items() if isinstance(key, str) and isinstance(value, FunctionValue)}
