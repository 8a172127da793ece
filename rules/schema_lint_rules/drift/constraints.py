"""DRF009–DRF013: keys and CHECK constraints."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, WARNING, Violation, rule
from schema_lint.facts.difference import Difference
from schema_lint_rules._drift import is_missing, is_unknown_to_models, value


@rule("DRF009", "primary-key-drift", severity=ERROR, evidence="X", reference="models:Task.id", fix="sql")
def primary_key_drift(difference: Difference) -> Iterator[Violation]:
    """The primary key in the database is the model's.

    Why: SQLAlchemy finds, updates and deletes rows by the model's key: where the database does not keep it unique,
    one UPDATE changes several rows.

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
        CREATE TABLE tasks (id uuid NOT NULL, title varchar NOT NULL);
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
    if difference.kind == "primary key" and difference.field == "columns":
        yield Violation(
            message=f"the primary key of {difference.table} is {value(difference.left)} in the model, "
            f"{value(difference.right or None)} in the database",
            sql=difference.sql,
        )


@rule(
    "DRF010",
    "foreign-key-drift",
    severity=ERROR,
    evidence="X",
    reference="models:Task.owner_id",
    fix="sql",
    peers=("alembic check",),
)
def foreign_key_drift(difference: Difference) -> Iterator[Violation]:
    """A foreign key of a model is in the database, and no other.

    Why: without the constraint rows may reference what does not exist; with one that the models do not know,
    deletes fail that the code expects to work.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE users (id uuid PRIMARY KEY);
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL);
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE users (id uuid PRIMARY KEY);
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE);
        ```

    Exempt: another name of the same key; a schema that one side leaves out, since it is the default.
    """
    if difference.kind != "foreign key":
        return
    if is_missing(difference):
        yield Violation(
            message=f"the database has no foreign key {difference.table}.{difference.subject}",
            suggestion="add it by a revision: VALIDATE fails while there are rows that reference nothing",
            sql=difference.sql,
        )
    elif is_unknown_to_models(difference):
        yield Violation(
            message=f"the database has a foreign key {difference.table}.{difference.subject} that no model has",
            suggestion="state it in the model, or drop it by a revision",
            severity=WARNING,
            sql=difference.sql,
        )


@rule(
    "DRF011",
    "foreign-key-action-drift",
    severity=ERROR,
    evidence="X",
    reference="models:Task.owner_id",
    fix="sql",
    peers=("alembic check",),
)
def foreign_key_action_drift(difference: Difference) -> Iterator[Violation]:
    """A foreign key in the database does on delete and update what the model says.

    Why: the ORM leaves to the database what the model says it does (`passive_deletes`): where that is something
    else, deletes fail or take rows with them that were to stay.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE users (id uuid PRIMARY KEY);
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL REFERENCES users);
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="CASCADE")
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE users (id uuid PRIMARY KEY);
        CREATE TABLE tasks (id uuid PRIMARY KEY, owner_id uuid NOT NULL REFERENCES users ON DELETE CASCADE);
        ```

    Exempt: NO ACTION that is stated on one side only, since it is the default.
    """
    if difference.kind != "foreign key" or difference.field not in _ACTIONS:
        return
    what, acts = _ACTIONS[difference.field]
    yield Violation(
        message=f"the foreign key {difference.table}.{difference.subject} {what} {value(difference.left)} "
        f"in the model, {value(difference.right)} in the database",
        severity=None if acts else WARNING,
        sql=difference.sql,
    )


@rule(
    "DRF012",
    "unique-drift",
    severity=ERROR,
    evidence="X",
    reference="models:User.email",
    fix="sql",
    peers=("alembic check", "active_record_doctor missing_unique_indexes"),
)
def unique_drift(difference: Difference) -> Iterator[Violation]:
    """What is unique in a model is unique in the database.

    Why: code that expects one row finds two; and what only the database keeps unique makes inserts fail that the
    models allow.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(unique=True)
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
            title: str = Field(unique=True)
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, title varchar NOT NULL UNIQUE);
        ```

    Exempt: a unique index where the model has a constraint over the same columns, and the other way round; the columns
    in another order.
    """
    if difference.kind != "unique" or difference.field == "name":
        return
    where = f"{difference.table} {difference.subject}"
    if is_missing(difference):
        yield Violation(
            message=f"{where} is unique in the model, and not in the database",
            suggestion="make it unique by a revision, once no two rows are alike",
            sql=difference.sql,
        )
    elif is_unknown_to_models(difference):
        yield Violation(
            message=f"{where} is unique in the database, and not in the model",
            suggestion="state it in the model, or drop it by a revision",
            severity=WARNING,
            sql=difference.sql,
        )
    else:
        yield Violation(
            message=f"what is unique over {where} is {difference.field}: {value(difference.left)} in the model, "
            f"{value(difference.right)} in the database",
            severity=WARNING,
            sql=difference.sql,
        )


@rule(
    "DRF013",
    "check-drift",
    severity=WARNING,
    evidence="X",
    reference="models:Task.__table_args__",
    fix="sql",
    peers=("alembic.ext.checkconstraint_byname",),
)
def check_drift(difference: Difference) -> Iterator[Violation]:
    """A CHECK of a model is in the database, says the same there, and no other does.

    Why: the database takes values that the models rule out, or refuses some that they allow. `alembic check`
    compares names at most.

    Bad:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            __table_args__ = (CheckConstraint("priority BETWEEN 1 AND 5", name="ck_tasks_priority"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (
          id uuid PRIMARY KEY,
          priority int NOT NULL CONSTRAINT ck_tasks_priority CHECK (priority BETWEEN 1 AND 3)
        );
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            __table_args__ = (CheckConstraint("priority BETWEEN 1 AND 5", name="ck_tasks_priority"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            priority: int
        ```
        ```sql
        -- file: schema.sql
        CREATE TABLE tasks (
          id uuid PRIMARY KEY,
          priority int NOT NULL CONSTRAINT ck_tasks_priority CHECK (priority >= 1 AND priority <= 5)
        );
        ```

    Exempt: what PostgreSQL prints otherwise (casts, `IN` as `= ANY (ARRAY[…])`, `BETWEEN` as two comparisons);
    expressions of which it cannot be told whether they are the same.
    """
    if difference.kind != "check constraint" or difference.field == "name":
        return
    if is_missing(difference):
        yield Violation(
            message=f"the database has no CHECK ({difference.left}) on {difference.table}",
            sql=difference.sql,
        )
    elif is_unknown_to_models(difference):
        yield Violation(
            message=f"{difference.table} has {_named(difference)} {difference.right} in the database, and in no model",
            suggestion="state it in the model, or drop it by a revision",
            sql=difference.sql,
        )
    else:
        yield Violation(
            message=f"the CHECK {difference.subject} of {difference.table} is {value(difference.left)} in the model, "
            f"{value(difference.right)} in the database",
            sql=difference.sql,
        )


_ACTIONS = {
    "ondelete": ("does on delete", True),
    "onupdate": ("does on update", True),
    "deferrable": ("is deferrable:", False),
    "initially": ("is checked", False),
    "match": ("matches", False),
}


def _named(difference: Difference) -> str:
    return "a CHECK" if difference.subject.startswith("CHECK (") else f"a CHECK {difference.subject}"
