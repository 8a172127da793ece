"""KEY006, KEY008: integer keys."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.finding import Edit, Fix
from schema_lint.checking.rule import INFO, WARNING, Violation, rule
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._sequences import LARGEST, used_share
from schema_lint_rules._statements import change_type, in_database
from schema_lint_rules._tables import is_lookup, is_surrogate_key
from schema_lint_rules._types import INTEGERS
from schema_lint_rules.shapes import label

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Column, Table


HALF = 0.5
"""Of a key's range: where more of it is used up, the time to widen it has come."""


@rule(
    "KEY006",
    "narrow-integer-key",
    severity=INFO,
    evidence="SMCP",
    reference="models:Task.id",
    peers=(
        "dbcritic primary_key_bigint", "bytebase", "active_record_doctor short_primary_key_type",
        "database_consistency PrimaryKeyType", "squawk prefer-bigint-over-int", "pg-migration-lint PGM107",
    ),
    types=("smallint", "integer", None),
)  # fmt: skip
def narrow_integer_key(column: Column, table: Table, schema: Schema, policies: Policies) -> Iterator[Violation]:
    """An integer key that the database numbers is a bigint.

    Why: an integer ends at 2,147,483,647, and deleted rows and failed inserts use numbers up too. Widening a key later
    rewrites the table and every foreign key to it (PostgreSQL documentation, 8.1.1 Integer Types).

    Bad:
        ```python
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        primary-key = "any"
        ```

    Good:
        ```python
        from sqlalchemy import BigInteger
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: int | None = Field(default=None, sa_type=BigInteger, primary_key=True)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        primary-key = "any"
        ```

    Exempt:
        - foreign keys (they follow the parent), composite keys, and keys that the database does not number
        - tables of the policy `lookup-tables`
        - the policy `primary-key` stated as `"integer"`; tables that KEY002 reports

    Limits: a warning where a database has used up more than half of the range.
    """
    if "primary-key" in policies.stated and policies.primary_key == "integer":
        return
    if table.is_view or is_lookup(table, policies) or not is_numbered(column, table):
        return
    kind = known(column.type)
    if "sqlite" in kind.dialects:
        return
    sqlite = "sqlite" in schema.other_dialects
    bigint = 'BigInteger().with_variant(Integer, "sqlite")' if sqlite else "BigInteger"
    limit = "32,767" if kind.name == "smallint" else "2,147,483,647"
    sequence = schema.sequence_of(column.table, column.name)
    share = 0.0
    if sequence is not None and not isinstance(sequence.last_value, Unknown):
        share = used_share(sequence, LARGEST[kind.name])
    used = f", and {share:.0%} of it is used up" if share > HALF else ""
    yield Violation(
        message=f"the primary key {table.key}.{column.name} is {kind.sql} and ends at {limit}{used}",
        suggestion=f"give {label(column)} the type {'bigint' if in_database(table) else bigint}",
        severity=WARNING if share > HALF else None,
        sql=change_type(column, table, "bigint"),
    )


def is_numbered(column: Column, table: Table) -> bool:
    """A single-column key, no foreign key, that the database gives the next number."""
    if known(column.primary_key) is not True or len(table.primary_key.columns) != 1:
        return False
    if column.name in table.foreign_key_columns or known(column.autoincrement) not in ("auto", True):
        return False
    if isinstance(column.default, Unknown):
        made = known(column.server_default)
        return made is not None and made.kind in ("sequence", "identity")
    return column.default is None or known(column.default).kind == "sequence"


@rule(
    "KEY008",
    "required-autoincrement-key",
    severity=WARNING,
    evidence="S",
    reference="models:Task.id",
    fix="unsafe",
)
def required_autoincrement_key(column: Column, table: Table, schema: Schema) -> Iterator[Violation]:
    """A SQLModel key that the database numbers may be left out: `id: int | None = Field(default=None, …)`.

    Why: as a required field every caller has to make a number up, or the type checker and the editor complain of a
    missing argument; and before the flush the attribute is None whatever its annotation says (SQLModel, Create Models
    with Optional id).

    Bad:
        ```python
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: int = Field(primary_key=True)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        primary-key = "integer"
        ```

    Good:
        ```python
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
        ```
        ```toml
        # file: pyproject.toml
        [tool.schema-lint.policies]
        primary-key = "integer"
        ```

    Exempt:
        - foreign keys, composite keys, and keys with `autoincrement=False` or a default
        - natural keys: a name that is not that of an identifier of the table itself (`year`)
        - an annotation that admits None (NUL003 asks for the default there)
    """
    declaration = column.declaration
    if declaration is None or declaration.form not in ("Field", "annotation") or table.is_view:
        return
    if not is_numbered(column, table) or known(column.type).name not in INTEGERS:
        return
    if not is_surrogate_key(column, table) or known(column.server_default) is not None:
        return
    if known(declaration.has_default) or known(declaration.optional) is not False:
        return
    table.foreign_keys.complete()
    place = declaration.place
    yield Violation(
        message=f"{label(column)} is a required field, though the database numbers it",
        suggestion=f"declare it as {column.attribute or column.name}: int | None = Field(default=None, …)",
        fix=Fix(
            applicability="unsafe",
            edits=(
                Edit(intent="set-annotation", place=place, value=f"{declaration.annotation or 'int'} | None"),
                Edit(intent="set-argument", place=place, name="default", value="None"),
            ),
        )
        if place is not None
        else None,
    )
