"""Schemas: what was found of each metadata, as facts."""

from __future__ import annotations

from collections.abc import Mapping as Mapped
from typing import TYPE_CHECKING

from schema_lint.facts.models import Model, Relationship
from schema_lint.facts.project import NamingConvention, Schema
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.readers.places import one_line
from schema_lint.readers.source.arguments import either
from schema_lint.readers.source.assembling import Assembler
from schema_lint.readers.source.dialects import other_dialects
from schema_lint.readers.source.drafts import Mapping, MetaDataDraft
from schema_lint.readers.source.models import ModelReader
from schema_lint.readers.source.modules import Units

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter


class SchemaMaker:
    """Makes one schema of each metadata that holds something.

    `databases` has the dotted names of metadata by configured database, `given_up` why tables may be missing.
    """

    def __init__(
        self,
        mapping: Mapping,
        interpreter: Interpreter,
        units: Units,
        databases: Mapped[str, tuple[str, ...]],
        given_up: Unknown | None,
    ) -> None:
        self._mapping = mapping
        self._interpreter = interpreter
        self._units = units
        self._databases = databases
        self._given_up = given_up
        self._models = ModelReader(mapping, interpreter)

    def all(self, relationships: Mapped[int, list[Relationship]]) -> tuple[Schema, ...]:
        """The schemas; relationships are given by the identity of the metadata."""
        return tuple(
            self._schema(metadata, relationships.get(id(metadata), []))
            for metadata in self._mapping.metadatas
            if metadata.tables
            or any(m.metadata is metadata for m in self._mapping.classes)
            or self._data_only(metadata)
        )

    def _data_only(self, metadata: MetaDataDraft) -> bool:
        return any(base.registry.metadata is metadata for _, base in self._mapping.unmapped)

    def _schema(self, metadata: MetaDataDraft, relationships: list[Relationship]) -> Schema:
        tables = list(metadata.tables.values())
        assembler = Assembler(self._interpreter)
        mapped = [m for m in self._mapping.classes if m.metadata is metadata]
        unmapped = [(cls, base) for cls, base in self._mapping.unmapped if base.registry.metadata is metadata]
        facts = [self._models.mapped(m) for m in mapped] + [self._models.unmapped(cls, base) for cls, base in unmapped]
        place = one_line(metadata.site)
        if place is None:
            seen = [fact.place for fact in facts if fact.place is not None and fact.table is not None]
            place = min(seen or [fact.place for fact in facts if fact.place is not None], default=None)
        return Schema(
            label=metadata.label,
            evidence="S",
            tables=Some(
                tuple(assembler.table(table) for table in tables),
                either(_elsewhere(metadata, self._mapping.metadatas), self._given_up),
            ),
            models=Some(tuple(facts)),
            relationships=Some(tuple(relationships)),
            enums=Some(assembler.enums.all()),
            default_schema=metadata.schema if isinstance(metadata.schema, str) else None,
            naming_convention=_convention(metadata),
            database=self._database(metadata, facts),
            mapping_errors=tuple(metadata.errors),
            other_dialects=other_dialects(tables),
            place=place,
        )

    def _database(self, metadata: MetaDataDraft, models: list[Model]) -> str | None:
        """The configured database that a metadata belongs to: by its own name, else by where its models stand."""
        for name, labels in self._databases.items():
            if metadata.label.removesuffix(".metadata") in {label.removesuffix(".metadata") for label in labels}:
                return name
        paths = [table.site.module.path for table in metadata.tables.values() if table.site is not None]
        paths += [model.place.path for model in models if model.place is not None]
        return next(filter(None, map(self._units.database, paths)), None)


def _elsewhere(metadata: MetaDataDraft, everywhere: list[MetaDataDraft]) -> Unknown | None:
    """Why the metadata may have more tables than these, if it may."""
    for reason in (metadata.unread, metadata.rest):
        if reason is not None:
            return reason
    if metadata.origin is None:
        wanted = {
            key
            for table in metadata.tables.values()
            for foreign_key in table.foreign_keys
            for key, _ in (foreign_key.resolved if isinstance(foreign_key.resolved, list) else ())
        }
        return next((m.unread for m in everywhere if m.unread is not None and wanted & m.tables.keys()), None)
    return Unknown(f"more tables of this MetaData are those of {metadata.origin.label}", one_line(metadata.site))


def _convention(metadata: MetaDataDraft) -> NamingConvention | Unknown:
    if isinstance(metadata.convention, Unknown):
        return metadata.convention
    templates = {kind: t if isinstance(t, str) else "(computed)" for kind, t in metadata.convention.items()}
    return NamingConvention(templates=templates, stated=metadata.convention_stated)
