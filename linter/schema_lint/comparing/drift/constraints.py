"""Where a table's keys and CHECKs in a database are not those of its model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.database import Database
from schema_lint.comparing.drift.deferral import initially, is_deferrable
from schema_lint.comparing.drift.naming import compare_names, matched, stored_name
from schema_lint.comparing.drift.notes import Notes, Subject
from schema_lint.comparing.drift.sql_equality import same_sql
from schema_lint.comparing.drift.sql_expressions import expression
from schema_lint.comparing.drift.sql_nodes import names_in
from schema_lint.comparing.ledger import paired
from schema_lint.facts.identifiers import cut, qualified
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import CheckConstraint, ForeignKey, Index, PrimaryKey, Table, UniqueConstraint
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown

T = TypeVar("T")


class ConstraintDrift:
    """Compares the constraints of tables, pair by pair."""

    def __init__(self, notes: Notes, models: Schema, database: Database) -> None:
        self.notes = notes
        self.models = models
        self.database = database

    def primary_key(self, owner: Subject, left: Table, right: Table) -> None:
        """Take down where the keys differ; the order of their columns makes no other key."""
        ours, theirs = left.primary_key, right.primary_key
        subject = owner.part("primary key", "primary key", ours, theirs, columns=())
        flags = [column.primary_key for column in left.columns.known]
        why = next((flag for flag in (left.columns.rest, *flags) if isinstance(flag, Unknown)), None)
        if why is not None:
            self.notes.vague(subject, "columns", why)
            return
        columns = tuple(map(cut, ours.columns))
        if any(right.column(name) is None for name in columns):
            # A column that is missing says it all.
            return
        same = sorted(columns) == sorted(theirs.columns)
        self.notes.compared(
            subject, "columns", same, columns, theirs.columns, sql=lambda: _new_key(left, columns, theirs)
        )
        if same and columns:
            compare_names(self.notes, subject, left, ours, theirs)

    def foreign_keys(self, owner: Subject, left: Table, right: Table) -> None:
        """Take down foreign keys that one side lacks, and where their actions differ."""
        ours = _once(left.foreign_keys.known, self._leads)
        pairs, missing, more = paired(ours, _once(right.foreign_keys.known, self._leads), [self._leads])
        for one, other in pairs:
            subject = owner.part("foreign key", _foreign_key(one), one, other, columns=one.columns)
            self._actions(subject, left, one, other)
            compare_names(self.notes, subject, left, one, other)
        for one in missing:
            target = self.models.table(one.target_table)
            if target is not None and self.database.find(target) is None and self.database.reach(target):
                # The table that is missing says it all.
                continue
            subject = owner.part("foreign key", _foreign_key(one), one, None, columns=one.columns)
            sql = ddl.add_foreign_key(left, one, self._target(one))
            self.notes.alone(subject, right.foreign_keys.rest, _foreign_key(one), None, sql=sql)
        for other in more:
            subject = owner.part("foreign key", _foreign_key(other), None, other, columns=other.columns)
            sql = ddl.drop_constraint(left, str(other.name))
            self.notes.alone(subject, left.foreign_keys.rest, None, _foreign_key(other), sql=sql)

    def _leads(self, key: ForeignKey) -> object:
        pairs = sorted(zip(map(cut, key.columns), map(cut, key.target_columns), strict=False))
        return tuple(pairs), self._found(key.target_table)

    def _found(self, target: str) -> str:
        """The key of a referenced table, in the database's words."""
        key = self.database.key(target)
        if "." in key or self.database.schema.table(key) is not None:
            return key
        others = (f"{schema}.{key}" for schema in self.database.path if schema != self.database.default)
        return next((other for other in others if self.database.schema.table(other) is not None), key)

    def _target(self, key: ForeignKey) -> str:
        schema, _, name = key.target_table.rpartition(".")
        return qualified(schema or None, name)

    def _actions(self, subject: Subject, table: Table, left: ForeignKey, right: ForeignKey) -> None:

        def sql() -> str:
            again = ddl.add_foreign_key(table, left, self._target(left))
            return f"{ddl.drop_constraint(table, str(right.name))}\n{again}"

        for field in ("ondelete", "onupdate"):
            ours, theirs = getattr(left, field), getattr(right, field)
            if isinstance(ours, Unknown):
                self.notes.vague(subject, field, ours)
                continue
            actions = ours or "NO ACTION", theirs or "NO ACTION"
            self.notes.compared(subject, field, actions[0] == actions[1], *actions, sql=sql)
        deferrable = is_deferrable(left), is_deferrable(right)
        self.notes.compared(subject, "deferrable", deferrable[0] == deferrable[1], *deferrable, sql=sql)
        self.notes.compared(subject, "match", left.match == right.match, left.match, right.match, sql=sql)
        if all(deferrable):
            at = initially(left), initially(right)
            self.notes.compared(subject, "initially", at[0] == at[1], *at, sql=sql)

    def uniques(self, owner: Subject, left: Table, right: Table) -> None:
        """Take down what is unique on one side only, be it by a constraint or by an index."""
        ours, theirs = _uniques(left), _uniques(right)
        pairs, missing, more = paired(ours, theirs, [_named_unique, _unique])
        rest = next((rest for rest in (left.unique_constraints.rest, left.indexes.rest) if rest is not None), None)
        for one, other in pairs:
            columns = _columns(one)
            subject = owner.part("unique", _listed(columns), one, other, columns=columns)
            nulls = one.nulls_not_distinct, other.nulls_not_distinct
            sql = self._unique_again(left, one, other)
            self.notes.compared(subject, "nulls not distinct", nulls[0] == nulls[1], *nulls, sql=sql)
            later = _is_deferrable(one), _is_deferrable(other)
            self.notes.compared(subject, "deferrable", later[0] == later[1], *later, sql=sql)
            if all(later):
                at = _initially(one), _initially(other)
                self.notes.compared(subject, "initially", at[0] == at[1], *at, sql=sql)
            compare_names(self.notes, subject, left, one, other)
        for one in missing:
            columns = _columns(one)
            subject = owner.part("unique", _listed(columns), one, None, columns=columns)
            if isinstance(one, Index) and isinstance(one.unique, Unknown):
                self.notes.vague(subject, "whether it is there", one.unique)
                continue
            missed = right.unique_constraints.rest
            self.notes.alone(subject, missed, _listed(columns), None, sql=_make(left, one))
        for other in more:
            columns = _columns(other)
            subject = owner.part("unique", _listed(columns), None, other, columns=columns)
            self.notes.alone(subject, rest, None, _listed(columns), sql=_drop(left, other))

    def _unique_again(self, table: Table, one: Unique, other: Unique) -> str | None:
        """What is unique, made anew as the model says; `None` while it is not fully known."""
        again = _make(table, one)
        return f"{_drop(table, other)}\n{again}" if again is not None else None

    def checks(self, owner: Subject, left: Table, right: Table) -> None:
        """Take down CHECKs that one side lacks, and those that say something else."""
        ours = [check for check in left.check_constraints.known if not _is_of_boolean(check, left)]
        pairs, missing, more = paired(ours, right.check_constraints.known, [stored_name])
        renamed = matched(missing, more, lambda one, other: _same_check(one, other, left))
        for number, (one, other) in enumerate((*pairs, *renamed)):
            subject = owner.part("check constraint", _check_label(one), one, other)
            same = _same_check(one, other, left)
            sql = None
            if isinstance(one.expression, str) and isinstance(other.name, str):
                again = ddl.add_check(left, one.name, one.expression)
                sql = f"{ddl.drop_constraint(left, other.name)}\n{again}"
            differ = self.notes.compared(subject, "expression", same, _text(one), _text(other), sql=sql)
            if not differ and number >= len(pairs):
                compare_names(self.notes, subject, left, one, other)
        for one in missing:
            subject = owner.part("check constraint", _check_label(one), one, None)
            if isinstance(one.expression, Unknown):
                self.notes.vague(subject, "whether it is there", one.expression)
                continue
            sql = ddl.add_check(left, one.name, one.expression)
            names = _names_in(one, left)
            self.notes.alone(subject, right.check_constraints.rest, one.expression, None, sql=sql, more=names)
        for other in more:
            if self._is_not_null(other, left):
                continue
            subject = owner.part("check constraint", _check_label(other), None, other)
            sql = ddl.drop_constraint(left, str(other.name))
            names = _names_in(other, left)
            self.notes.alone(subject, left.check_constraints.rest, None, _text(other), sql=sql, more=names)

    def _is_not_null(self, check: CheckConstraint, table: Table) -> bool:
        """A CHECK that says of a column what the model's NOT NULL says."""
        node = None if isinstance(check.expression, Unknown) else expression(check.expression)
        if node is None or node.kind != "is" or node.text != "not null" or node.parts[0].kind != "name":
            return False
        column = table.column(node.parts[0].text)
        return column is None or column.nullable is not True


def _new_key(table: Table, columns: tuple[str, ...], theirs: PrimaryKey) -> str:
    words = [f"DROP CONSTRAINT {ddl.listed((theirs.name,))}"] if isinstance(theirs.name, str) else []
    words += [f"ADD PRIMARY KEY ({ddl.listed(columns)})"] if columns else []
    return f"ALTER TABLE {ddl.relation(table)} {', '.join(words)};"


def _once(things: Iterable[T], key: Callable[[T], object]) -> list[T]:
    """The first of those that are alike."""
    found: dict[object, T] = {}
    for thing in things:
        found.setdefault(key(thing), thing)
    return list(found.values())


def _foreign_key(key: ForeignKey) -> str:
    return f"({', '.join(key.columns)}) → {key.target}"


Unique = UniqueConstraint | Index
"""What keeps columns unique for every row."""


def is_plain_unique(index: Index) -> bool:
    """A unique index over whole columns and all rows, which says what a UNIQUE constraint says."""
    return index.unique is True and index.predicate is None and all(part.column is not None for part in index.parts)


def _uniques(table: Table) -> list[Unique]:
    """Constraints and indexes, but what PostgreSQL leaves out: a UNIQUE that repeats another or the primary key."""
    kept: dict[object, Unique] = {}
    key = (tuple(table.primary_key.columns), False, False)
    for unique in table.unique_constraints.known:
        form = (unique.columns, _is_deferrable(unique), unique.nulls_not_distinct)
        if form in kept:
            # Which of the names is kept depends on the order of creation.
            kept[form] = msgspec.structs.replace(kept[form], name=None)
        elif form != key:
            kept[form] = unique
    return [*kept.values(), *(index for index in table.indexes.known if is_plain_unique(index) and index.valid)]


def _columns(unique: Unique) -> tuple[str, ...]:
    return tuple(cut(column) for column in unique.columns if column is not None)


def _named_unique(unique: Unique) -> object:
    name = stored_name(unique)
    return (name, *sorted(_columns(unique))) if name is not None else None


def _unique(unique: Unique) -> object:
    return tuple(sorted(_columns(unique)))


def _is_deferrable(unique: Unique) -> bool:
    return isinstance(unique, UniqueConstraint) and is_deferrable(unique)


def _initially(unique: Unique) -> str:
    return initially(unique) if isinstance(unique, UniqueConstraint) else "IMMEDIATE"


def _make(table: Table, unique: Unique) -> str | None:
    return ddl.create_index(table, unique) if isinstance(unique, Index) else ddl.add_unique(table, unique)


def _drop(table: Table, unique: Unique) -> str:
    name = str(unique.name)
    return ddl.drop_index(table.schema, name) if isinstance(unique, Index) else ddl.drop_constraint(table, name)


def _listed(columns: tuple[str, ...]) -> str:
    return f"({', '.join(columns)})"


def _is_of_boolean(check: CheckConstraint, table: Table) -> bool:
    """A CHECK of `Boolean`, which SQLAlchemy does not make where there is a type for it."""
    if not check.implied_by_type or isinstance(check.expression, Unknown) or "IN (0, 1)" not in check.expression:
        return False
    return any(isinstance(c.type, ColumnType) and c.type.name == "boolean" for c in table.columns.known)


def _same_check(left: CheckConstraint, right: CheckConstraint, table: Table) -> bool | Unknown | None:
    for check in (left, right):
        if isinstance(check.expression, Unknown):
            return None
    return same_sql(str(left.expression), str(right.expression), table.name)


def _names_in(check: CheckConstraint, table: Table) -> tuple[str, ...]:
    """Columns that a CHECK speaks of, as far as it is understood."""
    node = expression(check.expression, table.name) if isinstance(check.expression, str) else None
    names = names_in(node) if node is not None else frozenset()
    return tuple(column.name for column in table.columns.known if column.name.lower() in names) or tuple(sorted(names))


def _text(check: CheckConstraint) -> str:
    return check.expression if isinstance(check.expression, str) else "?"


def _check_label(check: CheckConstraint) -> str:
    return check.name if isinstance(check.name, str) else f"CHECK ({_text(check)})"
