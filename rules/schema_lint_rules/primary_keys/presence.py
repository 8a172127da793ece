"""KEY001, KEY002: that tables have a primary key, and of which kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, WARNING, Violation, rule
from schema_lint.checking.subjects import is_bookkeeping
from schema_lint.facts.schema import Default
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._databases import is_only_described
from schema_lint_rules._names import declaring_class, quoted, with_article
from schema_lint_rules._statements import alter, in_database
from schema_lint_rules._tables import external_columns, is_lookup, is_surrogate_key, links_rows
from schema_lint_rules._types import TEXTS
from schema_lint_rules.primary_keys.texts import holds_uuid_as_text
from schema_lint_rules.shapes import label, listed

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.project import Project, Schema
    from schema_lint.facts.schema import Column, Table

_KIND = {"uuid": "uuid", "smallint": "integer", "integer": "integer", "bigint": "bigint"}
_ACCEPTED = {"uuid": {"uuid"}, "integer": {"integer", "bigint"}, "bigint": {"bigint"}}
_DECLARATION = {"uuid": "uuid.UUID", "integer": "int", "bigint": "int with sa_type=BigInteger"}
MAJORITY = 0.8
"""A share of the tables that shows what the project means, though nobody wrote it down."""


@rule(
    "KEY001",
    "table-without-primary-key",
    severity=ERROR,
    evidence="SMCGR",
    reference="models:Task.id",
    minimal=True,
    silences=("REL015", "KEY009"),
    peers=(
        "splinter 0004 no_primary_key", "pglinter B001", "pg-index-health tables_without_primary_key",
        "schemalint require-primary-key", "dbcritic primary_key", "SchemaCrawler LinterTableWithNoPrimaryKey",
        "bytebase TABLE_REQUIRE_PK", "sqlcheck", "dblinter", "db_verifier no1001", "db_verifier no1002",
        "pgdesigner W004", "active_record_doctor table_without_primary_key", "pg-migration-lint PGM502",
        "pg-migration-lint PGM503", "pgAssistant",
    ),
)  # fmt: skip
def table_without_primary_key(
    table: Table, schema: Schema, project: Project, policies: Policies
) -> Iterator[Violation]:
    """A table has a primary key.

    Why: without one a single row cannot be named, in an UPDATE, a foreign key, logical replication, or by the ORM,
    which refuses to map such a class.

    Bad:
        ```python
        from sqlalchemy import Column, MetaData, String, Table

        metadata = MetaData()
        countries = Table(
            "countries",
            metadata,
            Column("code", String(2), nullable=False),
            Column("name", String(100), nullable=False),
        )
        ```

    Good:
        ```python
        from sqlalchemy import Column, MetaData, String, Table

        metadata = MetaData()
        countries = Table(
            "countries",
            metadata,
            Column("code", String(2), primary_key=True),
            Column("name", String(100), nullable=False),
        )
        ```

    Exempt:
        - views, and tables that someone else makes
        - a table of which a base class could not be read
        - the tables of a `MetaData` of their own without any key, constraint, index or class, beside another that has
          keys: they describe what queries see (a log store, a warehouse), and nobody creates them
        - at `warning`: a junction table (its pairs need to be unique), and one with a unique key of NOT NULL columns
    """
    if table.primary_key.columns or table.is_view or is_only_described(schema, project):
        return
    columns = table.columns.complete()
    unique = _not_null_unique(table)
    linked = [column.name for column in columns if column.name in table.foreign_key_columns]
    junction = links_rows(table, schema, policies)
    if unique:
        suggestion = f"make ({', '.join(unique)}) the primary key of {declaring_class(table)}: it is unique already"
    elif junction:
        how = (
            f"make ({', '.join(linked)}) the primary key"
            if in_database(table)
            else f"set primary_key=True on {listed(linked)}"
        )
        suggestion = f"{how}, so that each pair is there once"
    else:
        suggestion = f"add a primary key to {declaring_class(table)}"
    key = unique or (linked if junction else [])
    yield Violation(
        message=f"the table {table.key} has no primary key",
        suggestion=suggestion,
        sql=alter(table, f"ADD PRIMARY KEY ({', '.join(map(quoted, key))})") if key else None,
        severity=WARNING if unique or junction else None,
    )


def _not_null_unique(table: Table) -> list[str]:
    sets = [unique.columns for unique in table.unique_constraints.known]
    for index in table.indexes.known:
        names = tuple(column for column in index.columns if column is not None)
        if index.unique is True and index.predicate is None and len(names) == len(index.parts):
            sets.append(names)
    for columns in sets:
        found = [table.column(name) for name in columns]
        if all(column is not None and column.nullable is False for column in found):
            return list(columns)
    return []


@rule(
    "KEY002",
    "primary-key-policy",
    severity=WARNING,
    evidence="SMCG",
    reference="models:Task.id",
    silences=("KEY006", "KEY010"),
    peers=("bytebase COLUMN_TYPE_DISALLOW_LIST", "database_consistency PrimaryKeyType", "schemalint"),
)
def primary_key_policy(schema: Schema, policies: Policies) -> Iterator[Violation]:
    """Primary keys are of the kind that the project chose.

    Why: keys of different kinds make foreign keys and URLs inconsistent. UUIDs can be made by the client, give away no
    count of rows, and merge without collisions; integers are smaller and sort by age. Which is better depends; that all
    are alike does not.

    Bad:
        ```python
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class User(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt:
        - keys that are foreign keys (junction tables, joined inheritance, rows that share their parent's key): they
          follow the parent
        - composite keys, and natural keys (a text or date whose name is not that of an identifier)
        - tables of the policies `external-tables` and `lookup-tables`; views
        - everything under `primary-key = "any"`; bigint under `"integer"`
        - a UUID kept as text (KEY004)

        - where the policy is not stated: integers that are not named like identifiers (`date_key`), and texts without
          a default, whose value comes from elsewhere

    Note:
        Where the policy is not stated, only a project that keeps to it in 80 % of its tables is told of the others one
        by one. Any other gets one finding that names the tables and says how to state the policy.
    """
    wanted = policies.primary_key
    if wanted == "any":
        return
    stated = "primary-key" in policies.stated
    tables = [table for table in schema.tables.known if not is_bookkeeping(table.key)]
    judged = [found for table in tables if (found := _kind(table, policies, stated)) is not None]
    wrong = [found for found in judged if found[2] not in _ACCEPTED[wanted]]
    if not wrong:
        return
    if stated or len(judged) - len(wrong) >= MAJORITY * len(judged):
        for table, column, _ in wrong:
            yield _wrong_kind(table, column, wanted)
    else:
        yield _other_policy(wrong, len(judged), wanted, schema)


def _kind(table: Table, policies: Policies, stated: bool) -> tuple[Table, Column, str] | None:
    """The table with its surrogate key and that key's kind; `None` for a table that the policy is not about."""
    key = table.primary_key.columns
    if len(key) != 1 or table.is_view or is_lookup(table, policies):
        return None
    if external_columns(table.key, policies) is not None or key[0] in table.foreign_key_columns:
        return None
    column = table.column(key[0])
    if column is None or isinstance(column.type, Unknown) or table.foreign_keys.rest is not None:
        return None
    kind = _KIND.get(column.type.name)
    if kind is None:
        if column.type.name not in TEXTS or not is_surrogate_key(column, table) or holds_uuid_as_text(column, table):
            return None
        made = any(isinstance(default, Default) for default in (column.default, column.server_default))
        return (table, column, "text") if stated or made else None
    named = is_surrogate_key(column, table) or column.name.lower().endswith("id")
    return (table, column, kind) if stated or named else None


def _wrong_kind(table: Table, column: Column, wanted: str) -> Violation:
    return Violation(
        message=f"the primary key {table.key}.{column.name} is {_type(column)}, and the policy primary-key asks for "
        f"{wanted}",
        suggestion=f"make {label(column)} {wanted if in_database(table) else _DECLARATION[wanted]}",
        subject=_subject(table),
        place=column.place,
    )


def _other_policy(wrong: Sequence[tuple[Table, Column, str]], total: int, wanted: str, schema: Schema) -> Violation:
    tables = [table for table, _, _ in wrong]
    kinds = [kind for _, _, kind in wrong]
    usual = max(sorted(set(kinds)), key=kinds.count)
    alike = kinds.count(usual) >= MAJORITY * total
    state = usual if alike and usual in _ACCEPTED else "any"
    if alike:
        share = f"{kinds.count(usual)} of {total} tables have" if total > 1 else "the only table has"
        what = f"{share} {with_article(usual)} primary key ({listed(table.key for table in tables)})"
    else:
        parts = [f"{kind}: {listed((t.key for t, _, k in wrong if k == kind), 3)}" for kind in dict.fromkeys(kinds)]
        what = f"{len(wrong)} of {total} tables have no {wanted} primary key ({'; '.join(parts)})"
    first_table, first_column, _ = wrong[0]
    return Violation(
        message=f"{what}, and the policy primary-key, which is not stated, asks for {wanted}",
        suggestion=f'state the policy: primary-key = "{state}" under [tool.schema-lint.policies], or change the '
        f"keys to {wanted if in_database(first_table) else _DECLARATION[wanted]}",
        subject=Subject(kind="metadata", name=schema.label),
        subjects=tuple(_subject(table) for table in tables),
        place=schema.place or first_column.place or first_table.place,
    )


def _type(column: Column) -> str:
    return known(column.type).sql


def _subject(table: Table) -> Subject:
    columns = table.primary_key.columns
    return Subject(kind="primary-key", schema=table.schema, table=table.name, columns=columns)
