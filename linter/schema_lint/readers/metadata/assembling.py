"""Facts out of what the probe wrote down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.files import Module
from schema_lint.facts.models import UpdateHook
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.project import NamingConvention, Project, Schema
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.readers.enums import Enums
from schema_lint.readers.metadata.column_types import dotted
from schema_lint.readers.metadata.locating import Locator
from schema_lint.readers.metadata.models import model, relationship
from schema_lint.readers.metadata.refusals import Refusals, mapping_errors
from schema_lint.readers.metadata.tables import Attributes, TableAssembler, lineage

Json = dict[str, Any]
_SQLALCHEMYS_OWN = {"ix": "ix_%(column_0_label)s"}
_DIALECTS = frozenset({"mysql", "mariadb", "sqlite", "oracle", "mssql"})


def project(answer: Json, tree: SourceTree) -> Project:
    """The project's facts, with one schema for each metadata."""
    locator = Locator(tree)
    schemas = [_schema(number, metadata, answer, locator) for number, metadata in enumerate(answer["metadatas"])]
    return Project(
        evidence="M",
        schemas=tuple(schemas),
        constructed=frozenset(
            f"{dotted(mapper['class'])}.{name}"
            for mapper in answer["mappers"]
            for name in locator.constructed(lineage(mapper))
        ),
        modules=tuple(_modules(schemas, locator)),
        update_hooks=tuple(_hooks(answer)),
        sqlalchemy_version=_version(answer["sqlalchemy"]),
        sqlmodel_version=_version(answer["sqlmodel"]),
        version_source="as imported",
    )


def _modules(schemas: list[Schema], locator: Locator) -> Iterator[Module]:
    """The files that facts stand in."""
    places: list[Place | None] = []
    for schema in schemas:
        places += (table.place for table in schema.tables.known)
        places += (model.place for model in schema.models.known)
        places += (error.place for error in schema.mapping_errors)
    paths = {place.path for place in places if isinstance(place, SourcePlace)}
    for path in sorted(paths):
        yield Module(name=locator.name(path), path=path, has_models=True)


def _version(text: str | None) -> tuple[int, ...]:
    numbers = []
    for part in (text or "").split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers[:3])


def _hooks(answer: Json) -> Iterator[UpdateHook]:
    if answer["flush_hooks"]:
        yield UpdateHook()
    for mapper in answer["mappers"]:
        if mapper["update_hooks"]:
            yield UpdateHook(target=dotted(mapper["class"]))


def _schema(number: int, metadata: Json, answer: Json, locator: Locator) -> Schema:
    mappers = [mapper for mapper in answer["mappers"] if mapper["metadata"] == number]
    mappers.sort(key=lambda mapper: (mapper["class"], mapper["table"]))
    attributes = Attributes(mappers)
    bases = {dotted(ancestor["path"]) for mapper in mappers for ancestor in mapper["mro"][1:]}
    tables = metadata["tables"]
    enums = Enums()
    made = sorted((TableAssembler(table, attributes, enums, locator).table() for table in tables), key=_order)
    order = {table.key: number for number, table in enumerate(made)}
    mappers.sort(key=lambda mapper: (order.get(mapper["table"], len(order)), len(mapper["mro"])))
    refusals = Refusals(answer["errors"])
    rest = _rest(answer)
    places = {table.key: table.place for table in made if isinstance(table.place, SourcePlace)}
    first = number == 0
    return Schema(
        label=_label(metadata["label"]),
        evidence="M",
        tables=Some(tuple(made), rest),
        models=Some(tuple(model(mapper, bases, locator, places.get(mapper["table"])) for mapper in mappers), rest),
        relationships=Some(
            tuple(
                relationship(found, mapper, answer["mappers"], locator, refusals)
                for mapper in mappers
                for found in sorted(mapper["relationships"], key=lambda r: str(r["key"]))
            ),
            rest,
        ),
        enums=Some(enums.all()),
        default_schema=metadata["schema"],
        naming_convention=_convention(metadata["convention"]),
        mapping_errors=tuple(mapping_errors(answer, answer["mappers"], locator)) if first else (),
        other_dialects=tuple(sorted(_other_dialects(tables))),
        place=min(places.values(), default=None),
    )


def _order(table: Table) -> tuple[bool, str, int]:
    """As the source has them: Core tables first, then classes, by file and line; else as they were made."""
    path, line = (table.place.path, table.place.line) if isinstance(table.place, SourcePlace) else ("~", 0)
    return table.form != "core", path, line


def _rest(answer: Json) -> Unknown | None:
    """Why there may be more tables: a module below a package that could not be imported."""
    names = [note["module"] for note in answer["notes"]]
    return Unknown(f"{', '.join(names[:3])} could not be imported") if names else None


def _label(label: str | None) -> str:
    if label is None:
        return "metadata"
    return "SQLModel.metadata" if label.startswith("sqlmodel.") else label


def _convention(templates: dict[str, str | None]) -> NamingConvention:
    given = {kind: template if template is not None else "(computed)" for kind, template in templates.items()}
    return NamingConvention(templates=given, stated=given != _SQLALCHEMYS_OWN)


def _other_dialects(tables: list[Json]) -> set[str]:
    found = {
        dialect for table in tables for column in table["columns"] for dialect in column["type"].get("dialects", ())
    }
    for table in tables:
        for thing in (table, *table["indexes"]):
            found |= _DIALECTS.intersection(thing["dialects"])
    return found
