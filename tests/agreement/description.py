"""A model package as plain data: what is drawn, before it is written in Python.

Texts hold names as `[[dotted.path]]`: the writer imports them, in the style of the module. `[[?dotted.path]]` is
needed by annotations only.
"""

from __future__ import annotations

from dataclasses import dataclass, field

Options = tuple[tuple[str, str], ...]
"""Keyword arguments as written."""


@dataclass(frozen=True)
class Kind:
    """What a column holds, with the ways to say so."""

    name: str
    python: str
    types: tuple[str, ...]
    """SQLAlchemy types as written, that PostgreSQL knows."""

    scalars: tuple[str, ...] = ()
    callables: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    derived: frozenset[str] = frozenset({"mapped", "dataclass", "sqlmodel"})
    """Styles that derive the type from the annotation alone."""

    field_options: tuple[Options, ...] = ()
    """Options of `Field` that shape the type."""

    ordered: bool = True
    """PostgreSQL compares and indexes it."""


@dataclass(frozen=True)
class Column:
    """A column of a class or table."""

    attribute: str
    kind: Kind
    form: str
    """`Column`, `mapped_column`, `unannotated`, `bare`, `alias`, `Field`, `sa_column`, `annotation`."""

    name: str | None = None
    """Stated where it differs from the attribute."""

    type: str | None = None
    optional: bool = False
    optional_text: str = "Optional"
    """`Optional` or `|`."""

    arguments: tuple[str, ...] = ()
    """Positional, after name and type: `ForeignKey(…)`, `Identity()` …"""

    options: Options = ()
    primary_key: bool = False
    declared: bool = False
    """By a function under `declared_attr`."""

    key: str | None = None
    """Stated where `Table.c` and constraints have it under another name."""

    maker: str | None = None
    """The package's own function that makes it, in place of the library's."""

    @property
    def stored(self) -> str:
        """Its name in the database."""
        return self.name or self.attribute

    @property
    def reference(self) -> str:
        """What constraints and foreign keys call it."""
        return self.key or self.stored


@dataclass(frozen=True)
class Relationship:
    """A relationship attribute."""

    attribute: str
    target: str
    """Class name."""

    target_module: str
    many: bool
    options: Options = ()
    annotated: bool = True
    optional: bool = False
    link_model: str | None = None
    maker: str | None = None
    """As a column's."""


@dataclass(frozen=True)
class Mixin:
    """A class of columns that tables inherit from."""

    name: str
    columns: tuple[Column, ...]
    arguments: tuple[str, ...] = ()
    """Of its `__table_args__`, under `declared_attr`."""

    table_options: str | None = None
    """Its `__table_args__`, where they are a plain dictionary."""

    sqlmodel: bool = False
    dataclass: bool = False
    abstract: bool = False
    """It derives from the declarative base."""

    relationships: tuple[str, ...] = ()
    """Functions under `declared_attr`, as written."""


@dataclass(frozen=True)
class Table:
    """A table with its class."""

    name: str
    cls: str
    module: str
    form: str
    """`class`, `__table__`, `imperative` or `core` (no class)."""

    columns: tuple[Column, ...]
    schema: str | None = None
    comment: str | None = None
    arguments: tuple[str, ...] = ()
    """Constraints and indexes among its arguments."""

    arguments_form: str = "tuple"
    """How `__table_args__` is put together: `tuple`, `sum`, `star`, `list`, `constant`, `declared`, or `super`, with a
    mixin's."""

    later: tuple[str, ...] = ()
    """Statements after it."""

    mixins: tuple[Mixin, ...] = ()
    parent: str | None = None
    """Dotted path of the mapped class it inherits from."""

    inheritance: str | None = None
    mapper_arguments: Options = ()
    relationships: tuple[Relationship, ...] = ()
    states_name: bool = True
    docstring: bool = False


@dataclass(frozen=True)
class Unit:
    """One `MetaData` and what belongs to it."""

    style: str
    """`sqlmodel`, `classic`, `mapped`, `dataclass` or `core`."""

    base_module: str
    base: str
    base_form: str
    metadata_options: Options
    mixins: tuple[Mixin, ...]
    mixin_module: str
    tables: tuple[Table, ...]
    type_map: tuple[tuple[str, str], ...] = ()

    @property
    def shares_metadata(self) -> bool:
        """Whether its tables are in the metadata that SQLModel brings."""
        return self.style == "sqlmodel" and self.base_form == "function" and not self.metadata_options


@dataclass(frozen=True)
class EnumClass:
    """An enumeration of the package."""

    name: str
    base: str
    members: tuple[tuple[str, str], ...]
    """Names and values as written."""


@dataclass(frozen=True)
class Package:
    """A package of modules; a counterexample shows the files instead."""

    name: str
    units: tuple[Unit, ...] = field(repr=False)
    enums: tuple[EnumClass, ...] = field(default=(), repr=False)
    enum_module: str = ""
    type_module: str = ""
    """Where `TypeDecorator`s and functions live."""

    import_styles: tuple[tuple[str, str], ...] = ()
    """Module → `names`, `modules` or `aliases`."""

    relative_imports: bool = False
    postponed: frozenset[str] = field(default_factory=frozenset)
    """Modules that begin with `from __future__ import annotations`."""

    reexports: str = "names"
    """How `__init__` gathers the models: `names`, `star` or `modules`."""
