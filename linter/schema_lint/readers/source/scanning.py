"""How SQLAlchemy scans a declarative class: what its body, mixins and abstract bases contribute.

Source: `_DeclarativeMapperConfig._scan_attributes` and `_produce_column_copies` of SQLAlchemy 2.0 and 2.1, which 1.4
agrees with but for the columns' order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from schema_lint.evaluating.attributes import class_property
from schema_lint.evaluating.values import (
    Annotation,
    Call,
    ClassValue,
    Constant,
    FunctionValue,
    Site,
    Symbol,
    UnknownValue,
    Value,
)
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.annotations import read_annotation
from schema_lint.readers.source.arguments import argument
from schema_lint.readers.source.columns import MAPPED, columns_in
from schema_lint.readers.source.drafts import CollectedAttribute
from schema_lint.readers.source.library_bases import LIBRARY_BASES
from schema_lint.readers.source.names import FLASK_MODEL, call_name, construct

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

_MAPPED = frozenset({"Mapped", "DynamicMapped", "WriteOnlyMapped"})
_DECLARED = frozenset({"declared_attr", "declared_attr.directive", "declared_attr.cascading"})
DECLARED = frozenset(
    f"sqlalchemy.{module}.{name}"
    for module in ("orm", "orm.decl_api", "ext.declarative", "ext.declarative.api")
    for name in _DECLARED
)
"""Dotted paths of `declared_attr` in all versions."""
_HARMLESS_ROOTS = frozenset({
    "builtins", "typing", "typing_extensions", "abc", "enum", "object", "pydantic", "dataclasses", "collections",
    "sqlalchemy", "sqlmodel", "flask_login", "fastapi", "starlette", "marshmallow", "functools", "types", "strenum",
    "json", "uuid", "datetime", "logging", "contextlib", "threading", "flask_sqlalchemy",
})  # fmt: skip
"""Packages whose classes bring no columns as a base."""


def declared_kind(value: Value | None) -> str | None:
    """`plain`, `directive` or `cascading` for a `declared_attr`; `None` for anything else."""
    decorators: list[Value] = []
    if isinstance(value, FunctionValue):
        decorators = value.decorators
    elif isinstance(value, Call):
        decorators = [value.function]
    for decorator in decorators:
        name = construct(decorator)
        if name in _DECLARED:
            return name.partition(".")[2] or "plain"
    return None


class Scanner:
    """Finds what a class contributes to its mapping."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter

    def attribute(self, cls: ClassValue, name: str) -> Value | None:
        """`getattr(cls, name)`: a `declared_attr` is carried out for the class. `None` where no class has it."""
        value = cls.lookup(name)
        return self.declared(cls, value) if declared_kind(value) is not None else value

    def declared(self, cls: ClassValue, value: Value | None) -> Value:
        """The result of a `declared_attr` for a class."""
        function = _declaring(value)
        if function is not None:
            return class_property(self.interpreter, function, cls)
        return UnknownValue("the declared_attr could not be followed", value.site if value is not None else None)

    def dunder(self, cls: ClassValue, name: str, mapped: set[int]) -> tuple[Value | None, bool]:
        """`__tablename__`, `__table_args__` or `__mapper_args__` for a class, and whether a base gives it.

        A mapped parent's own counts only if it is a `declared_attr`.
        """
        for ancestor in cls.ancestors():
            if name not in ancestor.namespace:
                continue
            inherited = ancestor is not cls and id(ancestor) in mapped
            if inherited and declared_kind(ancestor.namespace[name]) is None:
                continue
            found = self.attribute(cls, name)
            if isinstance(found, Constant) and not found.value:
                continue
            return found, ancestor is not cls
        return None, False

    def collect(self, cls: ClassValue, mapped: set[int], inherited: set[str]) -> dict[str, CollectedAttribute]:
        """Attributes that the class and its unmapped ancestors contribute, own ones first.

        `mapped` are the identities of mapped ancestors, whose attributes are theirs; `inherited` the names of
        attributes that these already map.
        """
        found: dict[str, CollectedAttribute] = {}
        for ancestor in cls.ancestors():
            if ancestor is not cls and id(ancestor) in mapped:
                continue
            names = in_order(ancestor.namespace, ancestor.annotations)
            if ancestor is not cls:
                # Copies of a mixin's columns are made before any of its functions is called.
                names.sort(key=lambda name, body=ancestor.namespace: declared_kind(body.get(name)) is not None)  # type: ignore[misc]
            for name in names:
                if _ignored(name) or (name in found and not _overwritten(found[name], ancestor.namespace.get(name))):
                    continue
                attribute = self._collected(cls, ancestor, name, inherited)
                if attribute is not None:
                    hidden = found.pop(name, None)
                    if hidden is not None and attribute.annotation is None and _takes_annotation(attribute.value):
                        attribute.annotation = hidden.annotation
                    found[name] = attribute
        return found

    def _collected(
        self, cls: ClassValue, owner: ClassValue, name: str, inherited: set[str]
    ) -> CollectedAttribute | None:
        value = owner.namespace.get(name)
        annotation = owner.annotations.get(name)
        attribute = CollectedAttribute(name, value, annotation, owner, _site(owner, name))
        if value is None:
            kind = read_annotation(annotation, self.interpreter)
            if kind is None or kind.container not in _MAPPED:
                return None
            if owner is not cls and (cls.lookup(name) is not None or name in inherited):
                return None
            return attribute
        kind_of = declared_kind(value)
        if owner is not cls:
            if kind_of != "cascading" and (cls.lookup(name) is not value or name in inherited):
                return None
            if kind_of is None and not columns_in(value) and not isinstance(value, UnknownValue):
                # A mixin's relationship must be a declared_attr; anything else of a mixin is not mapped.
                return attribute if _is_property(value) else None
        if kind_of is not None:
            attribute.value = self.declared(cls, value)
            attribute.declared = True
            if owner is not cls:
                attribute.annotation = self._returned(value) or annotation
        elif isinstance(value, FunctionValue):
            return None
        return attribute

    def _returned(self, value: Value) -> Annotation | None:
        """What SQLAlchemy takes for the annotation of a mixin's `declared_attr`: `-> Mapped[...]`."""
        function = _declaring(value)
        node = getattr(function.node, "returns", None) if function is not None else None
        if function is None or node is None:
            return None
        annotation = Annotation(node, function.scope, Site(function.module, node))
        kind = read_annotation(annotation, self.interpreter)
        return annotation if kind is not None and kind.container in _MAPPED else None

    def unread_base(self, cls: ClassValue) -> Unknown | None:
        """Why the class may have more than its body and the bases that were read give it."""
        for ancestor in cls.mro():
            why = unread_base(ancestor)
            if why is not None:
                place = cls.site.place() if cls.site is not None else None
                return Unknown(why, place)
        return None


def _declaring(value: Value | None) -> FunctionValue | None:
    """The function of a `declared_attr`."""
    function = argument(value, "fget", 0) if isinstance(value, Call) else value
    return function if isinstance(function, FunctionValue) else None


def in_order(assigned: Iterable[str], annotated: Iterable[str]) -> list[str]:
    """Names of a class's body in the order in which SQLAlchemy takes them up.

    Source: `merge_lists_w_ordering`, which goes over to the annotations, or back, at each name that is in both.
    """
    merged: list[str] = []
    current, other = iter(assigned), iter(annotated)
    both = set(assigned) & set(annotated)
    while True:
        for name in current:
            if name in both:
                both.discard(name)
                current, other = other, current
                break
            merged.append(name)
        else:
            return [*merged, *other]


def _overwritten(known: CollectedAttribute, value: Value | None) -> bool:
    """An annotation alone hides no column of a base: SQLAlchemy sees only that the class has no such attribute."""
    return known.value is None and declared_kind(value) is None


def _takes_annotation(value: Value | None) -> bool:
    """Whether a mixin's value is a `mapped_column(...)`, which a class that has it may annotate."""
    return any(call_name(call) in MAPPED for call in columns_in(value))


def _ignored(name: str) -> bool:
    return name.startswith(("__", "_sa_"))


def _site(cls: ClassValue, name: str) -> Site | None:
    found = cls.assigned_sites.get(name)
    if found is None and name in cls.annotations:
        found = cls.annotations[name].site
    return found


def _is_property(value: Value) -> bool:
    return isinstance(value, Call) and construct(value.function) in {"relationship", "Relationship", "column_property"}


def unread_base(ancestor: Value) -> str | None:
    """Why a base class may bring columns that nobody can see, if it may."""
    if isinstance(ancestor, ClassValue):
        return ancestor.rest.why if ancestor.rest is not None else None
    if isinstance(ancestor, UnknownValue):
        return f"a base class could not be read: {ancestor.why}"
    if isinstance(ancestor, Symbol):
        root = ancestor.path.partition(".")[0]
        if root in _HARMLESS_ROOTS or root == ancestor.path:
            return None
        return f"the base class {ancestor.path} is of a package that is not read"
    return None


def attributes_of(value: Value) -> frozenset[str] | None:
    """Names of the attributes that a library's class brings, `None` where they are not known."""
    if isinstance(value, Symbol):
        root = value.path.partition(".")[0]
        if root in _HARMLESS_ROOTS or value.path in LIBRARY_BASES:
            return _BROUGHT.get(construct(value) or "", _DECLARATIVE)
        return None
    name = construct(value)
    return _DECLARATIVE if name == FLASK_MODEL or isinstance(value, Call) else None


_DECLARATIVE = frozenset({"metadata", "registry", "__table__", "__mapper__", "query"})
_BROUGHT = {"SQLModel": _DECLARATIVE | {"__tablename__", "model_config", "model_fields"}, "object": frozenset[str]()}
