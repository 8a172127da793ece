"""KEY009, KEY011 to KEY015: what primary keys are made of, and what they serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.schema import Default
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import singular_name
from schema_lint_rules._statements import alter
from schema_lint_rules._tables import is_lookup, links_rows
from schema_lint_rules.shapes import known_type, label, listed

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Column, PrimaryKey, Table

_SURROGATES = frozenset({"smallint", "integer", "bigint", "uuid"})


@rule(
    "KEY009", "table-without-replica-identity", severity=INFO, evidence="C", reference="models:Task.id",
    peers=("pgcrab table-without-replica-identity", "db_verifier no1002"),
)  # fmt: skip
def table_without_replica_identity(table: Table, schema: Schema) -> Iterator[Violation]:
    """A subscriber can tell which row was changed.

    Why: logical replication names a row by the table's replica identity, the primary key unless told otherwise. In a
    published table that has none, every UPDATE and DELETE fails (PostgreSQL documentation, 29.1.1 Replica Identity).

    Bad:
        ```sql
        CREATE TABLE events (at timestamptz NOT NULL, what text NOT NULL);
        ```

    Good:
        ```sql
        CREATE TABLE events (at timestamptz NOT NULL, what text NOT NULL);
        ALTER TABLE events REPLICA IDENTITY FULL;
        ```

    Exempt: REPLICA IDENTITY FULL, and USING INDEX with an index that is there; views and foreign tables.

    Limits: a warning where a publication sends the table's changes, or `wal_level` is `logical`.
    """
    storage = table.storage
    if storage is None or table.is_view or storage.kind not in ("table", "partitioned table"):
        return
    if storage.replica_identity == "full" or (storage.replica_identity == "default" and table.primary_key.columns):
        return
    if storage.replica_identity == "index" and any(
        index.storage is not None and index.storage.replica_identity and index.valid for index in table.indexes.known
    ):
        return
    if storage.replica_identity == "index" and (table.primary_key.columns or table.unique_constraints.known):
        # It may be the index of a constraint, which is no fact of its own.
        return
    logical = schema.server is not None and schema.server.settings.get("wal_level") == "logical"
    yield Violation(
        message=f"{table.key} has nothing by which a subscriber tells its rows apart",
        suggestion=f"give {table.key} a primary key, or REPLICA IDENTITY FULL",
        severity=WARNING if storage.published or logical else None,
        sql=alter(table, "REPLICA IDENTITY FULL"),
    )


@rule(
    "KEY011", "natural-primary-key", severity=INFO, on=False, strict=False, evidence="SMC", reference="models:Task.id",
    peers=("pg-index-health primary_keys_that_most_likely_natural_keys", "pgdesigner I012"),
)  # fmt: skip
def natural_primary_key(primary_key: PrimaryKey, table: Table, policies: Policies) -> Iterator[Violation]:
    """A primary key means nothing but the row.

    Why: what means something changes, and a key that changes is changed in every row that references it.

    Bad:
        ```python
        from sqlmodel import Field, SQLModel

        class Account(SQLModel, table=True):
            email: str = Field(max_length=320, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Account(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            email: str = Field(max_length=320, unique=True)
        ```

    Exempt: integers and UUIDs; foreign keys; codes of two or three letters; tables of the policy `lookup-tables`; a
    date or time in the key of a partitioned table.
    """
    if table.is_view or is_lookup(table, policies):
        return
    partitioned = table.storage is not None and table.storage.kind == "partitioned table"
    for name in primary_key.columns:
        column = table.column(name)
        kind = known_type(column) if column is not None else None
        if kind is None or kind.name in _SURROGATES or name in table.foreign_key_columns:
            continue
        if kind.length is not None and kind.length <= 3:
            continue
        if partitioned and (kind.name == "date" or kind.name.startswith("timestamp")):
            continue
        yield Violation(
            message=f"the primary key of {table.key} holds {name}, which means something ({kind.sql})",
            suggestion=f"give {table.key} a key that means nothing, and make ({', '.join(primary_key.columns)}) unique",
        )
        return


@rule(
    "KEY012", "wide-primary-key", severity=WARNING, evidence="SMC", reference="models:Task.id",
    peers=("pglinter B012", "SchemaCrawler LinterTableWithNoSurrogatePrimaryKey"),
)  # fmt: skip
def wide_primary_key(
    primary_key: PrimaryKey, table: Table, schema: Schema, policies: Policies, *, most: int = 4
) -> Iterator[Violation]:
    """A primary key has four columns at most.

    Why: every foreign key to the table repeats all of them, in its columns and in its index, and every join compares
    them.

    Bad:
        ```python
        from sqlmodel import Field, SQLModel

        class Measurement(SQLModel, table=True):
            site: str = Field(max_length=20, primary_key=True)
            building: str = Field(max_length=20, primary_key=True)
            floor: str = Field(max_length=20, primary_key=True)
            room: str = Field(max_length=20, primary_key=True)
            sensor: str = Field(max_length=20, primary_key=True)
            value: int
        ```

    Good:
        ```python
        from sqlalchemy import UniqueConstraint
        from sqlmodel import Field, SQLModel

        class Measurement(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("building", "floor", "room", "sensor", name="uq_measurement_place"),)
            site: str = Field(max_length=20, primary_key=True)
            building: str = Field(max_length=20)
            floor: str = Field(max_length=20)
            room: str = Field(max_length=20)
            sensor: str = Field(max_length=20)
            value: int
        ```

    Exempt: junction tables; keys all but one of whose columns are foreign keys; views.

    Options:
        most: how many columns a key may have.
    """
    columns = primary_key.columns
    if len(columns) <= most or table.is_view or links_rows(table, schema, policies):
        return
    if len(set(columns) - table.foreign_key_columns) <= 1:
        return
    table.foreign_keys.complete()
    yield Violation(
        message=f"the primary key of {table.key} has {len(columns)} columns: {listed(columns, len(columns))}",
        suggestion="give the table a key of one column, and make these unique",
    )


@rule(
    "KEY013", "primary-key-not-first", severity=INFO, on=False, strict=False, evidence="SMC",
    reference="models:Task.id",
    peers=("pg-index-health tables_where_primary_key_columns_not_first",
           "SchemaCrawler LinterTableWithPrimaryKeyNotFirst"),
)  # fmt: skip
def primary_key_not_first(primary_key: PrimaryKey, table: Table) -> Iterator[Violation]:
    """A table begins with its primary key.

    Why: people look for the key at the left.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            title: str = Field(max_length=200)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```

    Exempt: tables without a primary key, or whose columns are not all known; views.
    """
    if not primary_key.columns or table.is_view:
        return
    first = table.columns.complete()[0]
    if first.name not in primary_key.columns:
        yield Violation(
            message=f"{table.key} begins with {first.name}, not with its primary key",
            suggestion=f"declare {listed(primary_key.columns)} first",
        )


@rule(
    "KEY014", "random-uuid-key", severity=INFO, on=False, strict=False, evidence="SMC", reference="models:Task.id",
    peers=("PostgreSQL documentation 9.14",),
)  # fmt: skip
def random_uuid_key(column: Column, table: Table) -> Iterator[Violation]:
    """A UUID key grows with time.

    Why: random keys are entered all over the index, so that a large table's inserts read and write pages that nobody
    else needs; a version 7 UUID begins with the time (RFC 9562), and PostgreSQL 18 makes it by `uuidv7()`.

    Bad:
        ```python
        import uuid
        from sqlalchemy import func
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID | None = Field(
                default=None, primary_key=True, sa_column_kwargs={"server_default": func.gen_random_uuid()}
            )
        ```

    Good:
        ```python
        import secrets
        import time
        import uuid
        from sqlmodel import Field, SQLModel

        def uuid7() -> uuid.UUID:
            milliseconds, random = time.time_ns() // 1_000_000, secrets.randbits(62)
            return uuid.UUID(int=milliseconds << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | random)

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid7, primary_key=True)
        ```

    Exempt: other columns; a version 7 UUID, by whichever function.
    """
    if known(column.primary_key) is not True or table.is_view:
        return
    for default in (column.server_default, column.default):
        if isinstance(default, Default) and not isinstance(default.value, Unknown):
            made = (default.function or default.value).lower()
            if "gen_random_uuid" in made or "uuid_generate_v4" in made or made == "uuid.uuid4":
                yield Violation(
                    message=f"{label(column)} is a random UUID",
                    suggestion="make a version 7 UUID: uuidv7() from PostgreSQL 18 on, uuid.uuid7 from Python 3.14 on",
                )
                return


@rule(
    "KEY015", "primary-key-name", severity=INFO, on=False, strict=False, evidence="SMC", reference="models:Task.id",
    peers=("pgdesigner I017", "sqlcheck 1004"),
)  # fmt: skip
def primary_key_name(
    primary_key: PrimaryKey, table: Table, *, names: tuple[str, ...] = ("id", "{table}_id")
) -> Iterator[Violation]:
    """Primary keys are named alike.

    Why: who writes a join need not look the name up.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            number: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt: keys of several columns, and those that are foreign keys; views.

    Options:
        names: the names that a key may have; `{table}` stands for the table's name in the singular.
    """
    if len(primary_key.columns) != 1 or table.is_view or primary_key.columns[0] in table.foreign_key_columns:
        return
    table.foreign_keys.complete()
    allowed = {name.replace("{table}", singular_name(table.name)) for name in names}
    if primary_key.columns[0] not in allowed:
        yield Violation(
            message=f"the primary key of {table.key} is named {primary_key.columns[0]}",
            suggestion=f"name it {' or '.join(sorted(allowed))}",
        )
