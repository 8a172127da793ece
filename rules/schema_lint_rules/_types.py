"""Column types compared as PostgreSQL compares the two sides of a foreign key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.checking.finding import ERROR, INFO, WARNING, Severity
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import known

if TYPE_CHECKING:
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Column, Table

_FAMILIES = {
    "integer": ("smallint", "integer", "bigint"),
    "number": ("numeric", "real", "double precision"),
    "text": ("text", "varchar", "char"),
    "uuid": ("uuid",),
    "boolean": ("boolean",),
    "date": ("date",),
    "timestamp": ("timestamp without time zone", "timestamp with time zone"),
    "bytes": ("bytea",),
}
_FAMILY = {name: family for family, names in _FAMILIES.items() for name in names}
_RANGE = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
_ALIASES = {
    "character varying": "varchar",
    "string": "varchar",
    "str": "text",
    "character": "char",
    "bpchar": "char",
    "int": "integer",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "serial": "integer",
    "smallserial": "smallint",
    "bigserial": "bigint",
    "decimal": "numeric",
    "float": "double precision",
    "bool": "boolean",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "datetime": "timestamp without time zone",
}

INTEGERS = frozenset(_RANGE)
TEXTS = frozenset(_FAMILIES["text"])


def declared_type(text: str) -> ColumnType | None:
    """A type as a policy states it (`text`, `varchar(36)`, `uuid`); `None` for one that is not known."""
    name, _, rest = " ".join(text.lower().split()).partition("(")
    name = _ALIASES.get(name.strip(), name.strip())
    if name not in _FAMILY:
        return None
    digits = rest.partition(")")[0].strip()
    length = int(digits) if digits.isdecimal() and name in TEXTS else None
    return ColumnType(sql=text.strip().upper(), name=name, length=length)


def below_domain(kind: ColumnType, schema: Schema) -> ColumnType:
    """The type that a domain is of, if a database says; any other type itself."""
    domain = schema.domain(kind.sql)
    return (declared_type(domain.type) or kind) if domain is not None else kind


def compare(own: ColumnType, expected: ColumnType, schema: Schema) -> tuple[Severity, str] | None:
    """How badly a referencing column's type differs from the referenced one's, and what comes of it; `None` if they
    agree, or if nothing is known about types like these."""
    if own.enum is not None or expected.enum is not None:
        return _compare_enums(own, expected, schema)
    one, other = _FAMILY.get(own.name), _FAMILY.get(expected.name)
    if one is None or other is None:
        return None
    if one != other:
        if {one, other} == {"integer", "number"}:
            return ERROR, "equal keys may differ after rounding"
        return ERROR, "PostgreSQL refuses the constraint"
    if one == "integer":
        return _compare_integers(own, expected)
    if one == "text":
        return _compare_texts(own, expected)
    return None if own.name == expected.name else (ERROR, "equal keys may differ")


def _compare_integers(own: ColumnType, expected: ColumnType) -> tuple[Severity, str] | None:
    mine, theirs = _RANGE[own.name], _RANGE[expected.name]
    if mine < theirs:
        return ERROR, f"no row can reference a key above {mine:,}"
    return None if mine == theirs else (WARNING, "the wider type hides that keys end earlier")


def _compare_texts(own: ColumnType, expected: ColumnType) -> tuple[Severity, str] | None:
    if (own.name == "char") != (expected.name == "char"):
        return WARNING, "CHAR pads with blanks, and the other does not"
    mine, theirs = own.length, expected.length
    if mine == theirs:
        return None
    if mine is not None and (theirs is None or mine < theirs):
        return WARNING, "it cannot hold every key"
    return INFO, "it is wider than any key can be"


def _compare_enums(own: ColumnType, expected: ColumnType, schema: Schema) -> tuple[Severity, str] | None:
    if own.enum == expected.enum or own.sql == expected.sql:
        return None
    for kind in (own, expected):
        enum = schema.enum(kind.enum)
        if kind.enum is not None and (enum is None or not enum.native):
            return None
    return ERROR, "PostgreSQL refuses the constraint"


def is_listed(column: Column, table: Table) -> bool:
    """Whether a constraint about the column alone lists what it may hold."""
    if known(column.type).enum is not None:
        return True
    from schema_lint_rules._expressions import literals, names, parse

    for check in table.check_constraints.known:
        condition = parse(check.expression) if isinstance(check.expression, str) else None
        if condition is not None and set(names(condition)) == {column.name} and any(literals(condition)):
            return True
    table.check_constraints.complete()
    return False
