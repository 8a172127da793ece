"""Facts of column types, from what a type reader found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.facts.identifiers import qualified
from schema_lint.facts.types import ColumnType, DomainType, EnumType
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import Calling, argument, flag, number, text, unknown
from schema_lint.readers.type_names import bare

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter


def class_path(name: str) -> str:
    """Dotted path of the SQLAlchemy class of a canonical name."""
    if name in {"AutoString", "UTCDateTime"}:
        return f"sqlmodel.{name}"
    if name.startswith("sqlalchemy_utils."):
        return name
    return f"sqlalchemy.dialects.{name}" if "." in name else f"sqlalchemy.{name}"


def plain_type(
    sql: str,
    name: str,
    *,
    length: int | None = None,
    precision: int | None = None,
    scale: int | None = None,
    timezone: bool | None = None,
) -> ColumnType:
    """A type by its SQL text and canonical name."""
    return ColumnType(
        sql=sql, name=bare(sql), class_name=class_path(name) if "." not in name or _of_dialect(name) else name,
        length=length, precision=precision, scale=scale, timezone=timezone,
    )  # fmt: skip


def _of_dialect(name: str) -> bool:
    """Whether a canonical name is a dialect's type: `postgresql.JSONB`."""
    return name.partition(".")[0] in {"postgresql", "mysql", "sqlite", "oracle", "mssql"}


def sized_type(word: str, length: int | None, name: str, collation: str | None = None) -> ColumnType:
    """A string type of a length (`None` for none) and collation."""
    sql = word + (f"({length})" if length else "") + (f' COLLATE "{collation}"' if collation else "")
    return plain_type(sql, name, length=length or None)


def enum_type(enum: EnumType | Unknown, made: Calling, name: str) -> ColumnType | Unknown:
    """The type of a column that holds an enum: its own, or text as long as the longest label."""
    if isinstance(enum, Unknown):
        return enum
    if not enum.native:
        if isinstance(enum.labels, Unknown):
            return enum.labels
        length = number(argument(made, "length"))
        size = length if isinstance(length, int) and length else max(map(len, enum.labels), default=0)
        sql = f"VARCHAR({size})" if size else "VARCHAR"
        return ColumnType(
            sql=sql, name="enum", class_name=class_path(name), length=size or None, enum=_enum_key(enum),
        )  # fmt: skip
    if isinstance(enum.name, Unknown):
        return enum.name
    sql = qualified(enum.schema, enum.name)
    return ColumnType(sql=sql, name="enum", class_name=class_path(name), enum=_enum_key(enum))


def domain_type(made: Calling, inner: ColumnType | Unknown | None, interpreter: Interpreter) -> ColumnType | Unknown:
    """The type of a column of a `DOMAIN(name, type, …)`."""
    # Expressions may hold types: theirs is the other direction.
    from schema_lint.readers.source.expressions import sql_text

    name, schema = text(argument(made, "name", 0)), text(made.keywords.get("schema"))
    if not isinstance(name, str) or isinstance(schema, Unknown):
        return unknown(made)
    sql = qualified(schema, name)
    given = made.keywords.get("check")
    check = text(given)
    if isinstance(check, Unknown) and given is not None:
        check = sql_text(given, None, interpreter=interpreter)
    found = DomainType(
        name=name,
        schema=schema,
        type=inner.sql if isinstance(inner, ColumnType) else unknown(made) if inner is None else inner,
        nullable=_not(flag(made.keywords.get("not_null"))),
        check=check,
    )
    # What is made elsewhere is not said to be as here.
    makes_it = flag(made.keywords.get("create_type"), True) is True and made.rest is None
    return ColumnType(
        sql=sql, name=bare(sql), class_name=class_path("postgresql.DOMAIN"), domain=found if makes_it else None
    )


def _not(value: bool | Unknown) -> bool | Unknown:
    return value if isinstance(value, Unknown) else not value


def _enum_key(enum: EnumType) -> str | None:
    return enum.name if isinstance(enum.name, str) else enum.class_name
