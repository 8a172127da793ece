"""Strategies for foreign keys: on the column, among the table's arguments, and in mixins."""

from __future__ import annotations

from agreement.columns import maker
from agreement.description import Column
from agreement.drafts import Draft, ForeignKey
from agreement.drawing import Draw, few, one, sometimes

ACTIONS = ('"CASCADE"', '"SET NULL"', '"RESTRICT"', '"NO ACTION"', '"cascade"')


def foreign_keys(draw: Draw, draft: Draft, drafts: list[Draft]) -> None:
    """Give the draft some foreign keys."""
    for number in few(draw, 2):
        target = one(draw, [d for d in drafts if d.inheritance != "single"])
        if target in _ancestors(draft) or draft in _ancestors(target):
            continue
        stem = f"{target.cls.lower()}{number}"
        if draft.inheritance == "single":
            stem = f"{draft.cls.lower()}_{stem}"
        if len(target.keys) > 1:
            _composite(draw, draft, target, stem)
        else:
            _single(draw, draft, target, stem)


def _ancestors(draft: Draft) -> list[Draft]:
    return [] if draft.parent is None else [draft.parent, *_ancestors(draft.parent)]


def reference(draw: Draw, draft: Draft, target: Draft) -> str:
    """The column that is referred to, as written: a string, or an attribute of what was made before."""
    column = target.keys[0]
    before = target.index < draft.index and target.module <= draft.module
    if before and sometimes(draw, 4):
        if target.form == "core":
            return (
                f"{target.path}.c[{column.reference!r}]"
                if not column.reference.isidentifier()
                else f"{target.path}.c.{column.reference}"
            )
        if target.form == "class" and target.inheritance is None:
            return f"{target.path}.{column.attribute}"
    name = target.full_name
    if target.schema is None and target.metadata_schema and sometimes(draw, 2):
        name = target.name
    return f'"{name}.{column.reference}"'


def _details(draw: Draw, stem: str, *, optional: bool) -> list[tuple[str, str]]:
    options = []
    if sometimes(draw, 2):
        action = one(draw, ACTIONS)
        options.append(("ondelete", action if optional or action != '"SET NULL"' else '"CASCADE"'))
    if sometimes(draw, 8):
        options.append(("onupdate", one(draw, ('"CASCADE"', '"RESTRICT"'))))
    if sometimes(draw, 8):
        options.append(("deferrable", "True"))
        options += [("initially", one(draw, ('"DEFERRED"', '"IMMEDIATE"')))] if sometimes(draw, 2) else []
    if sometimes(draw, 6):
        options.append(("name", f'"fk_{stem}_given"'))
        options += [("use_alter", "True")] if sometimes(draw, 2) else []
    return options


def key_text(draw: Draw, draft: Draft, target: Draft, stem: str, *, optional: bool) -> str:
    """`ForeignKey(…)`."""
    details = _details(draw, f"{draft.cls.lower()}_{stem}", optional=optional)
    return _call("[[sqlalchemy.ForeignKey]]", [reference(draw, draft, target)], details)


def _single(draw: Draw, draft: Draft, target: Draft, stem: str) -> None:
    referred = target.keys[0]
    optional = draft.inheritance == "single" or sometimes(draw, 2)
    attribute = f"{stem}_id"
    options: list[tuple[str, str]] = []
    if sometimes(draw, 2):
        options.append(("index", "True"))
    if sometimes(draw, 8):
        options.append(("unique", "True"))
    form = {"classic": "Column", "core": "Column", "sqlmodel": "Field"}.get(draft.style, "mapped_column")
    if not draft.is_class:
        form = "Column"
    kind_type = referred.type or (referred.kind.types[0] if form == "Column" else None)
    arguments: tuple[str, ...] = ()
    if form == "Field" and sometimes(draw, 2):
        form = "sa_column"
    if form == "Field":
        options.append(("foreign_key", f'"{target.full_name}.{referred.reference}"'))
        if sometimes(draw, 2):
            options.append(
                ("ondelete", one(draw, ('"CASCADE"', '"SET NULL"', '"RESTRICT"') if optional else ('"CASCADE"',)))
            )
        kind_type = None if kind_type is None or sometimes(draw, 2) else kind_type
    else:
        if sometimes(draw, 3) and form != "unannotated":
            kind_type = None  # the type of the column that is referred to
        arguments = (key_text(draw, draft, target, stem, optional=optional),)
        if not optional and form in {"Column", "sa_column"}:
            options.append(("nullable", "False"))
    name = f"{attribute}_ref" if draft.is_class and sometimes(draw, 9) else None
    key_name = None
    if form in {"Column", "mapped_column"} and sometimes(draw, 12):
        name, key_name = (name, f"{attribute}_key") if draft.is_class else (f"{attribute}_column", attribute)
    draft.columns.append(
        Column(
            attribute,
            referred.kind,
            form,
            name=name,
            type=kind_type,
            optional=optional,
            arguments=arguments,
            options=tuple(options),
            key=key_name,
            maker=maker(draw, form),
        )
    )
    draft.foreign_keys.append(ForeignKey((name or attribute,), (attribute,), target, optional))


def _composite(draw: Draw, draft: Draft, target: Draft, stem: str) -> None:
    if draft.style == "sqlmodel" and not draft.is_class:
        return
    form = {"classic": "Column", "core": "Column", "sqlmodel": "Field"}.get(draft.style, "mapped_column")
    if not draft.is_class:
        form = "Column"
    columns = [
        Column(
            f"{stem}_{referred.attribute}", referred.kind, form,
            type=referred.type or (referred.kind.types[0] if form == "Column" else None), optional=form != "Column",
        )
        for referred in target.keys
    ]  # fmt: skip
    draft.columns += columns
    names = ", ".join(f'"{column.reference}"' for column in columns)
    targets = ", ".join(f'"{target.full_name}.{referred.reference}"' for referred in target.keys)
    details = _details(draw, f"{draft.cls.lower()}_{stem}", optional=True)
    draft.arguments.append(_call("[[sqlalchemy.ForeignKeyConstraint]]", [f"[{names}]", f"[{targets}]"], details))
    stored = tuple(column.stored for column in columns)
    draft.foreign_keys.append(ForeignKey(stored, tuple(c.attribute for c in columns), target, True))


def _call(function: str, arguments: list[str], options: list[tuple[str, str]]) -> str:
    return f"{function}({', '.join([*arguments, *(f'{name}={text}' for name, text in options)])})"
