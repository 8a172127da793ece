"""PostgreSQL's types as facts: in the words in which SQLAlchemy would create them, so that both sides compare."""

from __future__ import annotations

import re

from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.readers.type_names import bare

_FORMATTED = re.compile(r"(?P<word>[^(]*)(?:\((?P<arguments>[^)]*)\))?(?P<rest>.*)", re.DOTALL)
_WORDS = {"character varying": "VARCHAR", "character": "CHAR"}


def column_type(formatted: str, kind: str, enum: EnumType | None) -> ColumnType:
    """A column's type by how `format_type` prints it; `kind` is `pg_type.typtype`.

    `enum` is the enum that it is, or that its items are.
    """
    if formatted.endswith("[]"):
        item = column_type(formatted.removesuffix("[]"), "e" if enum is not None else "b", enum)
        return ColumnType(sql=f"{item.sql}[]", name="array", item=item.name, enum=item.enum)
    if enum is not None:
        return ColumnType(sql=formatted, name="enum", enum=str(enum.name))
    if kind in "cd":
        return ColumnType(sql=formatted, name=formatted)
    match = _FORMATTED.fullmatch(formatted)
    assert match is not None
    word, rest = match["word"].strip(), match["rest"]
    numbers = [number.strip() for number in (match["arguments"] or "").split(",") if number.strip()]
    arguments = f"({', '.join(numbers)})" if numbers else ""
    sql = f"{_WORDS.get(word, word.upper())}{arguments}{rest.upper()}"
    name = bare(sql)
    sizes = [int(number) if number.lstrip("-").isdigit() else None for number in numbers] + [None, None]
    timed = name.startswith(("timestamp", "time "))
    return ColumnType(
        sql=sql,
        name=name,
        length=sizes[0] if name in ("varchar", "char") else None,
        precision=sizes[0] if name == "numeric" else None,
        scale=sizes[1] if name == "numeric" else None,
        timezone=name.endswith("with time zone") if timed else None,
    )
