"""Strategies for columns: a kind, a form, and the options that go together."""

from __future__ import annotations

from agreement.description import Column, Kind
from agreement.drawing import Draw, few, one, sometimes
from agreement.kinds import INTEGER, MOMENT, STRING, UUID

FORMS = {
    "classic": ("Column",),
    "core": ("Column",),
    "mapped": ("mapped_column", "bare", "Column", "unannotated", "alias"),
    "dataclass": ("mapped_column", "bare", "unannotated", "alias"),
    "sqlmodel": ("Field", "annotation", "sa_column"),
}
ALIASED = {"string": "Short", "integer": "Number", "moment": "Created", "uuid": "Identifier"}
"""Kinds with an `Annotated` alias in the module of the base."""
MAKERS = {
    "Column": ("[[PACKAGE.types.a_column]]", "[[PACKAGE.types.required]]", "[[PACKAGE.types.looked_up]]"),
    "mapped_column": ("[[PACKAGE.types.a_mapped_column]]", "[[PACKAGE.types.described]]"),
    "unannotated": ("[[PACKAGE.types.a_mapped_column]]", "[[PACKAGE.types.described]]"),
    "Field": ("[[PACKAGE.types.a_field]]",),
}
"""Functions that make columns of a form."""


def column(draw: Draw, style: str, kinds: tuple[Kind, ...], attribute: str, *, mixin: bool = False) -> Column:
    """A column that is no key."""
    kind = one(draw, kinds)
    form = _form(draw, style, kind, mixin)
    derived = style in kind.derived and form in {"mapped_column", "Field"}
    kind_type = None if derived and not sometimes(draw, 2) else one(draw, kind.types)
    if form in {"bare", "alias", "annotation"}:
        return Column(attribute, kind, form, optional=sometimes(draw, 3), optional_text=one(draw, ("Optional", "|")))
    arguments, options, nullable = _special(draw, kind, attribute)
    options += _options(draw, style, kind, kind_type, form, special=bool(arguments))
    if form == "Field" and kind_type is None and kind.field_options and sometimes(draw, 3):
        options += list(one(draw, kind.field_options))
    name = one(draw, (f"{attribute}_column", attribute.title(), f"order {attribute}")) if sometimes(draw, 9) else None
    key_name = None
    if form in {"Column", "mapped_column", "unannotated", "sa_column"} and sometimes(draw, 12):
        name, key_name = (name, f"{attribute}_key") if style != "core" else (name or f"{attribute}_column", attribute)
    return Column(
        attribute, kind, form, key=key_name, maker=maker(draw, form),
        name=name, type=kind_type, arguments=tuple(arguments), options=tuple(options),
        optional=nullable and sometimes(draw, 3), optional_text=one(draw, ("Optional", "|")),
    )  # fmt: skip


def maker(draw: Draw, form: str) -> str | None:
    """A function of the package that makes the column, in place of the library's."""
    makers = MAKERS.get(form)
    return one(draw, makers) if makers and sometimes(draw, 7) else None


def _form(draw: Draw, style: str, kind: Kind, mixin: bool) -> str:
    forms = [form for form in FORMS[style] if form != "alias" or kind.name in ALIASED]
    if style not in kind.derived:
        forms = [form for form in forms if form not in {"bare", "annotation"}]
    if mixin:
        forms = [form for form in forms if form != "sa_column"]
    return one(draw, forms)


def _special(draw: Draw, kind: Kind, attribute: str) -> tuple[list[str], list[tuple[str, str]], bool]:
    """Positional constructs, and whether the column may be nullable."""
    if sometimes(draw, 12):
        if kind is INTEGER:
            return one(draw, (
                (["[[sqlalchemy.Identity]]()"], [], False),
                (["[[sqlalchemy.Identity]](always=True, start=10)"], [], False),
                (['[[sqlalchemy.Computed]]("1 + 2", persisted=True)'], [], True),
                ([f'[[sqlalchemy.Sequence]]("{attribute}_numbers")'], [], True),
                ([f'[[sqlalchemy.CheckConstraint]]("1 > 0", name="{attribute}_positive")'], [], True),
            ))  # fmt: skip
        if kind is STRING:
            return [f'[[sqlalchemy.CheckConstraint]]("1 > 0", name="{attribute}_filled")'], [], True
        if kind is MOMENT:
            return [], [("server_onupdate", "[[sqlalchemy.FetchedValue]]()")], True
    return [], [], True


def _options(
    draw: Draw, style: str, kind: Kind, kind_type: str | None, form: str, *, special: bool
) -> list[tuple[str, str]]:
    options: list[tuple[str, str]] = []
    if not special:
        if sometimes(draw, 3):
            options.append(("nullable", one(draw, ("False", "True"))))
        options += _defaults(draw, style, kind, form)
        if kind.server and sometimes(draw, 4) and "values_callable" not in (kind_type or ""):
            options.append(("server_default", one(draw, kind.server)))
        if sometimes(draw, 9) and (kind.callables or kind.scalars):
            options.append(("onupdate", one(draw, (*kind.callables, *kind.scalars))))
    if kind.ordered:
        options += [(name, one(draw, ("True", "True", "False"))) for name in ("index", "unique") if sometimes(draw, 8)]
    if sometimes(draw, 9):
        options.append(("comment", one(draw, ('"what it is"', '"it\'s"', '"a" "b"'))))
    if form == "mapped_column" and sometimes(draw, 9):
        options.append(one(draw, (("sort_order", "-5"), ("sort_order", "3"), ("deferred", "True"), ("doc", '"words"'))))
    return options


def _defaults(draw: Draw, style: str, kind: Kind, form: str) -> list[tuple[str, str]]:
    if not sometimes(draw, 3):
        return []
    plain = [("default", text) for text in (*kind.scalars, "None")]
    called = [("default", text) for text in kind.callables]
    if style == "dataclass" and form == "mapped_column":
        called = [(name, text) for _, text in called for name in ("default_factory", "insert_default")]
        plain += [("insert_default", text) for text in kind.scalars]
    elif form == "Field":
        called = [("default_factory", text) for _, text in called]
    elif kind in (INTEGER, STRING, MOMENT) and kind.server:
        called.append(
            ("default", "[[sqlalchemy.func]].coalesce(None)" if kind is INTEGER else "[[sqlalchemy.func]].now()")
        )
    return [one(draw, (*plain[:-1], *called, plain[-1]))]


def key(draw: Draw, style: str, *, composite: bool = False) -> tuple[Column, ...]:
    """The columns of a primary key."""
    if composite:
        return (
            _key_column(style, "area", STRING, one(draw, (None, "[[sqlalchemy.String]](5)"))),
            _key_column(
                style, "number", INTEGER, one(draw, (None, "[[sqlalchemy.Integer]]")), ("autoincrement", "False")
            ),
        )
    kind = one(draw, (INTEGER, UUID, STRING))
    arguments: tuple[str, ...] = ()
    options: list[tuple[str, str]] = []
    if kind is INTEGER and sometimes(draw, 4):
        arguments = (one(draw, ("[[sqlalchemy.Identity]]()", "[[sqlalchemy.Identity]](always=True)")),)
    elif kind is INTEGER and sometimes(draw, 3):
        options.append(("autoincrement", one(draw, ("True", "False", '"auto"'))))
    elif kind is UUID:
        name = "default_factory" if style == "sqlmodel" else "insert_default" if style == "dataclass" else "default"
        options.append(one(draw, ((name, kind.callables[0]), ("server_default", kind.server[0]))))
    kind_type = one(draw, (None, *kind.types[:2])) if style not in {"classic", "core"} else kind.types[0]
    return (_key_column(style, one(draw, ("id", "id", "code")), kind, kind_type, *options, arguments=arguments),)


def _key_column(
    style: str,
    attribute: str,
    kind: Kind,
    kind_type: str | None,
    *options: tuple[str, str],
    arguments: tuple[str, ...] = (),
) -> Column:
    form = {"classic": "Column", "core": "Column", "sqlmodel": "Field"}.get(style, "mapped_column")
    if form == "Column" and kind_type is None:
        kind_type = kind.types[0]
    if form == "Field" and (arguments or any(name == "autoincrement" for name, _ in options)):
        form, kind_type = "sa_column", kind_type or kind.types[0]
        options = tuple(("default", text) if name == "default_factory" else (name, text) for name, text in options)
    return Column(
        attribute, kind, form, type=kind_type, arguments=arguments,
        options=(("primary_key", "True"), *options), primary_key=True,
    )  # fmt: skip


def sequence_of(
    draw: Draw, style: str, kinds: tuple[Kind, ...], names: list[str], most: int, *, mixin: bool = False, least: int = 0
) -> tuple[Column, ...]:
    """Some columns, whose names are taken from the list."""
    return tuple(column(draw, style, kinds, names.pop(0), mixin=mixin) for _ in few(draw, min(most, len(names)), least))
