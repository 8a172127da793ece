"""COL015 to COL021: types that PostgreSQL keeps, but nobody should choose."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import INFO, WARNING, Policies, Violation, rule
from schema_lint.checking.subjects import is_bookkeeping
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import quoted
from schema_lint_rules._statements import change_type, in_database
from schema_lint_rules.primary_keys.texts import holds_uuid_as_text
from schema_lint_rules.shapes import known_type, label, listed


@rule(
    "COL015", "padded-char", severity=WARNING, evidence="SMC", reference="models:Task.title", postgresql_only=True,
    peers=("pg-index-health columns_with_char_type", "squawk ban-char-field", "pgdesigner I001",
           "pg-migration-lint PGM103"),
    types=("char",),
)  # fmt: skip
def padded_char(column: Column, table: Table) -> Iterator[Violation]:
    """Text is `text` or `varchar`, not `char(n)`.

    Why: `char(n)` is filled up with blanks, which are stored, come back, and count in LIKE but not in a comparison. It
    is no faster than `varchar` (PostgreSQL wiki, "Don't Do This").

    Bad:
        ```python
        import uuid
        from sqlalchemy import CHAR
        from sqlalchemy.dialects.postgresql import INET
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            address: str = Field(sa_type=INET)
            code: str = Field(sa_type=CHAR(20))
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import String
        from sqlalchemy.dialects.postgresql import INET
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            address: str = Field(sa_type=INET)
            code: str = Field(sa_type=String(20))
        ```

    Exempt: a single character; UUIDs (KEY004); PostgreSQL's own type "char"; types of the project's own; views;
    projects that support other databases.

    Limits: an info for two and three characters, which codes of countries and currencies have.
    """
    kind = known(column.type)
    if kind.length is None or kind.length < 2 or table.is_view:
        return
    if kind.decorated or kind.enum is not None or holds_uuid_as_text(column, table):
        return
    wanted = f"varchar({kind.length})"
    yield Violation(
        message=f"{label(column)} is {kind.sql}, which is filled up with blanks",
        suggestion=f"give {label(column)} the type {wanted if in_database(table) else f'String({kind.length})'}",
        severity=INFO if kind.length <= 3 else None,
        sql=change_type(column, table, wanted),
    )


@rule(
    "COL016", "limited-varchar", severity=INFO, on=False, strict=False, evidence="SMC", reference="models:Task.title",
    peers=("pg-index-health columns_with_fixed_length_varchar", "schemalint prefer-text-to-varchar"),
    types=("varchar",),
)  # fmt: skip
def limited_varchar(column: Column, table: Table) -> Iterator[Violation]:
    """Text has the type `text`.

    Why: a longer limit needs a migration; a CHECK can be changed without one's type, and most limits were guessed.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(sa_type=Text)
        ```

    Exempt: varchar without a length, which is the same as text; enums; views.
    """
    kind = known(column.type)
    if kind.length is None or kind.enum is not None or kind.decorated:
        return
    if not table.is_view:
        yield Violation(
            message=f"{label(column)} is {kind.sql}",
            suggestion=f"give {label(column)} the type text, with a CHECK if its length matters",
            sql=change_type(column, table, "text"),
        )


@rule(
    "COL017", "time-with-zone", severity=WARNING, evidence="SMC", reference="models:Task.due_at",
    peers=("pg-index-health columns_with_timestamp_or_timetz_type", "pgdesigner I006"),
    types=("time with time zone",),
)  # fmt: skip
def time_with_zone(column: Column, table: Table) -> Iterator[Violation]:
    """A time of day has no time zone.

    Why: what a zone is depends on the day, which `timetz` does not have: it keeps an offset that is wrong for half of
    the year (PostgreSQL documentation, 8.5 Date/Time Types: "we do not recommend using the type time with time zone").

    Bad:
        ```python
        import uuid
        from datetime import time
        from sqlalchemy import Time
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            reminder: time = Field(sa_type=Time(timezone=True))
        ```

    Good:
        ```python
        import uuid
        from datetime import time
        from sqlalchemy import Time
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            reminder: time = Field(sa_type=Time)
        ```

    Exempt: types of the project's own; views.
    """
    if not known(column.type).decorated and not table.is_view:
        yield Violation(
            message=f"{label(column)} is a time of day with an offset that no day belongs to",
            suggestion=f"store a moment (timestamp with time zone), or name the zone beside {label(column)}",
        )


@rule(
    "COL018", "money-type", severity=WARNING, evidence="SMC", reference="models:Task.priority",
    peers=("pg-index-health columns_with_money_type", "pgdesigner I003", "pg-migration-lint PGM104"),
    types=("money",),
)  # fmt: skip
def money_type(column: Column, table: Table) -> Iterator[Violation]:
    """Money is numeric, not `money`.

    Why: the type `money` keeps no currency and no more digits than the server's `lc_monetary` has: a dump restored
    elsewhere reads as another amount (PostgreSQL wiki, "Don't Do This").

    Bad:
        ```python
        import uuid
        from decimal import Decimal
        from sqlalchemy.dialects.postgresql import MONEY
        from sqlmodel import Field, SQLModel


        class Order(SQLModel, table=True):
            __tablename__ = "orders"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            total: Decimal = Field(sa_type=MONEY)
        ```

    Good:
        ```python
        import uuid
        from decimal import Decimal
        from sqlmodel import Field, SQLModel


        class Order(SQLModel, table=True):
            __tablename__ = "orders"
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            total: Decimal = Field(max_digits=12, decimal_places=2)
        ```

    Exempt: types of the project's own; views.
    """
    if not known(column.type).decorated and not table.is_view:
        yield Violation(
            message=f"{label(column)} is money, which knows neither its currency nor its digits",
            suggestion=f"make {label(column)} numeric, with the currency beside it",
            sql=change_type(column, table, "numeric", f"{quoted(column.name)}::numeric"),
        )


@rule(
    "COL019", "serial-column", severity=INFO, evidence="C", reference="models:Task.id",
    peers=("pg-index-health columns_with_serial_types", "schemalint prefer-identity-to-serial"),
)  # fmt: skip
def serial_column(column: Column, table: Table) -> Iterator[Violation]:
    """A column besides the primary key is numbered by the database only where it is meant to be.

    Why: `serial` fills the column when nobody does: a foreign key that was declared `serial` by mistake then names row
    1, 2, 3 … of the other table.

    Bad:
        ```sql
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE tasks (id bigint PRIMARY KEY, owner_id bigserial REFERENCES users (id));
        ```

    Good:
        ```sql
        CREATE TABLE users (id bigint PRIMARY KEY);
        CREATE TABLE tasks (id bigint PRIMARY KEY, owner_id bigint NOT NULL REFERENCES users (id));
        ```

    Exempt: a primary key of one column (KEY010), unless it is a foreign key; identity columns.
    """
    default = column.server_default
    if isinstance(default, Unknown) or default is None or default.kind != "sequence":
        return
    referencing = any(column.name in fk.columns for fk in table.foreign_keys.known)
    if table.primary_key.columns == (column.name,) and not referencing:
        return
    yield Violation(
        message=f"{label(column)} is serial"
        + (", though it is a foreign key" if referencing else ", though it is not the primary key"),
        suggestion="drop the default and its sequence"
        if referencing
        else "make it an identity column, if the database is to number it",
        severity=WARNING if referencing else None,
    )


@rule(
    "COL020", "large-object", severity=WARNING, evidence="SMC", reference="models:Profile.biography",
    peers=("pg-index-health columns_with_blob_type", "SchemaCrawler LinterTooManyLobs"),
    types=("oid", "lo"),
)  # fmt: skip
def large_object(column: Column, table: Table) -> Iterator[Violation]:
    """Binary data is `bytea`, not a large object.

    Why: a large object lives in a table of the system's and is only numbered here: deleting the row leaves it behind,
    with rights of its own, and logical replication does not copy it (PostgreSQL documentation, 35 Large Objects).

    Bad:
        ```python
        import uuid
        from sqlalchemy.dialects.postgresql import OID
        from sqlmodel import Field, SQLModel


        class Upload(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            content: int = Field(sa_type=OID)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Upload(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            content: bytes
        ```

    Exempt: names that end in `oid`, which number an object of the catalogue; views.
    """
    if table.is_view or column.name.lower().endswith("oid"):
        return
    yield Violation(
        message=f"{label(column)} is the number of a large object",
        suggestion=f"make {label(column)} bytea, or keep files elsewhere",
    )


_REGISTERED = frozenset({
    "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper", "regoperator", "regproc", "regprocedure",
})  # fmt: skip


@rule(
    "COL021", "catalog-reference", severity=WARNING, evidence="SMC", reference="models:Task.title",
    peers=("splinter 0018 unsupported_reg_types",),
    types=_REGISTERED,
)  # fmt: skip
def catalog_reference(column: Column, table: Table) -> Iterator[Violation]:
    """No column names an object of the catalogue by its number.

    Why: `pg_upgrade` refuses a database in which a table has such a column, for the numbers change (PostgreSQL
    documentation, pg_upgrade).

    Bad:
        ```python
        import uuid
        from sqlalchemy.dialects.postgresql import REGCONFIG
        from sqlmodel import Field, SQLModel


        class Language(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            configuration: str = Field(sa_type=REGCONFIG)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Language(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            configuration: str = Field(max_length=63)
        ```

    Exempt: `regclass`, `regrole` and `regtype`, which `pg_upgrade` keeps; views.
    """
    if not table.is_view:
        yield Violation(
            message=f"{label(column)} is {known(column.type).name}, which pg_upgrade refuses",
            suggestion=f"store the name as text in {label(column)}",
            sql=change_type(column, table, "text"),
        )


_GENERIC = frozenset({
    "id", "name", "value", "type", "kind", "status", "state", "code", "data", "key", "content", "version", "number",
    "position", "amount", "description", "title", "label", "text", "body", "result", "parameters", "params", "config",
    "settings", "options", "metadata", "meta", "comment", "note", "notes", "source", "target", "size", "duration",
})  # fmt: skip
_SAME = {"varchar": "text", "char": "text", "citext": "text"}


@rule(
    "COL022", "inconsistent-type", severity=INFO, evidence="SMC", reference="models:Task.owner_id",
    peers=("pg-index-health columns_with_inconsistent_types", "SchemaCrawler LinterColumnTypes"),
)  # fmt: skip
def inconsistent_type(schema: Schema, policies: Policies) -> Iterator[Violation]:
    """Columns of one name have one type.

    Why: a join of two that differ converts every value, by no index, and a value that fits here does not fit there.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            request_id: uuid.UUID


        class Mail(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            request_id: int
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            request_id: uuid.UUID


        class Mail(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            request_id: uuid.UUID
        ```

    Exempt: lengths and precisions; text beside varchar; enums; foreign keys, which follow what they reference; names
    that mean something else in each table (`id`, `name`, `value` …).

    Limits: only names that end in `_id`, and those of three tables or more of which one is the exception.
    """
    columns: dict[str, list[Column]] = {}
    for table in schema.tables.known:
        if table.is_view or table.key in policies.external_tables or is_bookkeeping(table.key):
            continue
        for column in table.columns.known:
            kind = known_type(column)
            if kind is None or kind.enum is not None or kind.decorated or kind.dialects:
                continue
            if column.name.lower() not in _GENERIC and column.name not in table.foreign_key_columns:
                columns.setdefault(column.name, []).append(column)
    for name, found in columns.items():
        by_type: dict[str, list[Column]] = {}
        for column in found:
            kind = known(column.type)
            by_type.setdefault(_SAME.get(kind.name, kind.name), []).append(column)
        if len(by_type) < 2:
            continue
        rare = min(by_type.values(), key=len)
        outlier = len(found) >= 3 and len(by_type) == 2 and len(rare) == 1
        if name.endswith("_id") or outlier:
            yield _differing(name, by_type, rare[0], schema)


def _differing(name: str, by_type: dict[str, list[Column]], rare: Column, schema: Schema) -> Violation:
    parts = (f"{kind} in {listed((column.table for column in found), 3)}" for kind, found in by_type.items())
    table = schema.table(rare.table)
    return Violation(
        message=f"{name} is {' and '.join(parts)}",
        suggestion="give them one type, or other names if they mean other things",
        subject=Subject(
            kind="column",
            schema=table.schema if table is not None else None,
            table=table.name if table is not None else rare.table,
            columns=(name,),
        ),
        place=rare.place,
    )
