"""NUL001 to NUL003: the annotation and the column agree."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Edit, Fix, Subject
from schema_lint.checking.rule import ERROR, WARNING, Severity, Violation, rule
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Declaration, Table
from schema_lint.facts.unknown import known
from schema_lint_rules._fixes import one_edit
from schema_lint_rules.shapes import (
    database_decides,
    is_filled,
    known_type,
    label,
    listed,
    on_single_table_child,
)

_ANYTHING = frozenset({"typing.Any", "Any", "object", "builtins.object"})


@rule(
    "NUL001", "optional-mismatch", severity=ERROR, evidence="S", reference="models:Task.description", fix="safe",
    silences=("NUL004", "NUL005", "NUL006", "NUL009"),
    peers=("database_consistency ColumnPresence", "database_consistency NullConstraint",
           "active_record_doctor missing_non_null_constraint", "active_record_doctor missing_presence_validation"),
)  # fmt: skip
def optional_mismatch(column: Column, table: Table, schema: Schema) -> Iterator[Violation]:
    """The annotation admits `None` exactly where the column admits NULL.

    Why: the annotation is what type checkers, editors and API schemas believe. Where it hides a NULL, code fails on
    the first row that has one; where it invents one, a `None` that the form accepts is refused by the database.
    SQLAlchemy and SQLModel let a stated `nullable=` win over the annotation and say nothing (SQLAlchemy 2.0, ORM
    declarative tables).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(nullable=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str | None = Field(default=None, nullable=True)
        ```

    Exempt: primary keys; computed and identity columns; `None` in the annotation of a NOT NULL column that SQLAlchemy
    or the server fills (a `None` that is set is left out of the INSERT, so the default applies); columns that only
    subclasses of a single-table hierarchy declare, which must be nullable; types of the project's own, which may turn
    NULL into something else; annotations that admit anything.

    Limits: `sa_column=Column(...)` without `nullable=` is NUL002. A plain `Column(...)` is judged only where
    `nullable=` is written, as a warning: SQLAlchemy does not read its annotation.
    """
    declaration = column.declaration
    if declaration is None or declaration.optional is None or database_decides(column):
        return
    if (declaration.sa_column is not None or declaration.form == "Column") and not column.nullable_stated:
        return
    nullable, optional = known(column.nullable), known(declaration.optional)
    kind = known_type(column)
    if nullable == optional or declaration.python_type in _ANYTHING or (kind is not None and kind.decorated):
        return
    severity: Severity = WARNING if declaration.form == "Column" else ERROR
    if optional and not is_filled(column):
        yield Violation(
            message=f"{label(column)} admits None, but the column {column.table}.{column.name} is NOT NULL",
            suggestion=f"annotate {label(column)} without None, or make the column nullable",
            severity=severity,
            fix=_annotation(declaration, _without_none(declaration)),
        )
    elif nullable and not on_single_table_child(column, table, schema):
        yield Violation(
            message=f"{label(column)} does not admit None, but the column {column.table}.{column.name} is nullable",
            suggestion=f"annotate {label(column)} with None, or make the column NOT NULL",
            severity=severity,
            fix=_annotation(declaration, _with_none(declaration)),
        )


def _annotation(declaration: Declaration, text: str | None) -> Fix | None:
    if text is None:
        return None
    return one_edit("set-annotation", declaration.place, value=text, applicability="safe")


def _with_none(declaration: Declaration) -> str | None:
    prefix, inner = _inner(declaration)
    return f"{prefix}{inner} | None{']' if prefix else ''}" if inner else None


def _without_none(declaration: Declaration) -> str | None:
    prefix, inner = _inner(declaration)
    if inner.startswith("Optional[") and inner.endswith("]"):
        inner = inner[len("Optional[") : -1]
    elif inner.endswith("| None"):
        inner = inner[: -len("| None")].rstrip()
    else:
        return None
    return f"{prefix}{inner}{']' if prefix else ''}"


def _inner(declaration: Declaration) -> tuple[str, str]:
    """`Mapped[` (or nothing), and what is annotated; nothing for an annotation that is not simple text."""
    text = declaration.annotation or ""
    if "'" in text or '"' in text or "\n" in text or "Annotated" in text:
        return "", ""
    if text.startswith("Mapped[") and text.endswith("]"):
        return "Mapped[", text[len("Mapped[") : -1]
    return "", text


@rule(
    "NUL002", "implicit-nullability", severity=ERROR, evidence="S", reference="models:Task.title", fix="unsafe",
    silences=("NUL004", "NUL005", "NUL006", "NUL009"),
)  # fmt: skip
def implicit_nullability(column: Column) -> Iterator[Violation]:
    """A `Column` given as `sa_column` says whether it is nullable.

    Why: beside `sa_column`, SQLModel does not look at the annotation, and a `Column` is nullable unless it says
    otherwise: `due_at: datetime = Field(sa_column=Column(DateTime))` accepts NULL in silence (SQLModel issues 119, 367,
    420 and 464).

    Bad:
        ```python
        import uuid
        from sqlalchemy import Column, Text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            description: str = Field(sa_column=Column(Text))
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Column, Text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            description: str = Field(sa_column=Column(Text, nullable=False))
        ```

    Exempt: annotations with `None`; primary keys; computed and identity columns; annotations that admit anything.
    """
    declaration = column.declaration
    if declaration is None or declaration.sa_column is None or column.nullable_stated or database_decides(column):
        return
    if declaration.python_type in _ANYTHING or declaration.optional is None:
        return
    if known(declaration.optional) or not known(column.nullable):
        return
    place = declaration.argument("sa_column")
    yield Violation(
        message=f"{label(column)} does not admit None, but its sa_column is nullable, since it does not say otherwise",
        suggestion=f"add nullable=False to the Column of {label(column)}",
        fix=one_edit("set-argument", place.place, "nullable", "False") if place else None,
    )


@rule(
    "NUL003", "optional-without-default", severity=WARNING, evidence="S", reference="models:Task.description",
    fix="unsafe",
)  # fmt: skip
def optional_without_default(column: Column, table: Table, schema: Schema) -> Iterator[Violation]:
    """A field that may be `None` has a default, so that it may be left out.

    Why: Pydantic 2 and dataclasses require every field without a default, also one whose type admits `None`:
    `Task.model_validate({...})` fails where the caller leaves the field out (Pydantic migration guide, "Required,
    optional, and nullable fields").

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            description: str | None
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            description: str | None = None
        ```

    Exempt: declarative classes that are no dataclasses, whose constructor requires nothing; an explicit
    `Field(default=...)`, which says that the caller must decide; attributes with `init=False`.

    All such fields of a class are one finding, at the first of them.
    """
    declaration = column.declaration
    if declaration is None or not declaration.optional or declaration.has_default:
        return
    kind = _style(declaration, table, schema)
    if kind is None or _is_required_on_purpose(declaration):
        return
    alike = [other for other in table.columns.known if _is_alike(other, declaration)]
    if alike[0] is not column:
        return
    names = listed(map(label, alike), 3)
    yield Violation(
        message=f"{names} may be None, but {'has' if len(alike) == 1 else 'have'} no default: "
        + (
            "validation and type checkers require a value" if kind == "sqlmodel" else "the constructor requires a value"
        ),
        suggestion=f"add default=None to {names}",
        subjects=tuple(_subject(other, table) for other in alike[1:]),
        related=tuple(other.place for other in alike[1:] if isinstance(other.place, SourcePlace)),
        fix=_default_none(alike) if kind == "sqlmodel" else None,
    )


def _is_alike(column: Column, first: Declaration) -> bool:
    """Another field of the same class that may be `None` and has no default."""
    declaration = column.declaration
    return (
        declaration is not None
        and declaration.owner == first.owner
        and declaration.optional is True
        and declaration.has_default is False
        and not _is_required_on_purpose(declaration)
    )


def _subject(column: Column, table: Table) -> Subject:
    return Subject(
        kind="column", schema=table.schema, table=table.name, columns=(column.name,), attribute=column.attribute,
        class_=column.declaration.owner if column.declaration is not None else None,
    )  # fmt: skip


def _style(declaration: Declaration, table: Table, schema: Schema) -> str | None:
    """`sqlmodel` or `dataclass`: the styles whose constructor requires fields that have no default."""
    keys = (declaration.owner, *table.models)
    model = next((found for key in keys if (found := schema.model(key)) is not None), None)
    return model.style if model is not None and model.style in ("sqlmodel", "dataclass") else None


def _is_required_on_purpose(declaration: Declaration) -> bool:
    given = [a for name in ("0", "default", "init") if (a := declaration.argument(name)) is not None]
    return any(a.text in (("False",) if a.name == "init" else ("...", "Ellipsis")) for a in given)


def _default_none(columns: list[Column]) -> Fix | None:
    edits = []
    for column in columns:
        declaration = column.declaration
        if declaration is None or declaration.place is None:
            return None
        intent = "set-argument" if declaration.form == "Field" else "set-value"
        edits.append(Edit(intent=intent, place=declaration.place, name="default", value="None"))
    return Fix(applicability="unsafe", edits=tuple(edits))
