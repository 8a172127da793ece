"""Facts of column types, enums and defaults, from what the probe wrote down."""

from __future__ import annotations

from typing import Any

from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.schema import Default, Numbering
from schema_lint.facts.types import ColumnType, DomainType, EnumType
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.enums import Enums
from schema_lint.readers.metadata.locating import Locator
from schema_lint.readers.places import one_line
from schema_lint.readers.type_names import bare

_NAIVE_CLOCKS = frozenset({"datetime.datetime.utcnow", "datetime.datetime.now", "datetime.datetime.today"})
_LIBRARIES = ("sqlalchemy", "sqlmodel", "sqlalchemy_utils")
_DATABASE_MAKES_IT = "a trigger or the database makes it"


def dotted(path: list[str]) -> str:
    """A class's dotted path; `__main__` and builtins without their module."""
    module, name = path
    return f"{module}.{name}" if module and module != "builtins" else name


def class_path(path: list[str]) -> str:
    """A type's dotted path: SQLAlchemy's by the module people import it from."""
    module, name = path
    if module.startswith("sqlalchemy.dialects."):
        return f"sqlalchemy.dialects.{module.split('.')[2]}.{name}"
    for library in _LIBRARIES:
        if module == library or module.startswith(f"{library}."):
            return f"{library}.{name}"
    return dotted(path)


def column_type(
    kind: dict[str, Any], place: SourcePlace | None, enums: Enums, locator: Locator
) -> ColumnType | Unknown:
    """A column's type as PostgreSQL creates it; `Unknown` where SQLAlchemy has no SQL for it. Its enum is taken up."""
    sql = kind.get("sql")
    if sql is None:
        return Unknown(kind.get("why") or "it has no type", place)
    enum, item = kind.get("enum"), kind.get("item")
    name = bare(sql)
    library = kind["class"][0].partition(".")[0] in _LIBRARIES
    if item is not None:
        name = "array"
    elif enum is not None:
        name = "enum"
    inner_enum = enum or (item or {}).get("enum")
    native = enum is not None and enum["native"]
    length = kind.get("length") if item is None else item.get("length")
    return ColumnType(
        sql=sql,
        name=name,
        class_name=class_path(kind["class"]),
        decorated=kind["decorated"] and not library,
        length=length if not native else None,
        precision=kind.get("precision"),
        scale=kind.get("scale"),
        timezone=kind.get("timezone"),
        enum=enums.key(enum_type(inner_enum, locator)) if inner_enum is not None else None,
        domain=_domain(kind.get("domain")),
        item=bare((item or {}).get("sql") or "") or None if item is not None else None,
        dialects=tuple(dict.fromkeys(kind.get("dialects", ()))),
        rejects_naive=class_path(kind["class"]) == "sqlmodel.UTCDateTime",
    )


def _domain(domain: dict[str, Any] | None) -> DomainType | None:
    if domain is None:
        return None
    return DomainType(
        name=domain["name"] or "",
        schema=domain["schema"],
        type=domain["sql"],
        nullable=not domain["not_null"],
        check=domain["check"],
    )


def enum_type(enum: dict[str, Any], locator: Locator) -> EnumType:
    """The enum's fact."""
    cls = enum["class"]
    site = locator.class_site(enum.get("file"), cls[1]) if cls else None
    return EnumType(
        name=enum["name"] or "",
        schema=enum["schema"],
        labels=tuple(enum["labels"]),
        values=tuple(enum["values"]),
        class_name=dotted(cls) if cls else None,
        native=enum["native"],
        constrained=not enum["native"] and enum["constrained"],
        place=one_line(site),
    )


def default(given: dict[str, Any] | None, locator: Locator, place: Place | None) -> Default | None:
    """A default's fact."""
    if given is None:
        return None
    at = place if isinstance(place, SourcePlace) else None
    value = given["value"]
    if value is None:
        return Default(kind=given["kind"], value=Unknown(_DATABASE_MAKES_IT, at), place=at)
    function = None
    if given["kind"] == "callable" and given["module"] and locator.path(given["file"]) is None:
        function = dotted([given["module"], value])
    return Default(
        kind=given["kind"],
        value=value,
        literal=given.get("literal"),
        function=function,
        called=given.get("called"),
        mutable=bool(given.get("mutable")),
        naive_time=function in _NAIVE_CLOCKS,
        quoted=bool(given.get("quoted")),
        numbering=_numbering(given.get("numbering")),
        place=at,
    )


def _numbering(given: dict[str, Any] | None) -> Numbering | None:
    if given is None:
        return None
    return Numbering(
        always=bool(given["always"]),
        start=given["start"],
        increment=given["increment"],
        minimum=given["minvalue"],
        maximum=given["maxvalue"],
        cycles=given["cycle"],
    )
