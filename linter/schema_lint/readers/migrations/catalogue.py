"""A database's tables as revisions change them, step by step, in memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from schema_lint.facts.migrations import Snapshot
from schema_lint.facts.operations import Operation
from schema_lint.facts.schema import (
    CheckConstraint,
    Column,
    ForeignKey,
    PrimaryKey,
    Table,
    UniqueConstraint,
)
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.readers.migrations.enum_types import EnumTypes

T = TypeVar("T")
_KINDS = {
    "foreignkey": ("foreign_keys",), "unique": ("unique_constraints",), "check": ("check_constraints",), "primary": (),
}  # fmt: skip
_CONSTRAINTS = ("foreign_keys", "unique_constraints", "check_constraints", "exclusion_constraints")
_SUFFIXES = {"foreign_keys": "fkey", "unique_constraints": "key", "check_constraints": "check"}
"""What PostgreSQL ends the names with that it makes up."""


class Catalogue:
    """What is there after the steps so far."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}
        self._types = EnumTypes()
        self._doubtful: dict[str, Unknown] = {}
        self._rest: Unknown | None = None
        self._created: set[str] = set()
        """Tables that the revision at hand made."""

    def copy(self) -> Catalogue:
        """The same, which goes its own way from here."""
        found = Catalogue()
        found._tables, found._types = dict(self._tables), self._types.copy()
        found._doubtful, found._rest = dict(self._doubtful), self._rest
        return found

    def snapshot(self) -> Snapshot:
        """What is known."""
        return Snapshot(
            tables=tuple(self._tables.values()),
            enums=tuple(self._types.labels.items()),
            rest=self._rest,
            doubtful=frozenset(self._doubtful),
            doubtful_types=self._types.doubtful,
        )

    def begin(self) -> None:
        """A revision begins: no table is new to it."""
        self._created = set()

    def apply(self, operation: Operation) -> Operation:
        """Carry out a step; the step, with what it found."""
        key = operation.table
        found = self._types.met(operation)
        if isinstance(key, str):
            partition = self._find(operation.name) if operation.kind == "attach_partition" else None
            found = msgspec.structs.replace(
                found, before=self._find(key), created=key in self._created, partition=partition
            )
        self._types.apply(operation)
        change = _CHANGES.get(operation.kind)
        if change is not None:
            change(self, operation)
        elif isinstance(key, str) and key in self._tables:
            edit = _EDITS.get(operation.kind)
            if edit is not None:
                self._tables[key] = edit(self._tables[key], operation)
        return found

    def _find(self, key: object) -> Table | None:
        return self._tables.get(key) if isinstance(key, str) and key not in self._doubtful else None

    def _create_table(self, operation: Operation) -> None:
        key, declared = operation.table, operation.declared
        if not isinstance(key, str) or declared is None:
            self._doubt_all(operation)
            return
        known = key in self._tables and key not in self._doubtful
        if known and (operation.guarded or operation.if_exists):
            return
        self._doubtful.pop(key, None)
        self._tables[key] = _as_created(declared)
        self._created.add(key)

    def _drop_table(self, operation: Operation) -> None:
        if isinstance(operation.table, str):
            self._tables.pop(operation.table, None)
            self._doubtful.pop(operation.table, None)
        else:
            self._doubt_all(operation)

    def _rename_table(self, operation: Operation) -> None:
        old, new = operation.table, operation.name
        if not isinstance(old, str) or not isinstance(new, str):
            self._doubt_all(operation)
            return
        schema = old.rpartition(".")[0]
        key = f"{schema}.{new}" if schema else new
        table = self._tables.pop(old, None)
        if table is not None:
            self._tables[key] = msgspec.structs.replace(table, name=new)
        if old in self._doubtful:
            self._doubtful[key] = self._doubtful.pop(old)
        if old in self._created:
            self._created.add(key)

    def _drop_index(self, operation: Operation) -> None:
        name, table = operation.name, operation.table
        if not isinstance(name, str):
            return
        for key in [table] if isinstance(table, str) else list(self._tables):
            known = self._tables.get(key)
            if known is not None and any(_named(index, name) for index in known.indexes.known):
                self._tables[key] = _without(known, "indexes", lambda index: _named(index, name))

    def _doubt(self, operation: Operation) -> None:
        """A statement that was not understood: what it names is no longer known."""
        if operation.words is None and not isinstance(operation.table, str):
            self._doubt_all(operation)
            return
        words = operation.words or frozenset()
        why = Unknown("a statement about it could not be read", operation.place)
        for key in self._tables:
            if key == operation.table or key.rpartition(".")[2].lower() in words:
                self._doubtful[key] = why

    def _doubt_all(self, operation: Operation) -> None:
        self._rest = Unknown("a statement before it could not be read", operation.place)
        self._doubtful = dict.fromkeys(self._tables, self._rest)

    def _rename_index(self, operation: Operation) -> None:
        for key, table in self._tables.items():
            if any(_named(index, operation.name) for index in table.indexes.known):
                self._tables[key] = _replaced(table, "indexes", operation)


def _as_created(table: Table) -> Table:
    """The table without unique constraints over the columns of its primary key or of an earlier one, which PostgreSQL
    does not make: the first stays, under its own name or, where it has none, the other's.

    Source: `transformIndexConstraints` of PostgreSQL.
    """
    made: list[PrimaryKey | UniqueConstraint] = [table.primary_key]
    for unique in table.unique_constraints.known:
        at = next((at for at, other in enumerate(made) if _is_same_index(other, unique)), None)
        if at is None:
            made.append(unique)
        elif made[at].name is None:
            made[at] = msgspec.structs.replace(made[at], name=unique.name)
    primary, *uniques = made
    if len(uniques) == len(table.unique_constraints.known):
        return table
    kept = Some(tuple(uniques), table.unique_constraints.rest)
    return msgspec.structs.replace(table, primary_key=primary, unique_constraints=kept)


def _is_same_index(one: PrimaryKey | UniqueConstraint, other: UniqueConstraint) -> bool:
    plain = not (isinstance(one, UniqueConstraint) and (one.deferrable or one.nulls_not_distinct))
    return plain and bool(one.columns) and one.columns == other.columns and not (
        other.deferrable or other.nulls_not_distinct
    )  # fmt: skip


def _is_text(name: object) -> bool:
    return isinstance(name, str)


def _named(fact: Any, name: object) -> bool:
    return isinstance(fact.name, str) and isinstance(name, str) and fact.name == name


def _add_column(table: Table, operation: Operation) -> Table:
    added = operation.declared
    if added is None:
        return msgspec.structs.replace(table, columns=Some(table.columns.known, Unknown("a column's name is computed")))
    names = {column.name for column in added.columns.known}
    kept = tuple(column for column in table.columns.known if column.name not in names)
    joined = {
        name: _joined(getattr(table, name), getattr(added, name))
        for name in ("foreign_keys", "indexes", "unique_constraints", "check_constraints")
    }
    primary = added.primary_key if added.primary_key.columns and not table.primary_key.columns else table.primary_key
    columns = Some((*kept, *added.columns.known), table.columns.rest)
    return msgspec.structs.replace(table, columns=columns, primary_key=primary, **joined)


def _joined(one: Some[T], other: Some[T]) -> Some[T]:
    return Some((*one.known, *other.known), one.rest if one.rest is not None else other.rest)


def _drop_column(table: Table, operation: Operation) -> Table:
    name = operation.name
    if not isinstance(name, str):
        return msgspec.structs.replace(table, columns=Some(table.columns.known, Unknown("a column's name is computed")))
    found = _without(table, "columns", lambda column: column.name == name)
    for kind in ("foreign_keys", "indexes", "unique_constraints"):
        found = _without(found, kind, lambda fact: name in fact.columns)
    if name in found.primary_key.columns:
        found = msgspec.structs.replace(found, primary_key=PrimaryKey(table=table.key))
    return found


def _without(table: Table, kind: str, drops: Callable[[Any], bool]) -> Table:
    known = getattr(table, kind)
    kept = tuple(fact for fact in known.known if not drops(fact))
    return msgspec.structs.replace(table, **{kind: Some(kept, known.rest)})


def _alter_column(table: Table, operation: Operation) -> Table:
    if not isinstance(operation.name, str):
        return table
    columns = tuple(
        _altered(column, operation) if column.name == operation.name else column for column in table.columns.known
    )
    found = msgspec.structs.replace(table, columns=Some(columns, table.columns.rest))
    if isinstance(operation.new_name, str):
        return _with_renamed(found, operation.name, operation.new_name)
    return found


def _altered(column: Column, operation: Operation) -> Column:
    changes: dict[str, Any] = {}
    if operation.type is not None:
        changes["type"] = operation.type
    if operation.nullable is not None:
        changes["nullable"] = operation.nullable
    if operation.default is not None or operation.drops_default:
        changes["server_default"] = operation.default
    if isinstance(operation.new_name, str):
        changes["name"] = operation.new_name
    return msgspec.structs.replace(column, **changes) if changes else column


def _with_renamed(table: Table, old: str, new: str) -> Table:
    def renamed(columns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name == old else name for name in columns)

    def of(facts: Some[Any]) -> Some[Any]:
        return Some(tuple(msgspec.structs.replace(f, columns=renamed(f.columns)) for f in facts.known), facts.rest)

    indexes = tuple(
        msgspec.structs.replace(
            index,
            parts=tuple(
                msgspec.structs.replace(part, column=new) if part.column == old else part for part in index.parts
            ),
        )
        for index in table.indexes.known
    )
    return msgspec.structs.replace(
        table,
        primary_key=msgspec.structs.replace(table.primary_key, columns=renamed(table.primary_key.columns)),
        foreign_keys=of(table.foreign_keys),
        unique_constraints=of(table.unique_constraints),
        indexes=Some(indexes, table.indexes.rest),
    )


def _create_index(table: Table, operation: Operation) -> Table:
    if operation.declared is None:
        return table
    kept = _without(table, "indexes", lambda index: _named(index, operation.name))
    return msgspec.structs.replace(kept, indexes=_joined(kept.indexes, operation.declared.indexes))


def _add_constraint(table: Table, operation: Operation) -> Table:
    key, name = table.key, operation.name
    columns = operation.columns if isinstance(operation.columns, tuple) else None
    validated = operation.unvalidated is not True
    if operation.kind == "create_primary_key":
        found = tuple(
            msgspec.structs.replace(column, nullable=False) if column.name in (columns or ()) else column
            for column in table.columns.known
        )
        return msgspec.structs.replace(
            table,
            columns=Some(found, table.columns.rest),
            primary_key=PrimaryKey(table=key, columns=columns or (), name=name),
        )
    kind: str
    fact: Any
    if operation.kind == "create_unique_constraint":
        if columns is None or operation.index is not None:
            index = next((i for i in table.indexes.known if _named(i, operation.index)), None)
            columns = tuple(c for c in index.columns if c is not None) if index is not None else ()
        kind, fact = "unique_constraints", UniqueConstraint(table=key, columns=columns, name=name)
    elif operation.kind == "create_check_constraint":
        condition = operation.condition if operation.condition is not None else Unknown("its condition is not known")
        kind = "check_constraints"
        fact = CheckConstraint(table=key, expression=condition, name=name, validated=validated)
    else:
        kind = "foreign_keys"
        target = operation.target
        if not isinstance(target, str) or columns is None:
            rest = Unknown("the table that a foreign key references is computed", operation.place)
            return msgspec.structs.replace(table, foreign_keys=Some(table.foreign_keys.known, rest))
        given = operation.declared.foreign_keys.known if operation.declared is not None else ()
        fact = given[0] if given else ForeignKey(
            table=key, columns=columns, target_table=target, target_columns=(), name=name
        )  # fmt: skip
        fact = msgspec.structs.replace(fact, validated=validated)
    return msgspec.structs.replace(table, **{kind: _joined(getattr(table, kind), Some((fact,)))})


def _drop_constraint(table: Table, operation: Operation) -> Table:
    name = operation.name
    kinds = _KINDS.get(operation.constraint or "", _CONSTRAINTS)
    for kind in kinds if isinstance(name, str) else ():
        found = _without(table, kind, lambda fact: _named(fact, name))
        if found != table:
            return found
    primary = isinstance(name, str) and name == f"{table.name}_pkey"
    if primary or _named(table.primary_key, name) or operation.constraint == "primary":
        return msgspec.structs.replace(table, primary_key=PrimaryKey(table=table.key))
    for kind in kinds if isinstance(name, str) else ():
        suffix = _SUFFIXES.get(kind)
        for fact in getattr(table, kind).known if suffix is not None else ():
            columns = getattr(fact, "columns", ())
            if not _is_text(fact.name) and name == "_".join([table.name, *columns, str(suffix)]):
                return _without(table, kind, lambda other, fact=fact: other is fact)  # type: ignore[misc]
    # It may have any name that a convention gave.
    doubt = Unknown("a constraint that was dropped is not known", operation.place)
    return msgspec.structs.replace(table, **{kind: Some(getattr(table, kind).known, doubt) for kind in kinds})


def _replaced(table: Table, kind: str, operation: Operation) -> Table:
    facts = getattr(table, kind)
    found = tuple(
        msgspec.structs.replace(fact, name=operation.new_name) if _named(fact, operation.name) else fact
        for fact in facts.known
    )
    return msgspec.structs.replace(table, **{kind: Some(found, facts.rest)})


def _rename_constraint(table: Table, operation: Operation) -> Table:
    for kind in _CONSTRAINTS:
        table = _replaced(table, kind, operation)
    return table


def _validate(table: Table, operation: Operation) -> Table:
    for kind in ("foreign_keys", "check_constraints"):
        facts = getattr(table, kind)
        found = tuple(
            msgspec.structs.replace(fact, validated=True) if _named(fact, operation.name) else fact
            for fact in facts.known
        )
        table = msgspec.structs.replace(table, **{kind: Some(found, facts.rest)})
    return table


_CHANGES: dict[str, Callable[[Catalogue, Operation], None]] = {
    "create_table": Catalogue._create_table, "drop_table": Catalogue._drop_table,
    "rename_table": Catalogue._rename_table, "drop_index": Catalogue._drop_index,
    "rename_index": Catalogue._rename_index, "unread": Catalogue._doubt, "all": Catalogue._doubt_all,
}  # fmt: skip
_EDITS: dict[str, Callable[[Table, Operation], Table]] = {
    "add_column": _add_column, "drop_column": _drop_column, "alter_column": _alter_column,
    "create_index": _create_index, "create_unique_constraint": _add_constraint,
    "create_primary_key": _add_constraint, "create_check_constraint": _add_constraint,
    "create_foreign_key": _add_constraint, "drop_constraint": _drop_constraint,
    "rename_constraint": _rename_constraint, "validate_constraint": _validate,
}  # fmt: skip
