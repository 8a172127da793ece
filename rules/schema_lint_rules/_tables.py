"""What kind of table a table is: a junction, a child that shares its parent's key, one that someone else makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint_rules._names import singular_name, words
from schema_lint_rules.shapes import matches

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schema_lint.checking.rule import Policies
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Column, ForeignKey, Table

_KEY_WORDS = frozenset({"id", "uuid", "guid", "pk", "uid"})


def external_columns(key: str, policies: Policies) -> Mapping[str, str] | None:
    """Declared columns and types of a table that someone else makes; `None` for any other table."""
    declared = policies.external_tables
    return declared.get(key, declared.get(key.rpartition(".")[2]))


def resolve(key: str, schema: Schema) -> Table | None:
    """The table that a foreign key names; a `MetaData`'s own schema need not be repeated in it."""
    return schema.table(key) or (schema.table(f"{schema.default_schema}.{key}") if schema.default_schema else None)


def tables_by_noun(schema: Schema, _: Policies) -> dict[str, list[Table]]:
    """The tables, but views, by their names in the singular."""
    tables: dict[str, list[Table]] = {}
    for table in schema.tables.known:
        if not table.is_view:
            tables.setdefault(singular_name(table.name), []).append(table)
    return tables


def shares_primary_key(table: Table) -> bool:
    """The primary key is a foreign key as a whole: joined inheritance, or a row that extends another table's."""
    key = frozenset(table.primary_key.columns)
    return bool(key) and any(frozenset(fk.columns) == key for fk in table.foreign_keys.known)


def is_surrogate_key(column: Column, table: Table) -> bool:
    """By its name the column means nothing but the row itself: `id`, `uuid`, `task_id` in `tasks`."""
    parts = words(column.name)
    if len(parts) == 1:
        return parts[0] in _KEY_WORDS
    if not parts or parts[-1] not in _KEY_WORDS:
        return False
    stem = "_".join(parts[:-1])
    names = {singular_name(table.name), "_".join(words(table.name))}
    return any(name == stem or name.endswith(f"_{stem}") for name in names)


def only_links_rows(table: Table, policies: Policies) -> bool:
    """Two or more foreign keys, and nothing else but a surrogate key and audit timestamps: it only links rows."""
    references = {fk.columns for fk in table.foreign_keys.known}
    if len(references) < 2:
        return False
    linked = {column for columns in references for column in columns}
    stamps = {*policies.timestamps.created, *policies.timestamps.updated}
    key = table.primary_key.columns
    surrogate = set(key) if len(key) == 1 and key[0] not in linked else set()
    return all(column.name in linked or column.name in stamps or column.name in surrogate for column in table.columns)


def links_rows(table: Table, schema: Schema, policies: Policies) -> bool:
    """A junction: by its columns, or because a many-to-many relationship writes its rows."""
    return table.key in schema.written_secondary_tables or only_links_rows(table, policies)


def is_lookup(table: Table, policies: Policies) -> bool:
    """The project says that the table holds fixed reference data."""
    return matches(policies.lookup_tables, table)


def reference(fk: ForeignKey) -> str:
    """`tasks.owner_id → users.id`."""
    columns = fk.columns[0] if len(fk.columns) == 1 else f"({', '.join(fk.columns)})"
    return f"{fk.table}.{columns} → {fk.target}"
