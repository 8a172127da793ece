"""The column type that SQLAlchemy and SQLModel choose for a Python type."""

from __future__ import annotations

from schema_lint.evaluating.values import Call, ClassValue, Collection, Constant, Subscript, Symbol, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.annotations import PythonType, dotted, python_name, same_type, typing_name
from schema_lint.readers.source.arguments import plain, unknown
from schema_lint.readers.source.drafts import RegistryDraft
from schema_lint.readers.source.enums import is_enum
from schema_lint.readers.source.names import call_name

_MAPPED = {
    "int": "Integer", "bool": "Boolean", "uuid.UUID": "Uuid", "decimal.Decimal": "Numeric",
    "datetime.date": "Date", "datetime.datetime": "DateTime", "datetime.time": "Time",
    "datetime.timedelta": "Interval", "bytes": "LargeBinary", "str": "String",
}  # fmt: skip
"""SQLAlchemy's own map; `float` depends on the version."""

_STRINGS = frozenset({
    "str", "ipaddress.IPv4Address", "ipaddress.IPv4Network", "ipaddress.IPv6Address", "ipaddress.IPv6Network",
    "pathlib.Path", "pydantic.EmailStr", "pydantic.networks.EmailStr", "pydantic.FilePath", "pydantic.DirectoryPath",
    "pydantic.NewPath", "pydantic.types.FilePath",
})  # fmt: skip
_CONSTRAINED = {
    "pydantic.StrictStr": "str", "pydantic.StrictInt": "int", "pydantic.StrictBool": "bool",
    "pydantic.StrictFloat": "float", "pydantic.StrictBytes": "bytes", "pydantic.PositiveInt": "int",
    "pydantic.NegativeInt": "int", "pydantic.NonNegativeInt": "int", "pydantic.NonPositiveInt": "int",
    "pydantic.PositiveFloat": "float", "pydantic.NegativeFloat": "float", "pydantic.NonNegativeFloat": "float",
    "pydantic.NonPositiveFloat": "float", "pydantic.FiniteFloat": "float", "pydantic.UUID1": "uuid.UUID",
    "pydantic.UUID3": "uuid.UUID", "pydantic.UUID4": "uuid.UUID", "pydantic.UUID5": "uuid.UUID",
    "pydantic.UUID6": "uuid.UUID", "pydantic.UUID7": "uuid.UUID", "pydantic.UUID8": "uuid.UUID",
    "pydantic.NewPath": "pathlib.Path", "pydantic.FilePath": "pathlib.Path", "pydantic.DirectoryPath": "pathlib.Path",
    "pydantic.Base64Str": "str", "pydantic.Base64Bytes": "bytes", "pydantic.PastDate": "datetime.date",
    "pydantic.FutureDate": "datetime.date",
}  # fmt: skip
"""Pydantic's `Annotated` aliases of plain types."""
_FUNCTIONS = {
    "pydantic.constr": "str", "pydantic.conint": "int", "pydantic.confloat": "float", "pydantic.conbytes": "bytes",
    "pydantic.condecimal": "decimal.Decimal", "pydantic.condate": "datetime.date",
}  # fmt: skip
UTC_SINCE = (0, 0, 45)
"""SQLModel from which on a `datetime` is stored with a time zone."""
DOUBLE_SINCE = (2, 1)
"""SQLAlchemy from which on `Mapped[float]` is a double precision number."""


def mapped_type(kind: PythonType, registry: RegistryDraft, version: tuple[int, ...]) -> Value | Unknown:
    """The type expression for `Mapped[T]`: the registry's own map first, then SQLAlchemy's."""
    for form in kind.forms:
        chosen = _from_map(form, registry)
        if chosen is not None:
            return chosen
        standard = _standard(form, registry, version)
        if standard is not None:
            return standard
    where = dotted(kind.value) or kind.text
    return unknown(kind.value) if python_name(kind.value) is None else Unknown(f"no column type is known for {where}")


def _from_map(form: Value, registry: RegistryDraft) -> Value | None:
    for key, chosen in registry.type_map:
        if same_type(key, form):
            return _copied(chosen)
    if isinstance(form, ClassValue):
        for ancestor in form.mro()[1:]:
            for key, chosen in registry.type_map:
                # A type for a superclass serves a subclass only where it can adapt itself: an Enum.
                if same_type(key, ancestor) and is_enum(form):
                    return _enum_like(chosen, form)
    if _is_literal(form):
        for key, _ in registry.type_map:
            if typing_name(key) == "Literal":
                return _literal(form)
    return None


def _enum_like(chosen: Value, cls: ClassValue) -> Value:
    keywords = dict(chosen.keywords) if isinstance(chosen, Call) else {}
    return _copied(Call(Symbol("sqlalchemy.Enum"), [cls], keywords, chosen.site))


def _copied(chosen: Value) -> Value:
    """What SQLAlchemy makes of a type in the map: of an enum a new one, whose schema counts as stated."""
    if (
        not isinstance(chosen, Call)
        or call_name(chosen) != "Enum"
        or {"schema", "inherit_schema"} & set(chosen.keywords)
    ):
        return chosen
    keywords = {**chosen.keywords, "schema": Constant(None)}
    return Call(chosen.function, chosen.arguments, keywords, chosen.site, chosen.rest)


def _standard(form: Value, registry: RegistryDraft, version: tuple[int, ...]) -> Value | None:
    if isinstance(form, ClassValue):
        return _copied(Call(Symbol("sqlalchemy.Enum"), [form], {}, form.site)) if is_enum(form) else None
    if _is_literal(form):
        return _literal(form)
    name = python_name(form)
    if name == "float":
        return Symbol("sqlalchemy.Double" if version >= DOUBLE_SINCE else "sqlalchemy.Float", form.site)
    return Symbol(f"sqlalchemy.{_MAPPED[name]}", form.site) if name in _MAPPED else None


def _is_literal(form: Value) -> bool:
    return isinstance(form, Subscript) and typing_name(form.value) == "Literal"


def _literal(form: Value) -> Value:
    assert isinstance(form, Subscript)
    labels = list(form.key.items) if isinstance(form.key, Collection) else [form.key]
    return Call(Symbol("sqlalchemy.Enum"), labels, {"native_enum": Constant(False)}, form.site)


def field_type(
    kind: PythonType, maximum: int | None, digits: tuple[int | None, int | None], version: tuple[int, ...]
) -> Value | Unknown:
    """The type expression SQLModel chooses for a field's annotation.

    `maximum` is the field's `max_length`, `digits` its `max_digits` and `decimal_places`.
    """
    value = kind.value
    if is_enum(value):
        return Call(Symbol("sqlalchemy.Enum"), [value], {}, value.site)
    names = _names(value)
    if names & _STRINGS:
        keywords: dict[str, Value] = {"length": Constant(maximum)} if maximum else {}
        return Call(Symbol("sqlmodel.AutoString"), [], keywords, value.site)
    for name, chosen in _FIELD:
        if name in names:
            return Symbol(f"sqlalchemy.{chosen}", value.site)
    if names & _DATETIMES:
        return _datetime(kind, names, version)
    for name, chosen in _LATER:
        if name in names:
            return Symbol(f"sqlalchemy.{chosen}", value.site)
    if "decimal.Decimal" in names:
        arguments: dict[str, Value] = {"precision": Constant(digits[0]), "scale": Constant(digits[1])}
        return Call(Symbol("sqlalchemy.Numeric"), [], arguments, value.site)
    if isinstance(value, Symbol | ClassValue | Subscript):
        where = dotted(value) or kind.text
        return Unknown(f"SQLModel has no column type for {where}", value.site.place() if value.site else None)
    return unknown(value)


_FIELD = (("float", "Float"), ("bool", "Boolean"), ("int", "Integer"))
_DATETIMES = frozenset({
    "datetime.datetime", "pydantic.AwareDatetime", "pydantic.NaiveDatetime", "pydantic.PastDatetime",
    "pydantic.FutureDatetime",
})  # fmt: skip
_LATER = (
    ("datetime.date", "Date"), ("datetime.timedelta", "Interval"), ("datetime.time", "Time"),
    ("bytes", "LargeBinary"), ("uuid.UUID", "Uuid"),
)  # fmt: skip


def _datetime(kind: PythonType, names: set[str], version: tuple[int, ...]) -> Value:
    site = kind.value.site
    if version < UTC_SINCE:
        return Symbol("sqlalchemy.DateTime", site)
    zoned = "pydantic.NaiveDatetime" not in names
    for extra in kind.metadata:
        name = python_name(extra.function if isinstance(extra, Call) else extra)
        if name in {"pydantic.AwareDatetime", "pydantic.NaiveDatetime"}:
            zoned = name == "pydantic.AwareDatetime"
    if zoned:
        return Symbol("sqlmodel.UTCDateTime", site)
    return Call(Symbol("sqlalchemy.DateTime"), [], {"timezone": Constant(False)}, site)


def _names(value: Value) -> set[str]:
    """Dotted names of a type and its ancestors."""
    if isinstance(value, ClassValue):
        return {name for ancestor in value.mro() for name in _names_of(ancestor)}
    if isinstance(value, Call):
        name = python_name(value.function)
        return {_FUNCTIONS[name]} if name in _FUNCTIONS else set()
    return set(_names_of(value))


def _names_of(value: Value) -> list[str]:
    name = python_name(value)
    if name is None:
        return []
    plain_name = name.replace("pydantic.types.", "pydantic.").replace("pydantic.networks.", "pydantic.")
    return [plain_name, _CONSTRAINED[plain_name]] if plain_name in _CONSTRAINED else [plain_name]


def constraints(kind: PythonType, name: str) -> object:
    """A constraint that the annotation itself states: `Annotated[str, Field(max_length=5)]`.

    SQLModel does not look into `constr(...)` and `StringConstraints`.
    """
    extras = [extra for extra in (*kind.metadata, kind.value) if isinstance(extra, Call)]
    for extra in extras:
        function = python_name(extra.function)
        if name in extra.keywords and (function or "").rpartition(".")[2] in {"Field", *_CALLS}:
            return plain(extra.keywords[name])
        if name == "max_length" and (function or "").endswith((".MaxLen", ".Len")) and extra.arguments:
            return plain(extra.arguments[-1])
    return None


_CALLS = frozenset({"condecimal", "MaxLen"})
