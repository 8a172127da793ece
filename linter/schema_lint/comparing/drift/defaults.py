"""Whether a column's default on the server is the one that the model gives it."""

from __future__ import annotations

import re

from schema_lint.comparing.drift.sql_equality import same_literal, same_tree
from schema_lint.comparing.drift.sql_expressions import expression
from schema_lint.comparing.drift.sql_nodes import Node
from schema_lint.facts.schema import Column, Default, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown

_NEXT = re.compile(r"nextval\s*\(\s*'((?:[^']|'')+)'", re.IGNORECASE)
_WHOLE = frozenset({"integer", "bigint", "smallint", "numeric"})
_OPAQUE = Unknown("an expression of this form is not compared")


def is_numbered(column: Column, table: Table) -> bool | Unknown:
    """Whether SQLAlchemy leaves it to the database to number the column: `Table._autoincrement_column`."""
    if isinstance(column.type, Unknown):
        return column.type
    if isinstance(column.autoincrement, Unknown):
        return column.autoincrement
    if column.type.name not in _WHOLE or column.autoincrement is False:
        return False
    if column.autoincrement is True:
        return True
    if table.primary_key.columns != (column.name,):
        return False
    given = column.default
    if isinstance(given, Unknown) or isinstance(column.server_default, Unknown):
        return _OPAQUE
    if (given is not None and given.kind != "sequence") or column.server_default is not None:
        return False
    has_key = any(column.name in key.columns for key in table.foreign_keys.known)
    return column.autoincrement == "ignore_fk" or not has_key


def numbers(default: Default | Unknown | None) -> bool:
    """Whether a database's default numbers rows: a sequence or an identity."""
    return isinstance(default, Default) and (default.kind in ("sequence", "identity") or _sequence(default) is not None)


def same_default(left: Default, right: Default | None, column: Column, table: str) -> bool | Unknown:
    """Whether a model's server default is the database's; neither is an identity.

    Args:
        column: the model's.
        table: its table's bare name.
    """
    if isinstance(left.value, Unknown):
        return left.value
    if left.kind == "fetched":
        return Unknown("a trigger or the database makes it")
    if right is None:
        node = None if left.quoted else expression(left.value, table)
        return node is not None and node.kind == "word" and node.text == "null"
    if isinstance(right.value, Unknown):
        return right.value
    if (left.kind == "computed") is not (right.kind == "computed"):
        return False
    names = _sequence(left), _sequence(right)
    if names[0] is not None or names[1] is not None:
        return names[0] == names[1]
    theirs = expression(right.value)
    if left.quoted:
        return _same_text(left.value, theirs, column)
    ours = expression(left.value, table)
    if ours is None or theirs is None:
        return _OPAQUE if left.value.strip() != right.value.strip() else True
    if ours.kind == "string":
        return _same_text(ours.text, theirs, column)
    found = same_tree(ours, theirs)
    return _OPAQUE if found is None else found


def _same_text(text: str, theirs: Node | None, column: Column) -> bool | Unknown:
    """Whether a constant, as text, is what PostgreSQL keeps."""
    if theirs is None:
        return _OPAQUE
    if theirs.kind not in ("string", "number", "word"):
        # PostgreSQL reads 'now()' when the default is made, and other texts that name a value.
        return Unknown("a text that PostgreSQL may have read as another value") if theirs.kind == "list" else False
    kind = column.type.name if isinstance(column.type, ColumnType) else ""
    found = same_literal(text, theirs.text, kind)
    return Unknown(f"values of {kind or 'this type'} are not compared") if found is None else found


def _sequence(default: Default) -> str | None:
    """The bare name of the sequence that gives the value."""
    if isinstance(default.value, Unknown):
        return None
    if default.kind == "sequence":
        return default.value.rpartition(".")[2].strip('"')
    match = _NEXT.search(default.value) if default.kind == "sql" and not default.quoted else None
    return match[1].rpartition(".")[2].strip('"') if match else None
