"""Which column a value stands for: a column's own call, `Class.column`, `table.c.column`, `cls.column` of a mixin."""

from __future__ import annotations

import ast

from schema_lint.evaluating.deferring import identity
from schema_lint.evaluating.values import (
    Attribute,
    Call,
    ClassValue,
    Constant,
    FunctionValue,
    Site,
    Subscript,
    Value,
)
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import unknown
from schema_lint.readers.source.drafts import ColumnDraft, Mapping, TableDraft
from schema_lint.readers.source.names import construct

_COLLECTIONS = frozenset({"c", "columns"})


class ColumnValues:
    """Finds columns by value."""

    __slots__ = ("_by_value", "mapping")

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self._by_value: dict[int, list[ColumnDraft]] | None = None

    def column(self, value: Value, tables: list[TableDraft]) -> ColumnDraft | Unknown | None:
        """The column; those of the tables given are preferred, since a mixin's column has one value for many tables.

        Returns:
            `None` for a value that is no column, `Unknown` for one that may be any of several.
        """
        qualified = self._qualified(value)
        if qualified is not None:
            return qualified
        found = self._all().get(id(value), [])
        near = [column for column in found if any(column.table is table for table in tables)]
        if not found and value.site is not None:
            # `cls.column` of a `declared_attr` is made anew each time it is asked for, at the same place.
            found = near = [c for table in tables for c in table.columns if _made_at(c, value.site)]
        if len(near or found) == 1:
            return (near or found)[0]
        return unknown(value, "a mixin's column that several tables have") if found else None

    def table(self, value: Value | None) -> TableDraft | None:
        """The table that a value stands for: a `Table(...)` call, `Class.__table__`, a mapped class."""
        while True:
            if isinstance(value, Attribute) and value.name in {"__table__", "__mapper__", "local_table"}:
                value = value.value
            elif isinstance(value, Call) and construct(value.function) == "inspect" and value.arguments:
                value = value.arguments[0]
            else:
                break
        if isinstance(value, Attribute) and isinstance(value.value, ClassValue) and _is_table(value.value, value.name):
            return self.table(value.value)
        if isinstance(value, ClassValue):
            mapped = self.mapping.mapped(value)
            return mapped.table if mapped is not None else None
        return self.mapping.tables_by_value.get(id(value)) if value is not None else None

    def _qualified(self, value: Value) -> ColumnDraft | None:
        """A column that is named together with its class or table."""
        if isinstance(value, Subscript) and isinstance(value.key, Constant):
            owner, name = value.value, value.key.value
        elif isinstance(value, Attribute):
            owner, name = value.value, value.name
        else:
            return None
        if not isinstance(name, str):
            return None
        if isinstance(owner, ClassValue):
            mapped = self.mapping.mapped(owner)
            return mapped.column(name) if mapped is not None else None
        if isinstance(owner, Attribute) and owner.name in _COLLECTIONS:
            table = self.table(owner.value)
            return table.column_by_key(name) if table is not None else None
        return None

    def _all(self) -> dict[int, list[ColumnDraft]]:
        if self._by_value is None:
            self._by_value = {}
            for metadata in self.mapping.metadatas:
                for table in metadata.tables.values():
                    for identity, column in table.by_value.items():
                        self._by_value.setdefault(identity, []).append(column)
        return self._by_value


def _made_at(column: ColumnDraft, site: Site) -> bool:
    made = column.value.site if column.value is not None else None
    return made is not None and made.module is site.module and identity(made.node) == identity(site.node)


def _is_table(cls: ClassValue, name: str) -> bool:
    """Whether `__declare_last__` (or `__declare_first__`) gives every mapped class its table under that name."""
    for hook in ("__declare_last__", "__declare_first__"):
        function = cls.lookup(hook)
        if not isinstance(function, FunctionValue) or isinstance(function.node, ast.Lambda):
            continue
        for statement in function.node.body:
            if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.Attribute):
                continue
            targets = [target.attr for target in statement.targets if isinstance(target, ast.Attribute)]
            if statement.value.attr == "__table__" and name in targets:
                return True
    return False
