"""IDX011 to IDX013, IDX016 and IDX017: indexes that cannot do what they are for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, INFO, WARNING, Violation, rule
from schema_lint.facts.schema import Index, Table
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._names import quoted, quoted_table
from schema_lint_rules._statements import create_index, drop_index, in_database, in_schema_of, is_partitioned
from schema_lint_rules.shapes import known_type, label, listed


def name_of(index: Index) -> str:
    """How a message names an index."""
    columns = ", ".join(column or "…" for column in index.columns)
    return f"the index {index.name}" if isinstance(index.name, str) else f"an index on ({columns})"


@rule(
    "IDX011", "invalid-index", severity=ERROR, evidence="C", reference="models:Task.__table_args__",
    peers=("PgHero invalid indexes", "pg-index-health invalid_indexes", "db_verifier i1002", "pgAssistant"),
)  # fmt: skip
def invalid_index(index: Index, table: Table) -> Iterator[Violation]:
    """An index is whole.

    Why: CREATE INDEX CONCURRENTLY that fails leaves an index behind that every write maintains and no query uses; a
    unique one does not keep the rows unique that were there before (PostgreSQL documentation, CREATE INDEX).

    Bad:
        ```sql
        CREATE TABLE events (at date NOT NULL) PARTITION BY RANGE (at);
        CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE INDEX ix_events_at ON ONLY events (at);
        ```

    Good:
        ```sql
        CREATE TABLE events (at date NOT NULL) PARTITION BY RANGE (at);
        CREATE TABLE events_2026 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
        CREATE INDEX ix_events_at ON events (at);
        ```

    Exempt: an index that is being built at the moment; a partitioned table's own index while it has no partitions.

    Limits: a warning for a partitioned table's index that some partitions have no share in.
    """
    storage = index.storage
    if index.valid or storage is None or storage.building or not isinstance(index.name, str):
        return
    if is_partitioned(table):
        if storage.unattached:
            yield Violation(
                message=f"{name_of(index)} of {table.key} is invalid: {listed(storage.unattached)} have no share in it"
                if len(storage.unattached) > 1
                else f"{name_of(index)} of {table.key} is invalid: {storage.unattached[0]} has no share in it",
                suggestion="make an index of that kind on each, and attach it: ALTER INDEX … ATTACH PARTITION",
                severity=WARNING,
            )
        return
    left_over = re.search(r"_cc(new|old)\d*$", index.name)
    yield Violation(
        message=f"{name_of(index)} of {table.key} is invalid: "
        + ("REINDEX CONCURRENTLY left it behind" if left_over else "its building failed"),
        suggestion="drop it" if left_over else "build it anew, or drop it",
        sql=drop_index(table, index.name)
        if left_over
        else f"REINDEX INDEX CONCURRENTLY {in_schema_of(table, index.name)};",
    )


@rule(
    "IDX012", "repeated-index-column", severity=WARNING, evidence="SMC", reference="models:Task.__table_args__",
    peers=("bytebase INDEX_NO_DUPLICATE_COLUMN", "pgdesigner W005"),
)  # fmt: skip
def repeated_index_column(index: Index, table: Table) -> Iterator[Violation]:
    """An index holds each column once.

    Why: the second mention orders nothing and finds nothing; it only makes the index larger. Mostly another column was
    meant.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_status_title", "status", "title", postgresql_include=["title"]),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: int
            title: str = Field(max_length=200)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_status_title", "status", "title"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            status: int
            title: str = Field(max_length=200)
        ```

    Exempt: one column under several operator classes or collations; expressions; methods other than B-tree.
    """
    if index.method != "btree":
        return
    keys = [(p.column, p.operator_class, p.collation) for p in index.parts if p.column is not None]
    repeated = [key[0] for position, key in enumerate(keys) if key in keys[:position]]
    repeated += [name for name in index.include if any(name == column for column, _, _ in keys)]
    if repeated:
        yield Violation(
            message=f"{name_of(index)} of {table.key} holds {listed(str(name) for name in repeated)} twice",
            suggestion="name each column once, or the one that was meant",
        )


@rule(
    "IDX013", "needless-index-condition", severity=INFO, evidence="SMC", reference="models:Tag.__table_args__",
    peers=("pg-index-health indexes_with_unnecessary_where_clause",),
)  # fmt: skip
def needless_index_condition(index: Index, table: Table) -> Iterator[Violation]:
    """A partial index leaves something out.

    Why: `WHERE owner_id IS NOT NULL` on a NOT NULL column is true of every row; it makes the planner prove it, and the
    reader look for the rows that are missing.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Index, text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_title", "title", postgresql_where=text("title IS NOT NULL")),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Index
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_title", "title"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            title: str = Field(max_length=200)
        ```

    Exempt: conditions with OR, and columns that can be NULL.
    """
    if not isinstance(index.predicate, str) or re.search(r"\bor\b", index.predicate, re.IGNORECASE):
        return
    conditions = re.split(r"\band\b", index.predicate, flags=re.IGNORECASE)
    needless = []
    for condition in conditions:
        found = re.fullmatch(r'[\s(]*(?:\w+\.)?"?(\w+)"?[\s)]+is\s+not\s+null[\s)]*', condition, re.IGNORECASE)
        column = next((c for c in table.columns.known if found and c.name.lower() == found[1].lower()), None)
        if column is not None and column.nullable is False:
            needless.append(column)
    if needless:
        names = listed(label(column) for column in needless)
        yield Violation(
            message=f"{name_of(index)} asks that {names} be NOT NULL, which every row is",
            suggestion="make it without that condition",
        )


_UNORDERED = {
    "array": ("holds a list", "gin"),
    "jsonb": ("holds a document", "gin"),
    "tsvector": ("holds words to search for", "gin"),
}


@rule(
    "IDX016", "btree-on-composite-value", severity=WARNING, evidence="SMC", reference="models:Profile.preferences",
    peers=("pg-index-health btree_indexes_on_array_columns", "db_verifier i1010"),
)  # fmt: skip
def btree_on_composite_value(index: Index, table: Table) -> Iterator[Violation]:
    """Lists, documents and search texts have a GIN index.

    Why: a B-tree finds the whole value alone: not a list that contains an item (`@>`, `ANY`), not a document that has a
    key, not a text that matches words (PostgreSQL documentation, "GIN Indexes").

    Bad:
        ```python
        import uuid
        from sqlalchemy import ARRAY, Text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            labels: list[str] = Field(sa_type=ARRAY(Text), index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import ARRAY, Index, Text
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            __table_args__ = (Index("ix_task_labels", "labels", postgresql_using="gin"),)
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            labels: list[str] = Field(sa_type=ARRAY(Text))
        ```

    Exempt: unique indexes; other methods; expressions, which may take one value out of it.
    """
    if index.method != "btree" or index.unique is not False:
        return
    for part in index.parts:
        column = table.column(part.column) if part.column is not None else None
        kind = known_type(column) if column is not None else None
        if column is None or kind is None or kind.name not in _UNORDERED:
            continue
        holds, method = _UNORDERED[kind.name]
        alone = len(index.parts) == 1 and index.predicate is None and isinstance(index.name, str)
        dropped = drop_index(table, index.name)
        yield Violation(
            message=f"{label(column)} {holds}, and {name_of(index)}, a B-tree, finds only the whole of it",
            suggestion=f"make it a {method.upper()} index",
            sql=f"{dropped}\n{create_index(table, str(index.name), [quoted(column.name)], method=method)}"
            if alone and dropped is not None
            else None,
        )
        return


@rule(
    "IDX017", "index-on-json", severity=ERROR, evidence="SM", reference="models:Profile.preferences", minimal=True,
    postgresql_only=True,
)  # fmt: skip
def index_on_json(index: Index, table: Table) -> Iterator[Violation]:
    """No index has a column of the type `json`.

    Why: `json` has neither order nor equality, so PostgreSQL refuses the index: "data type json has no default operator
    class for access method".

    Bad:
        ```python
        import uuid
        from sqlalchemy import JSON
        from sqlalchemy.dialects.postgresql import INET
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            address: str = Field(sa_type=INET)
            # The text stays as it came.
            settings: dict[str, str] = Field(sa_type=JSON, index=True)
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import JSON
        from sqlalchemy.dialects.postgresql import INET
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            address: str = Field(sa_type=INET)
            # The text stays as it came.
            settings: dict[str, str] = Field(sa_type=JSON)
        ```

    Exempt: expressions, which take a value out of it; an operator class of one's own; types of the project's own and
    those that vary by dialect; projects that support other databases.
    """
    for part in index.parts:
        column = table.column(part.column) if part.column is not None else None
        kind = known_type(column) if column is not None else None
        if column is None or kind is None or kind.name != "json" or kind.decorated or kind.dialects:
            continue
        if part.operator_class is None and not isinstance(part.expression, Unknown):
            yield Violation(
                message=f"{label(column)} is json, of which PostgreSQL makes no index",
                suggestion=f"give {label(column)} the type JSONB, with a GIN index"
                if not in_database(table)
                else f"make a GIN index on {quoted_table(table)}",
            )
            return
