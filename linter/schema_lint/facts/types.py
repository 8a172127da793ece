"""Column types and enums, in PostgreSQL's words."""

from __future__ import annotations

import msgspec

from schema_lint.facts.place import Place
from schema_lint.facts.unknown import Unknown


class DomainType(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A domain that the models make."""

    name: str
    schema: str | None = None
    type: str | Unknown
    """SQL of the type that it stands for."""

    nullable: bool | Unknown = True
    check: str | Unknown | None = None
    """What stands in its CHECK, about `VALUE`."""


class ColumnType(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag="type", gc=False):
    """A column's type as PostgreSQL would create it."""

    sql: str
    """As compiled for PostgreSQL by SQLAlchemy: `VARCHAR(255)`, `TIMESTAMP WITH TIME ZONE`, the enum's name."""

    name: str
    """The bare type, lower case, without arguments: `varchar`, `text`, `integer`, `bigint`, `smallint`, `uuid`,
    `timestamp with time zone`, `timestamp without time zone`, `boolean`, `numeric`, `double precision`, `json`,
    `jsonb`, `bytea`, `enum`, `array` …"""

    class_name: str | None = None
    """Dotted path of the SQLAlchemy class, or of the project's `TypeDecorator`."""

    decorated: bool = False
    """A project's own `TypeDecorator` or `UserDefinedType`: values are converted on the way."""

    tracked: bool = False
    """Changes of a value in place are seen (`MutableDict.as_mutable(...)`), which copies what it is given."""

    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    timezone: bool | None = None
    enum: str | None = None
    """Key of the `EnumType` in the same `Schema`, for an enum (native or not)."""

    domain: DomainType | None = None
    """Where a model states one; a database's domains are facts of their own."""

    item: str | None = None
    """`name` of an array's items."""

    dialects: tuple[str, ...] = ()
    """Dialects other than PostgreSQL that the type names by `with_variant`."""

    rejects_naive: bool = False
    """Refuses a `datetime` without a zone when it is bound (SQLModel's `UTCDateTime`)."""


class EnumType(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An enumeration: a native PostgreSQL type, or text with or without a CHECK."""

    name: str | Unknown
    key: str = ""
    """Tells it from the others of its `Schema`: its name, with a number where several have that name."""

    schema: str | None = None
    labels: tuple[str, ...] | Unknown = ()
    """What the database stores, in order (by default the members' *names*)."""

    values: tuple[str, ...] | Unknown = ()
    """The members' values where a Python enum was given, in the labels' order."""

    class_name: str | None = None
    native: bool = True
    constrained: bool = False
    """Not native, with a CHECK."""

    creates_type: bool | Unknown = True
    """The type is created with the table; not where `create_type=False` leaves that to others."""

    place: Place | None = None

    @property
    def qualified_name(self) -> str | Unknown:
        """Its name, with the schema where that is not `public`: as a table's key is."""
        if isinstance(self.name, Unknown) or not self.schema or self.schema == "public":
            return self.name
        return f"{self.schema}.{self.name}"
