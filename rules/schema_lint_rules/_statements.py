"""SQL that mends a database, ready to paste. For tables that were not read from one there is none: their models are
what has to change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from schema_lint_rules._names import qualified, quoted, quoted_table

if TYPE_CHECKING:
    from schema_lint.facts.schema import Column, ForeignKey, Table


def in_database(table: Table | None) -> bool:
    """The table was read from a database, so that nothing is known of its models."""
    return table is not None and table.form == "catalog"


def is_partitioned(table: Table) -> bool:
    """Its rows are kept by its partitions. None of its indexes can be made or dropped CONCURRENTLY."""
    return table.storage is not None and table.storage.kind == "partitioned table"


def alter(table: Table | None, action: str) -> str | None:
    """`ALTER TABLE tasks …;`."""
    return f"ALTER TABLE {quoted_table(table)} {action};" if table is not None and in_database(table) else None


def set_not_null(column: Column, table: Table) -> str | None:
    """Refuses where some row has a NULL."""
    return alter(table, f"ALTER COLUMN {quoted(column.name)} SET NOT NULL")


def change_type(column: Column, table: Table, sql: str, using: str | None = None) -> str | None:
    """Rewrites the table, unless PostgreSQL knows the values to be stored alike."""
    converted = f" USING {using}" if using else ""
    return alter(table, f"ALTER COLUMN {quoted(column.name)} TYPE {sql}{converted}")


def drop_constraint(table: Table, name: object) -> str | None:
    """Of a constraint whose name is known."""
    return alter(table, f"DROP CONSTRAINT {quoted(name)}") if isinstance(name, str) else None


def drop_index(table: Table, name: object) -> str | None:
    """Of an index whose name is known."""
    if not isinstance(name, str) or not in_database(table):
        return None
    how = "" if is_partitioned(table) else "CONCURRENTLY "
    return f"DROP INDEX {how}{in_schema_of(table, name)};"


def create_index(
    table: Table, name: str, keys: Sequence[str], *, unique: bool = False, method: str = "", where: str = ""
) -> str:
    """While the table stays writable, unless it is partitioned. Keys are SQL."""
    how = f"{'UNIQUE ' if unique else ''}INDEX {'' if is_partitioned(table) else 'CONCURRENTLY '}"
    using = f"USING {method} " if method else ""
    condition = f" WHERE {where}" if where else ""
    return f"CREATE {how}{quoted(name)} ON {quoted_table(table)} {using}({', '.join(keys)}){condition};"


def add_foreign_key(table: Table, name: str, columns: Sequence[str], target: str, action: str = "") -> str | None:
    """In two steps: the second reads all rows without keeping writers out. The target is SQL: `users (id)`."""
    keys = ", ".join(quoted(column) for column in columns)
    after = f" ON DELETE {action}" if action else ""
    added = alter(table, f"ADD CONSTRAINT {quoted(name)} FOREIGN KEY ({keys}) REFERENCES {target}{after} NOT VALID")
    return f"{added}\n{validate(table, name)}" if added is not None else None


def validate(table: Table, name: str) -> str | None:
    """Reads all rows, without keeping writers out."""
    return alter(table, f"VALIDATE CONSTRAINT {quoted(name)}")


def change_action(fk: ForeignKey, table: Table | None, target: Table | None, action: str) -> str | None:
    """The foreign key anew, with another ON DELETE."""
    if table is None or target is None or not isinstance(fk.name, str) or not in_database(table):
        return None
    keys = f"{quoted_table(target)} ({', '.join(quoted(column) for column in fk.target_columns)})"
    added = add_foreign_key(table, fk.name, fk.columns, keys, action)
    return f"{drop_constraint(table, fk.name)}\n{added}"


def in_schema_of(table: Table, name: str) -> str:
    """An index's name as SQL needs it: it lives in its table's schema."""
    return qualified(table.schema, name)
