"""Facts as plain JSON values, in the shape of a dump of SQLAlchemy's own metadata.

For people and tools: caches have their own encoding. What could not be decided is `{"unknown": why}`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from schema_lint.facts.environments import Begun, Configuration
from schema_lint.facts.identifiers import qualified, quoted
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.models import Model, Relationship
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import (
    CheckConstraint,
    Column,
    Default,
    ExclusionConstraint,
    ForeignKey,
    Index,
    IndexPart,
    Table,
    UniqueConstraint,
)
from schema_lint.facts.secrets import MASK, is_secret_name, mask
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown

VERSION = 1
_NO_PASSWORDS = frozenset({"True", "False", "None"})
"""What a column that is only named like a password may hold by default: `change_password`."""

Json = dict[str, Any]


def export(project: Project) -> Json:
    """The project's tables and mapped classes: `{"version": 1, "tables": […], "mappers": […]}`; and its environments of
    Alembic, `migrations`, where it has some.

    Tables of several schemas stand side by side, each with its `metadata` label.
    """
    tables = [_table(schema, table) for schema in project.schemas for table in schema.tables.known]
    aside = project.set_aside
    mappers = [
        _mapper(schema, model)
        for schema in project.schemas
        for model in schema.models.known
        if model.table is not None and not model.abstract
    ]
    exported = {
        "version": VERSION,
        "sqlalchemy": _version(project.sqlalchemy_version),
        "sqlmodel": _version(project.sqlmodel_version),
        "version_source": project.version_source,
        "tables": sorted(tables, key=lambda t: (t["schema"] or "", t["name"], t["file"] in aside, t["metadata"])),
        "mappers": sorted(mappers, key=lambda m: (m["class"], str(m["table"]))),
    }
    if project.migrations:
        exported["migrations"] = [_environment(environment) for environment in project.migrations]
    return exported


def plain(value: Any) -> Any:
    """A fact's value for JSON: `Unknown` as `{"unknown": why}`, tuples as lists."""
    if isinstance(value, Unknown):
        return {"unknown": value.why}
    return [plain(item) for item in value] if isinstance(value, tuple) else value


def _environment(environment: MigrationEnvironment) -> Json:
    addresses = environment.addresses
    return {
        "folder": environment.folder,
        "env": environment.place.path if environment.place is not None else None,
        "revisions": len(environment.revisions),
        "heads": list(environment.heads),
        "target_metadata": environment.target_metadata,
        "metadata": plain(environment.target) if environment.metadata is not None else None,
        "asynchronous": environment.is_async,
        "addresses": [
            {"kind": source.kind, "name": source.name, "url": source.url.masked if source.url is not None else None}
            for source in addresses.known
        ],
        "other_addresses": plain(addresses.rest),
        "configurations": [_configuration(each) for each in environment.configurations],
    }


def _configuration(found: Configuration) -> Json:
    """The options that are given or not known."""
    begun = {"by": found.begun.by, "line": found.begun.place.line} if isinstance(found.begun, Begun) else found.begun
    options = {name: getattr(found, name) for name in found.__struct_fields__ if name not in ("place", "begun")}
    given = {name: plain(value) for name, value in options.items() if value is not None}
    return {"line": found.place.line, **given, "transaction_begun": plain(begun)}


def _version(parts: tuple[int, ...]) -> str | None:
    return ".".join(map(str, parts)) or None


def _table(schema: Schema, table: Table) -> Json:
    exported: Json = {
        "name": table.name,
        "schema": table.schema,
        "metadata": schema.label,
        "comment": plain(table.comment),
        **_file_and_line(table),
        "columns": [_column(schema, column) for column in table.columns.known],
        "primary_key": {"name": plain(table.primary_key.name), "columns": list(table.primary_key.columns)},
        "foreign_keys": sorted((_foreign_key(foreign_key) for foreign_key in table.foreign_keys.known), key=_order),
        "indexes": sorted((_index(table, index) for index in table.indexes.known), key=_order),
        "unique_constraints": sorted((_unique(unique) for unique in table.unique_constraints.known), key=_order),
        "check_constraints": _checks(table),
        "models": list(table.models),
    }
    if table.exclusion_constraints.known:
        excluded = (_exclusion(table, constraint) for constraint in table.exclusion_constraints.known)
        exported["exclusion_constraints"] = sorted(excluded, key=_order)
    collections: dict[str, Some[Any]] = {
        "columns": table.columns,
        "foreign_keys": table.foreign_keys,
        "indexes": table.indexes,
        "unique_constraints": table.unique_constraints,
        "check_constraints": table.check_constraints,
        "exclusion_constraints": table.exclusion_constraints,
    }
    incomplete = {name: some.rest.why for name, some in collections.items() if some.rest is not None}
    if incomplete:
        exported["incomplete"] = incomplete
    return exported


def _checks(table: Table) -> list[Json] | Json:
    """The CHECKs; where it is of them that there may be more, that is said in their place."""
    known = sorted((_check(check) for check in table.check_constraints.known), key=_order)
    rest = table.check_constraints.rest
    return known if rest is None or rest is table.columns.rest else {"unknown": rest.why, "known": known}


def _order(exported: Json) -> str:
    return json.dumps(exported, sort_keys=True)


def _file_and_line(fact: Table | Model) -> Json:
    place = fact.place
    if isinstance(place, SourcePlace):
        return {"file": place.path, "line": place.line}
    return {"file": None, "line": None}


def _column(schema: Schema, column: Column) -> Json:
    return {
        "name": column.name,
        "type": _type(schema, column.type),
        "nullable": plain(column.nullable),
        "primary_key": plain(column.primary_key),
        "autoincrement": plain(column.autoincrement),
        "default": _default(column.default, column.name),
        "server_default": _default(column.server_default, column.name),
        "onupdate": _default(column.onupdate, column.name),
        "server_onupdate": _default(column.server_onupdate, column.name),
        "index": plain(column.index),
        "unique": plain(column.unique),
        "comment": plain(column.comment),
        "attribute": column.attribute,
    }


def _type(schema: Schema, kind: ColumnType | Unknown) -> Json:
    if isinstance(kind, Unknown):
        return {"unknown": kind.why}
    exported: Json = {"sql": kind.sql, "class": kind.class_name}
    for name in ("length", "precision", "scale", "timezone"):
        value = getattr(kind, name)
        if value is not None:
            exported[name] = value
    enum = schema.enum(kind.enum)
    if enum is not None:
        exported["enum_name"] = plain(enum.name) or None
        exported["enum_values"] = plain(enum.labels)
        exported["native_enum"] = enum.native
        if enum.class_name is not None:
            exported["enum_class"] = enum.class_name
    return exported


def _default(default: Default | Unknown | None, column: str) -> Json | None:
    if default is None:
        return None
    if isinstance(default, Unknown):
        return {"unknown": default.why}
    value = plain(default.value)
    if default.kind == "scalar" and default.literal is not None:
        value = re.sub(r"\s+", " ", default.literal)[:200]
    if isinstance(value, str) and value.strip("'\""):
        password = default.kind == "scalar" and is_secret_name(column) and value not in _NO_PASSWORDS
        value = MASK if password else mask(value)
    if default.kind == "fetched":
        return {"kind": "FetchedValue", "value": None}
    return {"kind": default.kind, "value": value}


def _foreign_key(foreign_key: ForeignKey) -> Json:
    return {
        "name": plain(foreign_key.name),
        "columns": list(foreign_key.columns),
        "targets": [f"{foreign_key.target_table}.{column}" for column in foreign_key.target_columns],
        "ondelete": plain(foreign_key.ondelete),
        "onupdate": plain(foreign_key.onupdate),
        "deferrable": foreign_key.deferrable,
        "initially": foreign_key.initially,
        "use_alter": foreign_key.use_alter,
    }


def _index(table: Table, index: Index) -> Json:
    expressions = [_part(table, part) for part in index.parts]
    exported: Json = {
        "name": plain(index.name),
        "expressions": expressions,
        "plain_columns": expressions == [part.column for part in index.parts],
        "unique": plain(index.unique),
    }
    options = {
        "postgresql_using": index.method if index.method != "btree" else None,
        "postgresql_where": plain(index.predicate),
        "postgresql_include": list(index.include) or None,
        "postgresql_nulls_not_distinct": index.nulls_not_distinct or None,
    }
    given = {name: value for name, value in options.items() if value is not None}
    if given:
        exported["options"] = given
    return exported


def _part(table: Table, part: IndexPart) -> Any:
    if part.expression is not None or part.column is None:
        return plain(part.expression)
    order = " DESC" if part.descending else " ASC" if part.ascending_stated else ""
    order += f" NULLS {part.nulls.upper()}" if part.nulls is not None else ""
    return f"{_sql_name(table)}.{quoted(part.column)}{order}" if order else part.column


def _sql_name(table: Table) -> str:
    return qualified(table.schema, table.name)


def _unique(unique: UniqueConstraint) -> Json:
    exported: Json = {"name": plain(unique.name), "columns": list(unique.columns), "deferrable": unique.deferrable}
    if unique.nulls_not_distinct:
        exported["options"] = {"postgresql_nulls_not_distinct": True}
    return exported


def _exclusion(table: Table, constraint: ExclusionConstraint) -> Json:
    return {
        "name": plain(constraint.name),
        "elements": [
            [_part(table, part), operator]
            for part, operator in zip(constraint.parts, constraint.operators, strict=True)
        ],
        "using": constraint.method,
        "where": plain(constraint.predicate),
        "deferrable": constraint.deferrable,
        "initially": constraint.initially,
    }


def _check(check: CheckConstraint) -> Json:
    return {
        "name": plain(check.name),
        "sqltext": plain(check.expression),
        "type_bound": check.implied_by_type,
    }


def _mapper(schema: Schema, model: Model) -> Json:
    # A relationship knows its class by name: of several classes of one name, one stands for all.
    own = schema.own_relationships(model.key) if schema.model(model.key) is model else ()
    return {
        "class": model.key,
        **_file_and_line(model),
        "table": model.table,
        "metadata": schema.label,
        "bases": list(model.bases),
        "inherits": model.inherits,
        "inheritance": model.inheritance,
        "polymorphic_on": model.polymorphic_on,
        "polymorphic_identity": plain(model.polymorphic_identity),
        "relationships": sorted((_relationship(r) for r in own), key=lambda r: str(r["key"])),
    }


def _relationship(relationship: Relationship) -> Json:
    exported: Json = {
        "key": relationship.name,
        "target": plain(relationship.target),
        "direction": plain(relationship.direction),
        "back_populates": plain(relationship.back_populates),
        "backref": plain(relationship.backref),
        "uselist": plain(relationship.uselist),
        "lazy": plain(relationship.lazy),
        "viewonly": plain(relationship.viewonly),
        "passive_deletes": plain(relationship.passive_deletes),
        "single_parent": plain(relationship.single_parent),
        "cascade": plain(relationship.cascade),
        "secondary": plain(relationship.secondary),
        "local_columns": plain(relationship.local_columns),
        "remote_side": plain(relationship.remote_columns),
    }
    if relationship.generated_by_backref:
        exported["generated_by_backref"] = True
    return exported
