"""What a revision does to a database, step by step."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from schema_lint.facts.place import SourcePlace
from schema_lint.facts.schema import Default, Table, TableKey
from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.facts.unknown import Unknown


class Operation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of a revision: a call of Alembic's `op` (or of a batch), or a statement of SQL that it executes.

    A call that does several things (`alter_column` of type and nullability) is one operation.
    """

    kind: str
    """Alembic's name of it, also where SQL does the same: `create_table`, `add_column`, `alter_column`,
    `create_foreign_key` …; `all` for `create_all` and `drop_all`.

    What Alembic has no name for: `validate_constraint`, `rename_constraint`, `create_type`, `drop_type`, `alter_type`,
    `add_value` (a label of an enum), `rename_value`, `insert`, `update`, `delete`, `truncate`, `select`, `set`,
    `begin`, `commit`, `rollback`, `lock`, `reindex`, `cluster`, `vacuum`, `refresh`, `attach_partition`,
    `detach_partition`, `attach_index` (to a partitioned one), `disable_trigger`, `enable_trigger`,
    `disable_row_security`, `enable_row_security`, `grant`, `create_view`, `alter_sequence` and the like, `other` for
    what changes no table, and `unread`.
    """

    table: TableKey | Unknown | None = None
    """Of a renamed table the old name."""

    name: str | Unknown | None = None
    """Of the column, index, constraint, type, schema, setting or trigger; a table's new name; the partition; the rights
    that are granted, and on what."""

    columns: tuple[str, ...] | Unknown = ()
    """Of an index or constraint, as far as they are plain names; those that rows get values for."""

    target: TableKey | Unknown | None = None
    """The table that a foreign key references."""

    declared: Table | None = None
    """A table that is created; or one of only the column that is added, with what the column brings: its keys,
    indexes, constraints."""

    type: ColumnType | Unknown | None = None
    """A column's new type."""

    was: ColumnType | Unknown | None = None
    """Its type before, as the revision says (`existing_type`)."""

    using: str | Unknown | None = None
    """How values are converted to it."""

    nullable: bool | Unknown | None = None
    """What `alter_column` makes of it; `None` if it leaves that."""

    default: Default | Unknown | None = None
    """The server default that `alter_column` gives."""

    drops_default: bool = False
    new_name: str | Unknown | None = None
    """A column's, constraint's, schema's or enum label's new name."""

    condition: str | Unknown | None = None
    """Of a CHECK; of rows that are updated or deleted."""

    labels: tuple[str, ...] | Unknown = ()
    """Of an enum that is created, or the one that is added or renamed."""

    enums: tuple[EnumType, ...] = ()
    """Types of the columns that are declared, or that `create()` or `drop()` is called of."""

    index: str | None = None
    """The index that a constraint is made of (`USING INDEX`)."""

    constraint: str | None = None
    """Kind of a constraint that is dropped, where it is said: `foreignkey`, `unique`, `check`, `primary`."""

    unique: bool | Unknown = False
    concurrently: bool | Unknown = False
    unvalidated: bool | Unknown = False
    """`NOT VALID`."""

    cascade: bool = False
    if_exists: bool = False
    """It says so, or `IF NOT EXISTS`."""

    full: bool = False
    """`VACUUM FULL`."""

    value: str | Unknown | None = None
    """Of a setting; the role that rights are granted to."""

    definer: bool = False
    """A function that runs with its owner's rights, and sets no `search_path` of its own."""

    only: bool = False
    """`ON ONLY`: of a partitioned table without its partitions."""

    binds: tuple[str, ...] = ()
    """Names that `text()` takes for parameters and that get no value: `30` of `'{"at":30}'`."""

    evaluated: str | None = None
    """The function (dotted path) whose result, taken once when the revision runs, every row gets, or a default is."""

    sql: str | Unknown | None = None
    """The text, where it is a statement."""

    words: frozenset[str] | None = None
    """All words of a statement that was not understood, in lower case; `None` where its text is not known either."""

    guarded: bool = False
    """It runs under a condition that only the database decides."""

    autocommit: bool = False
    """Outside of the transaction: inside an `autocommit_block()`, or on a connection that commits each statement."""

    block: bool = False
    """Inside an `autocommit_block()`."""

    batch: bool = False
    """By `batch_alter_table`."""

    before: Table | None = None
    """The table as the earlier steps left it; `None` where there was none, or that is not known."""

    existing_types: tuple[str, ...] = ()
    """Enums that it creates, or that its columns have, and that surely are there before it; with their schema."""

    missing_types: tuple[str, ...] = ()
    """Those that surely are not."""

    partition: Table | None = None
    """The table that becomes a partition, as the earlier steps left it."""

    created: bool = False
    """An earlier step of the same revision created the table."""

    place: SourcePlace | None = None

    def types(self) -> Iterator[tuple[str, EnumType]]:
        """PostgreSQL's enums among its columns' types, with their schema; not those that a type of the project's own
        stands for, which SQLAlchemy may create or not."""
        columns = self.declared.columns.known if self.declared is not None else ()
        kinds = [*(column.type for column in columns), self.type]
        hidden = {kind.enum for kind in kinds if isinstance(kind, ColumnType) and kind.decorated}
        for enum in self.enums:
            name = enum.qualified_name
            if enum.native and isinstance(name, str) and enum.key not in hidden:
                yield name, enum

    def created_types(self) -> Iterator[str]:
        """Those that it creates, unless they are there, or fails."""
        if self.kind == "create_type" and isinstance(self.name, str):
            yield self.name
        elif self.kind == "create_table":
            yield from (name for name, enum in self.types() if enum.creates_type is True)

    @property
    def changes_rows(self) -> bool:
        """Whether it changes rows, and no table."""
        return self.kind in ("insert", "update", "delete", "truncate", "bulk_insert")
