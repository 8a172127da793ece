"""FK006: columns that look like references and are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.checking.rule import INFO, Shared, Violation, rule
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown, known
from schema_lint_rules._names import keeps_a_log, quoted, singular, singular_name, words
from schema_lint_rules._statements import add_foreign_key
from schema_lint_rules._tables import external_columns, is_surrogate_key, tables_by_noun
from schema_lint_rules._types import INTEGERS, compare, declared_type
from schema_lint_rules.shapes import label

if TYPE_CHECKING:
    from schema_lint.checking.rule import Policies
    from schema_lint.facts.project import Schema
    from schema_lint.facts.schema import Column, Table

_KEYS = frozenset({"id", "uuid", "guid", "uid", "pk"})
_FOREIGN_WORDS = frozenset({"external", "ext", "remote", "foreign", "legacy", "old", "original", "source", "provider"})
_SERVICES = frozenset(
    {"stripe", "google", "github", "gitlab", "slack", "auth0", "clerk", "discord", "facebook", "twitter", "telegram"}
)
_REFERENCE_TYPES = INTEGERS | {"uuid"}


def _is_named_after_something(name: str, _: Policies) -> bool:
    return _stem(name) is not None


@rule(
    "FK006",
    "column-without-foreign-key",
    severity=INFO,
    evidence="SMC",
    reference="models:Task.owner_id",
    peers=(
        "active_record_doctor missing_foreign_keys", "database_consistency ForeignKey",
        "pg-extras missing_fk_constraints", "schemaspy implied relationships", "sqlcheck", "pgAssistant",
    ),
    names=_is_named_after_something,
)  # fmt: skip
def column_without_foreign_key(
    column: Column, table: Table, schema: Schema, policies: Policies, shared: Shared
) -> Iterator[Violation]:
    """A column that is named and typed like a reference to a table is a foreign key.

    Why: without the constraint nothing keeps a row from pointing to a parent that never was or is gone.

    Bad:
        ```python
        import uuid
        from sqlalchemy import Column, ForeignKey, MetaData, Table, Uuid

        metadata = MetaData(naming_convention={"ix": "ix_%(column_0_label)s", "fk": "fk_%(column_0_label)s"})
        users = Table("users", metadata, Column("id", Uuid, default=uuid.uuid4, primary_key=True))
        tasks = Table(
            "tasks",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            Column("user_id", Uuid, nullable=False, index=True),
        )
        ```

    Good:
        ```python
        import uuid
        from sqlalchemy import Column, ForeignKey, MetaData, Table, Uuid

        metadata = MetaData(naming_convention={"ix": "ix_%(column_0_label)s", "fk": "fk_%(column_0_label)s"})
        users = Table("users", metadata, Column("id", Uuid, default=uuid.uuid4, primary_key=True))
        tasks = Table(
            "tasks",
            metadata,
            Column("id", Uuid, default=uuid.uuid4, primary_key=True),
            Column("user_id", Uuid, ForeignKey("users.id", ondelete="RESTRICT"), nullable=False, index=True),
        )
        ```

    Exempt:
        - names that do not end in `_id` (or the name of the target's key) after the whole singular name of exactly one
          table; primary keys; columns without exactly the key's type
        - text: only where the target is a table of the policy `external-tables`, since text holds anyone's identifiers
        - a polymorphic pair (`item_type` beside `item_id`); `external_user_id` and the like
        - tables that by their name keep history (audit, event, log, version …): their rows outlive what they point to
        - a column that a relationship joins by: it is a reference without a constraint on purpose
        - a target in another `MetaData`
    """
    stem = _stem(column.name)
    if stem is None or table.is_view or known(column.primary_key) or keeps_a_log(table):
        return
    if _is_polymorphic(column, table) or _is_joined_by(column, table, schema):
        return
    target = _target(stem, column, table, shared, policies)
    if target is None or any(column.name in fk.columns for fk in table.foreign_keys.known):
        return
    table.foreign_keys.complete()
    yield Violation(
        message=f"{table.key}.{column.name} looks like a reference to {target}, but is no foreign key",
        suggestion=f"make {label(column)} a foreign key to {target}",
        sql=_constrain(column, table, target),
    )


def _constrain(column: Column, table: Table, target: str) -> str | None:
    key, _, name = target.rpartition(".")
    columns = f"{'.'.join(quoted(part) for part in key.split('.', 1))} ({quoted(name)})"
    return add_foreign_key(table, f"fk_{table.name}_{column.name}", [column.name], columns)


def _stem(name: str) -> str | None:
    """What the column is named after: `user` of `user_id` and `userId`."""
    parts = words(name)
    if len(parts) < 2 or parts[-1] not in _KEYS:
        return None
    stem = parts[:-1]
    return None if _FOREIGN_WORDS.union(_SERVICES).intersection(stem) else "_".join((*stem[:-1], singular(stem[-1])))


def _is_polymorphic(column: Column, table: Table) -> bool:
    stem = column.name.rpartition("_")[0] or column.name.removesuffix("Id")
    siblings = {f"{stem}_type", f"{stem}_kind", f"{stem}_class", f"{stem}Type", "content_type", "entity_type"}
    return any(other.name in siblings for other in table.columns)


def _is_joined_by(column: Column, table: Table, schema: Schema) -> bool:
    names = {column.name, f"{table.key}.{column.name}"}
    for model in table.models:
        for relationship in schema.relationships_of(model):
            local = relationship.local_columns
            if isinstance(local, Unknown) or not names.isdisjoint(local):
                return True
    return False


def _target(stem: str, column: Column, table: Table, shared: Shared, policies: Policies) -> str | None:
    """`users.id`, of the one table that the name stands for, if its key has the column's type."""
    own = known(column.type)
    found = shared.of(tables_by_noun).get(stem, [])
    external = [key for key in policies.external_tables if singular_name(key.rpartition(".")[2]) == stem]
    if len({*(other.key for other in found), *external}) != 1:
        return None
    if external:
        return _external_key(external[0], own, shared.schema, policies)
    other = found[0]
    if other is table and is_surrogate_key(column, table):
        return None
    key = other.primary_key.columns
    target = other.column(key[0]) if len(key) == 1 else None
    if target is None or own.name not in _REFERENCE_TYPES or isinstance(target.type, Unknown):
        return None
    return f"{other.key}.{target.name}" if target.type.name == own.name else None


def _external_key(key: str, own: ColumnType, schema: Schema, policies: Policies) -> str | None:
    declared = external_columns(key, policies) or {}
    name = "id" if "id" in declared else next(iter(declared), None)
    expected = declared_type(declared[name]) if name is not None else None
    return f"{key}.{name}" if expected is not None and compare(own, expected, schema) is None else None
