"""KEY004: UUIDs kept as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import WARNING, Violation, rule
from schema_lint.facts.schema import Default
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import quoted, words
from schema_lint_rules._statements import change_type, in_database
from schema_lint_rules._tables import is_surrogate_key
from schema_lint_rules._types import TEXTS
from schema_lint_rules.shapes import label

if TYPE_CHECKING:
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Column, Table

_LENGTHS = frozenset({32, 36, 38})
"""A UUID's characters: without hyphens, with hyphens, with braces."""

_ROOM_FOR_NAMES = 64
"""Characters above which a column called `…_uuid` may as well hold a name."""

_UUID_WORDS = frozenset({"uuid", "uuid1", "uuid4", "uuid6", "uuid7", "uuid8", "guid"})


@rule(
    "KEY004",
    "uuid-stored-as-text",
    severity=WARNING,
    evidence="SMC",
    reference="models:User.id",
    peers=("pg-index-health primary_keys_with_varchar", "db_verifier sm0001"),
    types=TEXTS,
)
def uuid_stored_as_text(column: Column, table: Table, schema: Schema) -> Iterator[Violation]:
    """A UUID is stored as uuid.

    Why: as text it takes 37 bytes instead of 16, in the table, in each index and in each foreign key to it, compares
    slower, and may be spelt in several ways that are not equal (PostgreSQL documentation, 8.12 UUID Type).

    Bad:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        def new_id() -> str:
            return str(uuid.uuid4())

        class Task(SQLModel, table=True):
            id: str = Field(default_factory=new_id, max_length=36, primary_key=True)
        ```

    Good:
        ```python
        import uuid
        from sqlmodel import Field, SQLModel

        class Task(SQLModel, table=True):
            id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
        ```

    Exempt:
        - foreign keys: they follow the column they reference
        - a type of the project's own that makes uuid on PostgreSQL and text elsewhere
        - text without a sign of a UUID: neither a name that ends in `uuid` or `guid`, nor, for a key, a length of 32,
          36 or 38 or a default made by `uuid`
        - text for more than 64 characters, whatever its name, unless `uuid` makes its default: names fit in it, too
    """
    if table.is_view or column.name in table.foreign_key_columns or not holds_uuid_as_text(column, table):
        return
    table.foreign_keys.complete()
    yield Violation(
        message=f"{table.key}.{column.name} holds a UUID as {known(column.type).sql}",
        suggestion=f"give {label(column)} the type uuid"
        if in_database(table)
        else f"give {label(column)} the type uuid.UUID, which becomes uuid",
        sql=change_type(column, table, "uuid", f"{quoted(column.name)}::uuid"),
    )


def holds_uuid_as_text(column: Column, table: Table) -> bool:
    """By its name, length or default the text column holds a UUID."""
    kind = column.type
    if isinstance(kind, Unknown) or kind.name not in TEXTS or kind.decorated or kind.enum is not None:
        return False
    if _UUID_WORDS.intersection(words(column.name)[-1:]):
        return kind.length is None or kind.length <= _ROOM_FOR_NAMES or _makes_uuid(column)
    if column.primary_key is not True or not is_surrogate_key(column, table):
        return False
    return kind.length in _LENGTHS or _makes_uuid(column)


def _makes_uuid(column: Column) -> bool:
    for default in (column.default, column.server_default):
        if isinstance(default, Default) and isinstance(default.value, str):
            text = f"{default.value} {default.function} {default.called}"
            if default.kind == "callable" and default.function is None:
                # A function of the project may put more into the text than the UUID its name speaks of.
                text = default.returns or ""
            if "uuid" in text.lower():
                return True
    return False
