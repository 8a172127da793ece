"""PostgreSQL's types as facts: in the words in which SQLAlchemy would create them, so that both sides compare."""

from __future__ import annotations

import re

import msgspec

from schema_lint.facts.types import ColumnType, EnumType
from schema_lint.readers.type_names import bare

_FORMATTED = re.compile(r"(?P<word>[^(]*)(?:\((?P<arguments>[^)]*)\))?(?P<rest>.*)", re.DOTALL)
_WORDS = {"character varying": "VARCHAR", "character": "CHAR"}


def column_type(formatted: str, kind: str, enum: EnumType | None, collation: str | None = None) -> ColumnType:
    """A column's type by how `format_type` prints it; `kind` is `pg_type.typtype`.

    `enum` is the enum that it is, or that its items are; `collation` one that the type does not have by itself.
    """
    found = _plain_type(formatted, kind, enum)
    if collation is None:
        return found
    return msgspec.structs.replace(found, sql=f'{found.sql} COLLATE "{collation}"')


def _plain_type(formatted: str, kind: str, enum: EnumType | None) -> ColumnType:
    if formatted.endswith("[]"):
        item = _plain_type(formatted.removesuffix("[]"), "e" if enum is not None else "b", enum)
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
    if arguments and word.startswith("interval"):
        arguments = f" {arguments}"
    sql = f"{_WORDS.get(word, word.upper())}{arguments}{rest.upper()}"
    name = bare(sql)
    sizes = [int(number) if number.lstrip("-").isdigit() else None for number in numbers] + [None, None]
    timed = name.startswith(("timestamp", "time "))
    precise = timed or name == "numeric" or name.startswith("interval")
    return ColumnType(
        sql=sql,
        name=name,
        length=sizes[0] if name in ("varchar", "char", "bit", "bit varying") else None,
        precision=sizes[0] if precise else None,
        scale=sizes[1] if name == "numeric" else None,
        timezone=name.endswith("with time zone") if timed else None,
    )
