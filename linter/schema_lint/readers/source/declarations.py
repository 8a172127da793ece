"""How the source declares columns and attributes: what rules about style and annotations look at."""

from __future__ import annotations

from schema_lint.evaluating.values import Call, Constant, ObjectValue, Site, Value
from schema_lint.facts.models import Attribute
from schema_lint.facts.schema import Declaration
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.places import explanation, one_line
from schema_lint.readers.source.annotations import PythonType
from schema_lint.readers.source.arguments import Calling, text, written
from schema_lint.readers.source.columns import MAPPED, columns_in, is_column
from schema_lint.readers.source.drafts import CollectedAttribute, ColumnDraft
from schema_lint.readers.source.fields import Field, default_of, is_field_call, is_relationship
from schema_lint.readers.source.names import call_name

RELATIONSHIPS = frozenset({"relationship", "Relationship", "relation", "dynamic_loader"})


def declare_field(column: ColumnDraft, field: Field) -> None:
    """Say how a SQLModel field declares its column."""
    column.attribute = field.name
    column.place_site = field.site
    column.declaration = of_field(field)
    column.explanation = explanation(field.site) or _description(field.call)


def of_field(field: Field) -> Declaration:
    """How a SQLModel field declares its column."""
    sa_column = field.call.keywords.get("sa_column") if field.call is not None else None
    has_default, default_none = _field_default(field)
    return Declaration(
        form="Field" if field.call is not None else "annotation",
        owner=field.owner.key,
        annotation=field.annotation.text() if field.annotation is not None else None,
        python_type=field.kind.dotted if field.kind is not None else None,
        optional=field.kind.optional if field.kind is not None else None,
        arguments=written(field.call),
        sa_column=written(sa_column) if isinstance(sa_column, Call | ObjectValue) and is_column(sa_column) else None,
        has_default=has_default, default_none=default_none, place=one_line(field.site),
    )  # fmt: skip


def _field_default(field: Field) -> tuple[bool | Unknown, bool]:
    if field.call is not None and "default_factory" in field.call.keywords:
        return True, False
    value = default_of(field)
    if value is None:
        rest = field.call.rest if field.call is not None else None
        return (Unknown(rest.why), False) if rest is not None else (False, False)
    return True, isinstance(value, Constant) and value.value is None


def _description(call: Calling | None) -> str | None:
    found = text(call.keywords.get("description")) if call is not None else None
    return found if isinstance(found, str) else None


def declare_column(
    column: ColumnDraft, attribute: CollectedAttribute, call: Calling | None, kind: PythonType | None
) -> None:
    """Say how a declarative class's attribute declares its column."""
    column.attribute = attribute.name
    column.place_site = attribute.site
    column.explanation = explanation(attribute.site)
    column.declaration = of_column(attribute, call, kind)


def of_column(attribute: CollectedAttribute, call: Calling | None, kind: PythonType | None) -> Declaration:
    """How a declarative class's attribute declares its column."""
    default = call.keywords.get("default") if call is not None else None
    form = "Mapped" if call is None else ("mapped_column" if call_name(call) in MAPPED else "Column")
    return Declaration(
        form=form,
        owner=attribute.owner.key,
        annotation=attribute.annotation.text() if attribute.annotation is not None else None,
        python_type=kind.dotted if kind is not None else None,
        optional=kind.optional if kind is not None else None,
        arguments=written(call),
        has_default=call is not None and ("default" in call.keywords or "default_factory" in call.keywords),
        default_none=isinstance(default, Constant) and default.value is None,
        place=one_line(attribute.site),
    )  # fmt: skip


def declare_core(column: ColumnDraft, call: Call) -> None:
    """Say how a `Table(...)` call declares its column."""
    column.explanation = explanation(call.site)
    column.declaration = Declaration(form="Table", owner="", arguments=written(call), place=one_line(call.site))


def attribute_kind(value: Value | None, annotated: bool, container: str | None) -> str:
    """What kind of attribute a class's body declares."""
    if container == "ClassVar":
        return "unmapped"
    if isinstance(value, Call | ObjectValue):
        if call_name(value) in RELATIONSHIPS or is_relationship(value):
            return "relationship"
        if columns_in(value):
            return "column"
        if is_field_call(value):
            return "column" if annotated else "untyped"
    if container in {"Mapped", "DynamicMapped", "WriteOnlyMapped"}:
        return "column" if container == "Mapped" else "relationship"
    return "unmapped"


def own_attribute(name: str, kind: str, declaration: Declaration | None, site: Site | None) -> Attribute:
    """The fact of an attribute in a class's own body."""
    return Attribute(name=name, kind=kind, declaration=declaration, place=one_line(site))
