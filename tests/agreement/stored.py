"""Where the catalog reader says other than what SQLAlchemy built, as far as a database can know it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from agreement.comparing import key_of
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, ExclusionConstraint, ForeignKey, Index, Table, UniqueConstraint
from schema_lint.facts.types import ColumnType
from schema_lint.readers.type_names import bare

Json = dict[str, Any]
LONGEST_NAME = 63


def stored_differences(truth: Json, schema: Schema) -> list[str]:
    """One line for each difference between what was built and what was read from the database."""
    found: list[str] = []
    tables = {_key(table, schema): table for table in truth["tables"]}
    read = {table.key: table for table in schema.tables.complete()}
    found += [f"{name}: not in the catalogue" for name in tables if name not in read]
    found += [f"{name}: only in the catalogue" for name in read if name not in tables]
    for name, table in tables.items():
        if name in read:
            _Stored(found, name, schema).compare(table, read[name])
    return found


def _key(table: Json, schema: Schema) -> str:
    return str(table["name"]) if table["schema"] == schema.default_schema else key_of(table)


class _Stored:
    """One table, as built and as read."""

    def __init__(self, found: list[str], where: str, schema: Schema) -> None:
        self.found = found
        self.where = where
        self.schema = schema

    def compare(self, table: Json, read: Table) -> None:
        self._same("columns", [c["name"] for c in table["columns"]], [c.name for c in read.columns.complete()])
        for column in table["columns"]:
            stored = read.column(column["name"])
            if stored is not None:
                self._column(table, column, stored)
        self._same("comment", table["comment"], read.comment)
        self._same("primary key", table["primary_key"]["columns"], list(read.primary_key.columns))
        keys, uniques = table["foreign_keys"], _kept(table)
        self._things("foreign key", map(self._foreign_key, keys), map(_read_foreign_key, read.foreign_keys.complete()))
        self._things("unique", map(_unique, uniques), map(_read_unique, read.unique_constraints.complete()))
        names = {column["name"] for column in table["columns"]}
        indexes = [_index(index, names) for index in table["indexes"]]
        self._things("index", indexes, map(_read_index, read.indexes.complete()))
        # Of two that say the same PostgreSQL keeps one.
        excluded = {_exclusion(constraint, names) for constraint in table["exclusion_constraints"]}
        self._things("exclusion", excluded, set(map(_read_exclusion, read.exclusion_constraints.complete())))
        # What `Boolean` would be checked for on other databases.
        checks = [c for c in table["check_constraints"] if not (c["type_bound"] and "IN (0, 1)" in c["sqltext"])]
        self._same("number of checks", len(checks), len(read.check_constraints.complete()))
        key = [table["primary_key"]] if table["primary_key"]["columns"] else []
        self._names(
            [*key, *checks, *keys, *uniques, *table["indexes"], *table["exclusion_constraints"]], _names_in(read)
        )

    def _names(self, given: list[Json], read: set[str]) -> None:
        for thing in given:
            if thing["name"] is not None and len(thing["name"]) <= LONGEST_NAME and thing["name"] not in read:
                self.found.append(f"{self.where}: no {thing['name']} in the catalogue, which has {sorted(read)}")

    def _column(self, table: Json, column: Json, read: Column) -> None:
        name = column["name"]
        for field in ("nullable", "primary_key", "comment"):
            self._same(f"{name}.{field}", column[field], getattr(read, field))
        self._type(name, column["type"], read.type)
        default = column["server_default"]
        serial = table["autoincrement_column"] == name and default is None and column["default"] is None
        kind = "sequence" if serial else default and default["kind"]
        self._same(f"{name}.server_default", kind, getattr(read.server_default, "kind", None))
        self._same(f"{name}.autoincrement", kind in ("sequence", "identity"), read.autoincrement)

    def _type(self, name: str, kind: Json, read: object) -> None:
        assert isinstance(read, ColumnType)
        self._same(f"{name}.type", _as_stored(kind["sql"]), re.sub(r"^[a-z]+\.", "", read.sql))
        for field in ("length", "precision", "scale", "timezone"):
            # FLOAT(24) is REAL, which has no precision.
            if field in kind and not kind["sql"].startswith("FLOAT"):
                self._same(f"{name}.type.{field}", kind[field], getattr(read, field))
        if kind.get("native_enum"):
            enum = self.schema.enum(read.enum)
            self._same(f"{name}.enum", kind["enum_values"], enum and list(enum.labels))  # type: ignore[arg-type]
        else:
            self._same(f"{name}.type.name", bare(kind["sql"]), read.name)

    def _foreign_key(self, key: Json) -> str:
        schema = f"{self.schema.default_schema}."
        targets = [t.removeprefix(schema) if t.count(".") > 1 else t for t in key["targets"]]
        actions = [key[name] or "NO ACTION" for name in ("ondelete", "onupdate")]
        return f"{key['columns']} {targets} {actions} {bool(key['deferrable'])} {key['initially'] == 'DEFERRED'}"

    def _things(self, kind: str, built: Iterable[str], read: Iterable[str]) -> None:
        self._same(kind, sorted(built), sorted(read))

    def _same(self, field: str, built: object, read: object) -> None:
        if built != read:
            self.found.append(f"{self.where} {field}: built {built!r}, catalogue {read!r}")


def _names_in(table: Table) -> set[str]:
    things = (
        table.primary_key, *table.foreign_keys.known, *table.unique_constraints.known, *table.check_constraints.known,
        *table.indexes.known, *table.exclusion_constraints.known,
    )  # fmt: skip
    return {str(thing.name) for thing in things}


def _kept(table: Json) -> list[Json]:
    """Of several keys over the same columns PostgreSQL keeps one: the primary key, else the first."""
    kept: list[Json] = []
    seen = {(*table["primary_key"]["columns"], False, False)}
    for unique in table["unique_constraints"]:
        form = (*unique["columns"], bool(unique["deferrable"]), "options" in unique)
        if form not in seen:
            seen.add(form)
            kept.append(unique)
    return kept


def _read_foreign_key(key: ForeignKey) -> str:
    targets = [f"{key.target_table}.{column}" for column in key.target_columns]
    actions = [key.ondelete, key.onupdate]
    return f"{list(key.columns)} {targets} {actions} {bool(key.deferrable)} {key.initially == 'DEFERRED'}"


def _unique(unique: Json) -> str:
    return f"{unique['columns']} {bool(unique['deferrable'])} {'options' in unique}"


def _read_unique(unique: UniqueConstraint) -> str:
    return f"{list(unique.columns)} {bool(unique.deferrable)} {unique.nulls_not_distinct}"


def _index(index: Json, names: set[str]) -> str:
    """An expression PostgreSQL writes in its own way: that it is one is compared."""
    parts = [_part(text, names) for text in index["expressions"]]
    return (
        f"{parts} {index['unique']} {index['using']} {index['where'] is not None} {index['include']} "
        f"{index['nulls_not_distinct']}"
    )


def _part(text: str, names: set[str]) -> tuple[str, bool, str | None]:
    plain = re.sub(r'^[^(]*\.|"| (ASC|DESC|NULLS \w+)', "", text)
    down = " DESC" in text
    stated = re.search(r" NULLS (\w+)", text)
    nulls = stated[1].lower() if stated else None
    return plain if plain in names else "an expression", down, None if nulls == ("first" if down else "last") else nulls


def _exclusion(constraint: Json, names: set[str]) -> str:
    elements = [(_part(text, names)[0], operator) for text, operator in constraint["elements"]]
    return (
        f"{elements} {constraint['using']} {constraint['where'] is not None} {bool(constraint['deferrable'])} "
        f"{constraint['initially'] == 'DEFERRED'}"
    )


def _read_exclusion(constraint: ExclusionConstraint) -> str:
    columns = [column or "an expression" for column in constraint.columns]
    elements = list(zip(columns, constraint.operators, strict=True))
    return (
        f"{elements} {constraint.method} {constraint.predicate is not None} {bool(constraint.deferrable)} "
        f"{constraint.initially == 'DEFERRED'}"
    )


def _read_index(index: Index) -> str:
    parts = [(part.column or "an expression", part.descending, part.nulls) for part in index.parts]
    return (
        f"{parts} {index.unique} {index.method} {index.predicate is not None} {list(index.include)} "
        f"{index.nulls_not_distinct}"
    )


_SAME_TYPES: tuple[tuple[str, Any], ...] = (
    (r"^DECIMAL", "NUMERIC"),
    (r"^FLOAT\((\d+)\)$", lambda match: "REAL" if int(match[1]) <= 24 else "DOUBLE PRECISION"),
    (r"^FLOAT$", "DOUBLE PRECISION"), (r"^NUMERIC\((\d+)\)$", r"NUMERIC(\1, 0)"), (r"(\[\])+$", "[]"),
    (r"^CHAR$", "CHAR(1)"), (r"^BIT$", "BIT(1)"), (r"^[a-z]+\.", ""),
)  # fmt: skip
"""What SQLAlchemy writes otherwise than PostgreSQL keeps it."""


def _as_stored(sql: str) -> str:
    for pattern, replacement in _SAME_TYPES:
        sql = re.sub(pattern, replacement, sql)
    return sql
