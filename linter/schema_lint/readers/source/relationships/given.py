"""The arguments of a relationship, from wherever they are given: `relationship(...)`, `backref(...)`, or SQLModel's
`Relationship(...)` with its own and `sa_relationship_kwargs`.
"""

from __future__ import annotations

import ast
import sys
from typing import Any

from schema_lint.evaluating.deferring import Spot, syntax
from schema_lint.evaluating.values import (
    Attribute,
    Call,
    Collection,
    Constant,
    Dictionary,
    Either,
    Operation,
    Symbol,
    UnknownValue,
    Value,
)
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.schema import Argument
from schema_lint.readers.source.arguments import flag
from schema_lint.readers.source.columns import columns_in
from schema_lint.readers.source.names import construct

_POSITIONAL = (
    "argument", "secondary", "primaryjoin", "secondaryjoin", "foreign_keys", "uselist", "order_by", "backref",
)  # fmt: skip

_NO_RELATIONSHIPS = frozenset({"sqlalchemy", "sqlmodel", "pydantic", "builtins"}) | sys.stdlib_module_names
"""Packages whose functions make no relationship, those that are known by name apart."""


class Given:
    """Arguments by the name of SQLAlchemy's parameter."""

    __slots__ = ("rest", "stated", "values")

    def __init__(self) -> None:
        self.values: dict[str, Value] = {}
        self.rest: UnknownValue | None = None
        """Why there may be more, if there may."""
        self.stated: list[Argument] = []
        """As written, SQLModel's own parameters among them."""

    def get(self, name: str) -> Value | None:
        """The argument; an `UnknownValue` where `**kwargs` that could not be followed may hold it; `None` where it is
        not given, or given as `None`."""
        value = self.values.get(name)
        if value is None:
            return self.rest
        return None if isinstance(value, Constant) and value.value is None else value

    def add(self, call: Call, positional: tuple[str, ...]) -> None:
        """Takes a call's arguments over."""
        for name, value in zip(positional, call.arguments, strict=False):
            self.values[name] = value
        self.values.update(call.keywords)
        self.rest = self.rest or call.rest
        self.stated += _written(call, positional)

    def add_dictionary(self, value: Value, place: SourcePlace | None) -> None:
        """Takes over the entries of a dict of keyword arguments."""
        if isinstance(value, Constant) and value.value is None:
            return
        if not isinstance(value, Dictionary):
            self.rest = self.rest or UnknownValue("keyword arguments that could not be followed", value.site)
            return
        self.rest = self.rest or value.rest
        for key, entry in value.entries.items():
            if isinstance(key, str):
                self.values[key] = entry
                if entry.site is not None:
                    self.stated.append(Argument(name=key, text=entry.site.text(), place=entry.site.place()))
                elif place is not None:
                    self.stated.append(Argument(name=key, text=_literal(entry), place=place))


def relationship_call(value: Value | None) -> Call | None:
    """The call that makes a relationship; `None` for anything else."""
    if isinstance(value, Call) and is_relationship(value.function):
        return value
    return None


def may_be_relationship(value: Value) -> bool:
    """Whether a value that is not seen to be a relationship may be one: it is not known, depends on a condition, or
    comes from a library that was not read."""
    if isinstance(value, UnknownValue):
        return True
    if isinstance(value, Either):
        return any(_is_or_may_be(option) for option in value.options)
    if isinstance(value, Operation):
        return value.operator in {"if", "or", "and"} and any(_is_or_may_be(operand) for operand in value.operands)
    if isinstance(value, Call) and not is_relationship(value.function) and not columns_in(value):
        if isinstance(value.function, Symbol):
            return value.function.path.partition(".")[0] not in _NO_RELATIONSHIPS
        return construct(value.function) is None
    return False


def _is_or_may_be(value: Value) -> bool:
    return relationship_call(value) is not None or may_be_relationship(value)


def is_relationship(function: Value) -> bool:
    """Whether calling it makes a relationship."""
    name = construct(function)
    return name in {"relationship", "relation", "dynamic_loader"} or is_sqlmodel(function)


def is_sqlmodel(function: Value) -> bool:
    """Whether it is SQLModel's `Relationship`."""
    return isinstance(function, Symbol) and function.path in {"sqlmodel.Relationship", "sqlmodel.main.Relationship"}


def given_by(call: Call) -> Given:
    """The arguments of a call that makes a relationship."""
    given = Given()
    if is_sqlmodel(call.function):
        _sqlmodel(call, given)
        return given
    given.add(call, _POSITIONAL)
    if construct(call.function) == "dynamic_loader":
        given.values["lazy"] = Constant("dynamic", call.site)
    return given


def _sqlmodel(call: Call, given: Given) -> None:
    """Source: `sqlmodel.main.SQLModelMetaclass.__init__`."""
    own = call.keywords
    direct = relationship_call(own.get("sa_relationship"))
    if direct is not None:
        given.stated += [argument for argument in _written(call, ()) if argument.name == "sa_relationship"]
        given.add(direct, _POSITIONAL)
        return
    given.stated += _written(call, ())
    if "sa_relationship" in own and not _is_none(own["sa_relationship"]):
        given.rest = UnknownValue("`sa_relationship` could not be followed", call.site)
        return
    given.rest = call.rest
    if "back_populates" in own:
        given.values["back_populates"] = own["back_populates"]
    if flag(own.get("cascade_delete")) is True:
        given.values["cascade"] = Constant("all, delete-orphan", call.site)
    elif "cascade_delete" in own and not isinstance(own["cascade_delete"], Constant):
        given.values["cascade"] = own["cascade_delete"]
    if "passive_deletes" in own:
        given.values["passive_deletes"] = own["passive_deletes"]
    if "link_model" in own and not _is_none(own["link_model"]):
        given.values["secondary"] = Attribute(own["link_model"], "__table__", own["link_model"].site)
    arguments = own.get("sa_relationship_args")
    if isinstance(arguments, Collection):
        for name, value in zip(_POSITIONAL[1:], arguments.items, strict=False):
            given.values[name] = value
    place = call.site.place() if call.site is not None else None
    if "sa_relationship_kwargs" in own:
        given.add_dictionary(own["sa_relationship_kwargs"], place)


def _is_none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _written(call: Call, positional: tuple[str, ...]) -> list[Argument]:
    """Arguments as written in the call, and those that reached it through `**kwargs`."""
    if call.site is None or syntax(call.site.node) is not ast.Call:
        return []
    module = call.site.module
    node: Any = call.site.node
    nodes: dict[str, ast.expr | Spot] = {}
    for name, argument in zip(positional, node.args, strict=False):
        if syntax(argument) is ast.Starred:
            break
        nodes[name] = argument
    nodes.update({keyword.arg: keyword.value for keyword in node.keywords if keyword.arg is not None})
    found = [Argument(name=name, text=module.text(n), place=module.place(n)) for name, n in nodes.items()]
    for name, value in call.keywords.items():
        if name not in nodes:
            site = value.site or call.site
            text = site.text() if value.site is not None else _literal(value)
            found.append(Argument(name=name, text=text, place=site.place()))
    return found


def _literal(value: Value) -> str:
    return repr(value.value) if isinstance(value, Constant) else "…"
