"""TBL019 to TBL022: names of tables, columns and what belongs to them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import cast

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import ERROR, INFO, WARNING, Policies, Severity, Violation, rule
from schema_lint.checking.subjects import is_bookkeeping
from schema_lint.facts.identifiers import NAME_LENGTH
from schema_lint.facts.place import Place
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import CheckConstraint, Column, ForeignKey, Table, UniqueConstraint
from schema_lint.facts.unknown import Some
from schema_lint_rules._names import RESERVED, words
from schema_lint_rules._statements import in_database
from schema_lint_rules.shapes import label, listed, table_subject

_PLAIN = re.compile(r"[a-z_][a-z0-9_$]*")


@rule(
    "TBL019", "name-that-needs-quotes", severity=WARNING, evidence="SMC", reference="models:Task",
    peers=("pg-index-health objects_not_following_naming_convention", "pglinter B005", "dblinter B006",
           "SchemaCrawler LinterTableWithQuotedNames", "sqlfluff RF06", "db_verifier n1002"),
)  # fmt: skip
def name_that_needs_quotes(schema: Schema, policies: Policies) -> Iterator[Violation]:
    """Names are lower case, without blanks and signs.

    Why: PostgreSQL folds what is not quoted to lower case: `SELECT createdAt` looks for `createdat` and fails. Everyone
    who writes SQL by hand has to quote such a name, each time (PostgreSQL documentation, 4.1.1 Identifiers). It is one
    finding for each table.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Column, MetaData, String, Table, Uuid

        metadata = MetaData()
        tasks = Table(
            "tasks",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            Column("displayName", String(100), nullable=False),
        )
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Column, MetaData, String, Table, Uuid

        metadata = MetaData()
        tasks = Table(
            "tasks",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            Column("display_name", String(100), nullable=False),
        )
        ```

    Exempt: reserved words (TBL004, TBL020); names of indexes and constraints, which are rarely written; tables that
    somebody else makes.

    Limits: where half of the tables have such names, it is the project's habit: that is one finding, an info.
    """
    tables = [t for t in schema.tables.known if not (t.key in policies.external_tables or is_bookkeeping(t.key))]
    odd = {table.key: names for table in tables if (names := _odd_names(table))}
    if len(odd) >= 5 and 2 * len(odd) >= len(tables):
        names = [name for table in tables for name in odd.get(table.key, ())]
        first = next(table for table in tables if table.key in odd)
        yield Violation(
            message=f"{listed(names)} need quotes in SQL ({len(names)} names of {len(odd)} tables)",
            suggestion="name tables and columns in lower case, with underscores",
            severity=INFO,
            subject=Subject(kind="metadata", name=schema.label),
            place=schema.place if schema.place is not None else first.place,
        )
        return
    for table in tables:
        names = odd.get(table.key, [])
        if names:
            plain = listed("_".join(words(name.rpartition(".")[2])) or name for name in names)
            yield Violation(
                message=f"{listed(names)} {'needs' if len(names) == 1 else 'need'} quotes in SQL",
                suggestion=f"name them in lower case, with underscores: {plain}",
                subject=table_subject(table),
                place=table.place,
            )


def _odd_names(table: Table) -> list[str]:
    own = [] if _PLAIN.fullmatch(table.name) else [table.key]
    return own + [f"{table.key}.{c.name}" for c in table.columns.known if not _PLAIN.fullmatch(c.name)]


@rule(
    "TBL020", "reserved-column-name", severity=INFO, evidence="SMC", reference="models:Task",
    peers=("pglinter B010", "db_verifier n1039", "pgdesigner W020", "sqlfluff RF04"),
    names=lambda name, _: name.lower() in RESERVED,
)  # fmt: skip
def reserved_column_name(column: Column) -> Iterator[Violation]:
    """A column's name is no reserved word of SQL.

    Why: `SELECT user` returns the name of the current role instead of the column, and `SELECT order` is a syntax error
    (PostgreSQL documentation, appendix C).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            order: int
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            position: int
        ```

    Exempt: words that other databases reserve, or none (`type`, `name`, `value`, `key`).
    """
    yield Violation(
        message=f"{label(column)} is a reserved word of SQL, so people must quote it",
        suggestion=f"give {label(column)} another name",
    )


@rule(
    "TBL021", "confusable-names", severity=INFO, evidence="SMC", reference="models:Task",
    peers=("db_verifier n1001", "db_verifier n1020"),
)  # fmt: skip
def confusable_names(schema: Schema) -> Iterator[Violation]:
    """No two tables of a schema, and no two columns of a table, have nearly one name.

    Why: `userid` and `user_id` in one table are two columns, and half of the queries use the wrong one.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            due_day: int
            dueday: int
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            due_day: int
            position: int
        ```

    Exempt: names that differ by more than case, blanks, dots, hyphens and underscores; a view beside its table.
    """
    groups: dict[tuple[str | None, str], list[Table]] = {}
    for table in schema.tables.known:
        if not table.is_view:
            groups.setdefault((table.schema, _bare(table.name)), []).append(table)
        columns: dict[str, list[Column]] = {}
        for column in table.columns.known:
            columns.setdefault(_bare(column.name), []).append(column)
        for same in columns.values():
            if len({column.name for column in same}) > 1:
                yield Violation(
                    message=f"{table.key} has columns of nearly one name: {listed(column.name for column in same)}",
                    suggestion="keep one, or name them apart",
                    subject=Subject(
                        kind="column", schema=table.schema, table=table.name, columns=tuple(c.name for c in same)
                    ),
                    place=same[1].place or table.place,
                )
    for tables in groups.values():
        if len({table.name for table in tables}) > 1:
            yield Violation(
                message=f"tables have nearly one name: {listed(table.key for table in tables)}",
                suggestion="keep one, or name them apart",
                subject=Subject(kind="table", schema=tables[1].schema, table=tables[1].name),
                place=tables[1].place,
            )


@functools.lru_cache(maxsize=4096)
def _bare(name: str) -> str:
    return re.sub(r"[\s.+\\_-]", "", name.lower()) or name


_MADE = r"_(fkey|key|pkey|idx|check|excl|not_null)\d*$"
"""How PostgreSQL ends the names that it makes itself, and cuts in the middle."""


@rule(
    "TBL022", "name-too-long", severity=ERROR, evidence="SMC", reference="models:NAMING_CONVENTION",
    peers=("pg-index-health possible_object_name_overflow", "pgdesigner E (identifier)", "bytebase"),
)  # fmt: skip
def name_too_long(table: Table) -> Iterator[Violation]:
    """A name has 63 bytes at most.

    Why: PostgreSQL cuts what is longer, with no more than a notice: two long names may become one, and migrations that
    compare names find a difference for ever. SQLAlchemy refuses a name that is stated and too long (`IdentifierError`).

    Bad:
        ```python
        import uuid
        from sqlalchemy import Column, Integer, MetaData, Table, Uuid

        metadata = MetaData()
        tasks = Table(
            "tasks",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            Column("how_many_hours_the_owner_of_the_task_expects_to_need_for_it_in_the_end", Integer, nullable=False),
        )
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Column, Integer, MetaData, Table, Uuid

        metadata = MetaData()
        tasks = Table(
            "tasks",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            Column("expected_hours", Integer, nullable=False),
        )
        ```

    Bad:
        ```sql
        CREATE TABLE tasks (
          id uuid PRIMARY KEY,
          how_many_hours_the_owner_of_the_task_expects_to_need_for_it_in_the_end integer NOT NULL
        );
        ```

    Good:
        ```sql
        CREATE TABLE tasks (id uuid PRIMARY KEY, expected_hours integer NOT NULL);
        ```

    Exempt: names that SQLAlchemy makes by a convention, or PostgreSQL by itself, and cuts.

    Limits: in a database a name of exactly 63 bytes has probably been cut: a warning for tables and columns, an info
    for the names of indexes and constraints, which many a tool fits into that length.
    """
    named: list[tuple[str, str, Place | None]] = [("the table", table.name, table.place)]
    named += [("the column", column.name, column.place) for column in table.columns.known]
    secondary: list[tuple[str, str, Place | None]] = [
        ("the index", index.name, index.place) for index in table.indexes.known if isinstance(index.name, str)
    ]
    secondary += [
        ("the constraint", constraint.name, constraint.place)
        for constraints in (table.foreign_keys, table.unique_constraints, table.check_constraints)
        for constraint in cast("Some[ForeignKey | UniqueConstraint | CheckConstraint]", constraints).known
        if isinstance(constraint.name, str)
    ]
    live = in_database(table)
    # What a convention makes, SQLAlchemy cuts; what the source states and is too long, it refuses.
    for what, name, place in (*named, *secondary) if live else named:
        length = len(name.encode(errors="surrogatepass"))
        cut = live and length in (NAME_LENGTH - 1, NAME_LENGTH) and (length == NAME_LENGTH or not name.isascii())
        if length <= NAME_LENGTH and not (cut and not re.search(_MADE, name)):
            continue
        severity: Severity = ERROR if not live else WARNING if (what, name, place) in named else INFO
        yield Violation(
            message=f"{what} {name} of {table.key} has {length} bytes"
            + (", as PostgreSQL leaves of longer names" if live else f", and PostgreSQL keeps {NAME_LENGTH}"),
            suggestion=f"shorten it to {NAME_LENGTH} bytes" if not live else "see whether it was meant to be longer",
            severity=severity,
            subject=Subject(kind="name", schema=table.schema, table=table.name, name=name),
            place=place,
        )
