"""COL001, COL007, COL009 and COL010: types that fit what a column holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.rule import INFO, WARNING, Policies, Shared, Violation, rule
from schema_lint.facts.project import Project, Schema
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.unknown import known
from schema_lint_rules._statements import change_type
from schema_lint_rules.shapes import column_subject, is_described, known_type, label, listed


@rule(
    "COL001", "string-without-length", severity=INFO, evidence="SM", reference="models:Task.title",
    peers=("prisma-lint ban-unbounded-string-type",),
)  # fmt: skip
def string_without_length(column: Column, table: Table, schema: Schema, shared: Shared) -> Iterator[Violation]:
    """A string says how long it may be, or that it may have any length.

    Why: `VARCHAR` without a length is `TEXT` in PostgreSQL, and an error in MySQL. Whether no limit was meant or none
    was thought of, only `Text` tells; a title of a megabyte is then refused by the form, not by the index that it
    breaks.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```

    Exempt: `Text`; enums; foreign keys, which have the type of their target; types of the project's own; views.

    Limits: where four of five strings have no length, it is the project's habit: that is one finding.
    """
    known(column.type)
    if table.is_view or not _is_unlimited(column, table):
        return
    habit = shared.of(_habit)
    if not habit:
        yield Violation(
            message=f"{label(column)} is a string of any length, and does not say so",
            suggestion=_limit(column),
        )
    elif column is habit[0]:
        names = listed(label(each) for each in habit)
        yield Violation(
            message=f"{names} are strings of any length, and do not say so ({len(habit)} columns)",
            suggestion="give them a length, or the type Text",
            subjects=tuple(column_subject(each, schema) for each in habit[1:]),
            place=schema.place if schema.place is not None else column.place,
        )


def _is_unlimited(column: Column, table: Table) -> bool:
    kind = known_type(column)
    if kind is None or kind.name != "varchar" or kind.length is not None or kind.decorated or kind.enum is not None:
        return False
    return column.name not in table.foreign_key_columns


def _habit(schema: Schema, policies: Policies) -> list[Column]:
    """The strings without a length, where nearly all are; none elsewhere."""
    strings = [c for c in schema.columns_of_type("varchar") if c.table not in policies.external_tables]
    tables = {table.key: table for table in schema.tables.known if not table.is_view}
    unlimited = [c for c in strings if c.table in tables and _is_unlimited(c, tables[c.table])]
    others = len([c for c in strings if (kind := known_type(c)) is not None and kind.length is not None])
    return unlimited if len(unlimited) >= 5 and len(unlimited) >= 4 * others else []


def _limit(column: Column) -> str:
    declaration = column.declaration
    if declaration is not None and declaration.form in ("Field", "annotation") and declaration.sa_column is None:
        return f"add max_length to {label(column)}, or sa_type=Text"
    return f"give {label(column)} the type String(n) or Text"


_STATES = frozenset({
    "status", "state", "priority", "severity", "visibility", "phase", "stage", "role", "access_level", "difficulty",
})  # fmt: skip
_ADDRESSES = frozenset({"city", "country", "zip", "zipcode", "zip_code", "postal_code", "postcode", "street"})
_STRINGS = frozenset({"varchar", "text", "char"})


def _tells_a_state(name: str, _: Policies) -> bool:
    return name.lower() in _STATES or name.lower().endswith(("_status", "_state"))


@rule(
    "COL007", "status-without-enum", severity=INFO, evidence="SMC", reference="models:Task.status",
    peers=("schemalint prefer-text-with-check-to-enum",),
    names=_tells_a_state,
)  # fmt: skip
def status_without_enum(column: Column, table: Table) -> Iterator[Violation]:
    """A fixed set of words is an enum, or held by a CHECK.

    Why: in a plain string `done`, `Done` and `donne` are three states, and no query finds all of them.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: str = Field(default="todo", max_length=20)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import CheckConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (CheckConstraint("status IN ('todo', 'done')", name="ck_task_status"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: str = Field(default="todo", max_length=20)
        ```

    Exempt: columns that any CHECK of the table names; foreign keys and primary keys; the state of an address; types of
    the project's own; names other than `status`, `state`, `priority`, `role` and the like.
    """
    kind = known_type(column)
    if kind is None or kind.name not in _STRINGS or kind.enum is not None or kind.decorated or table.is_view:
        return
    if column.name in table.foreign_key_columns or column.name in table.primary_key.columns:
        return
    if column.name.lower().endswith("state") and any(c.name.lower() in _ADDRESSES for c in table.columns.known):
        return
    for check in table.check_constraints.complete():
        if re.search(rf"\b{re.escape(column.name)}\b", known(check.expression)):
            return
    yield Violation(
        message=f"{label(column)} is a plain string, so any word gets in",
        suggestion=f"make {label(column)} an enum, or add a CHECK with its words to {table.key}",
    )


_MONEY = frozenset({
    "price", "amount", "balance", "cost", "fee", "salary", "tax", "payment", "revenue", "discount", "subtotal", "money",
    "wage", "invoice", "refund", "deposit",
})  # fmt: skip
_RATES = frozenset({"rate", "rates", "ratio", "percent", "percentage", "share", "factor", "weight"})
_FLOATS = frozenset({"double precision", "real", "float"})


@rule(
    "COL009", "money-as-float", severity=WARNING, evidence="SMC", reference="models:Task.priority",
    peers=("sqlcheck 2001", "pg-migration-lint PGM109"),
    types=_FLOATS,
)  # fmt: skip
def money_as_float(column: Column, table: Table) -> Iterator[Violation]:
    """Money is stored exactly.

    Why: 0.1 has no exact value as a binary fraction, so sums of prices end in stray cents (PostgreSQL documentation,
    "Floating-Point Types": use numeric for exact storage, such as for monetary amounts).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            price: float
        ```

    Good:
        ```python
        import uuid
        from decimal import Decimal
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            price: Decimal = Field(max_digits=12, decimal_places=2)
        ```

    Exempt: names that do not say money; columns with a comment, which may say why a fraction will do; types of the
    project's own; views.

    Limits: an info for a `cost`, which may also be a planner's, and for a rate (`tax_rate`), which is no amount.
    """
    if known(column.type).decorated or table.is_view or is_described(column, table):
        return
    words = column.name.lower().split("_")
    if _MONEY.intersection(words):
        yield Violation(
            message=f"{label(column)} stores money as a binary fraction",
            suggestion=f"make {label(column)} numeric, or an integer of the smallest unit",
            sql=change_type(column, table, "numeric"),
            severity=INFO if _MONEY.intersection(words) == {"cost"} or _RATES.intersection(words) else WARNING,
        )


@rule(
    "COL010", "json-instead-of-jsonb", severity=WARNING, evidence="SMC", reference="models:Task",
    postgresql_only=True,
    peers=("strong_migrations add_column_json", "pg-index-health columns_with_json_type",
           "schemalint prefer-jsonb-to-json",
           "pg-migration-lint PGM106", "pgdesigner I009"),
    types=("json",),
)  # fmt: skip
def json_instead_of_jsonb(column: Column, table: Table, schema: Schema, project: Project) -> Iterator[Violation]:
    """JSON is stored as `jsonb`.

    Why: `json` keeps the text as it came: it has no equality, so DISTINCT and GROUP BY fail, no index finds anything in
    it, and every access parses it again (PostgreSQL documentation, "JSON Types"). SQLAlchemy's `JSON` is that type.

    Bad:
        ```python
        import uuid
        from sqlalchemy import JSON, Text
        from sqlalchemy.dialects.postgresql import ARRAY
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            labels: list[str] = Field(sa_type=ARRAY(Text))
            settings: dict[str, str] = Field(sa_type=JSON)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Text
        from sqlalchemy.dialects.postgresql import ARRAY, JSONB
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            labels: list[str] = Field(sa_type=ARRAY(Text))
            settings: dict[str, str] = Field(sa_type=JSONB)
        ```

    Exempt: projects that support other databases, or do not show that they use PostgreSQL (by a URL or a type that
    nothing else has); columns with a comment, which may say that the text must stay as it came; types of the project's
    own; views.
    """
    kind = known(column.type)
    if kind.decorated or kind.dialects or table.is_view:
        return
    if not is_described(column, table) and _uses_postgresql(schema, project):
        yield Violation(
            message=f"{label(column)} is json, which PostgreSQL can neither compare nor index",
            suggestion=f"give {label(column)} the type JSONB",
            sql=change_type(column, table, "jsonb"),
        )


def _uses_postgresql(schema: Schema, project: Project) -> bool:
    """PostgreSQL is there, and nothing else."""
    if "C" in schema.evidence:
        return True
    urls = [literal.url for literal in project.url_literals if not literal.is_test]
    urls += [setting.url for setting in project.settings if setting.url is not None]
    dialects = {"postgresql" if url.dialect.startswith(("postgres", "cockroach")) else url.dialect for url in urls}
    if dialects - {"postgresql"}:
        return False
    return "postgresql" in dialects or any(
        schema.columns_of_type(name) for name in ("jsonb", "array", "tsvector", "inet", "cidr", "citext", "hstore")
    )
