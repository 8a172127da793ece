"""What SQLAlchemy made of a package, in the shape in which facts are exported."""

from __future__ import annotations

import inspect
import re
import sys
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, MetaData, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapper, mapperlib

Json = dict[str, Any]
_DIALECT = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]


def metadatas_in(package: str) -> list[MetaData]:
    """Metadatas with tables that the package's modules hold, or classes in them."""
    found: dict[int, MetaData] = {}
    for value in _values(package):
        for candidate in (value, getattr(value, "metadata", None)):
            if isinstance(candidate, MetaData) and candidate.tables:
                found[id(candidate)] = candidate
    return list(found.values())


def plain(metadatas: list[MetaData]) -> Json:
    """Tables and mappers as JSON."""
    tables = {id(table) for metadata in metadatas for table in metadata.tables.values()}
    mappers = {id(mapper): mapper for mapper in _mappers() if id(mapper.local_table) in tables}
    return {
        "tables": [_table(table) for metadata in metadatas for table in metadata.tables.values()],
        "mappers": [_mapper(mapper) for mapper in mappers.values()],
    }


def _values(package: str) -> list[Any]:
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == package]
    return [value for module in modules for value in list(vars(module).values())]


def _mappers() -> list[Mapper[Any]]:
    return [mapper for registry in mapperlib._all_registries() for mapper in registry.mappers]


def _text(value: Any) -> str:
    return re.sub(r"\s+", " ", str(value)).strip()


def _sql(element: Any) -> str:
    if isinstance(element, str):
        return _text(element)
    return _text(element.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def _name(name: Any) -> str | None:
    return str(name) if isinstance(name, str) else None


def _default(default: Any) -> Json | None:
    if default is None:
        return None
    kind = type(default).__name__.lower()
    if getattr(default, "is_sequence", False):
        return {"kind": "sequence", "value": default.name}
    if getattr(default, "is_scalar", False):
        return {"kind": "scalar", "value": repr(default.arg)}
    if getattr(default, "is_callable", False):
        called = inspect.unwrap(default.arg)
        return {"kind": "callable", "value": getattr(called, "__qualname__", type(called).__name__).rpartition(".")[2]}
    if kind == "computed":
        return {"kind": kind, "value": _sql(default.sqltext)}
    if kind == "identity":
        return {"kind": kind, "value": None}
    if getattr(default, "arg", None) is None:
        return {"kind": "FetchedValue", "value": None}
    return {"kind": "sql", "value": _sql(default.arg)}


def _type(kind: Any) -> Json:
    out: Json = {"sql": _text(kind.compile(dialect=_DIALECT))}
    for name in ("length", "precision", "scale", "timezone"):
        value = getattr(kind, name, None)
        # What the DDL does not show is of no concern: the length of a BYTEA, the zone of an INTERVAL's stand-in.
        if isinstance(value, int) and (str(value) in out["sql"] or (name == "timezone" and "TIME ZONE" in out["sql"])):
            out[name] = value
    labels = getattr(kind, "enums", None)
    if labels is not None:
        out["enum_name"] = _name(kind.name)
        out["enum_values"] = [str(label) for label in labels]
        out["native_enum"] = bool(kind.native_enum)
        out["enum_class"] = kind.enum_class and f"{kind.enum_class.__module__}.{kind.enum_class.__qualname__}"
    return out


def _column(column: Any) -> Json:
    return {
        "name": str(column.name),
        "type": _type(column.type),
        "nullable": bool(column.nullable),
        "primary_key": column.primary_key,
        "autoincrement": column.autoincrement,
        "default": _default(column.default),
        "server_default": _default(column.server_default),
        "onupdate": _default(column.onupdate),
        "server_onupdate": _default(column.server_onupdate),
        "index": bool(column.index),
        "unique": bool(column.unique),
        "comment": column.comment,
    }


def _index(index: Any) -> Json:
    options = {name: index.dialect_options["postgresql"].get(name) for name in ("using", "where", "include")}
    return {
        "name": _name(index.name),
        "expressions": [_key(part) for part in index.expressions],
        "unique": bool(index.unique),
        "using": options["using"] or "btree",
        "where": _sql(options["where"]) if options["where"] is not None else None,
        "include": [_included(index, item) for item in options["include"] or ()],
        "nulls_not_distinct": bool(index.dialect_options["postgresql"].get("nulls_not_distinct")),
    }


def _key(part: Any) -> str:
    return str(part.name) if hasattr(part, "nullable") else _sql(part)


def _included(index: Any, item: Any) -> str:
    return str(index.table.c[item].name if isinstance(item, str) else item.name)


def _table(table: Any) -> Json:
    foreign_keys, uniques, checks, exclusions = [], [], [], []
    # A CHECK among a column's arguments is the column's, and the table's in the database.
    of_columns = [constraint for column in table.columns for constraint in column.constraints]
    for constraint in sorted([*table.constraints, *of_columns], key=lambda constraint: constraint._creation_order):
        name = _name(constraint.name)
        if isinstance(constraint, ForeignKeyConstraint):
            foreign_keys.append({
                "name": name,
                "columns": [str(e.parent.name) for e in constraint.elements],
                "targets": [f"{e.column.table.fullname}.{e.column.name}" for e in constraint.elements],
                "ondelete": constraint.ondelete.upper() if constraint.ondelete else None,
                "onupdate": constraint.onupdate.upper() if constraint.onupdate else None,
                "deferrable": constraint.deferrable,
                "initially": constraint.initially,
                "use_alter": bool(constraint.use_alter),
            })  # fmt: skip
        elif isinstance(constraint, UniqueConstraint):
            columns = [str(c.name) for c in constraint.columns]
            uniques.append({"name": name, "columns": columns, "deferrable": constraint.deferrable})
            if constraint.dialect_options["postgresql"].get("nulls_not_distinct"):
                uniques[-1]["options"] = {"postgresql_nulls_not_distinct": True}
        elif isinstance(constraint, ExcludeConstraint):
            exclusions.append({
                "name": name,
                "elements": [[_key(part), operator] for part, _, operator in constraint._render_exprs],
                "using": constraint.using,
                "where": None if constraint.where is None else _sql(constraint.where),
                "deferrable": constraint.deferrable,
                "initially": constraint.initially,
            })  # fmt: skip
        elif isinstance(constraint, CheckConstraint):
            bound = bool(getattr(constraint, "_type_bound", False))
            checks.append({"name": name, "sqltext": _sql(constraint.sqltext), "type_bound": bound})
    return {
        "name": str(table.name),
        "schema": _name(table.schema),
        "comment": table.comment,
        "columns": [_column(c) for c in table.columns],
        "primary_key": {
            "name": _name(table.primary_key.name),
            "columns": [str(c.name) for c in table.primary_key.columns],
        },
        "autoincrement_column": _name(getattr(table._autoincrement_column, "name", None)),
        "foreign_keys": foreign_keys,
        "indexes": [_index(index) for index in table.indexes],
        "unique_constraints": uniques,
        "check_constraints": checks,
        "exclusion_constraints": exclusions,
    }


def _class_name(cls: type) -> str:
    return f"{cls.__module__}.{cls.__qualname__}"


def _mapper(mapper: Mapper[Any]) -> Json:
    inherits = mapper.inherits
    form = None if inherits is None else "concrete" if mapper.concrete else "single" if mapper.single else "joined"
    on = mapper.polymorphic_on
    identity = mapper.polymorphic_identity
    return {
        "class": _class_name(mapper.class_),
        "table": str(mapper.local_table.fullname),  # type: ignore[attr-defined]
        "inherits": _class_name(inherits.class_) if inherits is not None and not mapper.concrete else None,
        "inheritance": form,
        "polymorphic_on": str(on.name) if on is not None else None,  # type: ignore[attr-defined]
        "polymorphic_identity": None if on is None or identity is None else str(identity),
        "attributes": _attributes(mapper),
        "relationships": [_relationship(r) for r in mapper.relationships if r.parent is mapper],
    }


def _attributes(mapper: Mapper[Any]) -> Json:
    return {str(p.columns[0].name): p.key for p in mapper.column_attrs if p.columns[0].table is mapper.local_table}


def _relationship(relationship: Any) -> Json:
    backref = relationship.backref
    lazy = relationship.lazy
    return {
        "key": relationship.key,
        "target": _class_name(relationship.mapper.class_),
        "direction": relationship.direction.name,
        "back_populates": relationship.back_populates,
        "backref": backref[0] if isinstance(backref, tuple) else backref,
        "uselist": bool(relationship.uselist),
        "lazy": {True: "select", False: "joined", None: "noload"}.get(lazy, lazy),
        "viewonly": bool(relationship.viewonly),
        "passive_deletes": relationship.passive_deletes,
        "single_parent": bool(relationship.single_parent),
        "cascade": sorted(relationship.cascade),
        "secondary": getattr(relationship.secondary, "fullname", None),
        "local_columns": sorted(f"{c.table}.{c.name}" for c in relationship.local_columns),
        "remote_side": sorted(f"{c.table}.{c.name}" for c in relationship.remote_side),
    }
