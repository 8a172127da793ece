"""TBL004 and TBL005: what tables are called."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Fix
from schema_lint.checking.rule import INFO, Violation, rule
from schema_lint.facts.models import Model
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint_rules._fixes import one_edit
from schema_lint_rules._names import RESERVED


@rule(
    "TBL004", "reserved-table-name", severity=INFO, evidence="SMC", reference="models:User",
    peers=("pglinter B010", "SchemaCrawler LinterTableWithQuotedNames", "pg-migration-lint PGM509", "db_verifier n1035",
           "pgdesigner W020", "sqlfluff RF04"),
)  # fmt: skip
def reserved_table_name(table: Table) -> Iterator[Violation]:
    """A table's name is no reserved word of SQL.

    Why: SQLAlchemy quotes such a name by itself, but people do not: in psql `SELECT * FROM user` returns the name of
    the current role, and `SELECT * FROM order` is a syntax error (PostgreSQL documentation, "SQL Key Words").

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt: words that other databases reserve, or none (`task`, `role`, `type`).
    """
    if table.name.lower() in RESERVED:
        yield Violation(
            message=f"{table.name} is a reserved word of SQL, so people must quote it",
            suggestion=f'name the table "{_plural(table.name)}"',
        )


def _plural(name: str) -> str:
    plural = f"{name}es" if name.endswith(("s", "x", "ch")) else f"{name}s"
    return f"{name}_rows" if plural in RESERVED else plural


@rule("TBL005", "implicit-table-name", severity=INFO, on=False, evidence="S", reference="models:Task", fix="safe")
def implicit_table_name(table: Table, schema: Schema) -> Iterator[Violation]:
    """A model names its table.

    Why: SQLModel names the table after the class in lower case (`UserAccount` becomes `useraccount`), Flask-SQLAlchemy
    in another way. Renaming the class then renames the table, and a migration drops the one and creates the other.

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
            __tablename__ = "task"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt: `__tablename__` by a rule of the project's own.
    """
    if table.name_stated or table.form != "declarative":
        return
    model = next((found for key in table.models if (found := schema.model(key)) is not None), None)
    if model is None:
        return
    yield Violation(
        message=f"{model.name} leaves it to the library to name its table {table.name}",
        suggestion=f'add __tablename__ = "{table.name}" to {model.name}',
        fix=_name_table(model, table),
    )


def _name_table(model: Model, table: Table) -> Fix | None:
    return one_edit("insert-statement", model.place, value=f'__tablename__ = "{table.name}"', applicability="safe")
