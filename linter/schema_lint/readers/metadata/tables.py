"""Facts of tables, from what the probe wrote down."""

from __future__ import annotations

from typing import Any

from schema_lint.evaluating.values import Site
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.schema import (
    CheckConstraint,
    Column,
    ExclusionConstraint,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Table,
    UniqueConstraint,
)
from schema_lint.facts.unknown import Some
from schema_lint.readers.enums import Enums
from schema_lint.readers.metadata.column_types import column_type, default, dotted
from schema_lint.readers.metadata.locating import Ancestor, Locator, arguments_of
from schema_lint.readers.places import explanation, one_line

Json = dict[str, Any]
_NULLS = {"nulls_first_op": "first", "nullsfirst_op": "first", "nulls_last_op": "last", "nullslast_op": "last"}


class Attributes:
    """Which attributes of which classes a table's columns are mapped to."""

    def __init__(self, mappers: list[Json]) -> None:
        self.of_column: dict[tuple[str, str], tuple[str, Json]] = {}
        self.tracked: set[tuple[str, str]] = set()
        self.classes: dict[str, list[Json]] = {}
        # The class nearest to the table first: one that inherits only repeats its columns.
        for mapper in sorted(mappers, key=lambda m: (len(m["mro"]), m["class"])):
            self.classes.setdefault(mapper["table"], []).append(mapper)
            for attribute in mapper["columns"]:
                for table, name in attribute["columns"]:
                    self.of_column.setdefault((table, name), (attribute["key"], mapper))
                    if attribute["tracked"]:
                        self.tracked.add((table, name))


def lineage(mapper: Json) -> list[Ancestor]:
    """The class and its ancestors, nearest first, as the locator wants them."""
    return [(ancestor["path"][1], ancestor["file"]) for ancestor in mapper["mro"]]


class TableAssembler:
    """Makes a table's facts."""

    def __init__(self, table: Json, attributes: Attributes, enums: Enums, locator: Locator) -> None:
        self.json = table
        self.key: str = table["key"]
        self.attributes = attributes
        self.enums = enums
        self.locator = locator
        self.mappers = attributes.classes.get(self.key, [])
        self.site = self._site()
        self.places: dict[str, Site | None] = {c["name"]: self._column_site(c["name"]) for c in table["columns"]}
        self.within = self._within()

    def _site(self) -> Site | None:
        if self.json["declarative"] and self.mappers:
            qualname, file = lineage(self.mappers[0])[0]
            # A class that `type(…)` makes has no statement.
            return self.locator.class_site(file, qualname) or self.locator.table(self.json["frame"])
        return self.locator.table(self.json["frame"])

    def _column_site(self, name: str) -> Site | None:
        mapped = self.attributes.of_column.get((self.key, name))
        if self.site is not None and not self.json["declarative"]:
            return arguments_of(self.site, name) or self.site
        if mapped is None:
            return self.site
        key, mapper = mapped
        found = self.locator.attribute(lineage(mapper), key)
        return found[1] if found is not None else self.site

    def _within(self) -> list[Site]:
        """Where the table's constraints may be written."""
        if not self.json["declarative"]:
            return [self.site] if self.site is not None else []
        found = [self.locator.attribute(lineage(mapper), "__table_args__") for mapper in self.mappers[:1]]
        return [site for _, site in filter(None, found)]

    def table(self) -> Table:
        """The table."""
        table = self.json
        models = [dotted(mapper["class"]) for mapper in self.mappers]
        return Table(
            name=table["name"],
            schema=table["schema"],
            columns=Some(tuple(self._column(column) for column in table["columns"])),
            primary_key=self._primary_key(table["primary_key"]),
            foreign_keys=Some(tuple(sorted(map(self._foreign_key, table["foreign_keys"]), key=_order))),
            indexes=Some(tuple(sorted(map(self._index, table["indexes"]), key=_order))),
            unique_constraints=Some(tuple(sorted(map(self._unique, table["uniques"]), key=_order))),
            check_constraints=Some(tuple(sorted(map(self._check, table["checks"]), key=_order))),
            exclusion_constraints=Some(tuple(sorted(map(self._exclusion, table["exclusions"]), key=_order))),
            comment=table["comment"],
            form="declarative" if table["declarative"] else "core",
            models=tuple(models),
            explanation=explanation(self.site),
            place=one_line(self.site),
        )

    def _column(self, column: Json) -> Column:
        name = column["name"]
        site = self.places[name]
        place = one_line(site)
        mapped = self.attributes.of_column.get((self.key, name))
        kind = column_type(column["type"], place, self.enums, self.locator)
        return Column(
            table=self.key,
            name=name,
            type=kind,
            nullable=column["nullable"],
            primary_key=column["primary_key"],
            autoincrement=column["autoincrement"],
            default=default(column["default"], self.locator, place),
            server_default=default(column["server_default"], self.locator, place),
            onupdate=default(column["onupdate"], self.locator, place),
            server_onupdate=default(column["server_onupdate"], self.locator, place),
            index=column["index"],
            unique=column["unique"],
            comment=column["comment"],
            attribute=mapped[0] if mapped is not None else None,
            owner=self._owner(*mapped) if mapped is not None and self.json["declarative"] else None,
            explanation=explanation(site) if site is not self.site else None,
            place=place,
        )

    def _owner(self, attribute: str, mapper: Json) -> str:
        """The class whose body declares an attribute."""
        found = self.locator.attribute(lineage(mapper), attribute)
        paths = [ancestor["path"] for ancestor in mapper["mro"]]
        return dotted(next((path for path in paths if found is not None and path[1] == found[0]), paths[0]))

    def _primary_key(self, key: Json) -> PrimaryKey:
        site = self.locator.constraint(self.within, "pk", key["name"], key["columns"])
        columns = key["columns"]
        return PrimaryKey(
            table=self.key,
            columns=tuple(columns),
            name=key["name"],
            place=one_line(site) or one_line(self.places.get(columns[0]) if columns else self.site),
        )

    def _foreign_key(self, key: Json) -> ForeignKey:
        columns = tuple(key["columns"])
        site = self.locator.constraint(self.within, "fk", key["name"], columns)
        if site is None:
            site = self.places.get(columns[0]) if len(columns) == 1 else self.site
        return ForeignKey(
            table=self.key,
            columns=columns,
            target_table=key["targets"][0][0],
            target_columns=tuple(column for _, column in key["targets"]),
            name=key["name"],
            ondelete=key["ondelete"].upper() if key["ondelete"] else None,
            onupdate=key["onupdate"].upper() if key["onupdate"] else None,
            deferrable=key["deferrable"],
            initially=key["initially"],
            use_alter=key["use_alter"],
            match=(key["match"] or "SIMPLE").upper(),
            explanation=explanation(site) if site is not self.site else None,
            place=one_line(site),
        )

    def _index(self, index: Json) -> Index:
        parts = tuple(map(_part, index["parts"]))
        columns = [part.column for part in parts if part.column is not None]
        implied = columns[0] if index["implied"] and columns else None
        site = self.places.get(implied) if implied is not None else None
        if site is None:
            site = self.locator.constraint(self.within, "ix", index["name"], columns)
            site = site or self.locator.index_of_module(self.site, index["name"])
        return Index(
            table=self.key,
            name=index["name"],
            parts=parts,
            unique=index["unique"],
            method=index["method"],
            predicate=index["where"],
            include=tuple(index["include"]),
            nulls_not_distinct=index["nulls_not_distinct"],
            implied_by_column=implied,
            explanation=explanation(site),
            place=one_line(site) or one_line(self.site),
        )

    def _unique(self, unique: Json) -> UniqueConstraint:
        columns = tuple(unique["columns"])
        implied = columns[0] if unique["implied"] and columns else None
        site = self.places.get(implied) if implied is not None else None
        site = site or self.locator.constraint(self.within, "uq", unique["name"], columns)
        return UniqueConstraint(
            table=self.key,
            columns=columns,
            name=unique["name"],
            deferrable=unique["deferrable"],
            initially=unique["initially"],
            nulls_not_distinct=unique["nulls_not_distinct"],
            implied_by_column=implied,
            place=one_line(site) or one_line(self.site),
        )

    def _check(self, check: Json) -> CheckConstraint:
        site = self.locator.constraint(self.within, "ck", check["name"], ())
        return CheckConstraint(
            table=self.key,
            expression=check["sql"],
            name=check["name"],
            implied_by_type=check["type_bound"],
            place=one_line(site) or one_line(self.site),
        )

    def _exclusion(self, constraint: Json) -> ExclusionConstraint:
        parts = tuple(map(_part, constraint["parts"]))
        columns = [part.column for part in parts if part.column is not None]
        site = self.locator.constraint(self.within, "ex", constraint["name"], columns)
        return ExclusionConstraint(
            table=self.key,
            parts=parts,
            operators=tuple(constraint["operators"]),
            name=constraint["name"],
            method=constraint["method"],
            predicate=constraint["where"],
            deferrable=constraint["deferrable"],
            initially=constraint["initially"],
            place=one_line(site) or one_line(self.site),
        )


def _part(part: Json) -> IndexPart:
    orders = part["orders"]
    return IndexPart(
        column=part["column"],
        expression=part.get("sql"),
        descending="desc_op" in orders,
        ascending_stated="asc_op" in orders,
        nulls=next((_NULLS[order] for order in orders if order in _NULLS), None),
        operator_class=part.get("operator_class"),
    )


def _order(thing: ForeignKey | Index | UniqueConstraint | CheckConstraint | ExclusionConstraint) -> tuple[object, ...]:
    """As the source has them; by name where they stand on one line or nowhere."""
    place = thing.place
    line = (place.line, place.column) if isinstance(place, SourcePlace) else (0, 0)
    return (*line, str(thing.name or ""), str(getattr(thing, "columns", "") or getattr(thing, "expression", "")))
