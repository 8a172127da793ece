"""Mapping classes to tables, as SQLAlchemy does when a class statement ends."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from schema_lint.evaluating.values import Call, ClassValue, Constant, Dictionary, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.places import explanation, one_line
from schema_lint.readers.source.annotations import read_annotation
from schema_lint.readers.source.arguments import Calling, either, flag, text, unknown
from schema_lint.readers.source.bases import Bases
from schema_lint.readers.source.columns import MAPPED, ColumnReader, columns_in, may_be_column
from schema_lint.readers.source.constraints import add_argument, add_column
from schema_lint.readers.source.declarations import declare_column, declare_field
from schema_lint.readers.source.drafts import (
    CollectedAttribute,
    ColumnDraft,
    DeclarativeBase,
    MappedClass,
    Mapping,
    TableDraft,
)
from schema_lint.readers.source.fields import Field, FieldReader, fields_of, is_relationship
from schema_lint.readers.source.names import call_name, construct
from schema_lint.readers.source.scanning import Scanner, in_order
from schema_lint.readers.source.tables import TableReader, is_table, table_args

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_SNAKE = r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))"
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_TABLELESS = frozenset({"AbstractConcreteBase", "DeferredReflection"})


class ClassMapper:
    """Maps declarative classes, parents before children, each once."""

    def __init__(
        self,
        interpreter: Interpreter,
        bases: Bases,
        columns: ColumnReader,
        tables: TableReader,
        mapping: Mapping,
        sqlmodel_version: tuple[int, ...],
    ) -> None:
        self.interpreter = interpreter
        self.bases = bases
        self.columns = columns
        self.tables = tables
        self.mapping = mapping
        self.fields = FieldReader(columns, interpreter, sqlmodel_version)
        self.scanner = Scanner(interpreter)
        self._seen: set[int] = set()
        self._args: dict[int, list[Value]] = {}

    def has_seen(self, cls: ClassValue) -> bool:
        """Whether the class was looked at."""
        return id(cls) in self._seen

    def map_class(self, cls: ClassValue) -> MappedClass | None:
        """The mapping of a class; `None` for one that is not mapped."""
        if id(cls) in self._seen:
            return self.mapping.mapped(cls)
        self._seen.add(id(cls))
        self.bases.complete(cls)
        parents = [self.map_class(base) for base in cls.mro()[1:] if isinstance(base, ClassValue)]
        parent = next((found for found in parents if found is not None), None)
        base = self.bases.base_of(cls)
        if base is None:
            return None
        if not self._is_mapped(cls, base, parent):
            self.mapping.unmapped.append((cls, base))
            return None
        mapped = MappedClass(cls, base)
        mapped.parent = parent
        mapped.rest = self.scanner.unread_base(cls)
        if base.style == "sqlmodel":
            self._map_sqlmodel(mapped)
        else:
            self._map_declarative(mapped)
        self.mapping.by_class[id(cls)] = mapped
        self.mapping.classes.append(mapped)
        base.registry.classes.setdefault(cls.name, []).append(mapped)
        return mapped

    def _is_mapped(self, cls: ClassValue, base: DeclarativeBase, parent: MappedClass | None) -> bool:
        abstract = cls.namespace.get("__abstract__")
        if abstract is not None and flag(abstract) is not False:
            return False
        if base.style == "sqlmodel":
            # SQLModel maps no subclass of a class with `table=True`, also where that one is abstract.
            flagged = [c for c in cls.mro() if isinstance(c, ClassValue) and self._has_table_flag(c)]
            return parent is None and len(flagged) == 1 and flagged[0] is cls
        if self.bases.is_root(cls):
            return False
        return not any(construct(b) in _TABLELESS for b in cls.bases)

    @staticmethod
    def _has_table_flag(model: ClassValue) -> bool:
        if flag(model.keywords.get("table")) is True:
            return True
        config = model.namespace.get("model_config")
        if isinstance(config, Dictionary):
            return flag(config.entries.get("table")) is True
        return isinstance(config, Call) and flag(config.keywords.get("table")) is True

    def _ancestry(self, mapped: MappedClass) -> set[int]:
        return {id(m.cls) for m in mapped.lineage()}

    # SQLModel

    def _map_sqlmodel(self, mapped: MappedClass) -> None:
        cls = mapped.cls
        table = self._table(mapped)
        fields = fields_of(cls, self.interpreter)
        for name in _as_mapped(cls, fields):
            field = fields[name]
            attribute = CollectedAttribute(name, field.value, field.annotation, field.owner, field.site)
            mapped.attributes[name] = attribute
            column = self.fields.column(field)
            declare_field(column, field)
            self._place(mapped, table, name, column)
            if table is not None and field.call is not None and column.table is table:
                table.by_value[id(field.call)] = column
        for ancestor in cls.ancestors():
            for name, value in ancestor.namespace.items():
                if name not in mapped.attributes and not name.startswith("__"):
                    site = ancestor.assigned_sites.get(name)
                    self._take(mapped, CollectedAttribute(name, value, ancestor.annotations.get(name), ancestor, site))
        self._finish(mapped, table)

    def _take(self, mapped: MappedClass, attribute: CollectedAttribute) -> None:
        """An attribute of a SQLModel class that is not a field: a relationship, or a column SQLAlchemy finds."""
        mapped.attributes[attribute.name] = attribute
        if attribute.owner is not mapped.cls or attribute.annotation is not None:
            return
        for call in columns_in(attribute.value):
            column = self.columns.column(call, attribute.name)
            declare_column(column, attribute, call, None)
            if mapped.table is not None or mapped.own_table:
                self._place(mapped, mapped.table, attribute.name, column)

    # declarative

    def _map_declarative(self, mapped: MappedClass) -> None:
        cls = mapped.cls
        inherited = {name for m in mapped.lineage() if m is not mapped for name in m.attributes}
        mapped.attributes = self.scanner.collect(cls, self._ancestry(mapped) - {id(cls)}, inherited)
        for attribute in mapped.attributes.values():
            if attribute.declared and isinstance(attribute.value, Call):
                self._tables_within(attribute.value)
        table = self._table(mapped)
        columns = [(a, c) for a in mapped.attributes.values() for c in self._columns(mapped, a)]
        table = self._single(mapped, table, [column for _, column in columns])
        self._unfollowed(mapped, table, {attribute.name for attribute, _ in columns})
        if mapped.own_table:
            columns.sort(key=lambda found: found[1].sort_order)
        for attribute, column in columns:
            if mapped.inheritance == "single" and self._existing(mapped, attribute, column):
                continue
            self._place(mapped, table, attribute.name, column)
        self._finish(mapped, table)

    @staticmethod
    def _unfollowed(mapped: MappedClass, table: TableDraft | None, columns: set[str]) -> None:
        """Attributes that may be columns of a package that is not read, or of a function that could not be followed."""
        if table is None or table.form == "core":
            return
        for name, attribute in mapped.attributes.items():
            defined = attribute.site is not None and isinstance(attribute.site.node, _FUNCTIONS)
            if name not in columns and not defined and may_be_column(attribute.value):
                table.rests.setdefault("columns", unknown(attribute.value, f"{name} may be a column"))

    def _tables_within(self, value: Call) -> None:
        """A `declared_attr` may make the table that its relationship goes through."""
        for given in (*value.arguments, *value.keywords.values()):
            if isinstance(given, Call) and is_table(given):
                self.tables.core(given)

    def _columns(self, mapped: MappedClass, attribute: CollectedAttribute) -> list[ColumnDraft]:
        value = attribute.value
        kind = read_annotation(attribute.annotation, self.interpreter)
        if value is None:
            if kind is None or kind.container != "Mapped" or self._leads_to_class(kind.value):
                return []
            column = self.columns.mapped(None, attribute.name, kind, mapped.base.registry)
            declare_column(column, attribute, None, kind)
            return [column]
        found = []
        calls = [call for call in columns_in(value) if not self._is_parents(mapped, call)]
        for call in calls:
            if call_name(call) in MAPPED:
                name = attribute.name if len(calls) == 1 else ""
                column = self.columns.mapped(call, name, kind if len(calls) == 1 else None, mapped.base.registry)
            else:
                column = self.columns.column(call, attribute.name)
            if call_name(value) == "composite" and not column.nullable_stated and call_name(call) in MAPPED:
                column.nullable = Unknown("the annotations of the composite's class decide", one_line(call.site))
            if self._is_copied(mapped, attribute, column, call):
                column.enum_schema = None
            declare_column(column, attribute, call, kind)
            found.append(column)
        if not found and kind is not None and kind.container == "Mapped" and self._unread(value):
            column = self._unreadable(attribute, value)
            declare_column(column, attribute, None, kind)
            found.append(column)
        return found

    def _is_copied(
        self, mapped: MappedClass, attribute: CollectedAttribute, column: ColumnDraft, call: Calling
    ) -> bool:
        """Whether a mixin's enum is a copy, which takes no schema from SQLAlchemy 2.1 on."""
        if column.enum_schema is None or attribute.owner is mapped.cls or attribute.declared:
            return False
        return self.columns.version >= (2, 1) and self.columns.column(call, attribute.name).type is not None

    @staticmethod
    def _is_parents(mapped: MappedClass, call: Value) -> bool:
        """A parent's column, which `column_property(Column(…), Parent.column)` puts under the same attribute."""
        return any(m.table is not None and id(call) in m.table.by_value for m in mapped.lineage() if m is not mapped)

    def _leads_to_class(self, value: Value) -> bool:
        """`Mapped["User"]` without a right-hand side is an error of its own, not a column of unknown type."""
        return isinstance(value, ClassValue) and self.bases.base_of(value) is not None

    @staticmethod
    def _unread(value: Value) -> bool:
        return not isinstance(value, Constant) and call_name(value) is None and construct(value) is None

    @staticmethod
    def _unreadable(attribute: CollectedAttribute, value: Value) -> ColumnDraft:
        column = ColumnDraft(None)
        column.name = ""
        column.type = unknown(value)
        return column

    @staticmethod
    def _existing(mapped: MappedClass, attribute: CollectedAttribute, column: ColumnDraft) -> bool:
        """`use_existing_column`: the parent's table already has it."""
        call = column.value
        stated = getattr(call, "keywords", {}).get("use_existing_column")
        if mapped.table is None or column.name is None or flag(stated) is not True:
            return False
        known = mapped.table.column(column.name)
        if known is None:
            return False
        mapped.columns[attribute.name] = known
        return True

    def _table(self, mapped: MappedClass) -> TableDraft | None:
        """The table the class states for itself; `None` if it has its parent's, or a fixed one could not be read."""
        cls = mapped.cls
        given = self.scanner.attribute(cls, "__table__") if "__table__" in cls.namespace else None
        if given is not None:
            table = self.tables.core(given) if isinstance(given, Call) and is_table(given) else None
            mapped.own_table = True
            return table
        name, stated = self._name(mapped)
        ancestry = self._ancestry(mapped)
        args, _ = self.scanner.dunder(cls, "__table_args__", ancestry)
        if name is None or (isinstance(name, Unknown) and mapped.parent is not None):
            return None
        mapped.own_table = True
        if isinstance(name, Unknown):
            mapped.rest = name
            return None
        positional, keywords, rest = table_args(args)
        metadata = mapped.base.registry.metadata
        schema, schema_known = self.tables.schema_of(keywords.get("schema"), metadata)
        table = TableDraft(name, schema, metadata, cls.site)
        table.cls, table.name_stated = cls, stated
        table.explanation = explanation(cls.site)
        table.rest, table.schema_known = either(rest, mapped.rest), schema_known
        self.tables.options(table, keywords)
        mapped.mapper_args = None
        self._args[id(table)] = positional
        return table

    def _name(self, mapped: MappedClass) -> tuple[str | Unknown | None, bool]:
        """The table's name, and whether the source states it."""
        cls = mapped.cls
        found, _ = self.scanner.dunder(cls, "__tablename__", self._ancestry(mapped))
        if found is not None:
            name = text(found)
            return (name if name is not None else unknown(found)), True
        rule = mapped.base.name_rule
        if rule == "lower":
            return cls.name.lower(), False
        if rule == "snake":
            return re.sub(_SNAKE, r"_\1", cls.name).lower().lstrip("_"), False
        return None, False

    def _single(self, mapped: MappedClass, table: TableDraft | None, columns: list[ColumnDraft]) -> TableDraft | None:
        """Decide the inheritance; the table that the class's columns go to."""
        mapped.mapper_args, _ = self.scanner.dunder(mapped.cls, "__mapper_args__", self._ancestry(mapped))
        if mapped.parent is None:
            mapped.table = table
            return table
        if self._mapper_flag(mapped, "concrete"):
            mapped.table, mapped.inheritance = table, "concrete"
            return table
        if table is not None and mapped.base.style == "flask-sqlalchemy" and not self._keyed(table, columns):
            table = None
        if table is None and not (mapped.own_table and isinstance(mapped.rest, Unknown) and mapped.rest is not None):
            mapped.inheritance, mapped.table, mapped.own_table = "single", mapped.parent.table, False
            return mapped.table
        mapped.inheritance, mapped.table = "joined", table
        return table

    def _keyed(self, table: TableDraft, columns: list[ColumnDraft]) -> bool:
        """Flask-SQLAlchemy makes a table for a subclass only if it has a primary key of its own."""
        arguments = self._args.get(id(table), [])
        return any(c.primary_key is not False for c in columns) or any(
            call_name(value) == "PrimaryKeyConstraint" for value in arguments
        )

    @staticmethod
    def _mapper_flag(mapped: MappedClass, name: str) -> bool:
        given = mapped.mapper_args
        return isinstance(given, Dictionary) and flag(given.entries.get(name)) is True

    def _place(self, mapped: MappedClass, table: TableDraft | None, name: str, column: ColumnDraft) -> None:
        """Put a column under its attribute and into the table."""
        mapped.columns.setdefault(name, column)
        if table is None:
            return
        if mapped.inheritance == "single" and column.name and (known := table.column(column.name)) is not None:
            mapped.columns[name] = known
            return
        if table.form == "core" and (known := _same_column(table, column)) is not None:
            mapped.columns[name] = known
            known.attribute = name
            return
        add_column(table, column)

    def _finish(self, mapped: MappedClass, table: TableDraft | None) -> None:
        """Add the table's arguments, register it, and note the class with it."""
        if mapped.table is None and table is not None:
            mapped.table = table
        if table is None:
            if mapped.inheritance != "single":
                why = mapped.rest.why if mapped.rest is not None else "nothing that was read states it"
                mapped.metadata.rest = Unknown(f"the table of {mapped.cls.name}: {why}", one_line(mapped.cls.site))
            return
        table.models.append(mapped)
        if mapped.own_table and table.form != "core":
            for value in self._args.pop(id(table), []):
                add_argument(table, value)
            mapped.table = self.tables.register(table)
            if mapped.table is not table:
                mapped.table.models.append(mapped)
                table = mapped.table
        if table.form == "core":
            for column in table.columns:
                if not any(column is known for known in mapped.columns.values()):
                    key = column.key or column.name
                    if key:
                        mapped.columns.setdefault(key, column)
                        column.attribute = column.attribute or key


def _as_mapped(cls: ClassValue, fields: dict[str, Field]) -> list[str]:
    """Names of a SQLModel class's fields in the order of its table's columns.

    SQLModel sets the columns of all fields, then the relationships, and annotates the class's own the other way round.
    """
    relationships = [name for name in cls.annotations if is_relationship(cls.namespace.get(name))]
    own = [name for name in cls.annotations if name in fields]
    return [name for name in in_order([*fields, *relationships], [*relationships, *own]) if name in fields]


def _same_column(table: TableDraft, column: ColumnDraft) -> ColumnDraft | None:
    if column.value is not None and (known := table.column_of(column.value)) is not None:
        return known
    return table.column(column.name) if column.name else None
