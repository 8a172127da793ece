"""What linking leaves behind for the relationship reader: mapped classes with their attributes still as values.

Facts hold text and keys only; a relationship's arguments lead to classes, tables and columns by object identity, so
the collection of tables and models keeps these maps until relationships are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter
    from schema_lint.evaluating.values import Annotation, ClassValue, Site, UnknownValue, Value
    from schema_lint.facts.schema import Table, TableKey


class MappedAttribute:
    """An attribute that SQLAlchemy's scan of a mapped class finds: in its body, added to it afterwards, or in an
    unmapped base or mixin (not in a mapped parent)."""

    __slots__ = ("annotation", "name", "owner", "site", "value")

    def __init__(
        self,
        name: str,
        value: Value | None,
        annotation: Annotation | None = None,
        owner: ClassValue | None = None,
        site: Site | None = None,
    ) -> None:
        self.name = name
        self.value = value
        """With a `declared_attr` already called for this class; `None` for a bare annotation."""
        self.annotation = annotation
        """Of the assignment, or the return annotation of a `declared_attr`."""
        self.owner = owner
        """The class whose body holds it; `None` where it comes from an imperative mapping's `properties`."""
        self.site = site
        """Its statement."""


class MappedClass:
    """A class with a mapper."""

    __slots__ = (
        "attributes",
        "cls",
        "columns",
        "inheritance",
        "inherits",
        "key",
        "label",
        "name",
        "registry",
        "rest",
        "style",
        "table",
    )

    def __init__(self, cls: ClassValue, key: str, label: str, registry: object, style: str) -> None:
        self.cls = cls
        self.key = key
        """As `Model.key`."""
        self.name = cls.name
        self.label = label
        """Label of the `Schema` that its table is in."""
        self.registry = registry
        """Identity of the registry in which string targets are looked up: one for each declarative base."""
        self.style = style
        """As `Model.style`."""
        self.table: TableKey | None = None
        """Its local table; the parent's with single-table inheritance; `None` where that could not be decided."""
        self.inherits: MappedClass | None = None
        self.inheritance: str | None = None
        self.attributes: dict[str, MappedAttribute] = {}
        """In the order of the scan, columns and unmapped things included."""
        self.columns: dict[str, str] = {}
        """Mapped attribute → column name in `table`, for its own column attributes."""
        self.rest: UnknownValue | None = None
        """Why it may have more attributes than these, if it may."""

    def lineage(self) -> list[MappedClass]:
        """Itself and its mapped ancestors, nearest first."""
        found: list[MappedClass] = []
        current: MappedClass | None = self
        while current is not None and not any(current is other for other in found):
            found.append(current)
            current = current.inherits
        return found

    def __repr__(self) -> str:
        return f"MappedClass({self.key})"


class ColumnKey(NamedTuple):
    """A column of a table of a schema."""

    label: str
    table: TableKey
    column: str


class Linked:
    """Everything that linking found."""

    __slots__ = (
        "classes",
        "column_values",
        "interpreter",
        "sqlalchemy_version",
        "sqlmodel_version",
        "table_values",
        "tables",
    )

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.classes: list[MappedClass] = []
        """In the order in which the class statements run, as far as it is known."""
        self.tables: dict[tuple[str, TableKey], Table] = {}
        """By the schema's label and the table's key."""
        self.table_values: dict[int, tuple[str, TableKey]] = {}
        """`id()` of a `Table(...)` call's value → the table."""
        self.column_values: dict[int, list[ColumnKey]] = {}
        """`id()` of a value that makes a column → where it ended up; several places for a mixin's column."""
        self.sqlalchemy_version: tuple[int, ...] = ()
        self.sqlmodel_version: tuple[int, ...] = ()
