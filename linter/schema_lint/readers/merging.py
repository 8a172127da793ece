"""What the source says and what SQLAlchemy built of it, as one: built facts decide, the source adds what only it has.

Knows facts alone, no reader. A table is the same where its key is, and both say that it is made in the same file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

import msgspec

from schema_lint.facts.models import Model, Relationship, UpdateHook
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Column, Default, ExclusionConstraint, ForeignKey, Index, Table
from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.facts.unknown import Some, Unknown

T = TypeVar("T")
_FROM_SOURCE = frozenset({
    "abstract", "annotation", "annotation_collection", "annotation_optional", "annotation_quoted", "attribute",
    "attributes", "bases", "declaration", "docstring", "explanation", "extend_existing", "implied_by_column", "key",
    "model", "name_stated", "nullable_stated", "owner", "place", "postponed_annotations", "stated", "style",
    "target_candidates",
})  # fmt: skip
"""Fields that the source knows better."""


def merge(source: Project, built: Project) -> Project:
    """One project of both. Tables that only the source has, since their modules were not imported, stay as they are."""
    names = _names(source, built)
    left = list(source.schemas)
    merged: list[Schema] = []
    for schema in built.schemas:
        twin = twin_of(schema, left)
        if twin is None:
            merged.append(schema)
        else:
            left.remove(twin)
            merged.append(_Both(twin, schema, names).schema())
    hooks = [UpdateHook(target=names.get(hook.target or "", hook.target)) for hook in built.update_hooks]
    return msgspec.structs.replace(
        source,
        evidence=f"{source.evidence}M",
        schemas=(*merged, *left),
        update_hooks=(*source.update_hooks, *hooks),
        sqlalchemy_version=built.sqlalchemy_version,
        sqlmodel_version=built.sqlmodel_version,
        version_source=built.version_source,
    )


def _excluded(constraint: ExclusionConstraint) -> tuple[object, ...]:
    return constraint.columns, constraint.operators


def _names(source: Project, built: Project) -> dict[str, str]:
    """Keys of built classes, each with what the source calls the same class."""
    known = {_statement(model): model.key for schema in source.schemas for model in schema.models.known}
    models = [model for schema in built.schemas for model in schema.models.known]
    return {model.key: known[_statement(model)] for model in models if _statement(model) in known}


def _statement(model: Model) -> tuple[str, int, str]:
    place = model.place
    return (place.path, place.line, model.name) if place is not None else ("", 0, model.key)


def twin_of(schema: Schema, candidates: Sequence[Schema]) -> Schema | None:
    """The candidate that shares most tables with a schema."""
    counted = [(sum(_same(table, other) for table in schema.tables.known), other) for other in candidates]
    best = max(counted, key=lambda pair: pair[0], default=(0, None))
    return best[1] if best[0] else None


def _same(table: Table, schema: Schema) -> bool:
    other = schema.table(table.key)
    return other is not None and _file(other.place) in (_file(table.place), None)


def _file(place: Place | None) -> str | None:
    return place.path if isinstance(place, SourcePlace) else None


class _Both:
    """One metadata, as the source has it and as it was built."""

    def __init__(self, source: Schema, built: Schema, names: Mapping[str, str]) -> None:
        self.source = source
        self.built = built
        self.names = names

    def schema(self) -> Schema:
        """Both in one."""
        source, built = self.source, self.built
        tables = [self._table(table) for table in built.tables.known]
        order = {table.key: number for number, table in enumerate(source.tables.known)}
        tables.sort(key=lambda table: order.get(table.key, len(order)))
        here = {table.key for table in tables}
        models = [self._model(model) for model in built.models.known]
        named = {model.key: number for number, model in enumerate(source.models.known)}
        models.sort(key=lambda model: named.get(model.key, len(named)))
        mapped = {model.key for model in models}
        relationships = [self._relationship(relationship) for relationship in built.relationships.known]
        enums = {enum.key for enum in built.enums.known}
        return msgspec.structs.replace(
            source,
            evidence="SM",
            tables=Some((*tables, *(t for t in source.tables.known if t.key not in here)), built.tables.rest),
            models=Some((*models, *(m for m in source.models.known if m.key not in mapped)), built.models.rest),
            relationships=Some(
                (*relationships, *(r for r in source.relationships.known if r.model not in mapped)),
                built.relationships.rest,
            ),
            enums=Some((*map(self._enum, built.enums.known), *(e for e in source.enums.known if e.key not in enums))),
            default_schema=built.default_schema,
            naming_convention=built.naming_convention,
            mapping_errors=(*source.mapping_errors, *built.mapping_errors),
            other_dialects=tuple(sorted({*source.other_dialects, *built.other_dialects} - _vague(source, built))),
        )

    def _table(self, built: Table) -> Table:
        models = tuple(self.names.get(key, key) for key in built.models)
        source = self.source.table(built.key)
        if source is None or not _same(built, self.source):
            return msgspec.structs.replace(built, models=models)
        return _laid_over(
            source,
            built,
            columns=Some(tuple(_merged(built.columns, source.columns, lambda c: c.name, _column))),
            primary_key=_laid_over(source.primary_key, built.primary_key),
            foreign_keys=Some(tuple(_merged(built.foreign_keys, source.foreign_keys, _leads, _laid_over))),
            indexes=Some(tuple(_merged(built.indexes, source.indexes, _index_key, _laid_over))),
            unique_constraints=Some(
                tuple(_merged(built.unique_constraints, source.unique_constraints, lambda u: u.columns, _laid_over))
            ),
            check_constraints=Some(
                tuple(_merged(built.check_constraints, source.check_constraints, lambda c: str(c.name), _laid_over))
            ),
            exclusion_constraints=Some(
                tuple(_merged(built.exclusion_constraints, source.exclusion_constraints, _excluded, _laid_over))
            ),
            models=models,
        )

    def _model(self, built: Model) -> Model:
        key = self.names.get(built.key, built.key)
        source = self.source.model(key)
        inherits = self.names.get(built.inherits or "", built.inherits)
        if source is None:
            bases = tuple(self.names.get(base, base) for base in built.bases)
            return msgspec.structs.replace(built, key=key, inherits=inherits, bases=bases)
        return _laid_over(source, built, inherits=inherits, used_as_base=built.used_as_base or source.used_as_base)

    def _relationship(self, built: Relationship) -> Relationship:
        model = self.names.get(built.model, built.model)
        target = self.names.get(built.target, built.target) if isinstance(built.target, str) else built.target
        owner = self.names.get(built.owner or "", built.owner)
        found = (r for r in self.source.own_relationships(model) if r.name == built.name)
        source = next(found, None)
        if source is None:
            return msgspec.structs.replace(built, model=model, target=target, owner=owner)
        return _laid_over(source, built, target=target if not isinstance(target, Unknown) else source.target)

    def _enum(self, built: EnumType) -> EnumType:
        same = (e for e in self.source.enums.known if (e.name, e.class_name) == (built.name, built.class_name))
        place = next((enum.place for enum in same), None)
        return msgspec.structs.replace(built, place=place or built.place)


def _laid_over(source: T, built: T, **more: object) -> T:
    """The source's fact, with what was built in place of what the source says of it; an `Unknown` replaces nothing."""
    assert isinstance(source, msgspec.Struct)
    changes = {
        name: value
        for name in source.__struct_fields__
        if name not in _FROM_SOURCE and not isinstance(value := getattr(built, name), Unknown)
    }
    if getattr(source, "place", "") is None:
        changes["place"] = getattr(built, "place")  # noqa: B009 - not every fact has one
    return msgspec.structs.replace(source, **{**changes, **more})


def _merged(built: Some[T], source: Some[T], key: Callable[[T], object], both: Callable[[T, T], T]) -> Iterable[T]:
    """What was built, each with the source's twin laid under it."""
    twins: dict[object, list[T]] = {}
    for fact in source.known:
        twins.setdefault(key(fact), []).append(fact)
    for fact in built.known:
        found = twins.get(key(fact))
        yield both(found.pop(0), fact) if found else fact


def _column(source: Column, built: Column) -> Column:
    kind = built.type
    if isinstance(source.type, ColumnType) and (isinstance(kind, Unknown) or kind.sql == source.type.sql):
        # The key of an enum is the schema's, and the schema has those that were built.
        enum = kind.enum if isinstance(kind, ColumnType) else source.type.enum
        kind = msgspec.structs.replace(source.type, enum=enum)
    defaults = {
        name: _default(getattr(source, name), getattr(built, name))
        for name in ("default", "server_default", "onupdate", "server_onupdate")
    }
    changes: dict[str, object] = {"type": kind, **defaults}
    if source.attribute is None:
        changes["attribute"] = built.attribute
    return _laid_over(source, built, **changes)


def _default(source: Default | Unknown | None, built: Default | None) -> Default | None:
    if not isinstance(source, Default) or built is None or source.kind != built.kind:
        return built
    if isinstance(source.value, Unknown) and not isinstance(built.value, Unknown):
        return msgspec.structs.replace(source, value=built.value, literal=built.literal or source.literal)
    return source


def _leads(key: ForeignKey) -> object:
    return key.columns, key.target_table, key.target_columns


def _index_key(index: Index) -> object:
    if isinstance(index.name, str):
        return index.name
    return tuple(index.columns)


def _vague(source: Schema, built: Schema) -> set[str]:
    """`other`, where one of the two names the dialects."""
    named = {*source.other_dialects, *built.other_dialects} - {"other"}
    return {"other"} if named else set()
