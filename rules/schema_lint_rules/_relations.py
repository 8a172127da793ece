"""How relationships belong together: which one is the other side of which, and what is wrong between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

import msgspec

from schema_lint.facts.models import Relationship
from schema_lint.facts.unknown import Unknown, known

if TYPE_CHECKING:
    from schema_lint.facts.project import Schema

OWN_JOIN = ("primaryjoin", "secondaryjoin")
"""Arguments with which a relationship says itself what it joins by."""


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong between a relationship and its other side. A pair has one flaw at most."""

    code: Literal["REL001", "REL002", "REL003", "REL004", "REL005"]
    kind: str
    """`alone`, `silent` (this side), `both-silent`, `extra`, `misdirected`, `other-path`, `answers-another`,
    `same-direction`, `missing` or `backref`."""

    other: Relationship | None = None


def flaw(relationship: Relationship, schema: Schema) -> Flaw | None:
    """What is wrong with the pair that a relationship is one side of, as reported on this side.

    Raises:
        Undecided: if it turns on something that no reader could see.
    """
    if relationship.generated_by_backref or known(relationship.viewonly):
        return None
    if known(relationship.backref) is not None:
        return Flaw(code="REL005", kind="backref")
    if not known(relationship.target_found) or schema.model(known(relationship.target)) is None:
        return None
    if lacks_remote_side(relationship, schema):
        return None
    named = known(relationship.back_populates)
    return _of_stated(relationship, named, schema) if named is not None else _of_silent(relationship, schema)


def _of_stated(relationship: Relationship, named: str, schema: Schema) -> Flaw | None:
    other = schema.relationship(known(relationship.target), named)
    if other is None:
        ensure_read(known(relationship.target), schema)
        return Flaw(code="REL004", kind="missing")
    if not known(other.target_found):
        return None
    if known(other.viewonly) or known(other.backref) is not None:
        return None
    if not are_related(known(other.target), relationship.model, schema):
        return Flaw(code="REL003", kind="misdirected", other=other)
    if follow_different_paths(relationship, other):
        return Flaw(code="REL003", kind="other-path", other=other)
    answer = known(other.back_populates)
    if answer == relationship.name:
        direction = known(relationship.direction)
        same = direction == known(other.direction) and direction != "MANYTOMANY"
        if same and not is_self_reference(relationship, schema) and _leads(relationship, other):
            return Flaw(code="REL003", kind="same-direction", other=other)
        return None
    if answer is None or _is_reported_instead(other, answer, relationship, schema):
        return None
    return Flaw(code="REL003", kind="answers-another", other=other)


def _is_reported_instead(other: Relationship, answer: str, relationship: Relationship, schema: Schema) -> bool:
    """The other side names an attribute that does not exist, or that answers a third: one of the two is reported."""
    third = schema.relationship(known(other.target), answer)
    if third is None:
        return True
    answers_back = known(third.back_populates) == other.name
    return not answers_back and not _leads(relationship, other)


def _of_silent(relationship: Relationship, schema: Schema) -> Flaw | None:
    target = known(relationship.target)
    for other in schema.relationships_of(target):
        named = other.back_populates
        names_it = other is not relationship and isinstance(named, str) and named == relationship.name
        if not names_it or known(other.viewonly):
            continue
        if are_related(known(other.target), relationship.model, schema):
            reported_there = follow_different_paths(relationship, other)
            return None if reported_there else Flaw(code="REL002", kind="silent", other=other)
    if not known(relationship.foreign_keys):
        return None
    others = list(other_sides(relationship, schema))
    if not others:
        _ensure_nothing_leads_back(relationship, schema)
        return Flaw(code="REL001", kind="alone")
    if explains_itself(relationship):
        return None
    writing = [other for other in others if not known(other.viewonly) and not explains_itself(other)]
    silent = [other for other in writing if known(other.back_populates) is None and known(other.backref) is None]
    if silent:
        return Flaw(code="REL002", kind="both-silent", other=silent[0]) if _leads(relationship, silent[0]) else None
    return Flaw(code="REL002", kind="extra", other=writing[0]) if writing else None


def follow_different_paths(one: Relationship, other: Relationship) -> bool:
    """Their joins share no foreign key, so that they cannot be two sides of one thing."""
    if isinstance(one.foreign_keys, Unknown) or isinstance(other.foreign_keys, Unknown):
        return False
    first, second = set(one.foreign_keys), set(other.foreign_keys)
    return bool(first) and bool(second) and first.isdisjoint(second)


def _leads(one: Relationship, other: Relationship) -> bool:
    """Of two sides that are both to blame, the one that is reported."""
    return _rank(one) < _rank(other)


def _rank(relationship: Relationship) -> tuple[bool, str, str]:
    return relationship.direction != "MANYTOONE", relationship.model, relationship.name


def _ensure_nothing_leads_back(relationship: Relationship, schema: Schema) -> None:
    """Raise `Undecided` where a relationship that could not be read may be the other side."""
    ensure_read(known(relationship.target), schema)
    for other in schema.relationships_of(known(relationship.target)):
        if other is not relationship and are_related(known(other.target), relationship.model, schema):
            known(other.foreign_keys)


def ensure_read(key: str, schema: Schema) -> None:
    """Raise `Undecided` where the class, or one it derives from, may have relationships that could not be read."""
    schema.relationships.complete()
    model = schema.model(key)
    for name in (key, *(model.bases if model is not None else ())):
        ancestor = schema.model(name)
        if ancestor is not None and ancestor.rest is not None:
            known(ancestor.rest)


def other_sides(relationship: Relationship, schema: Schema) -> Iterator[Relationship]:
    """Relationships that follow the same foreign keys the other way; several, if the project maps them so."""
    target, direction = known(relationship.target), known(relationship.direction)
    seen: list[Relationship] = []
    for table, columns in known(relationship.foreign_keys):
        for other in schema.relationships_over(table, columns):
            if other is relationship or any(other is found for found in seen):
                continue
            seen.append(other)
            turned = direction == "MANYTOMANY" or other.direction != direction
            leads_from = turned and are_related(other.model, target, schema)
            if leads_from and are_related(known(other.target), relationship.model, schema):
                yield other


def are_related(one: str, other: str, schema: Schema) -> bool:
    """The classes are one, or one derives from the other."""
    if one == other:
        return True
    first, second = schema.model(one), schema.model(other)
    return (first is not None and other in first.bases) or (second is not None and one in second.bases)


def is_self_reference(relationship: Relationship, schema: Schema) -> bool:
    """Both ends are one class, or of one line of inheritance."""
    return are_related(known(relationship.target), relationship.model, schema)


def explains_itself(relationship: Relationship) -> bool:
    """It says itself what it joins by, or which other relationships it overlaps: what it writes is deliberate."""
    return any(argument.name in (*OWN_JOIN, "overlaps") for argument in relationship.stated)


def may_delete(relationship: Relationship) -> bool:
    """The ORM deletes the rows it leads to with the row itself, or may: what is not known counts as deleting."""
    return isinstance(relationship.cascade, Unknown) or "delete" in relationship.cascade


def is_implicit_many_to_many(relationship: Relationship, schema: Schema) -> bool:
    """Both sides are annotated as lists, and neither a foreign key nor a table is between."""
    if relationship.annotation_collection is not True or not known(relationship.target_found):
        return False
    if known(relationship.secondary) is not None or known(relationship.foreign_keys):
        return False
    named = relationship.back_populates
    other = schema.relationship(known(relationship.target), named) if isinstance(named, str) else None
    return other is not None and other.annotation_collection is True and known(other.secondary) is None


def lacks_remote_side(relationship: Relationship, schema: Schema) -> bool:
    """It means the one parent of a self reference, but SQLAlchemy takes it for the list of children."""
    if relationship.generated_by_backref or known(relationship.direction) != "ONETOMANY":
        return False
    stated = ("remote_side", "uselist", *OWN_JOIN)
    if not known(relationship.target_found) or any(relationship.argument(name) is not None for name in stated):
        return False
    if not is_self_reference(relationship, schema) or known(relationship.secondary) is not None:
        return False
    if any(other.direction == "MANYTOONE" for other in other_sides(relationship, schema)):
        return False
    if relationship.annotation_collection is not None:
        return not known(relationship.annotation_collection)
    return any(
        relationship.name == column.rpartition("_")[0]
        for _, columns in known(relationship.foreign_keys)
        for column in columns
    )
