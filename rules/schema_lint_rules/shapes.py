"""What a table or column is, judged by its shape: a junction, an audit timestamp, a column of one subclass."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import Policies
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Declaration, Default, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown, known

_NOW_FUNCTIONS = (
    r"(?i)\b(now|utcnow|utc_now|current_timestamp|localtimestamp|statement_timestamp|transaction_timestamp|clock_timestamp|"
    r"current_datetime|getdate|sysdate)\b|_now\b|\bnow_"
)


def label(column: Column) -> str:
    """How a message names a column: by the class that declares it (`TimestampMixin.created_at`), else by its table."""
    owner = owner_of(column) if column.declaration is None or column.declaration.form != "Table" else None
    if owner and column.attribute:
        return f"{owner.rpartition('.')[2]}.{column.attribute}"
    return f"{column.table}.{column.name}"


def owner_of(column: Column) -> str | None:
    """Dotted name of the class that declares it, if one does."""
    return column.declaration.owner if column.declaration is not None else column.owner


def listed(names: Iterable[str], limit: int = 5) -> str:
    """`a, b and c`; `a, b, c, d, e and 7 more` where there are more than the limit."""
    known = list(dict.fromkeys(names))
    if len(known) > limit + 1:
        return f"{', '.join(known[:limit])} and {len(known) - limit} more"
    return f"{', '.join(known[:-1])} and {known[-1]}" if len(known) > 1 else "".join(known)


def matches(patterns: Iterable[str], table: Table) -> bool:
    """One of the globs fits the table's name, or its name with the schema."""
    return any(fnmatchcase(table.name, pattern) or fnmatchcase(table.key, pattern) for pattern in patterns)


def known_type(column: Column) -> ColumnType | None:
    """The column's type; `None` where it is not known, so that a rule about one type passes over it."""
    return None if isinstance(column.type, Unknown) else column.type


def is_timestamp(column: Column) -> bool:
    """The column holds a date with a time."""
    found = column.type
    return not isinstance(found, Unknown) and found.name.startswith("timestamp")


def is_junction(table: Table) -> bool:
    """The table pairs rows of others: its key is made of foreign keys, or it holds nothing but several tables' keys."""
    referencing = table.foreign_key_columns
    key = table.primary_key.columns
    if len(key) > 1 and referencing.issuperset(key):
        return True
    names = {column.name for column in table.columns.known}
    return len(table.foreign_keys.known) > 1 and names <= referencing | set(key)


def is_joined_child(table: Table, schema: Schema) -> bool:
    """The table holds the columns that a subclass adds to its parent's row (joined-table inheritance)."""
    models = (schema.model(key) for key in table.models)
    return any(model is not None and model.inheritance == "joined" for model in models)


def on_single_table_child(column: Column, table: Table, schema: Schema) -> bool:
    """Only subclasses that share their parent's table declare the column, so it must be nullable."""
    owner = owner_of(column)
    found = False
    for key in table.models if owner else ():
        model = schema.model(key)
        if model is None or (owner != key and owner not in model.bases):
            continue
        if model.inheritance != "single":
            return False
        found = True
    return found


def is_creation_time(name: str, policies: Policies) -> bool:
    """The name is one of the policy's for the time a row was made, however its words are joined."""
    return _is_among(name, policies.timestamps.created)


def is_update_time(name: str, policies: Policies) -> bool:
    """The name is one of the policy's for the time a row last changed, however its words are joined."""
    return _is_among(name, policies.timestamps.updated)


def is_audit_time(name: str, policies: Policies) -> bool:
    """The name is one of the policy's for either of these times."""
    return is_creation_time(name, policies) or is_update_time(name, policies)


@functools.lru_cache(maxsize=4096)
def _is_among(name: str, names: tuple[str, ...]) -> bool:
    return _folded(name) in map(_folded, names)


def _folded(name: str) -> str:
    return name.replace("_", "").lower()


_DELETIONS = ("deleted_at", "is_deleted", "deleted", "deleted_on", "removed_at", "date_deleted", "deletion_time")


def soft_delete_columns(table: Table, policies: Policies) -> list[Column]:
    """Columns that mark a row as deleted: those of the policy, else by usual names; times and flags only."""
    names = policies.soft_delete or _DELETIONS
    found = [c for c in table.columns.known if c.name in names]
    return [c for c in found if is_timestamp(c) or ((kind := known_type(c)) is not None and kind.name == "boolean")]


def table_subject(table: Table) -> Subject:
    """How a finding names a table that is not the visited fact."""
    model = table.models[0] if table.models else None
    return Subject(kind="table", schema=table.schema, table=table.name, class_=model)


def column_subject(column: Column, schema: Schema) -> Subject:
    """How a finding names a column that is not the visited fact."""
    table = schema.table(column.table)
    name = table.name if table is not None else column.table
    return Subject(kind="column", schema=table.schema if table else None, table=name, columns=(column.name,))


def is_now(default: Default | Unknown | None) -> bool:
    """The default is the time at which the row is written, as far as its name tells."""
    if default is None or isinstance(default, Unknown):
        return False
    text = default.function or ("" if isinstance(default.value, Unknown) else default.value)
    return re.search(_NOW_FUNCTIONS, text.rpartition(".")[2] if default.function else text) is not None


def has_default(column: Column) -> bool:
    """Something fills the column where the application gives no value: SQLAlchemy, the database or the constructor.

    Raises:
        Undecided: if that is not known.
    """
    if _given(column.server_default) or column.autoincrement is True or _given(column.default):
        return True
    declaration = column.declaration
    return declaration is not None and bool(declaration.has_default) and not declaration.default_none


def _given(default: Default | Unknown | None) -> bool:
    return bool(default) if isinstance(default, Unknown) else default is not None and not is_null(default)


def is_null(default: Default) -> bool:
    """The default is `None`, which is no default."""
    if isinstance(default.value, Unknown):
        return False
    return (default.kind == "scalar" and default.value == "None") or (default.kind == "sql" and default.value == "NULL")


def declared_type(declaration: Declaration) -> str:
    """The annotation's type for a message: `datetime`; nothing where it is not known."""
    return (declaration.python_type or "").rpartition(".")[2]


def is_complete(*parts: Some[object]) -> bool:
    """Nothing of these collections is missing."""
    return all(part.rest is None for part in parts)


def is_described(column: Column, table: Table) -> bool:
    """A comment stands at the column: in the source, or in the database that has no other."""
    return bool(column.explanation) or (table.form == "catalog" and isinstance(column.comment, str))


def database_decides(column: Column) -> bool:
    """The database or SQLAlchemy sees to the column whatever its annotation says."""
    if known(column.primary_key):
        return True
    made = (column.server_default, column.default)
    return any(not isinstance(d, Unknown) and d is not None and d.kind in ("identity", "computed") for d in made)


def is_filled(column: Column) -> bool:
    """Something gives the column a value where the application gives none."""
    return any(
        isinstance(default, Unknown) or (default is not None and not is_null(default))
        for default in (column.default, column.server_default)
    )
