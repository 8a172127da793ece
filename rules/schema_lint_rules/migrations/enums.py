"""Steps with enum types that PostgreSQL surely refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.schema import Default, Table
from schema_lint.facts.types import ColumnType
from schema_lint_rules._steps import text
from schema_lint_rules.migrations.failures import Failure

_BY_PLUGIN = "alembic_postgresql_enum"
_OF_TABLES = frozenset({
    "add_column", "alter_column", "create_check_constraint", "create_foreign_key", "create_index",
    "create_primary_key", "create_unique_constraint", "drop_column", "drop_table", "rename_table",
})  # fmt: skip


def type_failures(revision: Revision, environment: MigrationEnvironment) -> Iterator[Failure]:
    """Types that an upgrade uses and nothing made, or that it makes while they are there."""
    before = revision.before
    if before is None or before.rest is not None or _BY_PLUGIN in environment.words:
        return
    types = {name for name, _ in before.enums}
    for step in revision.steps:
        if step.kind in ("unread", "all", "rename_type", "sync_enum", "drop_schema"):
            return
        if not step.guarded:
            yield from _missing(step, types, environment)
            yield from _double(step, types)
        if step.kind == "drop_type" and isinstance(step.name, str):
            types.discard(step.name)
        types |= _made(step)


def _begins_empty(environment: MigrationEnvironment) -> bool:
    """Whether each table that is changed was made before. Where one was not, `create_all` or a dump made the first
    tables, and their types."""
    return all(
        step.before is not None or step.guarded
        for revision in environment.revisions
        for step in revision.steps
        if step.kind in _OF_TABLES
    )


def _missing(step: Operation, types: set[str], environment: MigrationEnvironment) -> Iterator[Failure]:
    if step.kind != "add_column" or step.before is None:
        return
    for enum in step.enums:
        if not enum.native or not isinstance(enum.name, str) or enum.schema or enum.name in types:
            continue
        if _begins_empty(environment):
            yield (
                f"adds {step.table}.{text(step.name, 'a column')} of the type {enum.name}, which no step creates: "
                "add_column() does not",
                "create it before: sa.Enum(…).create(op.get_bind(), checkfirst=True)",
                step.place,
            )


def _double(step: Operation, types: set[str]) -> Iterator[Failure]:
    """A type that is there, created by SQL: what SQLAlchemy creates may look first."""
    if step.kind == "create_type" and step.sql is not None and step.name in types:
        yield (
            f"creates the type {step.name}, which is there since an earlier revision",
            "use the type that is there; a label more is added by ALTER TYPE … ADD VALUE",
            step.place,
        )


def _made(step: Operation) -> set[str]:
    named = {step.name} if step.kind == "create_type" and isinstance(step.name, str) else set()
    if step.kind == "create_table":
        named |= {enum.name for enum in step.enums if isinstance(enum.name, str)}
    return named


def label_failures(steps: tuple[Operation, ...]) -> Iterator[Failure]:
    """A label that is used in the transaction that adds it."""
    added: dict[str, str] = {}
    made: set[str] = set()
    for step in steps:
        if step.autocommit or step.kind in ("commit", "unread", "all"):
            added = {}
            continue
        if step.kind in ("create_type", "rename_type") or step.enums:
            # A label of a type that the same transaction made may be used by newer servers.
            made |= {str(step.name), str(step.new_name)} | {str(enum.name) for enum in step.enums}
        elif step.kind == "add_value" and not step.guarded and isinstance(step.name, str) and step.name not in made:
            added |= dict.fromkeys(step.labels, step.name) if isinstance(step.labels, tuple) else {}
        else:
            used = next((label for label, name in added.items() if uses_label(step, label, name)), None)
            if used is not None and not step.guarded:
                yield (
                    f"uses the label '{used}' of {added[used]} in the transaction that adds it, which PostgreSQL "
                    "refuses",
                    "add it in a revision of its own, or first, inside of: with op.get_context().autocommit_block():",
                    step.place,
                )
                return


def uses_label(step: Operation, label: str, name: str) -> bool:
    """Whether a statement about a column of that type holds the label."""
    columns = step.before.columns.known if isinstance(step.before, Table) else ()
    own = {column.name for column in columns if _is_of(column.type, name)}
    if not own:
        return False
    if step.kind == "alter_column" and step.name in own:
        default = step.default
        return isinstance(default, Default) and isinstance(default.value, str) and label in (
            default.value, default.value.partition("::")[0].strip("'")
        )  # fmt: skip
    if step.kind not in ("update", "insert", "delete") or not isinstance(step.sql, str):
        return False
    literal = re.escape(label.replace("'", "''"))
    return any(re.search(rf"\b{re.escape(column)}\"?\s*=\s*'{literal}'", step.sql) for column in own)


def _is_of(kind: object, name: str) -> bool:
    return isinstance(kind, ColumnType) and (kind.enum == name or kind.sql.lower() == name.lower())
