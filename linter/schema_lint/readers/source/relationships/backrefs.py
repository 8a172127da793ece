"""The other side of a `backref`, which has no source line of its own.

Source: `RelationshipProperty._generate_backref`.
"""

from __future__ import annotations

import msgspec

from schema_lint.evaluating.values import Value
from schema_lint.facts.models import Relationship
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import text
from schema_lint.readers.source.drafts import MappedClass, TableDraft
from schema_lint.readers.source.relationships.directions import Undetermined
from schema_lint.readers.source.relationships.given import Given
from schema_lint.readers.source.relationships.joins import Join, JoinArguments, determine, mapped_tables
from schema_lint.readers.source.relationships.reading import Declared, Reader, backref_parts
from schema_lint.readers.source.relationships.targets import Target


def other_side(reader: Reader, declared: Declared, fact: Relationship) -> list[Relationship]:
    """The fact with both sides of its `backref` set, and the generated one; the fact alone where there is none."""
    value = declared.given.get("backref")
    if value is None or fact.back_populates is not None:
        return [fact]
    name_value, given = backref_parts(value)
    name = text(name_value)
    fact = msgspec.structs.replace(fact, back_populates=name)
    target = declared.target.mapped
    if not isinstance(name, str) or target is None:
        return [fact]
    _inherit(given, declared.given)
    generated = Declared(target, name, given, declared.site)
    generated.owner = declared.owner
    generated.target = Target(declared.mapped.key, declared.mapped)
    if declared.join is not None:
        generated.join_arguments = _arguments(reader, declared, declared.join, target, given)
        generated.join = determine(target, declared.mapped, generated.join_arguments)
    other = msgspec.structs.replace(
        reader.fact(generated),
        back_populates=declared.name,
        backref=None,
        generated_by_backref=True,
        explanation=fact.explanation,
    )
    return [fact, other]


def _inherit(given: Given, forward: Given) -> None:
    for name in ("viewonly", "post_update"):
        value: Value | None = forward.get(name)
        if value is not None:
            given.values.setdefault(name, value)


def _arguments(reader: Reader, declared: Declared, join: Join, target: MappedClass, given: Given) -> JoinArguments:
    """The arguments of the generated side's join: those of `backref(...)`, else the declared side's, turned round."""
    forward = declared.join_arguments
    tables = _tables(declared.mapped) + _tables(target)
    if isinstance(forward.secondary, TableDraft):
        tables.append(forward.secondary)
    arguments = reader.join_arguments(target, given, tables)
    arguments.secondary = forward.secondary
    if "foreign_keys" not in given.values and not isinstance(arguments.foreign_keys, Unknown):
        arguments.foreign_keys = forward.foreign_keys
    if arguments.secondary is not None:
        arguments.primary = arguments.primary or join.secondary
        arguments.secondary_join = arguments.secondary_join or join.primary
    elif arguments.primary is None and join.primary is not None:
        arguments.primary = join.primary.reversed(_tables(declared.mapped))
    return arguments


def _tables(mapped: MappedClass) -> list[TableDraft]:
    try:
        return mapped_tables(mapped)
    except Undetermined:
        return []
