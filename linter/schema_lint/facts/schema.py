"""Tables and what belongs to them. Facts refer to each other by key, never by object."""

from __future__ import annotations

import functools

import msgspec

from schema_lint.facts.database import ColumnStatistics, IndexStorage, TableStorage
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown

TableKey = str
"""`name`, or `schema.name`, as SQLAlchemy's `MetaData.tables` has it. Unique within one `Schema`."""


class Argument(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An argument as written in the source."""

    name: str
    text: str
    place: SourcePlace


class Declaration(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How the source declares a mapped column."""

    form: str
    """`Field`, `Column`, `mapped_column`, `Mapped` (no right-hand side), `annotation` (SQLModel, no right-hand side)
    or `Table` (a column of a Core table)."""

    owner: str
    """Dotted name of the class (mixin, base or model) whose body holds the declaration."""

    annotation: str | None = None
    """The annotation's text; `None` where there is none."""

    python_type: str | None = None
    """The annotation without `Mapped`, `Optional` and `Annotated`, resolved as far as it could be: `str`,
    `datetime.datetime`, `uuid.UUID`, `app.models.Status` …"""

    optional: bool | Unknown | None = None
    """Whether the annotation admits `None`; `None` where there is no annotation."""

    arguments: tuple[Argument, ...] = ()
    """Of the outer call (`Field(...)`, `mapped_column(...)`, `Column(...)`); positional ones are named `0`, `1` …"""

    sa_column: tuple[Argument, ...] | None = None
    """Arguments of the `Column(...)` given as `sa_column`; `None` where none is given."""

    has_default: bool | Unknown = False
    """The attribute has a default for the class's constructor (`Field(default=…)`, `= None`)."""

    default_none: bool = False
    """That default is `None`."""

    place: SourcePlace | None = None

    def argument(self, name: str) -> Argument | None:
        """The outer call's argument of that name, if it was given."""
        return next((a for a in self.arguments if a.name == name), None)


class Numbering(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """How an identity or a `Sequence` counts, as far as it is stated; `None` is PostgreSQL's own."""

    always: bool | Unknown = False
    """An identity that takes no value of an INSERT's own (`GENERATED ALWAYS`)."""

    start: int | Unknown | None = None
    increment: int | Unknown | None = None
    minimum: int | Unknown | None = None
    maximum: int | Unknown | None = None
    cycles: bool | Unknown | None = None


class Default(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="default", gc=False):
    """A default of a column, on the client or on the server."""

    kind: str
    """`scalar`, `callable`, `sql` (an expression), `sequence`, `identity`, `computed`, or `fetched`: what a trigger or
    the database makes, as `FetchedValue()` says."""

    value: str | Unknown = ""
    """A scalar's `str()`; a callable's name as written in its module (`uuid4`, `datetime.utcnow`); SQL text."""

    literal: str | None = None
    """A scalar as Python writes it (`repr`): `'x'`, `False`, `0`."""

    function: str | None = None
    """Dotted path of a callable that is not the project's own: `uuid.uuid4`, `datetime.datetime.utcnow`."""

    returns: str | None = None
    """Dotted path of the library's function whose result a function of the project gives, converted or not:
    `uuid.uuid4` for `lambda: str(uuid4())`."""

    called: str | None = None
    """Dotted path of the function whose *result*, taken once at import, is the scalar: `uuid.uuid4`."""

    mutable: bool = False
    """A list, dict or set that all rows would share."""

    naive_time: bool = False
    """A callable whose result is a time without a zone: `datetime.utcnow`, or a function that returns just that."""

    numbering: Numbering | None = None
    """Of an identity or a sequence that the models make."""

    quoted: bool = False
    """A server default given as a plain Python string, which becomes a quoted literal."""

    place: SourcePlace | None = None


class Column(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A column of a table."""

    table: TableKey
    name: str
    type: ColumnType | Unknown
    nullable: bool | Unknown
    primary_key: bool | Unknown = False
    autoincrement: bool | str | Unknown = "auto"
    """As SQLAlchemy has it: `"auto"`, `True`, `False` or `"ignore_fk"`."""

    default: Default | Unknown | None = None
    server_default: Default | Unknown | None = None
    onupdate: Default | Unknown | None = None
    server_onupdate: Default | Unknown | None = None
    index: bool | Unknown = False
    unique: bool | Unknown = False
    comment: str | Unknown | None = None
    nullable_stated: bool = False
    """`nullable=` was written, rather than derived from the annotation or SQLAlchemy's default."""

    attribute: str | None = None
    """Name of the mapped attribute, where the column is mapped."""

    owner: str | None = None
    """Dotted name of the class that brings the attribute, where no declaration says it."""

    declaration: Declaration | None = None
    explanation: str | None = None
    """The comment on, or directly above, its statement in the source; also a Field's `description`."""

    collation: str | None = None
    """Where a database has another than the type's own. A model's stands in its type's SQL."""

    statistics: ColumnStatistics | None = None
    place: Place | None = None


class PrimaryKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A table's primary key; no columns if it has none."""

    table: TableKey
    columns: tuple[str, ...] = ()
    name: str | Unknown | None = None
    place: Place | None = None


class ForeignKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A foreign key: columns of the referencing table, and of the referenced one."""

    table: TableKey
    columns: tuple[str, ...]
    target_table: TableKey
    target_columns: tuple[str, ...]
    name: str | Unknown | None = None
    ondelete: str | Unknown | None = None
    """As written, upper case; `None` where it is not stated (PostgreSQL then does NO ACTION)."""

    onupdate: str | Unknown | None = None
    deferrable: bool | None = None
    initially: str | None = None
    use_alter: bool = False
    match: str = "SIMPLE"
    """Or `FULL`: several columns are NULL together or not at all."""

    validated: bool = True
    """Rows that were there before are known to fit."""

    enforced: bool = True
    """PostgreSQL 18 has constraints that are only declared."""

    relies_on: str | None = None
    """Name of the unique index (or of the constraint that has it) of the referenced table that a database checks it
    by, and that cannot be dropped for that."""

    explanation: str | None = None
    """The comment on, or directly above, its statement in the source."""

    place: Place | None = None

    @property
    def target(self) -> str:
        """`users.id`, or `users.(a, b)`."""
        columns = self.target_columns
        return f"{self.target_table}.{columns[0] if len(columns) == 1 else '(' + ', '.join(columns) + ')'}"


class IndexPart(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One key of an index: a column or an expression."""

    column: str | None = None
    """The column, also where an order or operator class was added to it; `None` for any other expression."""

    expression: str | Unknown | None = None
    """SQL text of a key that is more than a column's name: `lower(users.email)`, `tasks.created_at DESC`."""

    descending: bool = False
    ascending_stated: bool = False
    """ASC, which is the default, is written all the same."""

    nulls: str | None = None
    """`first` or `last`, where stated."""

    operator_class: str | None = None
    collation: str | None = None


class Index(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An index, also one that SQLAlchemy makes for `index=True`."""

    table: TableKey
    name: str | Unknown | None
    parts: tuple[IndexPart, ...]
    unique: bool | Unknown = False
    method: str = "btree"
    predicate: str | Unknown | None = None
    include: tuple[str, ...] = ()
    valid: bool = True
    nulls_not_distinct: bool = False
    implied_by_column: str | None = None
    """The column whose `index=True` makes it."""

    explanation: str | None = None
    storage: IndexStorage | None = None
    place: Place | None = None

    @property
    def columns(self) -> tuple[str | None, ...]:
        """Key columns in order; `None` stands for an expression."""
        return tuple([part.column for part in self.parts])


class UniqueConstraint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A UNIQUE constraint, also one that SQLAlchemy makes for `unique=True`."""

    table: TableKey
    columns: tuple[str, ...]
    name: str | Unknown | None = None
    deferrable: bool | None = None
    initially: str | None = None
    nulls_not_distinct: bool = False
    implied_by_column: str | None = None
    """The column whose `unique=True` makes it."""

    place: Place | None = None


class CheckConstraint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A CHECK constraint."""

    table: TableKey
    expression: str | Unknown
    name: str | Unknown | None = None
    implied_by_type: bool = False
    """Made by `Boolean` or `Enum` with `create_constraint=True`."""

    validated: bool = True
    """Rows that were there before are known to fit."""

    enforced: bool = True
    place: Place | None = None


class ExclusionConstraint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An EXCLUDE constraint: for no two rows all of its comparisons hold. An index of its method holds it up."""

    table: TableKey
    parts: tuple[IndexPart, ...]
    operators: tuple[str, ...]
    """For each part the operator that compares it: `=`, `&&` …"""

    name: str | Unknown | None = None
    method: str = "gist"
    predicate: str | Unknown | None = None
    deferrable: bool | None = None
    initially: str | None = None
    place: Place | None = None

    @property
    def columns(self) -> tuple[str | None, ...]:
        """Its columns in order; `None` stands for an expression."""
        return tuple([part.column for part in self.parts])


class Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """A table and everything that belongs to it alone."""

    name: str
    schema: str | None = None
    columns: Some[Column]
    primary_key: PrimaryKey
    foreign_keys: Some[ForeignKey] = Some()
    indexes: Some[Index] = Some()
    unique_constraints: Some[UniqueConstraint] = Some()
    check_constraints: Some[CheckConstraint] = Some()
    exclusion_constraints: Some[ExclusionConstraint] = Some()
    comment: str | Unknown | None = None
    is_view: bool = False
    """Its rows are elsewhere: a view, or a database's foreign table."""

    form: str = "declarative"
    """`declarative`, `core` (a `Table(...)` call) or `catalog`."""

    name_stated: bool = True
    """`__tablename__` (or the `Table` call) names it, rather than a framework's rule."""

    models: tuple[str, ...] = ()
    """Keys of the models mapped to it."""

    extend_existing: bool = False
    explanation: str | None = None
    storage: TableStorage | None = None
    """What only a database knows of it."""

    place: Place | None = None

    @functools.cached_property
    def key(self) -> TableKey:
        """`name`, or `schema.name`."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @functools.cached_property
    def foreign_key_columns(self) -> frozenset[str]:
        """Columns that belong to some foreign key of the table."""
        return frozenset(name for key in self.foreign_keys.known for name in key.columns)

    @functools.cached_property
    def _by_name(self) -> dict[str, Column]:
        # Of two columns of one name the first.
        return {column.name: column for column in reversed(self.columns.known)}

    def column(self, name: str) -> Column | None:
        """The column of that name, if it is known."""
        return self._by_name.get(name)
