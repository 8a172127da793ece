"""Labels of metadatas: where in the source somebody can reach each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.evaluating.values import Call, ClassValue, ObjectValue, Value
from schema_lint.readers.source.drafts import DeclarativeBase, Mapping, MetaDataDraft
from schema_lint.readers.source.names import call_name

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter


def label_metadatas(mapping: Mapping, interpreter: Interpreter) -> None:
    """Give every metadata that holds a table or a class a label of its own."""
    reached: dict[int, list[str]] = {}
    for base in _bases(mapping):
        name = _name(base.value, interpreter)
        if name is not None:
            reached.setdefault(id(base.registry.metadata), []).append(f"{name}.metadata")
    used: set[str] = set()
    for metadata in mapping.metadatas:
        own = _variable(metadata.value, interpreter) if call_name(metadata.value) == "MetaData" else None
        label = metadata.label or own or min(reached.get(id(metadata), []), key=len, default="") or _place(metadata)
        number = 1
        unique = label
        while unique in used:
            number += 1
            unique = f"{label} ({number})"
        used.add(unique)
        metadata.label = unique


def _bases(mapping: Mapping) -> list[DeclarativeBase]:
    found = {id(mapped.base): mapped.base for mapped in mapping.classes}
    found.update({id(base): base for _, base in mapping.unmapped})
    return list(found.values())


def _name(value: Value | None, interpreter: Interpreter) -> str | None:
    return value.key if isinstance(value, ClassValue) else _variable(value, interpreter)


def _variable(value: Value | None, interpreter: Interpreter) -> str | None:
    """The module-level name that a call's result is bound to."""
    if not isinstance(value, Call | ObjectValue) or value.site is None:
        return None
    module = value.site.module
    for name, bound in interpreter.load(module).names.items():
        if bound is value:
            return f"{module.name}.{name}"
    return None


def _place(metadata: MetaDataDraft) -> str:
    site = metadata.site
    return f"{site.module.name}:{site.place().line}" if site is not None else "metadata"
