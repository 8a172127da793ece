"""Linking: what foreign keys lead to, types taken from their targets, indexes made apart from their table."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from schema_lint.evaluating.values import Attribute, Call, ClassValue, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import text, unknown
from schema_lint.readers.source.constraints import add_argument, leaves
from schema_lint.readers.source.drafts import (
    ColumnDraft,
    ForeignKeyDraft,
    Mapping,
    MetaDataDraft,
    TableDraft,
    member_of,
)

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_DEPTH = 16


class Linker:
    """Resolves references between the tables of a mapping."""

    def __init__(self, mapping: Mapping, interpreter: Interpreter) -> None:
        self.mapping = mapping
        self.interpreter = interpreter
        self._owners: dict[int, list[ColumnDraft]] = {}
        for metadata in mapping.metadatas:
            for table in metadata.tables.values():
                for identity, column in table.by_value.items():
                    self._owners.setdefault(identity, []).append(column)

    def link(self) -> None:
        """Resolve all foreign keys, then give their columns the types of their targets."""
        for metadata in self.mapping.metadatas:
            for table in metadata.tables.values():
                for foreign_key in table.foreign_keys:
                    self._resolve(table, foreign_key)
        for metadata in self.mapping.metadatas:
            for table in metadata.tables.values():
                for column in table.columns:
                    if column.type is None:
                        self._take_type(column, 0)

    def column_of(self, value: Value, argument_of: Call | None = None, position: int = -1) -> ColumnDraft | None:
        """The column of any table that a value stands for.

        A mixin's column is one value in several tables: then the source, `Class.name` as it is written at that
        position among a call's arguments, tells which.
        """
        owners = self._owners.get(id(value), [])
        if len(owners) == 1:
            return owners[0]
        member = member_of(value)
        if member is not None:
            return self._member(*member)
        if owners and argument_of is not None:
            return self._as_written(argument_of, position)
        return None

    def _member(self, holder: Value, name: str) -> ColumnDraft | None:
        if isinstance(holder, ClassValue):
            mapped = self.mapping.mapped(holder)
            return mapped.column(name) if mapped is not None else None
        if isinstance(holder, Attribute) and holder.name in {"c", "columns"}:
            table = self._table(holder.value)
            return table.column_by_key(name) if table is not None else None
        return None

    def _table(self, value: Value) -> TableDraft | None:
        if isinstance(value, Call):
            return self.mapping.tables_by_value.get(id(value))
        if isinstance(value, Attribute) and value.name == "__table__":
            mapped = self.mapping.mapped(value.value)
            return mapped.table if mapped is not None else None
        return None

    def _as_written(self, call: Call, position: int) -> ColumnDraft | None:
        written = _argument_node(call, position)
        holder = _dotted(written.value) if isinstance(written, ast.Attribute) else None
        if call.site is None or not isinstance(written, ast.Attribute) or holder is None:
            return None
        mapped = self.mapping.mapped(self.interpreter.resolve(call.site.module, holder))
        return mapped.column(written.attr) if mapped is not None else None

    def _resolve(self, table: TableDraft, foreign_key: ForeignKeyDraft) -> None:
        resolved: list[tuple[str, str]] = []
        for position, target in enumerate(foreign_key.targets):
            local = foreign_key.columns[position]
            found = self._target(table, local, target, foreign_key, position)
            if isinstance(found, Unknown):
                foreign_key.resolved = found
                return
            resolved.append(found)
        foreign_key.resolved = resolved

    def _target(
        self, table: TableDraft, local: ColumnDraft, target: Value, foreign_key: ForeignKeyDraft, position: int
    ) -> tuple[str, str] | Unknown:
        name = text(target)
        if isinstance(target, Attribute) and isinstance(target.value, ClassValue):
            # A base made by `declarative_base(cls=…)` was not known when the class was.
            name = text(self.interpreter.attribute(target.value, target.name))
        if isinstance(name, str):
            return self._named(table, local, name)
        call = foreign_key.value if isinstance(foreign_key.value, Call) else None
        column = table.by_value.get(id(target))
        if column is None or self._is_of_another(call, position):
            column = self.column_of(target, call, position)
        if column is None or column.table is None or column.name is None:
            return unknown(target)
        return column.table.key, column.name

    @staticmethod
    def _is_of_another(call: Call | None, position: int) -> bool:
        """Whether a target is written `Class.name`: a class's own body has no name for the class yet."""
        return call is not None and isinstance(_argument_node(call, position), ast.Attribute)

    @staticmethod
    def _named(table: TableDraft, local: ColumnDraft, target: str) -> tuple[str, str]:
        parts = target.split(".")
        if len(parts) == 1:
            parts = [*parts, local.key or local.name or ""]
        column, name, schema = parts[-1], parts[-2], ".".join(parts[:-2])
        if not schema and isinstance(table.metadata.schema, str):
            schema = table.metadata.schema
        key = f"{schema}.{name}" if schema else name
        found = _in_metadata(table.metadata, key)
        known = found.column_by_key(column) if found is not None else None
        return key, known.name if known is not None and known.name is not None else column

    def _take_type(self, column: ColumnDraft, depth: int) -> None:
        if depth > _DEPTH:
            column.type = Unknown("its foreign key leads back to itself")
            return
        for foreign_key in column.foreign_keys or self._composite(column):
            target = self._target_column(column, foreign_key)
            if target is None or target is column:
                continue
            if target.type is None:
                self._take_type(target, depth + 1)
            if target.type is not None:
                column.type, column.enum, column.enum_schema = target.type, target.enum, None
                return
        if column.type is None:
            column.type = unknown(column.value, self._why(column))

    @staticmethod
    def _why(column: ColumnDraft) -> str:
        if column.foreign_keys:
            return "its type is that of the foreign key's target, which was not found"
        return "no type is stated for it"

    @staticmethod
    def _composite(column: ColumnDraft) -> list[ForeignKeyDraft]:
        return [fk for fk in column.table.foreign_keys if column in fk.columns] if column.table is not None else []

    def _target_column(self, column: ColumnDraft, foreign_key: ForeignKeyDraft) -> ColumnDraft | None:
        if not isinstance(foreign_key.resolved, list) or column.table is None or column not in foreign_key.columns:
            return None
        key, name = foreign_key.resolved[foreign_key.columns.index(column)]
        table = _in_metadata(column.table.metadata, key)
        if table is None:
            table = next((m.tables[key] for m in self.mapping.metadatas if key in m.tables), None)
        return table.column(name) if table is not None else None

    def loose(self, call: Call) -> None:
        """An `Index(...)` or `UniqueConstraint(...)` that is made apart from its table: its columns say which one it
        belongs to."""
        for position, expression in enumerate(call.arguments):
            for leaf in leaves(expression):
                column = self.column_of(leaf, call, position)
                if column is not None and column.table is not None:
                    self._add(column.table, call)
                    return

    def _add(self, table: TableDraft, call: Call) -> None:
        if any(known.call is call for known in (*table.indexes, *table.uniques)):
            return
        for position, expression in enumerate(call.arguments):
            column = self.column_of(expression, call, position)
            if column is not None and column.table is table:
                table.by_value.setdefault(id(expression), column)
        add_argument(table, call)


def _argument_node(call: Call, position: int) -> ast.AST | None:
    """The source of a target: of a `ForeignKey`'s first argument, or of one column in a constraint's second list."""
    arguments: list[ast.expr] = getattr(call.site.parsed(), "args", []) if call.site is not None else []
    columns = arguments[1] if len(arguments) > 1 else None
    if isinstance(columns, ast.List | ast.Tuple):
        arguments = columns.elts
    return arguments[position] if 0 <= position < len(arguments) else None


def _dotted(node: ast.expr) -> str | None:
    if isinstance(node, ast.Name):
        return node.id
    holder = _dotted(node.value) if isinstance(node, ast.Attribute) else None
    return f"{holder}.{node.attr}" if holder is not None and isinstance(node, ast.Attribute) else None


def _in_metadata(metadata: MetaDataDraft, key: str) -> TableDraft | None:
    found = metadata.tables.get(key)
    if found is None and metadata.origin is not None:
        return metadata.origin.tables.get(key)
    return found
