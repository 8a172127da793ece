"""Steps that PostgreSQL or Alembic surely refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.facts.locks import column_before
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.project import Project
from schema_lint.facts.schema import Column, Default, Table
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown
from schema_lint_rules._statements import is_partitioned
from schema_lint_rules._steps import text
from schema_lint_rules.migrations.enums import double_types, label_failures, missing_types
from schema_lint_rules.migrations.failures import Failure
from schema_lint_rules.shapes import listed

_TEXTS = ("varchar", "text", "char")
_CAST_ONLY_BY_USING = frozenset({
    "integer", "bigint", "smallint", "uuid", "json", "jsonb", "boolean", "numeric", "double precision", "real", "date",
    "timestamp with time zone", "timestamp without time zone", "enum", "bytea", "inet", "interval",
})  # fmt: skip
"""Types that no text becomes by itself."""

_OWN_TRANSACTIONS = frozenset({"AUTOCOMMIT", "autocommit", "transactional_ddl", "isolation_level"})
"""Words of an `env.py` that may run revisions outside of a transaction."""

_CONCURRENT = {
    "create_index": "CREATE INDEX CONCURRENTLY", "drop_index": "DROP INDEX CONCURRENTLY",
    "reindex": "REINDEX CONCURRENTLY", "detach_partition": "DETACH PARTITION CONCURRENTLY",
}  # fmt: skip


def sure_failures(revision: Revision, project: Project) -> Iterator[Failure]:
    """What fails in a revision, how to mend it, and where; nothing for one that is applied or was replayed."""
    if revision.applied or project.replays:
        return
    environment = project.environment_of(revision)
    if environment is None or environment.dialect is not None:
        return
    yield from double_types(revision, environment)
    for name, place in revision.undefined:
        yield (
            f"uses the name {name}, which nothing in its file defines or imports",
            f"import it; where autogenerate writes it, add the import to {environment.folder or '.'}/script.py.mako",
            place,
        )
    for steps, where in ((revision.operations, "its upgrade"), (revision.downgrade_operations, "its downgrade")):
        if not isinstance(steps, Unknown):
            yield from _nameless(steps, where)
            yield from _failures(steps, where, revision, environment)


def _failures(
    steps: tuple[Operation, ...], where: str, revision: Revision, environment: MigrationEnvironment
) -> Iterator[Failure]:
    committed = bool(_OWN_TRANSACTIONS & environment.words)
    if steps is revision.operations:
        yield from missing_types(steps, environment)
    if not committed:
        yield from label_failures(steps)
    for step in steps:
        committed = committed or step.kind in ("commit", "unread")
        if step.guarded:
            continue
        yield from _statement(step, where)
        if not step.autocommit and not committed and _needs_no_transaction(step):
            yield (
                f"runs {_CONCURRENT.get(step.kind, 'VACUUM')} in {where} inside of a transaction, which PostgreSQL "
                "refuses",
                "put it into: with op.get_context().autocommit_block():",
                step.place,
            )
        elif step.kind == "alter_column":
            yield from _cast(step)
        elif _is_concurrent_on_partitioned(step):
            yield (
                f"runs {_CONCURRENT[step.kind]} on {step.table} in {where}, which PostgreSQL refuses of a partitioned "
                "table",
                _INSTEAD_ON_PARTITIONED[step.kind],
                step.place,
            )


def _nameless(steps: tuple[Operation, ...], where: str) -> Iterator[Failure]:
    nameless = [step for step in steps if step.kind == "drop_constraint" and step.name is None and not step.guarded]
    if nameless:
        what = "a constraint" if len(nameless) == 1 else f"{len(nameless)} constraints"
        tables = listed(text(step.table, "a table") for step in nameless)
        yield (
            f"drops {what} of {tables} without a name in {where}, which Alembic cannot do",
            'give the name that the database has: op.drop_constraint("…", …)',
            nameless[0].place,
        )


def _statement(step: Operation, where: str) -> Iterator[Failure]:
    """A text that `text()` reads otherwise, or that assigns a column twice."""
    if step.binds:
        names = listed(f":{name}" for name in step.binds)
        yield (
            f"executes a text in {where} in which SQLAlchemy takes {names} for a parameter that gets no value",
            "write \\: where a colon is meant, or give the value: sa.text(…).bindparams(…)",
            step.place,
        )
    columns = step.columns if step.kind in ("update", "insert") and isinstance(step.sql, str) else ()
    twice = next((name for name in columns if columns.count(name) > 1), None) if isinstance(columns, tuple) else None
    # Elements of an array and fields of a composite are assigned one by one.
    if twice is not None and re.search(rf"\b{re.escape(twice)}\"?\s*[\[.]", str(step.sql)) is None:
        yield (
            f"gives {text(step.table, 'a table')}.{twice} two values in one {step.kind.upper()} in {where}, which "
            "PostgreSQL refuses",
            "leave one of them out",
            step.place,
        )


def _needs_no_transaction(step: Operation) -> bool:
    return (step.kind in _CONCURRENT and step.concurrently is True) or step.kind == "vacuum"


_INSTEAD_ON_PARTITIONED = {
    "create_index": "create it ON ONLY the parent, build it on each partition concurrently, then ALTER INDEX … ATTACH "
    "PARTITION",
    "drop_index": "drop it without CONCURRENTLY",
}


def _is_concurrent_on_partitioned(step: Operation) -> bool:
    known = isinstance(step.before, Table) and is_partitioned(step.before)
    return known and step.kind in _INSTEAD_ON_PARTITIONED and step.concurrently is True and not step.only


def _cast(step: Operation) -> Iterator[Failure]:
    column = column_before(step)
    old, new = column.type if column is not None else None, step.type
    # What `existing_type` says was taken from some database, maybe of another kind.
    if (
        column is None
        or not isinstance(old, ColumnType)
        or not isinstance(new, ColumnType)
        or old.decorated
        or new.decorated
    ):
        return
    from_text = old.name in _TEXTS and new.name in _CAST_ONLY_BY_USING and not new.sql.startswith("VARCHAR")
    from_number = {old.name, new.name} == {"integer", "boolean"}
    if not from_text and not from_number:
        return
    name = text(step.name, "a column")
    if step.using is None:
        yield (
            f"changes {step.table}.{name} from {old.sql} to {new.sql}, which PostgreSQL does not cast by itself",
            f'say how: postgresql_using="{name}::{new.sql.lower()}"',
            step.place,
        )
    elif _has_plain_default(column):
        yield (
            f"changes {step.table}.{name} from {old.sql} to {new.sql} while it has a default, which PostgreSQL does "
            "not cast, whatever USING says",
            f'drop the default before, and set it again after: op.alter_column("{step.table}", "{name}", '
            "server_default=None)",
            step.place,
        )


def _has_plain_default(column: Column) -> bool:
    default = column.server_default
    return isinstance(default, Default) and default.kind == "sql" and isinstance(default.value, str)
