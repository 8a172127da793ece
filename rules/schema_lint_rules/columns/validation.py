"""COL012: constraints that SQLModel does not run."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import INFO, Violation, rule
from schema_lint.facts.models import Model
from schema_lint_rules.shapes import listed

_VALIDATED = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "regex", "pattern")


@rule(
    "COL012", "unvalidated-table-model", severity=INFO, evidence="S", reference="models:TaskCreate",
    peers=("SQLModel issues 52 and 406",),
)  # fmt: skip
def unvalidated_table_model(model: Model) -> Iterator[Violation]:
    """Constraints of fields stand on a class that validates: not on a table.

    Why: `Task(priority=99)` with `Field(ge=1, le=5)` on a class with `table=True` raises nothing: SQLModel does not
    validate tables, so that the ORM can fill them step by step (SQLModel issues 52 and 406). A data model does, and a
    CHECK holds for everybody.

    Bad:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (CheckConstraint("priority BETWEEN 1 AND 5", name="ck_task_priority"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int = Field(ge=1, le=5)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (CheckConstraint("priority BETWEEN 1 AND 5", name="ck_task_priority"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int


        class TaskCreate(SQLModel):
            priority: int = Field(ge=1, le=5)
        ```

    Exempt: fields that a table has from a base, which data models may share; `max_length`, which is the
    column's length.

    Limits: validators (`@field_validator`) on a table are not looked at.
    """
    if model.style != "sqlmodel" or model.table is None or model.abstract or model.used_as_base:
        return
    fields = [
        attribute.name
        for attribute in model.attributes
        if attribute.declaration is not None and any(attribute.declaration.argument(name) for name in _VALIDATED)
    ]
    if fields:
        yield Violation(
            message=f"{model.name} has a table, so the constraints of {listed(fields)} are never run",
            suggestion=f"move them to a class without a table, such as {model.name}Create, and add a CheckConstraint",
        )
