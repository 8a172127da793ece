"""Run in an interpreter of its own: executes each case and prints what SQLAlchemy built from it.

Standard input: JSON, case name → source text. Standard output: JSON, case name → tables, or `{"error": …}`.
"""

from __future__ import annotations

import json
import re
import sys
import types
import warnings
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, MetaData, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import clear_mappers, configure_mappers

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def _text(value: Any) -> str:
    return re.sub(r"\s+", " ", str(value)).strip()


def _sql(element: Any) -> str:
    if isinstance(element, str):
        return _text(element)
    return _text(element.compile(dialect=_DIALECT, compile_kwargs={"literal_binds": True}))


def _default(default: Any) -> dict[str, Any] | None:
    if default is None:
        return None
    if getattr(default, "is_sequence", False):
        return {"kind": "sequence", "value": default.name}
    if getattr(default, "is_scalar", False):
        return {"kind": "scalar", "value": repr(default.arg)}
    if getattr(default, "is_callable", False):
        return {"kind": "callable"}
    kind = type(default).__name__
    if kind in ("Identity", "Computed"):
        return {"kind": kind.lower()}
    return {"kind": "sql"}


def _column(column: Any) -> dict[str, Any]:
    try:
        sql = _text(column.type.compile(dialect=_DIALECT))
    except Exception:
        sql = None
    return {
        "type": sql,
        "nullable": bool(column.nullable),
        "primary_key": column.primary_key,
        "autoincrement": column.autoincrement,
        "default": _default(column.default),
        "server_default": _default(column.server_default),
        "onupdate": _default(column.onupdate),
        "comment": column.comment,
    }


def _index(index: Any) -> dict[str, Any]:
    expressions = [str(e.name) if hasattr(e, "nullable") else _sql(e) for e in index.expressions]
    where = index.dialect_options["postgresql"].get("where")
    return {
        "name": str(index.name) if index.name else None,
        "expressions": expressions,
        "unique": bool(index.unique),
        "where": _sql(where) if where is not None else None,
    }


def _table(table: Any) -> dict[str, Any]:
    foreign_keys, uniques, checks = [], [], []
    # A CHECK among a column's arguments is the column's, and the table's in the database.
    of_columns = [constraint for column in table.columns for constraint in column.constraints]
    for constraint in [*table.constraints, *of_columns]:
        name = str(constraint.name) if isinstance(constraint.name, str) else None
        if isinstance(constraint, ForeignKeyConstraint):
            foreign_keys.append({
                "name": name,
                "columns": [e.parent.name for e in constraint.elements],
                "targets": [e.target_fullname for e in constraint.elements],
                "ondelete": (constraint.ondelete or "").upper() or None,
                "deferrable": constraint.deferrable,
                "use_alter": bool(constraint.use_alter),
            })  # fmt: skip
        elif isinstance(constraint, UniqueConstraint):
            uniques.append({"name": name, "columns": [c.name for c in constraint.columns]})
        elif isinstance(constraint, CheckConstraint):
            checks.append({"name": name, "sqltext": _sql(constraint.sqltext)})
    name = table.primary_key.name
    return {
        "columns": {c.name: _column(c) for c in table.columns},
        "primary_key": {
            "name": str(name) if isinstance(name, str) else None,
            "columns": [c.name for c in table.primary_key.columns],
        },
        "foreign_keys": foreign_keys,
        "indexes": [_index(index) for index in table.indexes],
        "uniques": uniques,
        "checks": checks,
        "comment": table.comment,
    }


def _metadatas(module: types.ModuleType) -> list[MetaData]:
    found: list[MetaData] = []
    for value in list(vars(module).values()):
        for candidate in (value, getattr(value, "metadata", None)):
            if isinstance(candidate, MetaData) and all(candidate is not known for known in found):
                found.append(candidate)
    return found


def _built(name: str, text: str) -> dict[str, Any]:
    module = types.ModuleType("models")
    sys.modules["models"] = module
    try:
        exec(compile(text, f"{name}.py", "exec"), vars(module))
        configure_mappers()
        return {key: _table(table) for m in _metadatas(module) for key, table in m.tables.items()}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        clear_mappers()
        for metadata in _metadatas(module):
            metadata.clear()


def main() -> None:
    """Build every case."""
    warnings.simplefilter("ignore")
    cases = json.load(sys.stdin)
    json.dump({name: _built(name, text) for name, text in cases.items()}, sys.stdout, default=str)


if __name__ == "__main__":
    main()
