"""DRF003–DRF008: columns, their types and their defaults."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, WARNING, Violation, rule
from schema_lint.facts.difference import Difference
from schema_lint_rules._drift import is_missing, is_unknown_to_models, part, value


@rule(
    "DRF003",
    "column-missing",
    severity=ERROR,
    evidence="X",
    reference="models:Task.title",
    fix="sql",
    minimal=True,
    peers=("alembic check",),
)
def column_missing(difference: Difference) -> Iterator[Violation]:
    """A column of a model is in the database.

    Why: every query of the class fails with UndefinedColumn, since it selects all columns.

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
        CREATE TABLE tasks (id uuid PRIMARY KEY);
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
    """
    if difference.kind == "column" and is_missing(difference):
        yield Violation(
            message=f"the database has no column for {part(difference)} ({difference.table}.{difference.subject}: "
            f"{difference.left})",
            suggestion=f"add it by a revision: op.add_column('{difference.table_name}', …)",
            sql=difference.sql,
        )


@rule(
    "DRF004", "unmapped-column", severity=WARNING, evidence="X", reference="models:Task.title", peers=("alembic check",)
)
def unmapped_column(difference: Difference) -> Iterator[Violation]:
    """A column of the database is in its model.

    Why: autogenerate proposes to drop it; and one that is NOT NULL and has no default makes every INSERT of the
    class fail.

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
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL, state varchar NOT NULL);
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
    """
    if difference.kind == "column" and is_unknown_to_models(difference):
        described = str(difference.right)
        fails = "NOT NULL" in described and "DEFAULT" not in described
        yield Violation(
            message=f"the database has a column {difference.table}.{difference.subject} ({described}) that no model has"
            + (", so that every INSERT of the models fails" if fails else ""),
            suggestion="map it, or drop it by a revision once nothing uses it",
            severity=ERROR if fails else None,
        )


@rule(
    "DRF005",
    "column-type-drift",
    severity=ERROR,
    evidence="X",
    reference="models:Task.due_at",
    fix="sql",
    peers=("alembic check",),
)
def column_type_drift(difference: Difference) -> Iterator[Violation]:
    """A column of the database has the type of its model.

    Why: values are cut, refused or converted otherwise than the code expects, on one side of the deployment only.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar(100) NOT NULL);
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar(200) NOT NULL);
        ```

    Exempt: other spellings of one type (`INT`, `int4`, `INTEGER`); domains that the model does not state, which may
    stand for their type; a collation that the model does not state; types that could not be decided.
    """
    if difference.kind == "column" and difference.field == "type":
        yield Violation(
            message=f"{part(difference)} is {difference.left} in the model, {difference.right} in the database",
            suggestion="change the one that is wrong; a change of type may rewrite the table under a lock",
            sql=difference.sql,
        )
    elif difference.kind == "column" and difference.field == "collation":
        yield Violation(
            message=f"{part(difference)} is collated by {difference.left} in the model, by {difference.right} in the "
            "database",
            suggestion="change the one that is wrong; indexes over the column are built anew",
            severity=WARNING,
            sql=difference.sql,
        )


@rule(
    "DRF006",
    "default-drift",
    severity=WARNING,
    evidence="X",
    reference="models:Task.priority",
    fix="sql",
    peers=("alembic compare_server_default",),
)
def default_drift(difference: Difference) -> Iterator[Violation]:
    """A server default is the one that the model gives.

    Why: rows that somebody else inserts, and migrations that add rows, get another value than the model promises.
    `alembic check` sees it only with `compare_server_default=True`.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(sa_column_kwargs={"server_default": "untitled"})
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
            title: str = Field(sa_column_kwargs={"server_default": "untitled"})
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar DEFAULT 'untitled' NOT NULL);
        ```

    Exempt: other spellings of one value (`now()` and `CURRENT_TIMESTAMP`, `'0'` and `0`, a cast to the column's type);
    expressions that PostgreSQL stores in another form than can be told to be the same; `FetchedValue`.
    """
    if difference.kind == "column" and difference.field == "server default":
        yield Violation(
            message=f"the server default of {part(difference)} is {value(difference.left)} in the model, "
            f"{value(difference.right)} in the database",
            sql=difference.sql,
        )


@rule(
    "DRF007",
    "generated-column-drift",
    severity=WARNING,
    evidence="X",
    reference="models:Task.priority",
    fix="sql",
    peers=("alembic check",),
)
def generated_column_drift(difference: Difference) -> Iterator[Violation]:
    """A generated column has the expression of its model.

    Why: the database computes another value than the code expects, and an expression can only be changed by making
    the column anew.

    Bad:
        ```python
        from sqlalchemy import Computed
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Line(Base):
            __tablename__ = "lines"
            id: Mapped[int] = mapped_column(primary_key=True)
            price: Mapped[int]
            amount: Mapped[int]
            total: Mapped[int] = mapped_column(Computed("price * amount", persisted=True))
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE lines (
          id serial PRIMARY KEY, price int NOT NULL, amount int NOT NULL,
          total int GENERATED ALWAYS AS (price + amount) STORED NOT NULL
        );
        ```

    Good:
        ```python
        from sqlalchemy import Computed
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


        class Base(DeclarativeBase):
            pass


        class Line(Base):
            __tablename__ = "lines"
            id: Mapped[int] = mapped_column(primary_key=True)
            price: Mapped[int]
            amount: Mapped[int]
            total: Mapped[int] = mapped_column(Computed("price * amount", persisted=True))
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE lines (
          id serial PRIMARY KEY, price int NOT NULL, amount int NOT NULL,
          total int GENERATED ALWAYS AS (price * amount) STORED NOT NULL
        );
        ```
    """
    if difference.kind == "column" and difference.field == "generated":
        yield Violation(
            message=f"{part(difference)} is generated as {value(difference.left)} in the model, "
            f"{value(difference.right)} in the database",
            suggestion="make the column anew by a revision",
            sql=difference.sql,
        )


@rule("DRF008", "identity-drift", severity=ERROR, evidence="X", reference="models:Task.id", fix="sql")
def identity_drift(difference: Difference) -> Iterator[Violation]:
    """The database numbers rows where the model relies on it.

    Why: SQLAlchemy leaves out of the INSERT what the database is to number; without a sequence or an identity that
    is NULL, and refused.

    Bad:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: int | None = Field(default=None, primary_key=True)
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id integer PRIMARY KEY);
        ```

    Good:
        ```python
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: int | None = Field(default=None, primary_key=True)
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id integer GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY);
        ```

    Exempt: options that the model does not state, but for ALWAYS; a `serial` where the model is numbered by an
    identity of SQLAlchemy's own making, and the other way round.
    """
    if difference.kind != "column" or difference.field not in ("identity", "numbering", "sequence"):
        return
    if difference.field == "sequence":
        yield Violation(
            message=f"{part(difference)} is drawn from the sequence {difference.left}, which the database lacks",
            sql=difference.sql,
        )
        return
    if difference.field == "numbering":
        yield Violation(
            message=f"{part(difference)} is numbered {difference.left} in the model, {difference.right} in the "
            "database",
            severity=WARNING,
            sql=difference.sql,
        )
        return
    if difference.left is None:
        yield Violation(
            message=f"the database numbers {part(difference)} ({difference.right}), the model does not know of it",
            severity=WARNING,
            sql=difference.sql,
        )
    elif difference.right is None:
        yield Violation(
            message=f"{part(difference)} is to be numbered by the database, which has no sequence or identity for it",
            suggestion="add an identity, and let it begin above the largest number there is",
            sql=difference.sql,
        )
    else:
        yield Violation(
            message=f"{part(difference)} is an identity in the model, {difference.right} in the database",
            severity=WARNING,
        )
