"""Relationships: from the values of a class's attributes to facts, both sides of a `backref` included."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.evaluating.interpreter import Interpreter
from schema_lint.evaluating.values import (
    Annotation,
    Attribute,
    Call,
    Constant,
    Dictionary,
    FunctionValue,
    Value,
)
from schema_lint.facts.models import Relationship
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.drafts import CollectedAttribute, MappedClass, Mapping
from schema_lint.readers.source.names import construct
from schema_lint.readers.source.relationships.annotations import return_annotation
from schema_lint.readers.source.relationships.backrefs import other_side
from schema_lint.readers.source.relationships.given import given_by, is_sqlmodel, relationship_call
from schema_lint.readers.source.relationships.reading import Declared, Reader

__all__ = ["read_relationships"]

_MANY = 500
"""Relationships of one class."""


def read_relationships(
    mapping: Mapping, interpreter: Interpreter, *, sqlalchemy_version: tuple[int, ...] = ()
) -> dict[int, list[Relationship]]:
    """Relationships of all mapped classes, by the identity of the `MetaDataDraft` that the class's table is in.

    To be called once all tables are complete and their foreign keys are linked.
    """
    reader = Reader(mapping, interpreter, sqlalchemy_version)
    facts: dict[int, list[Relationship]] = {}
    for mapped in mapping.classes:
        metadata = mapped.table.metadata if mapped.table is not None else mapped.base.registry.metadata
        found = facts.setdefault(id(metadata), [])
        before = len(found)
        stated = {**_stated_properties(mapped), **mapped.properties}
        given: list[tuple[str, Value | None, CollectedAttribute | None]]
        given = [(name, attribute.value, attribute) for name, attribute in mapped.attributes.items()]
        given += [(name, value, None) for name, value in stated.items()]
        for name, value, attribute in given:
            found += _read(reader, mapped, name, value, attribute)
            if len(found) - before > _MANY:
                mapped.rest = Unknown("has too many relationships to follow")
                break
    for mapped, name, value in _added_properties(mapping, interpreter):
        metadata = mapped.table.metadata if mapped.table is not None else mapped.base.registry.metadata
        facts.setdefault(id(metadata), []).extend(_read(reader, mapped, name, value, None))
    return facts


def _stated_properties(mapped: MappedClass) -> dict[str, Value]:
    """`properties` of a declarative class's `__mapper_args__`."""
    args = mapped.mapper_args
    properties = args.entries.get("properties") if isinstance(args, Dictionary) else None
    if not isinstance(properties, Dictionary):
        return {}
    return {key: value for key, value in properties.entries.items() if isinstance(key, str)}


def _added_properties(mapping: Mapping, interpreter: Interpreter) -> Iterator[tuple[MappedClass, str, Value]]:
    """`Class.__mapper__.add_property("name", …)` and `inspect(Class).add_property(…)` at the top of a module."""
    for module in interpreter.loaded():
        for call in interpreter.calls(module):
            function = call.function
            if not isinstance(function, Attribute) or function.name != "add_property" or len(call.arguments) != 2:
                continue
            holder, name = function.value, call.arguments[0]
            if isinstance(holder, Attribute) and holder.name == "__mapper__":
                holder = holder.value
            elif isinstance(holder, Call) and construct(holder.function) in {"inspect", "class_mapper"}:
                holder = holder.arguments[0] if holder.arguments else holder
            mapped = mapping.mapped(holder)
            if mapped is not None and isinstance(name, Constant) and isinstance(name.value, str) and call.scope is None:
                yield mapped, name.value, call.arguments[1]


def _read(
    reader: Reader, mapped: MappedClass, name: str, value: Value | None, attribute: CollectedAttribute | None
) -> list[Relationship]:
    call = relationship_call(value)
    if call is None:
        return []
    if attribute is not None and is_sqlmodel(call.function) and attribute.owner is not mapped.cls:
        # SQLModel takes relationships from the table class's own body alone.
        return []
    declared = Declared(mapped, name, given_by(call), attribute.site if attribute is not None else call.site)
    annotation: Annotation | None = None
    if attribute is not None:
        declared.owner = attribute.owner
        annotation = attribute.annotation or _returned(attribute)
    fact = reader.read(declared, annotation, is_sqlmodel(call.function))
    return other_side(reader, declared, fact)


def _returned(attribute: CollectedAttribute) -> Annotation | None:
    """What a `declared_attr` says it returns."""
    function = attribute.owner.namespace.get(attribute.name) if attribute.declared else None
    return return_annotation(function) if isinstance(function, FunctionValue) else None
