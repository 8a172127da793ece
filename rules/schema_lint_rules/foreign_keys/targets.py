"""FK002, FK003, FK009, FK010: what a foreign key references."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, WARNING, Severity, Violation, rule
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import columns_of, declaring_class, short, words
from schema_lint_rules._statements import change_type, drop_constraint
from schema_lint_rules._tables import external_columns, reference, resolve
from schema_lint_rules._types import TEXTS, below_domain, compare, declared_type, is_listed
from schema_lint_rules.shapes import label, listed

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.project import Project, Schema
    from schema_lint.facts.schema import Column, ForeignKey, Table
    from schema_lint.facts.types import ColumnType


@rule(
    "FK002",
    "foreign-key-type-mismatch",
    severity=ERROR,
    evidence="SMCGR",
    reference="models:Task.owner_id",
    minimal=True,
    peers=(
        "pglinter", "pg-index-health foreign_keys_with_unmatched_column_type",
        "SchemaCrawler LinterForeignKeyMismatch", "dblinter", "db_verifier fk1001", "pgdesigner W001",
        "active_record_doctor mismatched_foreign_key_type", "database_consistency ForeignKeyType", "pgAssistant",
    ),
)  # fmt: skip
def foreign_key_type_mismatch(fk: ForeignKey, table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """A foreign key's column has the type of the column it references.

    Why: between types of different families (uuid and text, integer and text) PostgreSQL refuses the constraint;
    between an integer and a bigint it accepts it, until a key no longer fits (PostgreSQL documentation, CREATE TABLE,
    REFERENCES).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: str = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Bad:
        ```sql
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE tasks (
          id bigint PRIMARY KEY,
          owner_id integer NOT NULL REFERENCES users (id) ON DELETE RESTRICT
        );
        ```

    Good:
        ```sql
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE tasks (
          id bigint PRIMARY KEY,
          owner_id bigint NOT NULL REFERENCES users (id) ON DELETE RESTRICT
        );
        ```

    Exempt:
        - `varchar` without a length and `text`, which are the same to PostgreSQL; a domain and the type that it is of
        - a column without a type of its own (`Column(ForeignKey(...))`): SQLAlchemy gives it the referenced one's
        - shorter text in a composite key whose values a CHECK or an enum lists: each kind of row has a table of its own
        - at `warning`: a wider number, a shorter text, `char` beside `varchar`, two collations; at `info`: longer text
    """
    for name, target_name in zip(fk.columns, fk.target_columns, strict=False):
        column = table.column(name)
        expected = _target_type(fk, target_name, schema, policies)
        if column is None or expected is None:
            continue
        own = below_domain(known(column.type), schema)
        difference = compare(own, expected, schema) or _collations(column, fk, target_name, schema)
        if difference is None or (len(fk.columns) > 1 and own.name in TEXTS and is_listed(column, table)):
            continue
        severity, reason = difference
        yield Violation(
            message=f"{fk.table}.{name} is {own.sql} and references {fk.target_table}.{target_name}, "
            f"which is {expected.sql}: {reason}",
            suggestion=f"give {label(column)} the type {expected.sql}",
            severity=severity,
            place=column.place,
            sql=change_type(column, table, expected.sql.lower()),
        )


def _target_type(fk: ForeignKey, name: str, schema: Schema, policies: Policies) -> ColumnType | None:
    external = external_columns(fk.target_table, policies)
    if external is not None:
        return declared_type(external[name]) if name in external else None
    target = resolve(fk.target_table, schema)
    column = target.column(name) if target is not None else None
    return below_domain(known(column.type), schema) if column is not None else None


def _collations(column: Column, fk: ForeignKey, target_name: str, schema: Schema) -> tuple[Severity, str] | None:
    """What comes of texts that are compared by two collations; only a database knows them."""
    target = resolve(fk.target_table, schema)
    other = target.column(target_name) if target is not None else None
    if other is None or other.collation == column.collation:
        return None
    names = [collation or "the default" for collation in (column.collation, other.collation)]
    return WARNING, f"{names[0]} and {names[1]} are two collations, which may not agree on what is equal"


@rule(
    "FK003",
    "foreign-key-target-missing",
    severity=ERROR,
    evidence="SMG",
    reference="models:Task.owner_id",
    minimal=True,
    peers=(
        "Django fields.E300", "Django fields.E307", "Django fields.E312", "pylint-django",
        "pgdesigner E (dangling reference)", "active_record_doctor undefined_table_references",
        "squawk require-table-schema",
    ),
)  # fmt: skip
def foreign_key_target_missing(
    fk: ForeignKey, schema: Schema, project: Project, policies: Policies
) -> Iterator[Violation]:
    """A foreign key names a table and a column that exist.

    Why: the name is looked up when the tables are created, or at the first query that needs the mappers, and raises
    `NoReferencedTableError` or `NoReferencedColumnError` there: importing the model shows nothing (SQLAlchemy, Metadata
    / Defining Foreign Keys).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="User.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, Relationship, SQLModel

        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            tasks: list["Task"] = Relationship(back_populates="owner")

        class Task(SQLModel, table=True):
            __tablename__ = "tasks"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="users.id", ondelete="RESTRICT", index=True)
            owner: User = Relationship(back_populates="tasks")
        ```

    Exempt:
        - tables of the policy `external-tables`: they exist by declaration
        - everything, where the set of tables or of the target's columns may be incomplete
        - a table that another `MetaData` of the project has: a column object may point across

    Foreign keys to the same missing table are one finding, at the first of them.
    """
    if external_columns(fk.target_table, policies) is not None:
        return
    target = resolve(fk.target_table, schema)
    if target is not None:
        missing = [name for name in fk.target_columns if target.column(name) is None]
        if missing and target.columns.complete():
            yield _missing_column(fk, missing[0], target)
        return
    schema.tables.complete()
    if any(other.table(fk.target_table) for other in project.schemas if other is not schema):
        return
    same = [key for key in schema.foreign_keys_to(fk.target_table) if not _is_set_aside(key, project)]
    if same and same[0] is fk:
        yield _missing_table(fk, same, schema)


def _missing_column(fk: ForeignKey, name: str, target: Table) -> Violation:
    from difflib import get_close_matches

    by_attribute = next((c.name for c in target.columns if c.attribute == name), None)
    by_words = next((c.name for c in target.columns if words(c.name) == words(name)), None)
    names = [column.name for column in target.columns]
    nearest = by_attribute or by_words or next(iter(get_close_matches(name, names, 1)), None)
    why = f": {name} is the attribute, {nearest} the column" if by_attribute else ""
    return Violation(
        message=f"{columns_of(fk.table, fk.columns)} references {fk.target}, "
        f"but the table {target.key} has no column {name}{why}",
        suggestion=f'reference "{target.key}.{nearest}" in {columns_of(fk.table, fk.columns)}' if nearest else None,
    )


def _missing_table(fk: ForeignKey, same: list[ForeignKey], schema: Schema) -> Violation:
    nearest, why = _nearest_table(fk.target_table, schema)
    columns = listed((columns_of(key.table, key.columns) for key in same), 2)
    verb = "references" if len(same) == 1 else "reference"
    message = f"{columns} {verb} {fk.target}, but there is no table {fk.target_table}"
    if nearest is not None:
        column = fk.target_columns[0] if len(fk.target_columns) == 1 else f"({', '.join(fk.target_columns)})"
        message += f": {why}"
        suggestion = f'reference "{nearest}.{column}" in {columns}'
    else:
        declaration = ", ".join(f'{name} = "TYPE"' for name in fk.target_columns)
        suggestion = (
            f"define the table {fk.target_table}, or, if something else makes it, declare it in the policy "
            f"external-tables: {fk.target_table} = {{{declaration}}}"
        )
    return Violation(
        message=message,
        suggestion=suggestion,
        subjects=tuple(_subject(key, schema) for key in same[1:]),
        related=tuple(key.place for key in same[1:] if isinstance(key.place, SourcePlace)),
    )


def _is_set_aside(fk: ForeignKey, project: Project) -> bool:
    return isinstance(fk.place, SourcePlace) and fk.place.path in project.set_aside


def _subject(fk: ForeignKey, schema: Schema) -> Subject:
    table = schema.table(fk.table)
    name = table.name if table is not None else fk.table
    return Subject(
        kind="foreign-key", schema=table.schema if table is not None else None, table=name, columns=fk.columns
    )


def _nearest_table(wanted: str, schema: Schema) -> tuple[str | None, str]:
    """The table that was probably meant, and why its name is another; (`None`, "") where none is near."""
    from difflib import get_close_matches

    for model in schema.models:
        if model.table is not None and short(model.key) == wanted.rpartition(".")[2]:
            return model.table, f"{wanted} is a class, and its table is {model.table}"
    by_spelling = {table.key.lower(): table.key for table in schema.tables}
    if wanted.lower() in by_spelling:
        key = by_spelling[wanted.lower()]
        return key, f"the table is spelt {key}"
    bare = wanted.rpartition(".")[2]
    homonyms = [table.key for table in schema.tables if table.name.lower() == bare.lower()]
    if len(homonyms) == 1:
        return homonyms[0], f"the table is {homonyms[0]}, in {_schema_of(homonyms[0])}"
    near = get_close_matches(wanted.lower(), by_spelling, 1, 0.75)
    return (by_spelling[near[0]], f"the nearest is {by_spelling[near[0]]}") if near else (None, "")


def _schema_of(key: str) -> str:
    name = key.rpartition(".")[0]
    return f"the schema {name}" if name else "the default schema"


@rule(
    "FK009",
    "foreign-key-to-non-unique",
    severity=ERROR,
    evidence="SMG",
    reference="models:User.id",
    minimal=True,
    peers=("Django fields.E310", "Django fields.E311", "pgdesigner W016", "splinter 0021 fkey_to_auth_unique"),
)
def foreign_key_to_non_unique(fk: ForeignKey, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """The columns that a foreign key references are a primary key or unique.

    Why: PostgreSQL refuses the constraint otherwise: "there is no unique constraint matching given keys" (PostgreSQL
    documentation, 5.5.5 Foreign Keys).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            code: str = Field(max_length=20)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_code: str = Field(max_length=20, foreign_key="user.code", ondelete="RESTRICT", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            code: str = Field(max_length=20, unique=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_code: str = Field(max_length=20, foreign_key="user.code", ondelete="RESTRICT", index=True)
        ```

    Exempt:
        - tables that someone else makes, and targets that do not exist (FK003)
        - a unique index over exactly these columns; a partial one does not count, nor one over more columns
    """
    target = resolve(fk.target_table, schema)
    if target is None or target.is_view or external_columns(fk.target_table, policies) is not None:
        return
    if any(target.column(name) is None for name in fk.target_columns) or _is_unique(fk, target, schema):
        return
    yield Violation(
        message=f"{columns_of(fk.table, fk.columns)} references {fk.target}, which is neither a primary key nor unique",
        suggestion=_make_unique(fk, target, schema),
    )


def _is_unique(fk: ForeignKey, target: Table, schema: Schema) -> bool:
    wanted = frozenset(fk.target_columns)
    if wanted in schema.referable_sets(target):
        return True
    for index in target.indexes.known:
        if frozenset(index.columns) == wanted and index.predicate is None and known(index.unique):
            return True
    target.columns.complete()
    target.unique_constraints.complete()
    target.indexes.complete()
    return False


def _make_unique(fk: ForeignKey, target: Table, schema: Schema) -> str:
    key = target.primary_key.columns
    column = target.column(fk.target_columns[0])
    if len(fk.target_columns) == 1 and column is not None:
        instead = f", or reference its primary key {target.key}.{key[0]}" if len(key) == 1 else ""
        return f"add unique=True to {label(column)}{instead}"
    names = ", ".join(f'"{name}"' for name in fk.target_columns)
    where = "the __table_args__ of " if target.form == "declarative" else ""
    return f"add UniqueConstraint({names}) to {where}{declaring_class(target)}"


@rule(
    "FK010",
    "duplicate-foreign-key",
    severity=WARNING,
    evidence="SMC",
    reference="models:Task.owner_id",
    peers=(
        "pg-index-health duplicated_foreign_keys", "tbls duplicateRelations", "db_verifier fk1010", "pgdesigner W018",
    ),
)  # fmt: skip
def duplicate_foreign_key(fk: ForeignKey, table: Table) -> Iterator[Violation]:
    """A reference is constrained once.

    Why: each copy is checked again for every row written, and where their delete actions differ, what a delete does
    depends on which constraint comes first.

    Bad:
        ```python
        import uuid
        from sqlalchemy import ForeignKeyConstraint
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            __table_args__ = (ForeignKeyConstraint(["owner_id"], ["user.id"], ondelete="RESTRICT"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="RESTRICT", index=True)
        ```

    Exempt: foreign keys that share some columns, or that lead from other columns to the same ones (`created_by` and
    `updated_by`).
    """
    pairs = _pairs(fk)
    for earlier in table.foreign_keys.known:
        if earlier is fk:
            return
        if _pairs(earlier) != pairs:
            continue
        stated = [_action(earlier), _action(fk)]
        differ = None not in stated and stated[0] != stated[1]
        actions = f", with ON DELETE {stated[0]} and ON DELETE {stated[1]}" if differ else ""
        yield Violation(
            message=f"{reference(fk)} is constrained twice{actions}",
            suggestion="remove one of the two foreign keys",
            severity=ERROR if differ else None,
            sql=drop_constraint(table, fk.name),
            related=tuple(p for p in (earlier.place,) if isinstance(p, SourcePlace)),
        )
        return


def _pairs(fk: ForeignKey) -> tuple[str, frozenset[tuple[str, str]]]:
    return fk.target_table, frozenset(zip(fk.columns, fk.target_columns, strict=False))


def _action(fk: ForeignKey) -> str | None:
    return None if isinstance(fk.ondelete, Unknown) else fk.ondelete or "NO ACTION"
