"""Imperative mappings: `registry.map_imperatively(Class, table)` and the classical `mapper(Class, table)`."""

from __future__ import annotations

from schema_lint.evaluating.values import Attribute, Call, ClassValue
from schema_lint.readers.source.arguments import argument, entries
from schema_lint.readers.source.drafts import DeclarativeBase, MappedClass, MetaDataDraft
from schema_lint.readers.source.mapping import ClassMapper
from schema_lint.readers.source.names import call_name
from schema_lint.readers.source.tables import TableReader, is_table


class ImperativeMapper:
    """Maps classes that are mapped by a call."""

    def __init__(self, classes: ClassMapper, tables: TableReader) -> None:
        self.classes = classes
        self.tables = tables
        self._seen: set[int] = set()

    def map_call(self, call: Call) -> None:
        """Carry out the mapping that a call makes, if it makes one."""
        if id(call) in self._seen:
            return
        method = call.function.name if isinstance(call.function, Attribute) else None
        imperative = method == "map_imperatively"
        if not imperative and call_name(call) not in {"mapper", "orm.mapper"}:
            return
        self._seen.add(id(call))
        cls = argument(call, "class_", 0)
        given = argument(call, "local_table", 1)
        table = self.tables.core(given) if isinstance(given, Call) and is_table(given) else None
        if not isinstance(cls, ClassValue) or self.classes.mapping.mapped(cls) is not None:
            return
        base = self._base(call, table.metadata if table is not None else None, imperative)
        if base is None:
            return
        mapped = MappedClass(cls, base)
        mapped.properties = entries(argument(call, "properties", 2))
        parent = call.keywords.get("inherits")
        if isinstance(parent, ClassValue):
            mapped.parent = self.classes.mapping.mapped(parent)
            mapped.inheritance = "single" if table is None else "joined"
        mapped.table = table if table is not None else (mapped.parent.table if mapped.parent is not None else None)
        mapped.own_table = table is not None
        self._columns(mapped)
        mapping = self.classes.mapping
        mapping.by_class[id(cls)] = mapped
        mapping.classes.append(mapped)
        base.registry.classes.setdefault(cls.name, []).append(mapped)

    def _base(self, call: Call, metadata: MetaDataDraft | None, imperative: bool) -> DeclarativeBase | None:
        bases = self.classes.bases
        if imperative and isinstance(call.function, Attribute):
            registry = bases.registry(call.function.value)
        elif metadata is not None:
            registry = bases.imperative_registry(metadata)
        else:
            return None
        return DeclarativeBase(registry, "imperative", None)

    @staticmethod
    def _columns(mapped: MappedClass) -> None:
        """Columns are mapped under their keys, but for those that `properties` names."""
        table = mapped.table
        if table is None:
            return
        table.models.append(mapped)
        named = {}
        for name, value in mapped.properties.items():
            column = table.column_of(value)
            if column is not None:
                named[id(column)] = name
        for column in table.columns:
            key = named.get(id(column)) or column.key or column.name
            if key:
                mapped.columns[key] = column
                column.attribute = column.attribute or key
