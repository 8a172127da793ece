"""Strategies for what stands among a table's arguments: indexes, uniques, checks."""

from __future__ import annotations

import re

from agreement.conditions import conditions, keys
from agreement.description import Column
from agreement.drafts import Draft
from agreement.drawing import Draw, few, one, sometimes


def constraints(draw: Draw, draft: Draft, convention: dict[str, str]) -> None:
    """Give the draft some constraints and indexes over its own columns."""
    columns = [column for column in (*draft.keys, *draft.columns) if column.kind.ordered]
    if draft.inheritance == "single" or not columns:
        return
    for number in few(draw, 2):
        make = one(draw, (index, unique, check, exclude) if sometimes(draw, 2) else (index, unique, check))
        text, later = make(draw, draft, columns, convention, number)
        (draft.later if later else draft.arguments).append(text)


def argument_forms(draft: Draft, *, heirs: bool) -> list[str]:
    """How the class may put its `__table_args__` together."""
    if draft.form != "class" or not draft.arguments:
        return ["tuple"]
    forms = ["tuple", "sum", "star", "list"]
    code = re.sub(r"'[^']*'|\"[^\"]*\"", "", " ".join(draft.arguments))
    if any(re.search(rf"\b{column.attribute}\b", code) for column in (*draft.keys, *draft.columns)):
        return forms
    forms.append("constant")
    # A function would be called for each class that inherits from this one, too.
    if draft.style == "sqlmodel" or heirs:
        return forms
    forms.append("declared")
    # A mixin's own arguments are a tuple where a function makes them.
    brought = next((m for m in draft.mixins if m.arguments or m.table_options), None)
    return [*forms, "super"] if brought is not None and brought.arguments else forms


def index(draw: Draw, draft: Draft, columns: list[Column], convention: dict[str, str], number: int) -> tuple[str, bool]:
    """An index with its options, among the arguments or as a statement afterwards."""
    later = draft.form in {"class", "core"} and draft.style != "sqlmodel" and sometimes(draw, 4)
    chosen = _chosen(draw, columns)
    method = one(draw, ("", "", "btree", "hash")) if sometimes(draw, 3) else ""
    refer = _reference(draw, draft, later=later, ordered=method != "hash")
    parts = [refer(column) for column in chosen]
    unnamed = sometimes(draw, 4) and not parts[0].startswith(("[[", "'"))
    name = "None" if unnamed else f'"ix_{draft.name.lower()}_{number}"'
    options = []
    if method == "hash":
        parts = parts[:1]
    if method:
        options.append(f'postgresql_using="{method}"')
    if sometimes(draw, 5) and method != "hash":
        options.append(f"unique={one(draw, ('True', 'False'))}")
    if sometimes(draw, 5):
        stored = chosen[0].stored
        texts = [f"[[sqlalchemy.text]]('\"{stored}\" is not null')"]
        if later or _is_object(draft, chosen[0]):
            texts += conditions(chosen[0].kind.name, chosen[0].type, _plain(draft, chosen[0], later))
        options.append(f"postgresql_where={one(draw, texts)}")
    if sometimes(draw, 7) and method != "hash":
        options.append(f'postgresql_include=["{columns[-1].reference}"]')
    if sometimes(draw, 9) and method != "hash" and chosen[0].kind.name == "string":
        options.append(f'postgresql_ops={{"{chosen[0].reference}": "text_pattern_ops"}}')
    if sometimes(draw, 9) and "unique=True" in options:
        options.append("postgresql_nulls_not_distinct=True")
    if sometimes(draw, 9) and method != "hash":
        options.append('postgresql_with={"fillfactor": 50}')
    return f"[[sqlalchemy.Index]]({', '.join([name, *parts, *options])})", later


def _plain(draft: Draft, column: Column, later: bool) -> str:
    if not later:
        return column.attribute
    return f"{draft.path}.c[{column.reference!r}]" if draft.form == "core" else f"{draft.path}.{column.attribute}"


def _reference(draw: Draw, draft: Draft, *, later: bool, ordered: bool):  # type: ignore[no-untyped-def]
    """How the index names its columns: strings, expressions over them, or SQL text."""
    objects = later or (draft.form == "class" and draft.style != "sqlmodel")
    with_objects = ("string", "object", "desc", "nulls", "text", "expression")
    style = one(draw, with_objects if objects else ("string", "string", "text"))
    if later and style in {"string", "text"}:
        style = "object"
    if not ordered:
        style = "object" if later else "string"

    def refer(column: Column) -> str:
        plain = _plain(draft, column, later)
        if not later and column.form in {"bare", "alias", "Field", "annotation", "sa_column"} and style not in {"text"}:
            return f'"{column.reference}"'
        if style == "object":
            return plain
        if style == "expression":
            return one(draw, [f"{plain}.asc()", *keys(column.kind.name, column.type, plain)])
        if style == "desc":
            return f"{plain}.desc()"
        if style == "nulls":
            return f"{plain}.asc().nulls_first()"
        if style == "text":
            return f"[[sqlalchemy.text]]('\"{column.stored}\" DESC')"
        return f'"{column.reference}"'

    return refer


def _is_object(draft: Draft, column: Column) -> bool:
    """Whether the class's body has the column under its attribute."""
    return draft.form == "class" and column.form in {"Column", "unannotated", "mapped_column"}


def _chosen(draw: Draw, columns: list[Column]) -> list[Column]:
    first = one(draw, columns)
    second = one(draw, columns)
    return [first] if second is first or sometimes(draw, 2) else [first, second]


def unique(
    draw: Draw, draft: Draft, columns: list[Column], convention: dict[str, str], number: int
) -> tuple[str, bool]:
    """A UNIQUE constraint."""
    chosen = _chosen(draw, columns)
    objects = draft.form == "class" and draft.style in {"classic", "mapped"} and sometimes(draw, 3)
    plain = objects and all(column.form in {"Column", "mapped_column", "unannotated"} for column in chosen)
    parts = [column.attribute if plain else f'"{column.reference}"' for column in chosen]
    if sometimes(draw, 2):
        parts.append(f'name="uq_{draft.name.lower()}_{number}"')
    if sometimes(draw, 6):
        parts += ["deferrable=True", *(['initially="DEFERRED"'] if sometimes(draw, 2) else [])]
    elif sometimes(draw, 8):
        parts.append("postgresql_nulls_not_distinct=True")
    return f"[[sqlalchemy.UniqueConstraint]]({', '.join(parts)})", False


def check(draw: Draw, draft: Draft, columns: list[Column], convention: dict[str, str], number: int) -> tuple[str, bool]:
    """A CHECK constraint."""
    column = one(draw, columns)
    texts = [f"'\"{column.stored}\" IS NOT NULL'", f"[[sqlalchemy.text]]('\"{column.stored}\" IS NOT NULL')"]
    if _is_object(draft, column):
        texts += conditions(column.kind.name, column.type, column.attribute)
    parts = [one(draw, texts)]
    if "ck" in convention or sometimes(draw, 2):
        parts.append(f'name="ck_{draft.name.lower()}_{number}"')
    return f"[[sqlalchemy.CheckConstraint]]({', '.join(parts)})", False


def exclude(
    draw: Draw, draft: Draft, columns: list[Column], convention: dict[str, str], number: int
) -> tuple[str, bool]:
    """An EXCLUDE constraint: of ranges that overlap, or of equal values."""
    ranges = [column for column in draft.columns if (column.type or "").rstrip("()").endswith("RANGE]]")]
    overlap = bool(ranges) and sometimes(draw, 2)
    chosen = [one(draw, ranges)] if overlap else _chosen(draw, columns)
    own = draft.is_class and draft.style in {"classic", "mapped"} and sometimes(draw, 2)
    objects = own and all(_is_object(draft, column) for column in chosen)
    operator = "&&" if overlap else "="
    names = [column.attribute if objects else f'"{column.reference}"' for column in chosen]
    parts = [f'({name}, "{operator}")' for name in names]
    if sometimes(draw, 2):
        parts.append(f'name="ex_{draft.name.lower()}_{number}"')
    if not overlap:
        parts.append('using="btree"')
    if sometimes(draw, 4):
        parts.append(f"where=[[sqlalchemy.text]]('\"{chosen[0].stored}\" IS NOT NULL')")
    if sometimes(draw, 5):
        parts += ["deferrable=True", *(['initially="DEFERRED"'] if sometimes(draw, 2) else [])]
    if not overlap and chosen[0].kind.name == "string" and names[0].startswith('"') and sometimes(draw, 4):
        parts.append(f'ops={{"{chosen[0].reference}": "text_pattern_ops"}}')
    return f"[[sqlalchemy.dialects.postgresql.ExcludeConstraint]]({', '.join(parts)})", False
