"""Columns as Python text."""

from __future__ import annotations

from agreement.columns import ALIASED
from agreement.description import Column, Options

_FIELD_OPTIONS = {
    "default", "default_factory", "nullable", "index", "unique", "primary_key", "max_length", "min_length",
    "max_digits", "decimal_places", "ge", "foreign_key", "ondelete",
}  # fmt: skip


def call(function: str, arguments: list[str], options: Options | list[tuple[str, str]]) -> str:
    """`function(a, b, name=value)`."""
    return f"{function}({', '.join([*arguments, *(f'{name}={text}' for name, text in options)])})"


def core_column(column: Column) -> str:
    """A `Column(…)` of a Core table."""
    return _column("[[sqlalchemy.Column]]", column, column.stored)


def attribute(column: Column, base_module: str) -> str:
    """The statement in a class's body."""
    annotation = annotation_of(column)
    if column.form == "Column":
        return f"{column.attribute} = {_column('[[sqlalchemy.Column]]', column, column.name)}"
    if column.form == "unannotated":
        return f"{column.attribute} = {_column('[[sqlalchemy.orm.mapped_column]]', column, column.name)}"
    if column.form == "mapped_column":
        value = _column("[[sqlalchemy.orm.mapped_column]]", column, column.name)
        return f"{column.attribute}: [[sqlalchemy.orm.Mapped]][{annotation}] = {value}"
    if column.form == "bare":
        return f"{column.attribute}: [[sqlalchemy.orm.Mapped]][{annotation}]"
    if column.form == "alias":
        alias = f"[[{base_module}.{ALIASED[column.kind.name]}]]"
        return f"{column.attribute}: [[sqlalchemy.orm.Mapped]][{_optional(column, alias)}]"
    if column.form == "annotation":
        default = " = None" if column.optional else f" = {column.kind.scalars[0]}" if column.kind.scalars else ""
        return f"{column.attribute}: {annotation}{default}"
    if column.form == "sa_column":
        inner = _column("[[sqlalchemy.Column]]", column, column.name)
        default = [("default", "None")] if column.optional else []
        return f"{column.attribute}: {annotation} = {call('[[sqlmodel.Field]]', [], [*default, ('sa_column', inner)])}"
    return f"{column.attribute}: {annotation} = {_field(column)}"


def declared(column: Column) -> str:
    """A mixin's column under `declared_attr`, as the body of a class has it."""
    value = attribute(column, "").partition(" = ")[2]
    annotated = column.form == "mapped_column"
    result = f" -> [[sqlalchemy.orm.Mapped]][{annotation_of(column)}]" if annotated else ""
    return f"@[[sqlalchemy.orm.declared_attr]]\ndef {column.attribute}(cls){result}:\n    return {value}"


def annotation_of(column: Column) -> str:
    """The annotation inside `Mapped`."""
    return _optional(column, column.kind.python)


def _optional(column: Column, text: str) -> str:
    if not column.optional:
        return text
    return f"[[typing.Optional]][{text}]" if column.optional_text == "Optional" else f"{text} | None"


def _column(function: str, column: Column, name: str | None) -> str:
    arguments = [f'"{name}"'] if name is not None else []
    arguments += [column.type] if column.type is not None else []
    key = (("key", f'"{column.key}"'),) if column.key is not None else ()
    return call(column.maker or function, [*arguments, *column.arguments], (*column.options, *key))


def _field(column: Column) -> str:
    options = [(name, text) for name, text in column.options if name in _FIELD_OPTIONS]
    if column.optional and not any(name in {"default", "default_factory"} for name, _ in options):
        options.insert(0, ("default", "None"))
    if column.type is not None:
        options.append(("sa_type", column.type))
    if column.arguments:
        options.append(("sa_column_args", f"[{', '.join(column.arguments)}]"))
    more = [(name, text) for name, text in column.options if name not in _FIELD_OPTIONS]
    more += [("name", f'"{column.name}"')] if column.name is not None else []
    if more:
        options.append(("sa_column_kwargs", "{" + ", ".join(f'"{name}": {text}' for name, text in more) + "}"))
    return call(column.maker or "[[sqlmodel.Field]]", [], options)
