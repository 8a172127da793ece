"""Facts of classes: mapped ones, and the bases and data models that are not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.evaluating.values import (
    Call,
    ClassValue,
    Constant,
    Dictionary,
    EnumMember,
    Symbol,
    Value,
)
from schema_lint.facts.models import Attribute, Model
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.places import one_line
from schema_lint.readers.source.annotations import read_annotation
from schema_lint.readers.source.arguments import plain, text, unknown
from schema_lint.readers.source.columns import columns_in
from schema_lint.readers.source.declarations import attribute_kind, of_column, of_field, own_attribute
from schema_lint.readers.source.drafts import CollectedAttribute, ColumnDraft, DeclarativeBase, MappedClass, Mapping
from schema_lint.readers.source.fields import Field
from schema_lint.readers.source.names import construct
from schema_lint.readers.source.relationships.given import may_be_relationship
from schema_lint.readers.source.scanning import declared_kind

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter


class ModelReader:
    """Makes facts of classes."""

    def __init__(self, mapping: Mapping, interpreter: Interpreter) -> None:
        self.mapping = mapping
        self.interpreter = interpreter
        self._bases = {id(a) for m in mapping.classes for a in m.cls.mro()[1:]}
        self._bases |= {id(a) for cls, _ in mapping.unmapped for a in cls.mro()[1:]}

    def mapped(self, mapped: MappedClass) -> Model:
        """The fact of a mapped class."""
        args = mapped.mapper_args if isinstance(mapped.mapper_args, Dictionary) else None
        return self._model(
            mapped.cls,
            mapped.base,
            table=mapped.table.key if mapped.table is not None else None,
            inherits=mapped.parent.key if mapped.parent is not None and mapped.inheritance != "concrete" else None,
            inheritance=mapped.inheritance,
            polymorphic_on=self._discriminator(mapped),
            polymorphic_identity=_identity(args.entries.get("polymorphic_identity")) if args is not None else None,
            rest=mapped.rest if mapped.rest is not None else self._undecided(mapped),
            columns=mapped.columns,
        )

    @staticmethod
    def _undecided(mapped: MappedClass) -> Unknown | None:
        """Why an attribute may turn out to be a relationship."""
        for attribute in mapped.attributes.values():
            if attribute.value is not None and may_be_relationship(attribute.value):
                return unknown(attribute.value, f"what {attribute.name} of {mapped.cls.name} is could not be decided")
        return None

    def unmapped(self, cls: ClassValue, base: DeclarativeBase) -> Model:
        """The fact of an abstract base, a mixin or a SQLModel without a table."""
        return self._model(cls, base, abstract=base.style != "sqlmodel")

    def _discriminator(self, mapped: MappedClass) -> str | None:
        for ancestor in mapped.lineage():
            args = ancestor.mapper_args
            given = args.entries.get("polymorphic_on") if isinstance(args, Dictionary) else None
            if given is not None:
                return _discriminating(ancestor, given)
            if ancestor.inheritance == "concrete":
                return None
        return None

    def _model(
        self,
        cls: ClassValue,
        base: DeclarativeBase,
        *,
        table: str | None = None,
        abstract: bool = False,
        inherits: str | None = None,
        inheritance: str | None = None,
        polymorphic_on: str | None = None,
        polymorphic_identity: str | Unknown | None = None,
        rest: Unknown | None = None,
        columns: dict[str, ColumnDraft] | None = None,
    ) -> Model:
        style = base.style
        if any(construct(ancestor) == "MappedAsDataclass" for ancestor in cls.mro()):
            style = "dataclass"
        return Model(
            key=cls.key,
            name=cls.name,
            style=style,
            table=table,
            abstract=abstract,
            bases=tuple(name for ancestor in cls.mro()[1:] if (name := _dotted(ancestor)) is not None),
            inherits=inherits,
            inheritance=inheritance,
            polymorphic_on=polymorphic_on,
            polymorphic_identity=polymorphic_identity,
            attributes=tuple(self._attributes(cls, style, columns or {})),
            docstring=cls.module.docstring(cls.node),
            used_as_base=id(cls) in self._bases,
            rest=rest,
            postponed_annotations=cls.module.postponed_annotations,
            place=one_line(cls.site),
        )

    def _attributes(self, cls: ClassValue, style: str, columns: dict[str, ColumnDraft]) -> list[Attribute]:
        found = []
        for name in dict.fromkeys([*cls.annotations, *cls.namespace]):
            if name.startswith("__"):
                continue
            column = columns.get(name)
            if column is not None and column.declaration is not None and _declares(cls, name, column):
                found.append(own_attribute(name, "column", column.declaration, column.place_site))
                continue
            attribute = self._sqlmodel(cls, name) if style == "sqlmodel" else self._declarative(cls, name)
            if attribute is not None:
                found.append(attribute)
        return found

    def _sqlmodel(self, cls: ClassValue, name: str) -> Attribute | None:
        annotation, value = cls.annotations.get(name), cls.namespace.get(name)
        field = Field(name, cls, annotation, value)
        field.kind = read_annotation(annotation, self.interpreter)
        container = field.kind.container if field.kind is not None else None
        kind = attribute_kind(value, annotation is not None, container)
        if kind == "unmapped" and annotation is not None and container != "ClassVar" and not name.startswith("_"):
            kind = "column"
        if annotation is None and kind == "unmapped" and not isinstance(value, Call | Constant):
            return None
        site = field.site if field.site is not None else annotation.site if annotation is not None else None
        field.site = site
        declaration = of_field(field) if kind in {"column", "untyped"} else None
        return own_attribute(name, kind, declaration, site)

    def _declarative(self, cls: ClassValue, name: str) -> Attribute | None:
        annotation, value = cls.annotations.get(name), cls.namespace.get(name)
        if annotation is None and declared_kind(value) is None and not isinstance(value, Call):
            return None
        python = read_annotation(annotation, self.interpreter)
        kind = attribute_kind(value, annotation is not None, python.container if python is not None else None)
        site = cls.assigned_sites.get(name) or (annotation.site if annotation is not None else None)
        if kind != "column":
            return own_attribute(name, kind, None, site)
        collected = CollectedAttribute(name, value, annotation, cls, site)
        calls = columns_in(value)
        return own_attribute(name, kind, of_column(collected, calls[0] if calls else None, python), site)


def _declares(cls: ClassValue, name: str, column: ColumnDraft) -> bool:
    """Whether all that the class says by that name is the column, so that its declaration is the attribute's."""
    assert column.declaration is not None
    own = column.attribute == name and column.declaration.owner == cls.key
    return own and column.value is cls.namespace.get(name)


def _discriminating(mapped: MappedClass, given: Value) -> str | None:
    """The column that `polymorphic_on` gives, or names by its attribute."""
    name = text(given)
    if isinstance(name, str):
        column = mapped.column(name)
        return column.name if column is not None else name
    column = mapped.table.column_of(given) if mapped.table is not None else None
    return column.name if column is not None else None


def _dotted(value: Value) -> str | None:
    if isinstance(value, ClassValue):
        return value.key
    if isinstance(value, Symbol):
        return value.path
    return construct(value)


def _identity(value: Value | None) -> str | Unknown | None:
    if value is None:
        return None
    if isinstance(value, EnumMember):
        return f"{value.cls.name}.{value.name}"
    found = plain(value)
    if isinstance(found, Unknown):
        return unknown(value)
    return str(found) if found is not None else None
