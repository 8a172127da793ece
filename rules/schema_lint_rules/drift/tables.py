"""DRF001, DRF002, DRF016: tables, and what is said of them."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, INFO, Violation, rule
from schema_lint.facts.difference import Difference
from schema_lint_rules._drift import is_missing, is_unknown_to_models, model, part, value


@rule(
    "DRF001",
    "model-table-missing",
    severity=ERROR,
    evidence="X",
    reference="models:Task",
    minimal=True,
    peers=("alembic check",),
)
def model_table_missing(difference: Difference) -> Iterator[Violation]:
    """A table of the models is in the database.

    Why: every query of the class fails with UndefinedTable. Either a revision was never written or applied, or the
    application is connected to another database than it thinks.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE task (id uuid PRIMARY KEY, title varchar NOT NULL);
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL);
        ```

    Exempt: external tables; partitions, views and tables that belong to an extension, which are there; tables in
    schemas that were not read.
    """
    if difference.kind == "tables":
        yield Violation(
            message=f"the database has none of the {difference.left} of {difference.subject}",
            suggestion="is it the right database? If it is, `alembic upgrade head` makes the tables",
            subjects=tuple(map(_subject, difference.more)),
        )
    elif difference.kind == "table" and is_missing(difference):
        yield Violation(
            message=f"the database has no table {difference.table}, which {model(difference)} is mapped to",
            suggestion=f"make it by a revision: alembic revision --autogenerate -m 'add {difference.table_name}'",
        )


@rule("DRF002", "unmapped-table", severity=INFO, evidence="X", reference="models:Task", peers=("alembic check",))
def unmapped_table(difference: Difference) -> Iterator[Violation]:
    """A table of the database has a model.

    Why: what no model has, autogenerate proposes to drop, and nobody who reads the code knows of. It may also
    belong to somebody else: then the policy `external-tables` says so.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL);
        CREATE TABLE old_tasks (id uuid PRIMARY KEY);
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL);
        ```

    Exempt: external tables; tables of migration tools and of extensions; partitions; views; schemas that no model uses;
    all, where some of the project's tables may be unknown.
    """
    if difference.kind == "table" and is_unknown_to_models(difference):
        yield Violation(
            message=f"the database has a table {difference.table} that no model is mapped to",
            suggestion="map it, drop it, or state that somebody else makes it: "
            f"external-tables.{difference.table} = {{}}",
        )


@rule("DRF016", "comment-drift", severity=INFO, evidence="X", reference="models:Task.description", fix="sql", on=False)
def comment_drift(difference: Difference) -> Iterator[Violation]:
    """A comment in the database is the one that the model gives.

    Why: whoever reads the database, and not the code, reads another explanation.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(sa_column_kwargs={"comment": "what to do"})
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL);
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(sa_column_kwargs={"comment": "what to do"})
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL);
        COMMENT ON COLUMN tasks.title IS 'what to do';
        ```
    """
    if difference.field == "comment":
        where = part(difference) if difference.kind == "column" else difference.table
        yield Violation(
            message=f"the comment on {where} is {value(difference.left)} in the model, "
            f"{value(difference.right)} in the database",
            sql=difference.sql,
        )


def _subject(key: str) -> Subject:
    schema, _, name = key.rpartition(".")
    return Subject(kind="table", schema=schema or None, table=name)
