"""COL011 and COL013: fields that SQLModel refuses."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Edit, Fix, Subject
from schema_lint.checking.rule import ERROR, WARNING, Violation, rule
from schema_lint.facts.models import Attribute, Model
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Argument, Column, Declaration
from schema_lint_rules.shapes import (
    known_type,
    listed,
)

_BESIDE_SA_COLUMN = (
    "primary_key", "nullable", "foreign_key", "ondelete", "unique", "index", "sa_type", "sa_column_args",
    "sa_column_kwargs",
)  # fmt: skip
_SAME_IN_COLUMN = frozenset({"primary_key", "nullable", "unique", "index"})


@rule(
    "COL011", "conflicting-column-arguments", severity=ERROR, evidence="S", reference="models:Task.description",
    fix="safe", minimal=True, peers=("django fields.W122",),
)  # fmt: skip
def conflicting_column_arguments(model: Model, schema: Schema, project: Project) -> Iterator[Violation]:
    """The arguments of a SQLModel `Field` do not contradict each other.

    Why: beside `sa_column`, SQLModel refuses every argument that describes the column (`nullable`, `index`,
    `foreign_key` …), and `ondelete` without `foreign_key`: the module raises `RuntimeError` when it is imported. Beside
    `sa_type` it does not read `max_length`: the database does not know the limit.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Column, Text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(sa_column=Column(Text, nullable=False), index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Column, Text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(sa_column=Column(Text, nullable=False, index=True))
        ```

    Exempt: `max_length` beside a type with a length of its own (CON004), beside `Text`, which means to have no
    limit in the database, and beside types of the project's own.

    Limits: before SQLModel 0.0.9 nothing was refused: a warning there.
    """
    if model.style != "sqlmodel":
        return
    for attribute in model.attributes:
        declaration = attribute.declaration
        if declaration is None or declaration.form != "Field":
            continue
        refused = _refused(declaration)
        if refused:
            yield _conflict(model, attribute, declaration, refused, project)
        elif declaration.argument("max_length") and _length_is_lost(model, attribute.name, declaration, schema):
            beside = "sa_column" if declaration.sa_column is not None else "sa_type"
            yield Violation(
                message=f"max_length of {model.name}.{attribute.name} does not reach the database, "
                f"since {beside} gives the type",
                suggestion=f"give the type of {model.name}.{attribute.name} the length, or say Text",
                severity=WARNING,
                subject=_field_subject(model, attribute, schema),
                place=attribute.place,
            )


def _refused(declaration: Declaration) -> list[Argument]:
    if declaration.argument("sa_column") is not None:
        return [found for name in _BESIDE_SA_COLUMN if (found := declaration.argument(name)) is not None]
    ondelete = declaration.argument("ondelete")
    return [ondelete] if ondelete is not None and declaration.argument("foreign_key") is None else []


def _conflict(
    model: Model, attribute: Attribute, declaration: Declaration, refused: list[Argument], project: Project
) -> Violation:
    where = f"{model.name}.{attribute.name}"
    names = listed(argument.name for argument in refused)
    old = bool(project.sqlmodel_version) and project.sqlmodel_version < (0, 0, 9)
    if declaration.argument("sa_column") is None:
        message = f"{where} has ondelete, but no foreign_key: SQLModel refuses it"
        suggestion = f"add foreign_key to {where}, or take ondelete away"
    else:
        message = f"{where} has {names} beside sa_column, {'which is ignored' if old else 'which SQLModel refuses'}"
        suggestion = f"say {names} in the Column of {where}"
    return Violation(
        message=message,
        suggestion=suggestion,
        severity=WARNING if old else ERROR,
        subject=_field_subject(model, attribute, None),
        place=attribute.place,
        fix=None if old else _into_column(declaration, refused),
    )


def _into_column(declaration: Declaration, refused: list[Argument]) -> Fix | None:
    column = declaration.argument("sa_column")
    if column is None or any(argument.name not in _SAME_IN_COLUMN for argument in refused):
        return None
    stated = {argument.name for argument in declaration.sa_column or ()}
    edits = [Edit(intent="remove-argument", place=argument.place, name=argument.name) for argument in refused]
    edits += [
        Edit(intent="set-argument", place=column.place, name=argument.name, value=argument.text)
        for argument in refused
        if argument.name not in stated
    ]
    return Fix(applicability="safe", edits=tuple(edits), raises=True)


def _length_is_lost(model: Model, name: str, declaration: Declaration, schema: Schema) -> bool:
    """`max_length` stands beside a type of strings that could have a length and has none."""
    if declaration.argument("sa_type") is None and declaration.sa_column is None:
        return False
    for column in _columns_of(model, name, schema):
        kind = known_type(column)
        if kind is not None and kind.name == "varchar" and kind.length is None and not kind.decorated:
            return True
    return False


def _columns_of(model: Model, name: str, schema: Schema) -> Iterator[Column]:
    """The columns that an attribute of the class makes, in its own table or in those of its subclasses."""
    for table in schema.tables.known:
        for column in table.columns.known:
            if column.attribute == name and column.declaration is not None and column.declaration.owner == model.key:
                yield column


def _field_subject(model: Model, attribute: Attribute, schema: Schema | None) -> Subject:
    return Subject(kind="field", class_=model.key, attribute=attribute.name)


@rule(
    "COL013", "missing-type-annotation", severity=ERROR, evidence="S", reference="models:Task.completed", minimal=True,
)  # fmt: skip
def missing_type_annotation(model: Model) -> Iterator[Violation]:
    """Every field of a SQLModel class has a type annotation.

    Why: Pydantic makes fields of annotated attributes only, and refuses a `Field(...)` without an annotation: the
    module raises `PydanticUserError` when it is imported (Pydantic usage errors, "model-field-missing-annotation").

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            completed = Field(default=False)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            completed: bool = Field(default=False)
        ```

    Exempt: `ClassVar`, private names (`_cache`), properties and methods; classes that are not SQLModels.
    """
    if model.style != "sqlmodel":
        return
    for attribute in model.attributes:
        if attribute.kind == "untyped":
            yield Violation(
                message=f"{model.name}.{attribute.name} has no type annotation, and SQLModel refuses it",
                suggestion=f"annotate {model.name}.{attribute.name}",
                subject=_field_subject(model, attribute, None),
                place=attribute.place,
            )
