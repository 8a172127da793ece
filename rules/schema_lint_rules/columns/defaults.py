"""COL005 and COL006: defaults that are missing, or shared."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Fix
from schema_lint.checking.rule import ERROR, INFO, Violation, rule
from schema_lint.facts.schema import Column, Declaration, Default, Table
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._fixes import one_edit
from schema_lint_rules.shapes import (
    has_default,
    label,
)


@rule(
    "COL005",
    "boolean-without-default",
    severity=INFO,
    evidence="SM",
    reference="models:Task.completed",
    types=("boolean",),
)
def boolean_without_default(column: Column, table: Table) -> Iterator[Violation]:
    """A boolean that is NOT NULL has a default.

    Why: a flag has a state in which rows begin; stated once, it need not be repeated by every writer, and a column
    added later does not break them.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            completed: bool
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            completed: bool = Field(default=False)
        ```

    Exempt: nullable booleans (NUL004); primary keys; views.
    """
    if table.is_view or known(column.nullable) or known(column.primary_key):
        return
    if not has_default(column):
        yield Violation(
            message=f"{label(column)} is a boolean without a default",
            suggestion=f"give {label(column)} the state in which rows begin: default=False",
        )


@rule(
    "COL006", "mutable-default", severity=ERROR, evidence="SM", reference="models:Profile.preferences", fix="unsafe",
    minimal=True, peers=("django fields.E010",),
)  # fmt: skip
def mutable_default(column: Column) -> Iterator[Violation]:
    """Rows do not share one list, dict or set as their default.

    Why: `default=[]` is made once. SQLAlchemy hands that very object to every new instance, so what one of them appends
    is the next one's default.

    Bad:
        ```python
        import uuid
        from sqlalchemy import JSON, Uuid
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Task(Base):
            __tablename__ = "tasks"
            id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
            labels: Mapped[list[str]] = mapped_column(JSON, default=[])
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import JSON, Uuid
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Task(Base):
            __tablename__ = "tasks"
            id: Mapped[uuid.UUID] = mapped_column(Uuid, primary_key=True, default=uuid.uuid4)
            labels: Mapped[list[str]] = mapped_column(JSON, default=list)
        ```

    Exempt: defaults of a SQLModel `Field`, which Pydantic copies for each instance; `MutableDict.as_mutable(...)` and
    its kin, which copy what they are given.
    """
    default = column.default
    if default is None or isinstance(default, Unknown) or not default.mutable:
        return
    declaration = column.declaration
    if (declaration is not None and _pydantic_copies(declaration)) or known(column.type).tracked:
        return
    factory = _EMPTY.get(str(default.literal))
    yield Violation(
        message=f"{label(column)} has a mutable default that all rows share",
        suggestion=f"write default={factory or _function(declaration)} in {label(column)}",
        fix=_call_instead(default, factory),
    )


_EMPTY = {"[]": "list", "{}": "dict", "set()": "set"}
_SHORT = 60


def _pydantic_copies(declaration: Declaration) -> bool:
    if declaration.form not in ("Field", "annotation") or declaration.sa_column is not None:
        return False
    options = declaration.argument("sa_column_kwargs")
    return options is None or "default" not in options.text


def _function(declaration: Declaration | None) -> str:
    """A function that makes the default anew, as long as it fits into a sentence."""
    arguments = (declaration.sa_column or declaration.arguments) if declaration is not None else ()
    given = next((argument.text for argument in arguments if argument.name == "default"), "…")
    if given.replace(".", "").isidentifier():
        given = f"copy.deepcopy({given})"
    return f"lambda: {given if len(given) <= _SHORT else '…'}"


def _call_instead(default: Default, factory: str | None) -> Fix | None:
    return one_edit("replace-text", default.place, "default", factory) if factory is not None else None
