"""Which differences revisions explain that are not applied yet, and which revisions a database is at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from schema_lint.facts.difference import Difference
from schema_lint.facts.migrations import MigrationEnvironment, Revision
from schema_lint.facts.operations import Operation
from schema_lint.facts.place import CatalogPlace
from schema_lint.facts.unknown import Unknown

_TABLES = frozenset({"create_table", "drop_table", "rename_table"})
_COLUMNS = frozenset({"add_column", "drop_column", "alter_column"})
_INDEXES = frozenset({"create_index", "drop_index"})
_COMMENTS = frozenset({"create_table_comment", "drop_table_comment"})
_TYPES = frozenset({"create_type", "drop_type", "alter_type", "add_value", "rename_value", "rename_type"})
_HARMLESS = frozenset({
    "select", "insert", "update", "delete", "bulk_insert", "set", "begin", "commit", "rollback", "lock", "other",
    "grant", "enable_row_security", "disable_row_security",
})  # fmt: skip
_SEQUENCES = frozenset({"create_sequence", "alter_sequence", "drop_sequence"})
_DOMAINS = frozenset({"create_domain", "alter_domain", "drop_domain"})
_KEYS = ("primary key", "foreign key", "unique", "check constraint", "exclusion constraint", "index")


def with_history(
    differences: Sequence[Difference],
    environments: Iterable[MigrationEnvironment],
    versions: Mapping[str, tuple[str, ...]],
    operations: Callable[[Revision], tuple[Operation, ...] | None],
    *,
    database: str,
) -> tuple[Difference, ...]:
    """The differences without those that a revision explains that is not applied, and with such revisions.

    Args:
        versions: what Alembic's tables in the database hold, by their keys.
        operations: what a revision does; `None` where that cannot be read.
        database: its name.
    """
    rest = list(differences)
    found: list[Difference] = []
    known = list(environments)
    for environment in known:
        at = _versions_of(environment, versions, alone=len(known) == 1)
        if at is None:
            continue
        key, names = at
        strange = [name for name in names if name not in environment.by_identifier]
        if strange:
            if not environment.unread:
                found += (_unknown(name, key, database) for name in strange)
            continue
        applied = {each for name in names for each in environment.ancestors(name)}
        for name in list(applied):
            applied |= {
                each for other in environment.by_identifier[name].depends_on for each in environment.ancestors(other)
            }
        for revision in environment.revisions:
            if revision.identifier not in applied:
                explained, rest = _explained(rest, operations(revision))
                found.append(_not_applied(revision, explained))
    return (*rest, *found)


def _versions_of(
    environment: MigrationEnvironment, versions: Mapping[str, tuple[str, ...]], *, alone: bool
) -> tuple[str, tuple[str, ...]] | None:
    """The table that keeps a history's versions: the one that holds some of its revisions, or the only one."""
    holding = [(key, names) for key, names in versions.items() if set(names) & set(environment.by_identifier)]
    if holding:
        return holding[0]
    if alone and len(versions) == 1:
        return next(iter(versions.items()))
    return None


def _explained(
    differences: list[Difference], operations: tuple[Operation, ...] | None
) -> tuple[list[Difference], list[Difference]]:
    explained: list[Difference] = []
    rest: list[Difference] = []
    for difference in differences:
        # A revision that cannot be read may do anything.
        does = operations is None or any(_explains(operation, difference) for operation in operations)
        (explained if does else rest).append(difference)
    return explained, rest


def _explains(operation: Operation, difference: Difference) -> bool:
    kind = operation.kind
    if kind in _HARMLESS:
        return False
    if kind == "all" or isinstance(operation.table, Unknown) or isinstance(operation.name, Unknown):
        return True
    if kind in ("unread", "sync_enum"):
        return operation.words is None or not operation.words.isdisjoint(map(str.lower, _subjects(difference)))
    names = _names(operation)
    if difference.kind == "enum" or kind in _TYPES:
        return kind in _TYPES and difference.kind == "enum" and difference.subject in names
    if kind in _SEQUENCES:
        return difference.field == "numbering" or (difference.field == "sequence" and difference.left in names)
    if kind == "create_extension" or difference.kind == "extension":
        return kind == "create_extension" and difference.kind == "extension" and difference.subject in names
    if kind in _DOMAINS:
        return difference.kind == "domain" and difference.subject in names
    if difference.kind == "tables":
        return kind == "create_table" and operation.table in difference.more
    if kind == "rename_table" and difference.table_name in names:
        return True
    if operation.table is None:
        return kind in _INDEXES and difference.subject in names
    if operation.table not in (difference.table, difference.table_name):
        return False
    if kind in _TABLES:
        return True
    if kind in _COLUMNS:
        return bool({difference.subject, *difference.columns, *difference.more} & names)
    if kind in _COMMENTS:
        return difference.field == "comment"
    if kind in _INDEXES:
        return difference.kind in ("index", "unique")
    return difference.kind in _KEYS


def _subjects(difference: Difference) -> set[str]:
    """Names of which a statement has one that makes the difference."""
    named = {difference.table_name or "", *(difference.more if difference.kind == "tables" else ())}
    return {*named, difference.subject} if difference.kind == "enum" else named


def _names(operation: Operation) -> set[str]:
    given = [operation.name, operation.new_name]
    if operation.declared is not None:
        given += [column.name for column in operation.declared.columns.known]
    if not isinstance(operation.columns, Unknown):
        given += operation.columns
    return {name for name in given if isinstance(name, str)}


def _unknown(name: str, table: str, database: str) -> Difference:
    return Difference(
        kind="revision", table=None, subject=name, field="unknown", right=name,
        right_place=CatalogPlace(database, table),
    )  # fmt: skip


def _not_applied(revision: Revision, explained: Sequence[Difference]) -> Difference:
    return Difference(
        kind="revision",
        table=None,
        subject=revision.identifier,
        field="not applied",
        left=revision.message or revision.identifier,
        left_place=revision.place,
        more=tuple(dict.fromkeys(map(_label, explained))),
    )


def _label(difference: Difference) -> str:
    if difference.kind == "column":
        return f"{difference.table}.{difference.subject}"
    return difference.table or difference.subject
