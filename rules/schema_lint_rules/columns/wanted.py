"""COL023 to COL028: enums without use, names that ask for protection, and types that a project does without."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Policies, Shared, Violation, rule
from schema_lint.facts.database import PUBLIC
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.types import EnumType
from schema_lint.facts.unknown import known
from schema_lint_rules._names import qualified, quoted
from schema_lint_rules._statements import in_database
from schema_lint_rules.shapes import known_type, label, listed


@rule(
    "COL023", "native-enum", severity=INFO, on=False, strict=False, evidence="SMC", reference="models:Task.status",
    peers=("schemalint prefer-text-with-check-to-enum", "sqlcheck 2002"),
)  # fmt: skip
def native_enum(column: Column, table: Table, schema: Schema) -> Iterator[Violation]:
    """A fixed set of words is a text with a CHECK, not an enum type.

    Why: PostgreSQL can add a label to an enum, but neither remove nor reorder one; a CHECK is simply made anew.

    Bad:
        ```python
        import enum
        import uuid
        from sqlmodel import Field, SQLModel


        class Status(enum.Enum):
            todo = "todo"
            done = "done"


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: Status
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (CheckConstraint("status IN ('todo', 'done')", name="ck_task_status"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: str = Field(max_length=20)
        ```

    Exempt: enums that are no type of PostgreSQL's (`native_enum=False`); views.
    """
    kind = known_type(column)
    enum = schema.enum(kind.enum) if kind is not None else None
    if enum is not None and enum.native and not table.is_view:
        yield Violation(
            message=f"{label(column)} is of the enum type {known(enum.name)}",
            suggestion=f"make {label(column)} a text with a CHECK",
        )


@rule(
    "COL024", "empty-enum", severity=ERROR, evidence="SMC", reference="models:TaskStatus",
    peers=("pgdesigner E (empty enum)",),
)  # fmt: skip
def empty_enum(enum: EnumType, schema: Schema) -> Iterator[Violation]:
    """An enum that a column has the type of has labels.

    Why: no value fits such a column but NULL.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Enum
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: str = Field(sa_type=Enum(name="status"))
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Enum
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: str = Field(sa_type=Enum("todo", "done", name="status"))
        ```

    Bad:
        ```sql
        CREATE TYPE status AS ENUM ();
        CREATE TABLE tasks (id uuid PRIMARY KEY, status status NOT NULL);
        ```

    Good:
        ```sql
        CREATE TYPE status AS ENUM ('todo', 'done');
        CREATE TABLE tasks (id uuid PRIMARY KEY, status status NOT NULL);
        ```

    Exempt: enums that no column uses (COL025).
    """
    if known(enum.labels) or not _columns_of(enum, schema):
        return
    name = str(known(enum.name))
    yield Violation(
        message=f"the enum {name} has no labels, so that {listed(_columns_of(enum, schema))} can hold nothing",
        suggestion=f"add its labels: ALTER TYPE {quoted(name)} ADD VALUE …",
    )


def _columns_of(enum: EnumType, schema: Schema) -> list[str]:
    key = enum.key or str(enum.name)
    return [f"{column.table}.{column.name}" for column in schema.columns_of_enum(key)]


@rule(
    "COL025", "unused-enum", severity=INFO, evidence="C", reference="models:TaskStatus",
    peers=("pgdesigner (unused enum)",),
)  # fmt: skip
def unused_enum(enum: EnumType, schema: Schema, shared: Shared) -> Iterator[Violation]:
    """Some column has the type.

    Why: what nothing uses is mostly what a migration forgot: SQLAlchemy drops a column, but not its enum, and a later
    migration that creates the type of that name fails.

    Bad:
        ```sql
        CREATE TYPE priority AS ENUM ('low', 'high');
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL);
        ```

    Good:
        ```sql
        CREATE TYPE priority AS ENUM ('low', 'high');
        CREATE TABLE tasks (id uuid PRIMARY KEY, title text NOT NULL, priority priority NOT NULL);
        ```

    Exempt: what a function takes or returns, or a domain is made of; types of extensions; a database of which only some
    schemas were read.
    """
    if schema.partial or not isinstance(enum.name, str) or _columns_of(enum, schema):
        return
    schema.tables.complete()
    if enum.name in shared.of(_other_types):
        return
    name = qualified(enum.schema, enum.name)
    yield Violation(
        message=f"no column has the enum {enum.name}",
        suggestion="drop it, if nothing else needs it",
        sql=f"DROP TYPE {name};",
    )


def _other_types(schema: Schema, _: Policies) -> str:
    """What may be made of an enum in a way that is no enum's: a range, a composite, a domain, what a function takes."""
    texts = {f"{function.arguments} {function.returns}": None for function in schema.functions}
    texts.update((domain.type, None) for domain in schema.domains)
    columns = (column for table in schema.tables.known for column in table.columns.known)
    texts.update((kind.sql, None) for column in columns if (kind := known_type(column)) is not None)
    return "\0".join(texts)


_SECRETS = frozenset({
    "password", "passwd", "passphrase", "pwd", "user_password", "plain_password", "password_plain", "secret_answer",
    "ssn", "social_security_number", "credit_card", "credit_card_number", "card_number", "cvv", "cvc", "iban",
    "passport_number", "driver_license", "drivers_license_number", "tax_id", "national_id", "bank_account_number",
    "private_key",
})  # fmt: skip


def _plain(name: str) -> str:
    return name.lower().replace("-", "_")


def _tells_a_secret(name: str, _: Policies) -> bool:
    return _plain(name) in _SECRETS


@rule(
    "COL026", "sensitive-column", severity=INFO, evidence="SMC", reference="models:User.email", security_severity=5.0,
    peers=("splinter 0023 sensitive_columns_exposed", "sqlcheck 4001"),
    names=_tells_a_secret,
)  # fmt: skip
def sensitive_column(column: Column, table: Table, schema: Schema) -> Iterator[Violation]:
    """A secret is not stored as plain text.

    Why: whoever reads one backup has them all. A password is stored as a hash, and named so; a card or passport number
    is encrypted by the application, or kept by somebody who is allowed to.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            password: str = Field(max_length=200)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class User(SQLModel, table=True):
            __tablename__ = "users"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            password_hash: str = Field(max_length=200)
        ```

    Exempt: all other names (`hashed_password`, `password_hash` …); types other than texts, and those of the project's
    own, which may encrypt; a comment, which may say that it is a hash; views.

    Limits: an error where a database lets every role read the column, without row-level security.
    """
    kind = known_type(column)
    if kind is None or kind.name not in ("varchar", "text", "char") or kind.decorated or table.is_view:
        return
    name = _plain(column.name)
    exposed = _is_public(column, table, schema)
    described = bool(column.explanation) or (in_database(table) and isinstance(column.comment, str))
    if described and not exposed:
        return
    yield Violation(
        message=f"{label(column)} seems to hold a secret as plain text"
        + (", which every role may read" if exposed else ""),
        suggestion=f"store a hash, and name it {name}_hash" if "pass" in name or name == "pwd" else "encrypt it",
        severity=ERROR if exposed else None,
    )


def _is_public(column: Column, table: Table, schema: Schema) -> bool:
    if table.storage is None or table.storage.row_security:
        return False
    return any(
        grant.grantee == PUBLIC and "SELECT" in grant.privileges and grant.column in (None, column.name)
        for grant in schema.grants
        if grant.kind in ("table", "column") and (grant.schema, grant.object) == (table.schema, table.name)
    )


@rule(
    "COL027", "unwanted-type", severity=WARNING, on=False, evidence="SMC", reference="models:Task.title",
    peers=("bytebase COLUMN_TYPE_DISALLOW_LIST",),
)  # fmt: skip
def unwanted_type(column: Column, table: Table, *, types: tuple[str, ...] = ()) -> Iterator[Violation]:
    """No column has a type that the project does without.

    Why: what a team has decided once, nobody has to find in each review.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            weight: float
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.COL027]
        types = ["double precision"]
        ```

    Good:
        ```python
        import uuid
        from decimal import Decimal
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            weight: Decimal
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.COL027]
        types = ["double precision"]
        ```

    Exempt: everything, unless the option names types; views.

    Options:
        types: names of types, as PostgreSQL prints them without a length (`double precision`, `hstore`).
    """
    kind = known_type(column)
    if kind is not None and kind.name in types and not table.is_view:
        yield Violation(
            message=f"{label(column)} is {kind.sql}, which this project does without",
            suggestion=f"give {label(column)} another type",
        )


_ALIGNED = {
    "bigint": (8, 8), "double precision": (8, 8), "timestamp with time zone": (8, 8), "money": (8, 8),
    "timestamp without time zone": (8, 8), "integer": (4, 4), "real": (4, 4), "date": (4, 4), "enum": (4, 4),
    "oid": (4, 4), "smallint": (2, 2), "boolean": (1, 1), "uuid": (16, 1),
}  # fmt: skip
"""Size and alignment in bytes of types of fixed size (`pg_type.typlen` and `typalign`)."""


@rule(
    "COL028", "padded-rows", severity=INFO, on=False, strict=False, evidence="C", reference="models:Task",
    peers=("atlas PG110", "postgres_dba p1"),
)  # fmt: skip
def padded_rows(table: Table, *, megabytes: int = 100) -> Iterator[Violation]:
    """The columns of a large table stand in an order that wastes little.

    Why: PostgreSQL begins a bigint at a multiple of eight bytes and fills the gap before it; in a table of many rows
    the gaps are worth more than a pleasing order (PostgreSQL documentation, 65.6 Database Page Layout).

    Bad:
        ```sql
        CREATE TABLE readings (
          a boolean NOT NULL, b bigint NOT NULL, c boolean NOT NULL, d bigint NOT NULL, e boolean NOT NULL,
          f bigint NOT NULL
        );
        INSERT INTO readings SELECT true, 1, true, 1, true, 1;
        ANALYZE readings;
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.COL028]
        megabytes = 0
        ```

    Good:
        ```sql
        CREATE TABLE readings (
          b bigint NOT NULL, d bigint NOT NULL, f bigint NOT NULL, a boolean NOT NULL, c boolean NOT NULL,
          e boolean NOT NULL
        );
        INSERT INTO readings SELECT 1, 1, 1, true, true, true;
        ANALYZE readings;
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.rules.COL028]
        megabytes = 0
        ```

    Exempt: tables that waste less than eight bytes a row, or less than 100 MB in all; those that were never analysed;
    columns behind the first one of variable size, whose place differs from row to row.

    Options:
        megabytes: what a table must waste to be reported.
    """
    rows = table.storage.rows if table.storage is not None else None
    if table.is_view or not rows:
        return
    fixed = []
    for column in table.columns.known:
        kind = known_type(column)
        if kind is None or kind.name not in _ALIGNED:
            break
        fixed.append(_ALIGNED[kind.name])
    wasted = _padding(fixed) - _padding(sorted(fixed, key=lambda size: -size[1]))
    if wasted < 8 or wasted * rows < megabytes * 2**20:
        return
    yield Violation(
        message=f"the order of its columns wastes {wasted} bytes in each of {table.key}'s {rows:,} rows",
        suggestion="where the table is made anew anyhow, begin with the columns of eight bytes, then four, two and one",
    )


def _padding(sizes: list[tuple[int, int]]) -> int:
    at = gaps = 0
    for size, alignment in sizes:
        gap = -at % alignment
        gaps += gap
        at += gap + size
    return gaps
