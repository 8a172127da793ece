"""What keeps a table from its users while a step of a revision runs, and how to do it otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from schema_lint.checking.rule import INFO, WARNING, Severity
from schema_lint.facts.locks import BLOCKS, SHARE, column_before, keeps_rows, lock_of, rewrites, type_before
from schema_lint.facts.operations import Operation
from schema_lint.facts.schema import Column, Table
from schema_lint.facts.types import ColumnType
from schema_lint_rules._statements import is_partitioned
from schema_lint_rules._steps import adds_column, same, text
from schema_lint_rules.migrations.backfill import is_checked
from schema_lint_rules.shapes import listed

_AUTOCOMMIT = "with op.get_context().autocommit_block():\n    "


class Blocking(NamedTuple):
    """What a step does, and how to do it otherwise."""

    kind: str
    """Steps of one kind are told together."""

    label: str
    """What it is about, in such a list."""

    what: str
    instead: str
    sql: str | None = None
    severity: Severity = WARNING


def blocks(step: Operation, seen: list[Operation], gone: set[str]) -> Iterator[Blocking]:
    kind = step.kind
    if kind == "create_index" and step.concurrently is False and not step.only:
        yield _index(step)
    elif kind == "drop_index" and step.concurrently is False and _is_worth_telling(step, seen, gone):
        yield Blocking(
            kind,
            text(step.name, "another"),
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
    elif kind == "validate_constraint" and not step.autocommit and (before := _locked_by(step, seen)) is not None:
        why = "that adds it" if _adds(before, step) else f"that holds {lock_of(before)} on {step.table}"
        yield Blocking(
            kind,
            text(step.name, "another"),
            f"validates {text(step.name, 'a constraint')} in the transaction {why}, so that {step.table} is "
            "locked while all of its rows are read",
            "validate it in a revision of its own",
            _validate(str(step.table), text(step.name, "…")),
        )
    elif kind == "attach_partition":
        yield from _attached(step, seen)
    elif kind in _WHOLE_TABLE and step.concurrently is not True and (kind != "vacuum" or step.full):
        label = text(step.table if step.table is not None else step.name, "another")
        yield Blocking(kind, label, f"runs {_WHOLE_TABLE[kind]}", _INSTEAD[kind])


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


def _index(step: Operation) -> Blocking:
    name, table = text(step.name, "an index"), step.table
    columns = ", ".join(f'"{column}"' for column in step.columns) if isinstance(step.columns, tuple) else "…"
    unique = ", unique=True" if step.unique is True else ""
    label = f"{name} on {table}"
    if step.before is not None and is_partitioned(step.before):
        return Blocking(
            "create_index of a partitioned table",
            label,
            f"builds {name} on {table}, which is partitioned: {BLOCKS[SHARE]} of all its partitions wait until it is "
            "done",
            "create it ON ONLY the parent, build it on each partition concurrently, and attach those",
            f'op.execute("CREATE{" UNIQUE" if unique else ""} INDEX {name} ON ONLY {table} (…)")\n'
            "# in a later revision, for each partition:\n"
            f'{_AUTOCOMMIT}op.execute("CREATE INDEX CONCURRENTLY … ON … (…)")\n'
            f'op.execute("ALTER INDEX {name} ATTACH PARTITION …")',
        )
    return Blocking(
        "create_index",
        label,
        f"builds {name} on {table} without CONCURRENTLY: {BLOCKS[SHARE]} of {table} wait until it is done",
        "build it with postgresql_concurrently=True inside of an autocommit_block(), in a revision of its own",
        f'{_AUTOCOMMIT}op.create_index("{name}", "{table}", [{columns}]{unique}, postgresql_concurrently=True, '
        "if_not_exists=True)",
    )


def _attached(step: Operation, seen: list[Operation]) -> Iterator[Blocking]:
    """A partition with rows of which no CHECK says that they belong there; any CHECK may, bounds are not compared."""
    partition = step.partition
    if partition is None or any(e.kind == "create_table" and e.table == step.name for e in seen):
        return
    checks = partition.check_constraints
    if checks.rest is None and not any(check.validated is not False for check in checks.known):
        yield Blocking(
            "attach_partition",
            f"{step.name} to {step.table}",
            f"attaches {step.name} to {step.table}: reads and writes of {step.name} wait while all of its rows are "
            "looked at",
            "give the partition a CHECK that says the same as its bounds first, NOT VALID and validated in a revision "
            "of its own, and drop it afterwards",
        )


def _is_worth_telling(step: Operation, seen: list[Operation], gone: set[str]) -> bool:
    if isinstance(step.table, str) and (step.table in gone or step.created):
        return False
    return not any(
        earlier.kind == "create_index" and earlier.created and same(earlier.name, step.name) for earlier in seen
    )


def _validate(table: str, name: str) -> str:
    return f'op.execute("ALTER TABLE {table} VALIDATE CONSTRAINT {name}")'


def _adds(earlier: Operation, step: Operation) -> bool:
    return earlier.kind in _CONSTRAINTS and earlier.table == step.table and same(earlier.name, step.name)


def _locked_by(step: Operation, seen: list[Operation]) -> Operation | None:
    """The earlier step of the same transaction that keeps others from the table until it ends."""
    for earlier in reversed(seen):
        if earlier.autocommit or earlier.kind == "commit":
            return None
        if earlier.table == step.table and not earlier.guarded and lock_of(earlier) in BLOCKS:
            return earlier
    return None


def _constraint(step: Operation) -> Iterator[Blocking]:
    if step.kind == "create_primary_key" and step.index is not None:
        yield from _key_of_nullable(step)
    if step.unvalidated is not False or step.index is not None:
        return
    what, table, name = _CONSTRAINTS[step.kind], str(step.table), text(step.name, "…")
    called = f" {name}" if isinstance(step.name, str) else ""
    if not called and isinstance(step.columns, tuple) and step.columns:
        called = f" of {listed(step.columns)}"
    label = f"{text(step.name, f'one{called}')} on {table}"
    if step.kind == "create_foreign_key":
        target = text(step.target, "the table that it references")
        yield Blocking(
            step.kind,
            label,
            f"adds the foreign key{called} to {table} and validates it at once: writes of {table} and {target} wait "
            "while all rows are read",
            "add it with postgresql_not_valid=True, and validate it in a later revision",
            f'op.create_foreign_key("{name}", "{table}", "{target}", […], […], postgresql_not_valid=True)\n'
            f"# in a later revision:\n{_validate(table, name)}",
        )
    elif step.kind == "create_check_constraint":
        yield Blocking(
            step.kind,
            label,
            f"adds the CHECK{called} to {table} and validates it at once: reads and writes of {table} wait while all "
            "rows are read",
            "add it with postgresql_not_valid=True, and validate it in a later revision",
            f'op.create_check_constraint("{name}", "{table}", …, postgresql_not_valid=True)\n'
            f"# in a later revision:\n{_validate(table, name)}",
        )
    elif step.kind == "create_exclude_constraint":
        yield Blocking(
            step.kind,
            label,
            f"adds an exclusion constraint to {table}: reads and writes wait while its index is built",
            "there is no way to build it beside the table's users: do it in a maintenance window",
        )
    else:
        word = "PRIMARY KEY" if step.kind == "create_primary_key" else "UNIQUE"
        yield Blocking(
            step.kind,
            label,
            f"adds the {what} constraint{called} to {table}: reads and writes wait while its index is built",
            "build a unique index concurrently, and make the constraint of it",
            f'{_AUTOCOMMIT}op.create_index("{name}", "{table}", […], unique=True, postgresql_concurrently=True)\n'
            f'op.execute("ALTER TABLE {table} ADD CONSTRAINT {name} {word} USING INDEX {name}")',
        )


def _alter_column(step: Operation, seen: list[Operation]) -> Iterator[Blocking]:
    name, table = text(step.name, "a column"), str(step.table)
    if any(adds_column(earlier, step) for earlier in seen):
        return
    old, new = type_before(step), step.type
    if old is not None and isinstance(new, ColumnType) and not keeps_rows(old, new):
        zone = " (not in sessions whose time zone is UTC)" if old.name[:9] == new.name[:9] == "timestamp" else ""
        yield Blocking(
            "type",
            f"{table}.{name} to {new.sql}",
            f"changes {table}.{name} from {old.sql} to {new.sql}: reads and writes of {table} wait while all rows are "
            f"written anew{zone}",
            "add a column of the new type, write both, fill it in batches, and swap them",
        )
    elif old is not None and isinstance(new, ColumnType) and _is_made_anew(old, new, seen):
        yield Blocking(
            "type",
            f"{table}.{name}",
            f"changes {table}.{name} to a new type of the name {old.enum}: reads and writes of {table} wait while all "
            "rows are written anew",
            "leave the type, and add the labels to it: ALTER TYPE … ADD VALUE",
        )
    column = column_before(step)
    if step.nullable is False and column is not None and step.before is not None and _may_be_null(column, step.before):
        yield Blocking(
            "not null",
            f"{table}.{name}",
            f"sets {table}.{name} NOT NULL: reads and writes of {table} wait while all rows are read",
            "prove it first by a CHECK that is validated in a revision before this one",
            f'op.create_check_constraint("{name}_not_null", "{table}", "{name} IS NOT NULL", '
            "postgresql_not_valid=True)\n"
            f"# in a later revision:\n{_validate(table, f'{name}_not_null')}\n"
            f'op.alter_column("{table}", "{name}", nullable=False)\n'
            f'op.drop_constraint("{name}_not_null", "{table}", type_="check")',
        )


def _is_made_anew(old: ColumnType, new: ColumnType, seen: list[Operation]) -> bool:
    """Whether both are enums of one name, and the old one was renamed before."""
    if old.name != "enum" or new.name != "enum" or old.enum is None or old.enum != new.enum:
        return False
    return any(earlier.kind == "rename_type" and earlier.name == old.enum for earlier in seen)


def _key_of_nullable(step: Operation) -> Iterator[Blocking]:
    """A primary key that is made of an index makes its columns NOT NULL."""
    table = step.before
    index = next((i for i in table.indexes.known if i.name == step.index), None) if table is not None else None
    if table is None or index is None:
        return
    for name in index.columns:
        column = table.column(name) if name is not None else None
        if column is not None and _may_be_null(column, table):
            yield Blocking(
                "primary key of nullable columns",
                f"{step.table}.{name}",
                f"makes {step.table}.{name} part of the primary key while it takes NULL: reads and writes of "
                f"{step.table} wait while all rows are read",
                "make it NOT NULL first, proved by a CHECK that is validated in a revision before this one",
            )


def _may_be_null(column: Column, table: Table) -> bool:
    """Whether rows have to be read to make a column NOT NULL, as far as is known."""
    return column.nullable is True and not is_checked(table, column.name)


def _add_column(step: Operation) -> Iterator[Blocking]:
    declared = step.declared
    for column in declared.columns.known if declared is not None else ():
        yield from _added(step, column)
    if declared is None:
        return
    table = str(step.table)
    for key in declared.foreign_keys.known:
        yield Blocking(
            "column with a foreign key",
            f"{table}.{key.columns[0]}",
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
        yield Blocking(
            "column with a unique constraint",
            f"{table}.{unique.columns[0]}",
            f"adds {table}.{unique.columns[0]} with a unique constraint: reads and writes of {table} wait while its "
            "index is built",
            "add the column without it; then build a unique index concurrently, and make the constraint of it",
        )


def _index_of_column(table: str, column: str) -> Blocking:
    return Blocking(
        "column with an index",
        f"{table}.{column}",
        f"adds {table}.{column} with an index that is built without CONCURRENTLY: writes of {table} wait until it is "
        "done",
        "add the column without index=True; build the index with postgresql_concurrently=True inside of an "
        "autocommit_block(), in a revision of its own",
    )


def _added(step: Operation, column: Column) -> Iterator[Blocking]:
    why = rewrites(column.server_default)
    if why is None and _is_serial(column):
        why = "a sequence numbers the rows that are there"
    if why is not None and lock_of(step) is not None:
        yield Blocking(
            "column that is filled",
            f"{step.table}.{column.name}",
            f"adds {step.table}.{column.name}: {why}, so that reads and writes wait while all rows are written anew",
            "add it without a default, set the default for new rows, and fill the older ones in batches",
            f'op.add_column("{step.table}", sa.Column("{column.name}", …, nullable=True))\n'
            f'op.alter_column("{step.table}", "{column.name}", server_default=…)',
        )


def _is_serial(column: Column) -> bool:
    return isinstance(column.type, ColumnType) and column.type.sql.lower() in ("serial", "bigserial", "smallserial")
