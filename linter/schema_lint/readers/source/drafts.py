"""Tables and mapped classes while they are being put together; facts are made of them at the end.

A draft refers to others by object and may still change: single-table inheritance adds columns to a parent's table, an
index can be made anywhere after its table, and a name that a convention gives needs the finished constraint.
"""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.evaluating.values import (
    Annotation,
    Attribute,
    Call,
    ClassValue,
    Constant,
    FunctionValue,
    Site,
    Subscript,
    Value,
)
from schema_lint.facts.identifiers import qualified
from schema_lint.facts.models import MappingError
from schema_lint.facts.schema import Declaration, Default
from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.facts.unknown import Unknown


class MetaDataDraft:
    """A `MetaData`: the tables registered in it, by key."""

    __slots__ = (
        "convention", "convention_stated", "copies", "errors", "label", "listened", "origin", "rest", "schema", "site",
        "tables", "tokens", "unread", "value",
    )  # fmt: skip

    def __init__(self, label: str, value: Value | None = None, site: Site | None = None) -> None:
        self.label = label
        self.value = value
        """The `MetaData(...)` call; `None` for one that a library made."""
        self.site = site
        self.schema: str | Unknown | None = None
        self.convention: dict[str, str | Unknown] | Unknown = {"ix": "ix_%(column_0_label)s"}
        self.tokens: dict[str, FunctionValue] = {}
        """What the convention's templates leave to functions."""
        self.listened: dict[str, Unknown] = {}
        """Kinds (`ix`, `uq` …) whose names a listener may set."""
        self.convention_stated = False
        self.tables: dict[str, TableDraft] = {}
        self.errors: list[MappingError] = []
        self.origin: MetaDataDraft | None = None
        """The metadata whose tables these define once more, in a module that no program imports beside theirs."""
        self.rest: Unknown | None = None
        """Why it may have more tables than these, if it may: one whose name or schema could not be read."""
        self.unread: Unknown | None = None
        """Why it is not known which metadata this is: that of a base class that could not be read."""
        self.copies: dict[str, MetaDataDraft] = {}
        """By the path of the module that defines tables once more."""


class RegistryDraft:
    """A `registry`: its metadata, type map and mapped classes by bare name."""

    __slots__ = ("classes", "metadata", "type_map", "value")

    def __init__(self, metadata: MetaDataDraft, value: Value | None = None) -> None:
        self.metadata = metadata
        self.value = value
        self.type_map: list[tuple[Value, Value]] = []
        """`type_annotation_map`: Python type, SQLAlchemy type."""
        self.classes: dict[str, list[MappedClass]] = {}


class DeclarativeBase:
    """What makes a class declarative: a base class of the project or of a library, or a registry's decorator."""

    __slots__ = ("dataclass", "name_rule", "registry", "style", "value")

    def __init__(self, registry: RegistryDraft, style: str, value: Value | None, name_rule: str | None = None) -> None:
        self.registry = registry
        self.style = style
        """`sqlmodel`, `declarative`, `flask-sqlalchemy` or `dataclass`."""
        self.value = value
        self.name_rule = name_rule
        """How a table is named that no `__tablename__` names: `lower`, `snake` (Flask-SQLAlchemy 3), `snake2`."""


class CollectedAttribute:
    """An attribute of a mapped class, as SQLAlchemy's scan of the class and its mixins finds it."""

    __slots__ = ("annotation", "declared", "name", "owner", "site", "value")

    def __init__(
        self, name: str, value: Value | None, annotation: Annotation | None, owner: ClassValue, site: Site | None
    ) -> None:
        self.name = name
        self.value = value
        """What it is bound to; the result of a `declared_attr`; `None` for an annotation alone."""
        self.annotation = annotation
        self.owner = owner
        """The class whose body (or whose `Class.name = …`) holds it: the mixin, for a mixin's."""
        self.site = site
        """Its statement."""
        self.declared = False
        """Made by a `declared_attr`."""


class MappedClass:
    """A class that is mapped to a table, its own or its parent's."""

    __slots__ = (
        "abstract", "attributes", "base", "cls", "columns", "inheritance", "mapper_args", "own_table", "parent",
        "properties", "rest", "table",
    )  # fmt: skip

    def __init__(self, cls: ClassValue, base: DeclarativeBase) -> None:
        self.cls = cls
        self.base = base
        self.parent: MappedClass | None = None
        self.inheritance: str | None = None
        self.table: TableDraft | None = None
        """The table it is mapped to; with single-table inheritance its parent's."""
        self.own_table = False
        self.attributes: dict[str, CollectedAttribute] = {}
        """Own and mixins' attributes, in order: columns, relationships and everything else that is not a dunder.
        Those of a mapped parent are the parent's."""
        self.properties: dict[str, Value] = {}
        """`properties` of an imperative mapping."""
        self.columns: dict[str, ColumnDraft] = {}
        """Mapped columns by attribute name, the parents' not included."""
        self.mapper_args: Value | None = None
        self.rest: Unknown | None = None
        """Why there may be more attributes than these, if there may."""

    @property
    def key(self) -> str:
        """Dotted module path and qualified name."""
        return self.cls.key

    @property
    def metadata(self) -> MetaDataDraft:
        """The metadata its table is in; its base's, where it has none."""
        return self.table.metadata if self.table is not None else self.base.registry.metadata

    def lineage(self) -> Iterator[MappedClass]:
        """Itself and its mapped parents, nearest first."""
        mapped: MappedClass | None = self
        while mapped is not None:
            yield mapped
            mapped = mapped.parent

    def attribute(self, name: str) -> CollectedAttribute | None:
        """The attribute of that name, its own or a mapped parent's."""
        return next((m.attributes[name] for m in self.lineage() if name in m.attributes), None)

    def column(self, name: str) -> ColumnDraft | None:
        """The column mapped under that attribute name, its own or a mapped parent's."""
        return next((m.columns[name] for m in self.lineage() if name in m.columns), None)


class ForeignKeyDraft:
    """A `ForeignKey` or `ForeignKeyConstraint`, its target still as given."""

    __slots__ = (
        "columns", "deferrable", "initially", "match", "name", "ondelete", "onupdate", "resolved", "site",
        "target_table", "targets", "use_alter", "value",
    )  # fmt: skip

    def __init__(self, value: Value, columns: list[ColumnDraft], targets: list[Value]) -> None:
        self.value = value
        self.site = value.site
        self.columns = columns
        self.targets = targets
        """One for each column: a string, or whatever evaluates to a column."""
        self.name: str | Unknown | None = None
        self.ondelete: str | Unknown | None = None
        self.onupdate: str | Unknown | None = None
        self.deferrable: bool | None = None
        self.initially: str | None = None
        self.match = "SIMPLE"
        self.use_alter = False
        self.target_table: str | Unknown | None = None
        self.resolved: list[tuple[str, str]] | Unknown | None = None
        """(Table key, column name) for each target, after linking; the table need not exist."""


class ColumnDraft:
    """A column of a table."""

    __slots__ = (
        "attribute", "autoincrement", "check_name", "checks", "comment", "constrained", "declaration", "default",
        "enum", "enum_schema", "explanation", "foreign_key_rest", "foreign_keys", "index", "key", "name", "nullable",
        "nullable_stated", "onupdate", "place_site", "primary_key", "server_default", "server_onupdate", "sort_order",
        "system", "table", "type", "unique", "value",
    )  # fmt: skip

    def __init__(self, value: Value | None) -> None:
        self.value = value
        """The `Column(...)` or `mapped_column(...)` call; `None` for an annotation alone."""
        self.name: str | None = None
        self.key: str | None = None
        """The name it has within `Table.c`."""
        self.table: TableDraft | None = None
        self.attribute: str | None = None
        self.type: ColumnType | Unknown | None = None
        """`None` until a foreign key's target gives it."""
        self.enum: EnumType | None = None
        self.enum_schema: str | None = None
        """`table` or `metadata`, where the enum takes its schema from that."""
        self.constrained: bool | Unknown = False
        """Its type puts a CHECK on it."""
        self.check_name: str | Unknown | None = None
        self.nullable: bool | Unknown = True
        self.nullable_stated = False
        self.primary_key: bool | Unknown = False
        self.autoincrement: bool | str | Unknown = "auto"
        self.default: Default | Unknown | None = None
        self.server_default: Default | Unknown | None = None
        self.onupdate: Default | Unknown | None = None
        self.server_onupdate: Default | Unknown | None = None
        self.index: bool | Unknown = False
        self.unique: bool | Unknown = False
        self.comment: str | Unknown | None = None
        self.system = False
        self.sort_order: int = 0
        """Where `mapped_column(sort_order=…)` puts it among its table's columns."""
        self.foreign_keys: list[ForeignKeyDraft] = []
        self.foreign_key_rest: Unknown | None = None
        """Why there may be more foreign keys among its arguments, if there may."""
        self.checks: list[Call] = []
        """`CheckConstraint` calls among its arguments."""
        self.declaration: Declaration | None = None
        self.explanation: str | None = None
        self.place_site: Site | None = None


class ConstraintDraft:
    """A primary key, unique or check constraint or an index."""

    __slots__ = (
        "call",
        "columns",
        "expressions",
        "implied_by",
        "kind",
        "name",
        "operators",
        "options",
        "site",
        "type_bound",
        "unique",
    )

    def __init__(self, kind: str, call: Call | None, site: Site | None) -> None:
        self.kind = kind
        """`pk`, `uq`, `ck`, `ex` or `ix`."""
        self.call = call
        self.site = site
        self.name: str | Unknown | None = None
        self.columns: list[ColumnDraft | None] = []
        """In order; `None` for an index's expression."""
        self.expressions: list[Value | None] = []
        """For each of `columns` the value it was given as, for an index; a check's condition."""
        self.operators: list[str] = []
        """For each of `columns`, for an exclusion constraint."""
        self.unique: bool | Unknown = False
        self.options: dict[str, Value] = {}
        self.implied_by: ColumnDraft | None = None
        """The column whose `index=True` or `unique=True` makes it."""
        self.type_bound = False


class TableDraft:
    """A table."""

    __slots__ = (
        "by_value", "checks", "cls", "columns", "comment", "exclusions", "explanation", "extend_existing",
        "foreign_keys", "form", "indexes", "metadata", "models", "name", "name_stated", "primary_key", "rest", "rests",
        "schema", "schema_known", "site", "uniques", "value",
    )  # fmt: skip

    def __init__(self, name: str, schema: str | None, metadata: MetaDataDraft, site: Site | None) -> None:
        self.name = name
        self.schema = schema
        self.metadata = metadata
        self.site = site
        self.schema_known = True
        """Otherwise the schema is one that only the running program knows."""
        self.form = "declarative"
        self.value: Call | None = None
        """The `Table(...)` call of a Core table."""
        self.cls: ClassValue | None = None
        """The class whose table it is, of a declarative one."""
        self.name_stated = True
        self.columns: list[ColumnDraft] = []
        self.primary_key: ConstraintDraft | None = None
        self.foreign_keys: list[ForeignKeyDraft] = []
        self.uniques: list[ConstraintDraft] = []
        self.checks: list[ConstraintDraft] = []
        self.exclusions: list[ConstraintDraft] = []
        self.indexes: list[ConstraintDraft] = []
        self.models: list[MappedClass] = []
        self.comment: str | Unknown | None = None
        self.explanation: str | None = None
        self.extend_existing = False
        self.rest: Unknown | None = None
        """Why there may be more columns and constraints than these, if there may."""
        self.rests: dict[str, Unknown] = {}
        """The same for one of its collections alone: `columns`, `foreign_keys`, `indexes`, `unique_constraints`,
        `check_constraints`, `exclusion_constraints`."""
        self.by_value: dict[int, ColumnDraft] = {}
        """Columns by the identity of the values they were made of."""

    @property
    def key(self) -> str:
        """`name`, or `schema.name`."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def sql_name(self) -> str:
        """The same as SQL text has it."""
        return qualified(self.schema, self.name)

    def column(self, name: str) -> ColumnDraft | None:
        """The column of that name."""
        return next((c for c in self.columns if c.name == name), None)

    def column_by_key(self, key: str) -> ColumnDraft | None:
        """The column of that key (what `Table.c` and string arguments go by)."""
        return next((c for c in self.columns if (c.key or c.name) == key), None)

    def column_of(self, value: Value) -> ColumnDraft | None:
        """The column that a value stands for: its call, `Table.c.name`, `Table.c["name"]`, `Class.name`."""
        found = self.by_value.get(id(value))
        member = member_of(value) if found is None else None
        if member is None:
            return found
        holder, name = member
        if isinstance(holder, Attribute) and holder.name in {"c", "columns"}:
            return self.column_by_key(name) if holder.value is self.value else None
        if isinstance(holder, ClassValue):
            model = next((m for m in self.models if m.cls is holder), None)
            return model.column(name) if model else None
        return None


def member_of(value: Value) -> tuple[Value, str] | None:
    """What a value is a member of, and under which name: `holder.name`, `table.c["name"]`."""
    if isinstance(value, Attribute):
        return value.value, value.name
    if isinstance(value, Subscript) and isinstance(value.key, Constant) and isinstance(value.key.value, str):
        holder = value.value
        return (holder, value.key.value) if isinstance(holder, Attribute) and holder.name in {"c", "columns"} else None
    return None


class Mapping:
    """All that was found: the metadatas with their tables, and the mapped classes, in the order they were made."""

    __slots__ = ("by_class", "classes", "metadatas", "tables_by_value", "unmapped")

    def __init__(self) -> None:
        self.metadatas: list[MetaDataDraft] = []
        self.classes: list[MappedClass] = []
        self.by_class: dict[int, MappedClass] = {}
        """Mapped classes by the identity of their `ClassValue`."""
        self.tables_by_value: dict[int, TableDraft] = {}
        """Core tables by the identity of their `Table(...)` call."""
        self.unmapped: list[tuple[ClassValue, DeclarativeBase]] = []
        """Abstract bases and SQLModels without a table."""

    def forget(self) -> None:
        """Let go of what refers to each other in circles, once all facts are made."""
        for metadata in self.metadatas:
            for table in metadata.tables.values():
                for part in (table.columns, table.foreign_keys, table.uniques, table.checks, table.indexes):
                    part.clear()
                table.models.clear()
                table.by_value.clear()
        for mapped in self.classes:
            mapped.attributes.clear()
            mapped.columns.clear()
        self.classes.clear()
        self.by_class.clear()
        self.tables_by_value.clear()
        self.unmapped.clear()

    def mapped(self, value: Value | None) -> MappedClass | None:
        """The mapping of a class, if it is mapped."""
        return self.by_class.get(id(value))
