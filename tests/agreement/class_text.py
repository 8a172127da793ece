"""Classes and tables as Python text."""

from __future__ import annotations

import textwrap

from agreement.column_text import attribute, call, core_column, declared
from agreement.description import Mixin, Options, Relationship, Table, Unit


def mixin_text(mixin: Mixin, unit: Unit) -> str:
    """A mixin's class statement."""
    bases = "[[sqlmodel.SQLModel]]" if mixin.sqlmodel else ""
    if mixin.dataclass:
        bases = "[[sqlalchemy.orm.MappedAsDataclass]], kw_only=True"
    if mixin.abstract:
        bases = f"[[{unit.base_module}.{unit.base}]]"
    body = [declared(c) if c.declared else attribute(c, unit.base_module) for c in mixin.columns]
    if mixin.abstract and not mixin.sqlmodel:
        body.insert(0, "__abstract__ = True")
    body += mixin.relationships
    if mixin.table_options is not None:
        body.append(f"__table_args__ = {mixin.table_options}")
    if mixin.arguments:
        body.append(
            "@[[sqlalchemy.orm.declared_attr]].directive\ndef __table_args__(cls):\n"
            f"    return ({', '.join(mixin.arguments)},)"
        )
    return _class(mixin.name, bases, body)


def table_text(table: Table, unit: Unit) -> str:
    """The statements that make a table and its class."""
    if table.form == "core":
        text = f"{table.cls} = {_table_call(table, unit)}"
    elif table.form == "imperative":
        variable = f"{table.cls.lower()}_table"
        properties = ", ".join(f'"{r.attribute}": {relationship_call(r)}' for r in table.relationships)
        mapped = [f"[[{table.module}.{table.cls}]]", variable] + (
            [f"properties={{{properties}}}"] if properties else []
        )
        text = f"{variable} = {_table_call(table, unit)}\n\n\nclass {table.cls}:\n    pass\n\n\n" + call(
            f"[[{unit.base_module}.{unit.base}]].map_imperatively", mapped, []
        )
    else:
        text = _class(table.cls, _bases(table, unit), _body(table, unit))
        if table.arguments_form == "constant":
            text = f"{_constant(table)} = {_arguments_tuple(table)}\n\n\n{text}"
    return "\n\n\n".join([text, *table.later])


def relationship_call(relationship: Relationship) -> str:
    """`relationship("Target", …)`."""
    arguments = [] if relationship.annotated else [f'"{relationship.target}"']
    return call(relationship.maker or "[[sqlalchemy.orm.relationship]]", arguments, relationship.options)


def _bases(table: Table, unit: Unit) -> str:
    own = [f"[[{table.parent}]]" if table.parent else f"[[{unit.base_module}.{unit.base}]]"]
    if any(mixin.abstract for mixin in table.mixins):
        own = []
    mixins = [f"[[{unit.mixin_module}.{mixin.name}]]" for mixin in table.mixins]
    # A SQLModel without a table is a base like any other; its own metadata comes with the base.
    return ", ".join([*mixins, *own, *(["table=True"] if unit.style == "sqlmodel" else [])])


def _body(table: Table, unit: Unit) -> list[str]:
    body = ['"""What it is for."""'] if table.docstring else []
    if table.form == "__table__":
        body.append(f"__table__ = {_table_call(table, unit)}")
    else:
        if table.states_name and table.inheritance != "single":
            body.append(f'__tablename__ = "{table.name}"')
        body += [attribute(column, unit.base_module) for column in table.columns]
    body += [_relationship(r, unit) for r in table.relationships]
    if table.form != "__table__":
        body += _table_arguments(table)
    if table.mapper_arguments:
        inner = ", ".join(f'"{name}": {text}' for name, text in table.mapper_arguments)
        body.append(f"__mapper_args__ = {{{inner}}}")
    return body


def _table_arguments(table: Table) -> list[str]:
    if not table.arguments:
        options = _options_text(table)
        return [f"__table_args__ = {options}"] if options else []
    parts = [*table.arguments, *([options] if (options := _options_text(table)) else [])]
    form, whole = table.arguments_form, _arguments_tuple(table)
    if form == "sum":
        return [f"__table_args__ = ({parts[0]},) + ({''.join(f'{part}, ' for part in parts[1:])})"]
    if form == "star":
        return [f"__table_args__ = (*[{', '.join(table.arguments)}], {options})"]
    if form == "list":
        return [f"__table_args__ = tuple([{', '.join(parts)}])"]
    if form == "constant":
        return [f"__table_args__ = {_constant(table)}"]
    if form in {"declared", "super"}:
        whole = f"(*super().__table_args__, {', '.join(parts)})" if form == "super" else whole
        return [f"@[[sqlalchemy.orm.declared_attr]].directive\ndef __table_args__(cls):\n    return {whole}"]
    return [f"__table_args__ = {whole}"]


def _arguments_tuple(table: Table) -> str:
    options = _options_text(table)
    return f"({', '.join([*table.arguments, *([options] if options else [])])},)"


def _constant(table: Table) -> str:
    return f"{table.cls.upper()}_ARGUMENTS"


def _options_text(table: Table) -> str:
    named = _table_options(table)
    return "{" + ", ".join(f'"{name}": {text}' for name, text in named) + "}" if named else ""


def _table_options(table: Table) -> Options:
    options: list[tuple[str, str]] = []
    if table.schema is not None:
        options.append(("schema", f'"{table.schema}"'))
    if table.comment is not None:
        options.append(("comment", table.comment))
    return tuple(options)


def _table_call(table: Table, unit: Unit) -> str:
    parts = [f'"{table.name}"', metadata_of(unit), *(core_column(c) for c in table.columns), *table.arguments]
    return call("[[sqlalchemy.Table]]", parts, _table_options(table))


def metadata_of(unit: Unit) -> str:
    """The `MetaData` as a module names it."""
    if unit.style == "core":
        return f"[[{unit.base_module}.metadata]]"
    return f"[[{unit.base_module}.{unit.base}]].metadata"


def _relationship(relationship: Relationship, unit: Unit) -> str:
    name = relationship.attribute
    target = f"[[?{relationship.target_module}.{relationship.target}]]"
    if unit.style == "sqlmodel":
        annotation = f'list["{target}"]' if relationship.many else f'[[typing.Optional]]["{target}"]'
        if not relationship.many and not relationship.optional:
            annotation = f'"{target}"'
        return f"{name}: {annotation} = {_sqlmodel_call(relationship)}"
    if not relationship.annotated:
        return f"{name} = {relationship_call(relationship)}"
    inner = f'list["{target}"]' if relationship.many else f'"{target}"'
    if relationship.optional and not relationship.many:
        inner = f'[[typing.Optional]]["{target}"]'
    return f"{name}: [[sqlalchemy.orm.Mapped]][{inner}] = {relationship_call(relationship)}"


def _sqlmodel_call(relationship: Relationship) -> str:
    direct = {"back_populates", "cascade_delete", "passive_deletes"}
    own = [(name, text) for name, text in relationship.options if name in direct]
    more = ", ".join(f'"{name}": {text}' for name, text in relationship.options if name not in direct)
    if relationship.link_model is not None:
        own.append(("link_model", relationship.link_model))
    if more:
        own.append(("sa_relationship_kwargs", f"{{{more}}}"))
    return call("[[sqlmodel.Relationship]]", [], own)


def _class(name: str, bases: str, body: list[str]) -> str:
    inner = textwrap.indent("\n".join(body) or "pass", "    ")
    return f"class {name}({bases}):\n{inner}" if bases else f"class {name}:\n{inner}"
