"""NUL011 and NUL012: pairs that are NULL together, and NULL written as a word."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.checking.rule import ERROR, WARNING, Violation, rule
from schema_lint.facts.schema import Column, Default, Table
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import quoted
from schema_lint_rules._statements import alter, in_database
from schema_lint_rules.shapes import known_type, label

_KEYS = frozenset({"uuid", "integer", "bigint"})
"""Of ids of our own: a text next to a type is mostly somebody else's."""


@rule(
    "NUL011", "polymorphic-nullability-mismatch", severity=WARNING, evidence="SMC", reference="models:Task.owner_id",
    peers=("database_consistency polymorphic nullability",),
    names=lambda name, _: len(name) > 3 and name.endswith("_id"),
)  # fmt: skip
def polymorphic_nullability_mismatch(column: Column, table: Table) -> Iterator[Violation]:
    """An id and the type that tells which table it names are both NULL, or neither can be.

    Why: an `item_id` without `item_type` names a row of no table, and an `item_type` without `item_id` no row.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Comment(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            item_id: uuid.UUID
            item_type: str | None = Field(default=None, max_length=20)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Comment(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            item_id: uuid.UUID
            item_type: str = Field(max_length=20)
        ```

    Exempt: an id that is a foreign key or a primary key, so that its type says something else; an id that is a text; a
    type that is no text or enum; a CHECK that speaks of both.
    """
    stem = column.name.removesuffix("_id")
    if table.is_view or column.name in table.foreign_key_columns:
        return
    other, kind = table.column(f"{stem}_type"), known_type(column)
    other_kind = known_type(other) if other is not None else None
    if other is None or kind is None or other_kind is None or kind.name not in _KEYS or known(column.primary_key):
        return
    if other_kind.name not in ("varchar", "text", "enum") or other.name in table.foreign_key_columns:
        return
    if known(column.nullable) == known(other.nullable):
        return
    table.foreign_keys.complete()
    for check in table.check_constraints.complete():
        if all(name in known(check.expression) for name in (column.name, other.name)):
            return
    free, fixed = (column, other) if column.nullable else (other, column)
    yield Violation(
        message=f"{label(free)} can be NULL and {label(fixed)} cannot, though they mean something only together",
        suggestion=f"make both NOT NULL, or let both be NULL, with a CHECK that they are so together: "
        f"({column.name} IS NULL) = ({other.name} IS NULL)",
    )


@rule(
    "NUL012", "null-as-text", severity=ERROR, evidence="SMC", reference="models:Task.description",
    peers=("SchemaCrawler LinterNullIntendedColumns", "SchemaSpy anomalies"),
    types=("varchar", "text", "char"),
)  # fmt: skip
def null_as_text(column: Column, table: Table) -> Iterator[Violation]:
    """A default is not the word NULL in quotes.

    Why: `server_default="NULL"` is the text of four letters: `IS NULL` finds none of these rows, and readers get a word
    that no one wrote.

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            note: str | None = Field(default=None, max_length=200, sa_column_kwargs={"server_default": "NULL"})
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel


        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
            note: str | None = Field(default=None, max_length=200)
        ```

    Exempt: DEFAULT NULL without quotes, which changes nothing; types other than texts.
    """
    default = column.server_default
    if not isinstance(default, Default) or isinstance(default.value, Unknown) or table.is_view:
        return
    value = default.value.partition("::")[0].strip()
    text = value.strip("'") if value.startswith("'") else value if default.quoted else None
    if text is not None and text.lower() == "null":
        yield Violation(
            message=f"{label(column)} has the word {text} as its default, not NULL",
            suggestion="drop the default: a column without one is NULL"
            if in_database(table)
            else f"remove server_default from {label(column)}",
            sql=alter(table, f"ALTER COLUMN {quoted(column.name)} DROP DEFAULT"),
        )
