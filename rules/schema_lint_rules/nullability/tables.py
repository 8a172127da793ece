"""NUL007 and NUL008: NULL in keys, and tables that demand nothing."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.finding import Subject
from schema_lint.checking.rule import INFO, Violation, rule
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._statements import set_not_null
from schema_lint_rules.shapes import (
    is_joined_child,
    is_junction,
    listed,
)


@rule(
    "NUL007", "nullable-unique", severity=INFO, evidence="SMC", reference="models:Tag",
    peers=("SchemaCrawler LinterNullColumnsInIndex",),
)  # fmt: skip
def nullable_unique(table: Table, schema: Schema) -> Iterator[Violation]:
    """The columns of a composite unique key are NOT NULL.

    Why: NULL equals nothing, so two rows with the same values and a NULL in one column of the key do not collide, and
    the key does not hold what it promises (PostgreSQL documentation, "Unique Constraints").

    Bad:
        ```python
        import uuid
        from sqlalchemy import UniqueConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("project", "title"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            project: str | None = None
            title: str
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import UniqueConstraint
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (UniqueConstraint("project", "title", postgresql_nulls_not_distinct=True),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            project: str | None = None
            title: str
        ```

    Exempt: a key over one column (an optional email address is unique where it is given); NULLS NOT DISTINCT; partial
    and expression indexes; a key whose missing half a partial unique index holds (`WHERE project IS NULL`).
    """
    keys = [(c.columns, c.nulls_not_distinct, c.name, c.place) for c in table.unique_constraints.known]
    for index in table.indexes.known:
        whole = index.predicate is None and None not in index.columns
        if index.unique is True and whole:
            columns = tuple(name for name in index.columns if name)
            keys.append((columns, index.nulls_not_distinct, index.name, index.place))
    for columns, not_distinct, name, place in keys:
        if len(columns) < 2 or not_distinct or table.is_view:
            continue
        nullable = [c for c in columns if (found := table.column(c)) is not None and found.nullable is True]
        if nullable and not _completed_by_partial_index(table, columns, nullable):
            yield Violation(
                message=f"the unique key ({', '.join(columns)}) of {table.key} does not hold where "
                f"{listed(nullable)} {'is' if len(nullable) == 1 else 'are'} NULL",
                suggestion=f"make {listed(nullable)} NOT NULL, or say NULLS NOT DISTINCT (PostgreSQL 15)",
                subject=_key_subject(table, columns, name),
                place=place,
                sql="\n".join(filter(None, (set_not_null(c, table) for c in map(table.column, nullable) if c))) or None,
            )


def _completed_by_partial_index(table: Table, columns: tuple[str, ...], nullable: list[str]) -> bool:
    for index in table.indexes.known:
        if index.unique is not True or index.predicate is None:
            continue
        if isinstance(index.predicate, Unknown):
            return True
        predicate = index.predicate.lower()
        if "is null" in predicate and any(name.lower() in predicate for name in nullable):
            return True
    return False


def _key_subject(table: Table, columns: tuple[str, ...], name: object) -> Subject:
    text = name if isinstance(name, str) else None
    return Subject(kind="constraint", schema=table.schema, table=table.name, columns=columns, name=text)


@rule(
    "NUL008", "all-columns-nullable", severity=INFO, evidence="SMC", reference="models:Task",
    peers=("pg-index-health tables_where_all_columns_nullable_except_pk",
           "SchemaCrawler LinterTableAllNullableColumns"),
)  # fmt: skip
def all_columns_nullable(table: Table, schema: Schema) -> Iterator[Violation]:
    """A table demands something besides its primary key.

    Why: a table in which everything may be NULL accepts rows that say nothing, so every reader must expect them.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str | None = None
            description: str | None = None
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str
            description: str | None = None
        ```

    Exempt: junction tables; tables of subclasses, whose parent's row demands something; tables with a CHECK that speaks
    of NULL; views.
    """
    if table.is_view or is_junction(table) or is_joined_child(table, schema):
        return
    others = [c for c in table.columns.known if c.name not in table.primary_key.columns]
    if not others or not all(known(column.nullable) for column in others):
        return
    table.columns.complete()
    checks = table.check_constraints.complete()
    if any(isinstance(check.expression, Unknown) or "null" in check.expression.lower() for check in checks):
        return
    yield Violation(
        message=f"every column of {table.key} besides the primary key can be NULL",
        suggestion=f"make those columns of {table.key} NOT NULL that every row has",
    )
