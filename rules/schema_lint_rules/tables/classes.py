"""TBL003, TBL006 and TBL008: the classes mapped to tables."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Violation, rule
from schema_lint.facts.models import MappingError, Model
from schema_lint.facts.project import Schema

_CONFLICTS = {
    "duplicate-table": "is declared twice in one MetaData, which SQLAlchemy refuses",
    "duplicate-class-name": "is the name of several classes of one registry, so the bare name in a relationship is "
    "ambiguous",
}

_DATA_ONLY = (
    "Base", "Mixin", "Read", "Public", "Response", "Create", "Update", "Patch", "Request", "Schema", "In", "Out", "Dto",
    "DTO", "Payload", "Data",
)  # fmt: skip


@rule("TBL003", "model-without-docstring", severity=INFO, evidence="S", reference="models:Task", peers=("ruff D101",))
def model_without_docstring(model: Model, schema: Schema) -> Iterator[Violation]:
    """A model says in its docstring what one row is.

    Why: a table's name seldom tells what makes two rows different, or who writes them; the class is where people look.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            \"\"\"Something that its owner wants done.\"\"\"

            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt: classes without a table of their own; tables with a comment, in the database or above the class.
    """
    if model.table is None or model.abstract or model.docstring or model.inheritance == "single":
        return
    table = schema.table(model.table)
    if model.style == "imperative" or (table is not None and (table.explanation or table.comment is not None)):
        return
    yield Violation(
        message=f"{model.name} has no docstring",
        suggestion=f"say in a docstring what a row of {model.table} is",
    )


@rule(
    "TBL006", "conflicting-models", severity=ERROR, evidence="SM", reference="models:Task", minimal=True,
    peers=("django models.E028",),
)  # fmt: skip
def conflicting_models(error: MappingError) -> Iterator[Violation]:
    """A table is declared once in a `MetaData`, and a class name that strings refer to once in a registry.

    Why: SQLAlchemy raises `InvalidRequestError` for the second class with the same table, when its module is imported,
    and for `relationship("Task")` where two classes bear that name, at the first query.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Todo(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Todo(SQLModel, table=True):
            __tablename__ = "todos"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt: `extend_existing`; single-table inheritance; one table in several `MetaData`; class names that no string
    refers to, or that strings refer to by their dotted path.
    """
    conflict = _CONFLICTS.get(error.kind)
    if conflict is not None:
        yield Violation(
            message=f"{error.subject} {conflict}",
            suggestion="keep one of them, or rename the other"
            if error.kind == "duplicate-table"
            else f"rename one of them, or refer to {error.subject} by its dotted path",
            related=error.related,
        )


@rule("TBL008", "forgotten-table-flag", severity=WARNING, evidence="S", reference="models:Task")
def forgotten_table_flag(model: Model, schema: Schema) -> Iterator[Violation]:
    """A SQLModel class with keys or relationships is a table, or the base of one.

    Why: without `table=True` SQLModel makes a plain Pydantic model, ignores keys and relationships, and says nothing:
    the table is missing at the first query.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel):
            \"\"\"Something that its owner wants done.\"\"\"

            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            \"\"\"Something that its owner wants done.\"\"\"

            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```

    Exempt: the base of a table; names that say what the class is for (`TaskBase`, `KeyMixin`, `TaskRead`,
    `TaskCreate` …); `index=True` and `unique=True` alone, which data models inherit by copying.
    """
    if model.style != "sqlmodel" or model.table is not None or model.abstract or model.name.endswith(_DATA_ONLY):
        return
    sign = _sign_of_a_table(model)
    if sign is None or any(model.key in other.bases for other in schema.models.complete() if other.table is not None):
        return
    yield Violation(
        message=f"{model.name} has {sign}, but no table=True, so it has no table",
        suggestion=f"write class {model.name}(…, table=True), or take away the {sign}",
    )


def _sign_of_a_table(model: Model) -> str | None:
    for attribute in model.attributes:
        if attribute.kind == "relationship":
            return f"the relationship {attribute.name}"
        declaration = attribute.declaration
        for name in ("primary_key", "foreign_key"):
            argument = declaration.argument(name) if declaration is not None else None
            if argument is not None and argument.text not in ("False", "None"):
                return f"{name} on {attribute.name}"
    return None
