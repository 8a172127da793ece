"""Where two schemas differ."""

from __future__ import annotations

import msgspec

from schema_lint.facts.place import Place
from schema_lint.facts.schema import TableKey
from schema_lint.facts.unknown import Unknown

Plain = str | int | bool | tuple[str, ...] | None
"""A field's value as people read it."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that one of two schemas lacks, or a field in which they differ. Unknown differs from nothing."""

    kind: str
    """`table`, `column`, `primary key`, `foreign key`, `index`, `unique constraint`, `check constraint`, `model` or
    `relationship`; of models and a database also `enum`, `domain`, `extension`, `exclusion constraint`, `unique` (a
    constraint or an index), `tables` (all that one `MetaData` has) and `revision`."""

    table: TableKey | None
    """`None` for a class without a table."""

    subject: str
    """What differs, within its table: a column's name, `(owner_id) → users.(id)`, a class or `Task.owner`; the table's
    own key for a table."""

    field: str | None = None
    """`None` where one of the two lacks the thing: its value is then `None`, and the other's a description."""

    left: Plain = None
    right: Plain = None
    left_place: Place | None = None
    """Where the left schema has the thing, or the table it lacks it in."""

    right_place: Place | None = None
    schema: str | None = None
    """Of the table, where its key has one."""

    columns: tuple[str, ...] = ()
    """Columns of the table that it is about, where they alone tell it from others of its kind."""

    owner: str | None = None
    """Dotted name of the class whose attribute the column is."""

    attribute: str | None = None
    sql: str | None = None
    """What would make the right side, a database, as the left is."""

    more: tuple[str, ...] = ()
    """Of `tables` their keys; of a revision that is not applied the keys of the tables in which it explains what
    differs; of an index or CHECK that one side lacks the columns that it speaks of."""

    @property
    def table_name(self) -> str | None:
        """The table's bare name."""
        return self.table[len(self.schema) + 1 :] if self.table and self.schema else self.table


class Uncompared(msgspec.Struct, frozen=True, kw_only=True):
    """A field, or a collection's completeness, that could not be compared."""

    table: TableKey | None
    subject: str
    field: str
    unknown: Unknown
    kind: str = ""
    """As that of a difference."""

    schema: str | None = None
    """Of the table, where its key has one."""


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What comparing two sets of schemas gave."""

    left: str
    """What the left side is, for messages: `source`."""

    right: str
    differences: tuple[Difference, ...] = ()
    uncompared: tuple[Uncompared, ...] = ()
    tables: int = 0
    """Tables that both have."""

    fields: int = 0
    """Fields that were known on both sides, and so were compared."""

    alone: tuple[str, ...] = ()
    """Labels of schemas of one side that share no table with any of the other, or whose tables another of that side
    has, too, which fits better; they were not compared."""
