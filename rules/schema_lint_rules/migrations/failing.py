"""Steps that PostgreSQL or Alembic surely refuses."""

from __future__ import annotations

from collections.abc import Iterator

from schema_lint.facts.locks import column_before
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._steps import text
from schema_lint_rules.shapes import listed

Failure = tuple[str, str, "SourcePlace | None"]
_TEXTS = ("varchar", "text", "char")
_CAST_ONLY_BY_USING = frozenset({
    "integer", "bigint", "smallint", "uuid", "json", "jsonb", "boolean", "numeric", "double precision", "real", "date",
    "timestamp with time zone", "timestamp without time zone", "enum", "bytea", "inet", "interval",
})  # fmt: skip
"""Types that no text becomes by itself."""

_OWN_TRANSACTIONS = frozenset({"AUTOCOMMIT", "autocommit", "transactional_ddl", "isolation_level"})
"""Words of an `env.py` that may run revisions outside of a transaction."""

_TYPES_BY_PLUGIN = "alembic_postgresql_enum"


def sure_failures(revision: Revision, project: Project) -> Iterator[Failure]:
    """What fails in a revision, how to mend it, and where; nothing for one that is applied or was replayed."""
    if revision.applied or project.replays:
        return
    environment = next((each for each in project.migrations if revision in each.revisions), None)
    for steps, where in ((revision.operations, "its upgrade"), (revision.downgrade_operations, "its downgrade")):
        if not isinstance(steps, Unknown) and environment is not None:
            yield from _failures(steps, where, revision, environment)


def _failures(
    steps: tuple[Operation, ...], where: str, revision: Revision, environment: MigrationEnvironment
) -> Iterator[Failure]:
    committed = bool(_OWN_TRANSACTIONS & environment.words)
    types = _known_types(revision)
    nameless = [step for step in steps if step.kind == "drop_constraint" and step.name is None and not step.guarded]
    if nameless:
        what = "a constraint" if len(nameless) == 1 else f"{len(nameless)} constraints"
        tables = listed(text(step.table, "a table") for step in nameless)
        yield (
            f"drops {what} of {tables} without a name in {where}, which Alembic refuses",
            'give the name that the database has: op.drop_constraint("…", …)',
            nameless[0].place,
        )
    for step in steps:
        committed = committed or step.kind in ("commit", "unread")
        if types is not None and (step.kind in ("create_type", "unread", "all") or step.enums):
            types = types | _made(step) if step.kind not in ("unread", "all") else None
        if step.guarded:
            continue
        if not step.autocommit and not committed and _needs_no_transaction(step):
            yield (
                f"runs {_statement(step)} in {where} inside of a transaction, which PostgreSQL refuses",
                "put it into: with op.get_context().autocommit_block():",
                step.place,
            )
        elif step.kind == "alter_column":
            yield from _cast(step)
        elif step.kind == "add_column" and types is not None and step.before is not None:
            yield from _types(step, types, environment)


def _known_types(revision: Revision) -> frozenset[str] | None:
    """Names of the enums that there are; `None` where that is not known."""
    before = revision.before
    return frozenset(name for name, _ in before.enums) if before is not None and before.rest is None else None


def _made(step: Operation) -> frozenset[str]:
    named = {step.name} if step.kind == "create_type" and isinstance(step.name, str) else set()
    if step.kind == "create_table":
        named |= {enum.name for enum in step.enums if isinstance(enum.name, str)}
    return frozenset(named)


def _needs_no_transaction(step: Operation) -> bool:
    concurrent = step.kind in ("create_index", "drop_index", "reindex", "detach_partition")
    return (concurrent and step.concurrently is True) or step.kind == "vacuum"


def _statement(step: Operation) -> str:
    return {
        "create_index": "CREATE INDEX CONCURRENTLY", "drop_index": "DROP INDEX CONCURRENTLY",
        "reindex": "REINDEX CONCURRENTLY", "detach_partition": "DETACH PARTITION CONCURRENTLY", "vacuum": "VACUUM",
    }[step.kind]  # fmt: skip


def _cast(step: Operation) -> Iterator[Failure]:
    column = column_before(step)
    old, new = column.type if column is not None else None, step.type
    # What `existing_type` says was taken from some database, maybe of another kind.
    if (
        not isinstance(old, ColumnType)
        or not isinstance(new, ColumnType)
        or step.using is not None
        or old.decorated
        or new.decorated
    ):
        return
    from_text = old.name in _TEXTS and new.name in _CAST_ONLY_BY_USING and not new.sql.startswith("VARCHAR")
    from_number = {old.name, new.name} == {"integer", "boolean"}
    if from_text or from_number:
        name = text(step.name, "a column")
        yield (
            f"changes {step.table}.{name} from {old.sql} to {new.sql}, which PostgreSQL does not cast by itself",
            f'say how: postgresql_using="{name}::{new.sql.lower()}"',
            step.place,
        )


def _types(step: Operation, types: frozenset[str], environment: MigrationEnvironment) -> Iterator[Failure]:
    if _TYPES_BY_PLUGIN in environment.words:
        return
    for enum in step.enums:
        if enum.native and isinstance(enum.name, str) and not enum.schema and enum.name not in types:
            yield (
                f"adds {step.table}.{text(step.name, 'a column')} of the type {enum.name}, which no step creates: "
                "add_column() does not",
                "create it before: sa.Enum(…).create(op.get_bind(), checkfirst=True)",
                step.place,
            )
