"""MIG015: steps that keep a table from its users while they run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schema_lint.checking.finding import Edit, Fix
from schema_lint.checking.rule import INFO, WARNING, Severity, Violation, rule
from schema_lint.facts.locks import BLOCKS, SHARE, column_before, keeps_rows, lock_of, rewrites, type_before
from schema_lint.facts.migrations import Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.project import Project
from schema_lint.facts.replaying import ReplayedStep
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.types import ColumnType
from schema_lint_rules._steps import about, on_existing, text, upgrade
from schema_lint_rules.migrations.backfill import is_checked
from schema_lint_rules.migrations.observed import held, unread_rewrites
from schema_lint_rules.shapes import listed

_AUTOCOMMIT = "with op.get_context().autocommit_block():\n    "


@rule("MIG015", "blocking-migration", severity=WARNING, evidence="GR", reference="models:Task", steps=True,
      postgresql_only=True, fix="unsafe",
      peers=("squawk", "strong_migrations", "eugene", "Atlas", "pg-migration-lint", "django-migration-linter"),
)  # fmt: skip
def blocking_migration(revision: Revision | ReplayedStep, project: Project) -> Iterator[Violation]:
    """No step keeps reads or writes of a table waiting while it looks at or writes all of its rows.

    Why: an index that is built without CONCURRENTLY holds off writes until it is done; a constraint that is validated
    as it is added, `SET NOT NULL` and most changes of a type read or write every row under a lock that nothing gets
    past. On a table of some size that is an outage of minutes, in the middle of a deployment (PostgreSQL's
    documentation, "Explicit Locking" and "ALTER TABLE").

    Bad:
        ```python
        # file: migrations/versions/2a_index_due_dates.py
        \"\"\"Index the due dates of tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.create_index("ix_task_due_at", "task", ["due_at"])


        def downgrade() -> None:
            op.drop_index("ix_task_due_at", table_name="task")
        ```

    Good:
        ```python
        # file: migrations/versions/2a_index_due_dates.py
        \"\"\"Index the due dates of tasks\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            with op.get_context().autocommit_block():
                op.create_index(
                    "ix_task_due_at", "task", ["due_at"], postgresql_concurrently=True, if_not_exists=True
                )


        def downgrade() -> None:
            with op.get_context().autocommit_block():
                op.drop_index("ix_task_due_at", table_name="task", postgresql_concurrently=True, if_exists=True)
        ```


        What a constraint demands is proved in a revision of its own:
        ```python
        # file: migrations/versions/2a_owner_without_validation.py
        \"\"\"Tasks refer to their owner: new rows are checked\"\"\"
        from alembic import op

        revision = "2a"
        down_revision = None


        def upgrade() -> None:
            op.create_foreign_key(
                "fk_task_owner", "task", "user", ["owner_id"], ["id"], postgresql_not_valid=True
            )


        def downgrade() -> None:
            op.drop_constraint("fk_task_owner", "task", type_="foreignkey")
        # file: migrations/versions/3a_owner_validated.py
        \"\"\"Tasks refer to their owner: older rows are checked, while all goes on\"\"\"
        from alembic import op

        revision = "3a"
        down_revision = "2a"


        def upgrade() -> None:
            op.execute("ALTER TABLE task VALIDATE CONSTRAINT fk_task_owner")


        def downgrade() -> None:
            # A constraint stays validated: there is nothing to undo.
            pass
        ```

    Note:
        The same in two revisions serves a CHECK. For `SET NOT NULL`: add `CHECK (due_at IS NOT NULL) NOT VALID`,
        validate it in a later revision, then `SET NOT NULL` (which PostgreSQL 12 and later proves by the CHECK), then
        drop the CHECK. For a unique constraint or a primary key: build the unique index concurrently, then
        `ALTER TABLE … ADD CONSTRAINT … UNIQUE USING INDEX …`. For a type: add a column of the new type, write both,
        fill it in batches, and swap them.

    Exempt: tables that the revision made; changes of a type that PostgreSQL makes in the catalogue alone (a longer or
    unlimited varchar, text, a wider numeric of the same scale); constant defaults and `now()`; constraints that are NOT
    VALID; `SET NOT NULL` behind a validated CHECK or of a column that the revision added; projects that support other
    databases, too; revisions up to `migrations.start-after`. That an index is dropped without CONCURRENTLY is told as
    `info`: the lock is short, once it is had; of a revision that was replayed, tables that the server never locked.
    """
    if isinstance(revision, ReplayedStep):
        yield from unread_rewrites(revision, project, _read)
    else:
        yield from _read(revision, project)


def _read(revision: Revision, project: Project) -> Iterator[Violation]:
    seen: list[Operation] = []
    steps = {id(step) for step in on_existing(revision)}
    gone = {step.table for step in upgrade(revision) if step.kind == "drop_table" and isinstance(step.table, str)}
    for step in upgrade(revision):
        if id(step) in steps or step.kind in _OF_INDEX:
            done = held(revision, step.table, project)
            for found in _blocks(step, seen, gone) if done is not None else ():
                yield Violation(
                    message=f"revision {revision.identifier} {found.what}{done}",
                    suggestion=found.instead,
                    sql=found.sql,
                    severity=found.severity,
                    subject=about(revision, step, *_columns(step)),
                    place=step.place,
                    fix=_beside_the_users(step, revision),
                )
        seen.append(step)


def _beside_the_users(step: Operation, revision: Revision) -> Fix | None:
    """An index that is built or dropped concurrently, outside of the transaction."""
    place = step.place
    if step.kind not in ("create_index", "drop_index") or place is None or place.path != revision.path:
        return None
    if step.sql is not None or step.batch or step.guarded:
        return None
    exists = "if_not_exists" if step.kind == "create_index" else "if_exists"
    edits = [Edit(intent="set-argument", place=place, name=name, value="True")
             for name in ("postgresql_concurrently", exists)]  # fmt: skip
    if not step.autocommit:
        edits.append(Edit(intent="wrap-statement", place=place, value="with op.get_context().autocommit_block():"))
    return Fix(applicability="unsafe", edits=tuple(edits))


class _Blocking(NamedTuple):
    """What a step does, and how to do it otherwise."""

    what: str
    instead: str
    sql: str | None = None
    severity: Severity = WARNING


_OF_INDEX = ("drop_index", "reindex", "refresh")
"""These may name no table."""


def _columns(step: Operation) -> tuple[str, ...]:
    if step.kind in ("alter_column", "add_column") and isinstance(step.name, str):
        return (step.name,)
    return ()


def _blocks(step: Operation, seen: list[Operation], gone: set[str]) -> Iterator[_Blocking]:
    kind = step.kind
    if kind == "create_index" and step.concurrently is False:
        yield _index(step)
    elif kind == "drop_index" and step.concurrently is False and _is_worth_telling(step, seen, gone):
        yield _Blocking(
            f"drops the index {text(step.name, '')} without CONCURRENTLY, which waits for every query of its table and "
            "makes new ones wait",
            "drop it with postgresql_concurrently=True inside of an autocommit_block()",
            f'{_AUTOCOMMIT}op.drop_index("{text(step.name, "…")}", table_name="{text(step.table, "…")}", '
            "postgresql_concurrently=True, if_exists=True)",
            INFO,
        )
    elif kind in _CONSTRAINTS:
        yield from _constraint(step)
    elif kind == "alter_column":
        yield from _alter_column(step, seen)
    elif kind == "add_column":
        yield from _add_column(step)
    elif kind == "validate_constraint" and any(_adds(earlier, step) for earlier in seen):
        yield _Blocking(
            f"validates {text(step.name, 'a constraint')} in the transaction that adds it, so that {step.table} is "
            "locked while all of its rows are read",
            "validate it in a revision of its own",
            f'op.execute("ALTER TABLE {step.table} VALIDATE CONSTRAINT {text(step.name, "…")}")',
        )
    elif kind in _WHOLE_TABLE and step.concurrently is not True and (kind != "vacuum" or step.full):
        yield _Blocking(f"runs {_WHOLE_TABLE[kind]}", _INSTEAD[kind])


_CONSTRAINTS = {
    "create_foreign_key": "foreign key", "create_check_constraint": "CHECK", "create_unique_constraint": "unique",
    "create_primary_key": "primary key", "create_exclude_constraint": "exclusion",
}  # fmt: skip
_WHOLE_TABLE = {
    "reindex": "REINDEX without CONCURRENTLY, which holds off writes while the index is built",
    "cluster": "CLUSTER, which holds off reads and writes while the table is written anew",
    "vacuum": "VACUUM FULL, which holds off reads and writes while the table is written anew",
    "refresh": "REFRESH MATERIALIZED VIEW without CONCURRENTLY, which holds off its readers",
    "set_storage": "a change of where or how the table is stored, which writes it anew while nobody can use it",
    "detach_partition": "DETACH PARTITION without CONCURRENTLY, which holds off reads and writes of the whole table",
}
_INSTEAD = {
    "reindex": "REINDEX … CONCURRENTLY, inside of an autocommit_block()",
    "cluster": "pg_repack, which does the same beside the table's users",
    "vacuum": "pg_repack, which does the same beside the table's users; or a plain VACUUM",
    "refresh": "REFRESH MATERIALIZED VIEW CONCURRENTLY, which needs a unique index on the view",
    "set_storage": "do it in a maintenance window",
    "detach_partition": "DETACH PARTITION … CONCURRENTLY, inside of an autocommit_block()",
}


def _index(step: Operation) -> _Blocking:
    name, table = text(step.name, "an index"), step.table
    columns = ", ".join(f'"{column}"' for column in step.columns) if isinstance(step.columns, tuple) else "…"
    unique = ", unique=True" if step.unique is True else ""
    return _Blocking(
        f"builds {name} on {table} without CONCURRENTLY: {BLOCKS[SHARE]} of {table} wait until it is done",
        "build it with postgresql_concurrently=True inside of an autocommit_block(), in a revision of its own",
        f'{_AUTOCOMMIT}op.create_index("{name}", "{table}", [{columns}]{unique}, postgresql_concurrently=True, '
        "if_not_exists=True)",
    )


def _is_worth_telling(step: Operation, seen: list[Operation], gone: set[str]) -> bool:
    if isinstance(step.table, str) and (step.table in gone or step.created):
        return False
    return not any(
        earlier.kind == "create_index" and earlier.created and _same(earlier.name, step.name) for earlier in seen
    )


def _same(one: object, other: object) -> bool:
    return isinstance(one, str) and isinstance(other, str) and one == other


def _adds(earlier: Operation, step: Operation) -> bool:
    return earlier.kind in _CONSTRAINTS and earlier.table == step.table and _same(earlier.name, step.name)


def _constraint(step: Operation) -> Iterator[_Blocking]:
    if step.unvalidated is not False or step.index is not None:
        return
    what, table, name = _CONSTRAINTS[step.kind], str(step.table), text(step.name, "…")
    called = f" {name}" if isinstance(step.name, str) else ""
    if not called and isinstance(step.columns, tuple) and step.columns:
        called = f" of {listed(step.columns)}"
    if step.kind == "create_foreign_key":
        target = text(step.target, "the table that it references")
        yield _Blocking(
            f"adds the foreign key{called} to {table} and validates it at once: writes of {table} and {target} wait "
            "while all rows are read",
            "add it with postgresql_not_valid=True, and validate it in a later revision",
            f'op.create_foreign_key("{name}", "{table}", "{target}", […], […], postgresql_not_valid=True)\n'
            f'# in a later revision:\nop.execute("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")',
        )
    elif step.kind == "create_check_constraint":
        yield _Blocking(
            f"adds the CHECK{called} to {table} and validates it at once: reads and writes of {table} wait while all "
            "rows are read",
            "add it with postgresql_not_valid=True, and validate it in a later revision",
            f'op.create_check_constraint("{name}", "{table}", …, postgresql_not_valid=True)\n'
            f'# in a later revision:\nop.execute("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")',
        )
    elif step.kind == "create_exclude_constraint":
        yield _Blocking(
            f"adds an exclusion constraint to {table}: reads and writes wait while its index is built",
            "there is no way to build it beside the table's users: do it in a maintenance window",
        )
    else:
        word = "PRIMARY KEY" if step.kind == "create_primary_key" else "UNIQUE"
        yield _Blocking(
            f"adds the {what} constraint{called} to {table}: reads and writes wait while its index is built",
            "build a unique index concurrently, and make the constraint of it",
            f'{_AUTOCOMMIT}op.create_index("{name}", "{table}", […], unique=True, postgresql_concurrently=True)\n'
            f'op.execute("ALTER TABLE {table} ADD CONSTRAINT {name} {word} USING INDEX {name}")',
        )


def _alter_column(step: Operation, seen: list[Operation]) -> Iterator[_Blocking]:
    name, table = text(step.name, "a column"), str(step.table)
    if any(e.kind == "add_column" and e.table == step.table and _same(e.name, step.name) for e in seen):
        return
    old, new = type_before(step), step.type
    if old is not None and isinstance(new, ColumnType) and not keeps_rows(old, new):
        zone = " (not in sessions whose time zone is UTC)" if old.name[:9] == new.name[:9] == "timestamp" else ""
        yield _Blocking(
            f"changes {table}.{name} from {old.sql} to {new.sql}: reads and writes of {table} wait while all rows are "
            f"written anew{zone}",
            "add a column of the new type, write both, fill it in batches, and swap them",
        )
    if step.nullable is False and _scans(step):
        yield _Blocking(
            f"sets {table}.{name} NOT NULL: reads and writes of {table} wait while all rows are read",
            "prove it first by a CHECK that is validated in a revision before this one",
            f'op.create_check_constraint("{name}_not_null", "{table}", "{name} IS NOT NULL", '
            "postgresql_not_valid=True)\n"
            f'# in a later revision:\nop.execute("ALTER TABLE {table} VALIDATE CONSTRAINT {name}_not_null")\n'
            f'op.alter_column("{table}", "{name}", nullable=False)\n'
            f'op.drop_constraint("{name}_not_null", "{table}", type_="check")',
        )


def _scans(step: Operation) -> bool:
    """Whether rows have to be read to make a column NOT NULL, as far as is known."""
    column = column_before(step)
    if column is None or column.nullable is not True or not isinstance(step.before, Table):
        return False
    return not is_checked(step.before, column.name)


def _add_column(step: Operation) -> Iterator[_Blocking]:
    declared = step.declared
    for column in declared.columns.known if declared is not None else ():
        yield from _added(step, column)
    if declared is None:
        return
    table = str(step.table)
    for key in declared.foreign_keys.known:
        yield _Blocking(
            f"adds {table}.{key.columns[0]} with a foreign key to {key.target_table} that is validated at once: writes "
            f"of {table} and {key.target_table} wait while all rows are read",
            "add the column without it; then the foreign key with postgresql_not_valid=True, and validate it in a "
            "later revision",
            f'op.create_foreign_key("…", "{table}", "{key.target_table}", ["{key.columns[0]}"], […], '
            "postgresql_not_valid=True)",
        )
    for index in declared.indexes.known:
        yield _index_of_column(table, str(index.columns[0]))
    for unique in declared.unique_constraints.known:
        yield _Blocking(
            f"adds {table}.{unique.columns[0]} with a unique constraint: reads and writes of {table} wait while its "
            "index is built",
            "add the column without it; then build a unique index concurrently, and make the constraint of it",
        )


def _index_of_column(table: str, column: str) -> _Blocking:
    return _Blocking(
        f"adds {table}.{column} with an index that is built without CONCURRENTLY: writes of {table} wait until it is "
        "done",
        "add the column without index=True; build the index with postgresql_concurrently=True inside of an "
        "autocommit_block(), in a revision of its own",
    )


def _added(step: Operation, column: Column) -> Iterator[_Blocking]:
    why = rewrites(column.server_default)
    if why is None and _is_serial(column):
        why = "a sequence numbers the rows that are there"
    if why is not None and lock_of(step) is not None:
        yield _Blocking(
            f"adds {step.table}.{column.name}: {why}, so that reads and writes wait while all rows are written anew",
            "add it without a default, set the default for new rows, and fill the older ones in batches",
            f'op.add_column("{step.table}", sa.Column("{column.name}", …, nullable=True))\n'
            f'op.alter_column("{step.table}", "{column.name}", server_default=…)',
        )


def _is_serial(column: Column) -> bool:
    return isinstance(column.type, ColumnType) and column.type.sql.lower() in ("serial", "bigserial", "smallserial")
