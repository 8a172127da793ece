"""Naming conventions, as a `MetaData` is given them."""

from __future__ import annotations

from schema_lint.evaluating.values import Call, Dictionary, FunctionValue, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import text, unknown
from schema_lint.readers.source.names import call_name, construct

_KINDS = {"Index": "ix", "UniqueConstraint": "uq", "CheckConstraint": "ck", "ForeignKeyConstraint": "fk",
          "PrimaryKeyConstraint": "pk"}  # fmt: skip

_LISTENING = frozenset({"event.listens_for", "event.listen"})
_NAMED_LATER = Unknown("a listener may name it when it joins its table")


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


def listened(call: Call) -> tuple[tuple[str, ...], Unknown]:
    """The kinds whose names a listener may set when a constraint or index joins its table, and why they are not known:
    `@event.listens_for(UniqueConstraint, "after_parent_attach")`."""
    if call_name(call) not in _LISTENING or len(call.arguments) < 2:
        return (), _NAMED_LATER
    event = text(call.arguments[1])
    if not isinstance(event, str) or not event.endswith("_parent_attach"):
        return (), _NAMED_LATER
    name = construct(call.arguments[0]) or ""
    return tuple(kind for key, kind in _KINDS.items() if name in {key, "Constraint", "SchemaItem"}), _NAMED_LATER
