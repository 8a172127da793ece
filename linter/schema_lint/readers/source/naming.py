"""Names that a naming convention gives to constraints and indexes.

Source: `sqlalchemy.sql.naming`. Names are as the metadata has them: SQLAlchemy shortens those of more than 63
characters only when it writes DDL.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from schema_lint.evaluating.values import Attribute, Call, Symbol, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import text
from schema_lint.readers.source.computed_names import computed
from schema_lint.readers.source.drafts import ColumnDraft, TableDraft

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_TOKEN = r"%\(([^)]*)\)s"
_FINAL = frozenset({"conv", "f"})
"""`sqlalchemy.schema.conv(…)`, Alembic's `op.f(…)`."""

_COLUMN = r"(?:(?P<referred>referred)_)?column_(?P<index>\d+)(?P<many>_?N)?_(?P<attribute>key|name|label)\Z"


class FinalName(str):
    """A name that no convention changes."""

    __slots__ = ()


def given_name(value: Value | None) -> str | Unknown | None:
    """A name as an argument gives it: a `FinalName` where it says that it is one."""
    if isinstance(value, Call) and len(value.arguments) == 1:
        function = value.function
        path = function.path if isinstance(function, Symbol) else ""
        name = function.name if isinstance(function, Attribute) else path.rpartition(".")[2]
        if name in _FINAL and path.partition(".")[0] in ("", "sqlalchemy", "alembic"):
            found = text(value.arguments[0])
            return FinalName(found) if isinstance(found, str) else found
    return text(value)


class Named:
    """What a convention's template may ask about a constraint."""

    __slots__ = ("columns", "name", "referred_columns", "referred_table", "table", "target_key", "unique")

    def __init__(self, table: TableDraft, columns: Sequence[ColumnDraft | None], name: str | Unknown | None) -> None:
        self.table = table
        self.columns = columns
        self.name = name
        self.referred_table: str | Unknown | None = None
        self.referred_columns: list[str] = []
        self.target_key = ""
        self.unique: bool | Unknown | None = None
        """Of an index."""


def conventional(kind: str, named: Named, interpreter: Interpreter) -> str | Unknown | None:
    """The name of a constraint: as given, or as the metadata's convention makes it; `None` for none."""
    if isinstance(named.name, Unknown):
        return named.name
    if isinstance(named.name, FinalName):
        return str(named.name)
    if named.name is None and kind in named.table.metadata.listened:
        return named.table.metadata.listened[kind]
    convention = named.table.metadata.convention
    if isinstance(convention, Unknown):
        return named.name if named.name is not None else convention
    template = convention.get(kind)
    if template is None:
        return named.name
    if named.name is not None and (isinstance(template, Unknown) or "constraint_name" not in template):
        return named.name
    if isinstance(template, Unknown):
        return template
    if named.name is None and "constraint_name" in template:
        # SQLAlchemy refuses to make the DDL; the constraint stays without a name.
        return None
    return _filled(template, kind, named, interpreter)


def _filled(template: str, kind: str, named: Named, interpreter: Interpreter) -> str | Unknown | None:
    functions = named.table.metadata.tokens
    parts: list[str] = []
    position = 0
    for match in re.finditer(_TOKEN, template):
        parts.append(template[position : match.start()])
        position = match.end()
        token = match.group(1)
        if token in functions:
            value: str | Unknown | None = computed(functions[token], kind, named, interpreter)
        else:
            value = _token(token, named)
        if not isinstance(value, str):
            return value
        parts.append(value)
    parts.append(template[position:])
    return "".join(parts).replace("%%", "%")


def _token(token: str, named: Named) -> str | Unknown | None:
    if token == "table_name":
        return named.table.name
    if token == "constraint_name":
        return named.name
    if token == "referred_table_name":
        return named.referred_table
    match = re.match(_COLUMN, token)
    if match is None:
        return Unknown(f"the naming convention's token {token} is not known")
    if match.group("referred"):
        return _referred(match, named)
    attribute = match.group("attribute")
    if match.group("many"):
        separator = "_" if match.group("many").startswith("_") else ""
        return separator.join(_of_column(named.table, column, attribute) for column in named.columns if column)
    index = int(match.group("index"))
    found = [column for column in named.columns if column is not None]
    return _of_column(named.table, found[index], attribute) if index < len(found) else ""


def _referred(match: re.Match[str], named: Named) -> str | Unknown:
    if match.group("many"):
        return ("_" if match.group("many").startswith("_") else "").join(named.referred_columns)
    index = int(match.group("index"))
    return named.referred_columns[index] if index < len(named.referred_columns) else ""


def _of_column(table: TableDraft, column: ColumnDraft, attribute: str) -> str:
    name = column.name or ""
    if attribute == "key":
        return column.key or name
    if attribute == "name":
        return name
    prefix = table.schema.replace(".", "_") + "_" if table.schema else ""
    return f"{prefix}{table.name}_{name}"
