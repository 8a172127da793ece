"""Two tables: their columns, keys, constraints and indexes."""

from __future__ import annotations

from schema_lint.comparing.ledger import Ledger, Subject
from schema_lint.facts.difference import Plain
from schema_lint.facts.identifiers import quoted
from schema_lint.facts.project import Schema
from schema_lint.facts.schema import (
    CheckConstraint,
    Column,
    Default,
    ExclusionConstraint,
    ForeignKey,
    Index,
    IndexPart,
    Table,
    UniqueConstraint,
)
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Unknown

_COLUMN = ("nullable", "primary_key", "autoincrement", "index", "unique", "comment")
_DEFAULTS = ("default", "server_default", "onupdate", "server_onupdate")
_FOREIGN_KEY = ("name", "ondelete", "onupdate", "deferrable", "initially", "use_alter")


class TableComparison:
    """Compares the tables of two schemas, pair by pair."""

    def __init__(self, ledger: Ledger, left: Schema, right: Schema) -> None:
        self.ledger = ledger
        self.left = left
        self.right = right

    def compare(self, subject: Subject, left: Table, right: Table) -> None:
        """Take down where two tables differ."""
        ledger = self.ledger
        ledger.tables += 1
        ledger.field(subject, "comment", left.comment, right.comment)
        ledger.field(subject, "is_view", left.is_view, right.is_view)
        ledger.things(
            subject, "column", left.columns, right.columns,
            keys=[lambda column: column.name], name=lambda column: column.name, compare=self._columns,
        )  # fmt: skip
        names = [tuple(column.name for column in table.columns.known) for table in (left, right)]
        if sorted(names[0]) == sorted(names[1]):
            ledger.field(subject, "order of columns", *names)
        self._primary_key(subject, left, right)
        ledger.things(
            subject, "foreign key", left.foreign_keys, right.foreign_keys,
            keys=[_foreign_key], name=_foreign_key_name, compare=self._attributes(_FOREIGN_KEY),
        )  # fmt: skip
        ledger.things(
            subject, "index", left.indexes, right.indexes,
            keys=[_whole_index, _named_index, _index, _name], may_be=_may_be_index, name=_index_name,
            compare=self._indexes,
        )  # fmt: skip
        ledger.things(
            subject, "unique constraint", left.unique_constraints, right.unique_constraints,
            keys=[_whole_unique,
                  lambda unique: unique.columns],
            name=_unique_name, compare=self._attributes(("name", "deferrable", "nulls_not_distinct")),
        )  # fmt: skip
        ledger.things(
            subject, "check constraint", left.check_constraints, right.check_constraints,
            keys=[_name, _expression], may_be=_may_be_check, name=_check_name,
            compare=self._attributes(("name", "expression", "implied_by_type")),
        )  # fmt: skip
        ledger.things(
            subject, "exclusion constraint", left.exclusion_constraints, right.exclusion_constraints,
            keys=[_whole_exclusion, _excluded, _name], name=_exclusion_name, compare=self._exclusions,
        )  # fmt: skip

    def _columns(self, subject: Subject, left: Column, right: Column) -> None:
        self._type(subject, left.type, right.type)
        for name in _COLUMN:
            self.ledger.field(subject, name, getattr(left, name), getattr(right, name))
        for name in _DEFAULTS:
            self._default(subject, name, getattr(left, name), getattr(right, name))

    def _type(self, subject: Subject, left: ColumnType | Unknown, right: ColumnType | Unknown) -> None:
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            self.ledger.unknown(subject, "type", left if isinstance(left, Unknown) else right)  # type: ignore[arg-type]
            return
        self.ledger.field(subject, "type", left.sql, right.sql)
        ours, theirs = self.left.enum(left.enum), self.right.enum(right.enum)
        if ours is not None and theirs is not None:
            self.ledger.field(subject, "enum", ours.name, theirs.name)
            self.ledger.field(subject, "enum labels", ours.labels, theirs.labels)
            self.ledger.field(subject, "native enum", ours.native, theirs.native)

    def _default(
        self, subject: Subject, name: str, left: Default | Unknown | None, right: Default | Unknown | None
    ) -> None:
        if isinstance(left, Default) and isinstance(right, Default) and left.kind == right.kind:
            self.ledger.field(subject, name, *_default_values(left, right))
        else:
            self.ledger.field(subject, name, _shown(left), _shown(right))

    def _primary_key(self, owner: Subject, left: Table, right: Table) -> None:
        subject = Subject(
            kind="primary key",
            table=owner.table,
            name="primary key",
            left=left.primary_key.place or owner.left,
            right=right.primary_key.place or owner.right,
        )
        flags = [column.primary_key for table in (left, right) for column in table.columns.known]
        reasons = [left.columns.rest, right.columns.rest, *(flag for flag in flags if isinstance(flag, Unknown))]
        why = next((reason for reason in reasons if reason is not None), None)
        if why is not None:
            self.ledger.unknown(subject, "columns", why)
            return
        self.ledger.field(subject, "columns", left.primary_key.columns, right.primary_key.columns)
        self.ledger.field(subject, "name", left.primary_key.name, right.primary_key.name)

    def _indexes(self, subject: Subject, left: Index, right: Index) -> None:
        self._attributes(("name", "unique", "method", "predicate", "include", "nulls_not_distinct"))(
            subject, left, right
        )
        ours, theirs = _part_texts(left), _part_texts(right)
        self.ledger.field(subject, "keys", ours, theirs)

    def _exclusions(self, subject: Subject, left: ExclusionConstraint, right: ExclusionConstraint) -> None:
        self._attributes(("name", "method", "predicate", "deferrable", "initially", "operators"))(subject, left, right)
        self.ledger.field(subject, "keys", _part_texts(left), _part_texts(right))

    def _attributes(self, names: tuple[str, ...]):  # type: ignore[no-untyped-def]
        def compare(subject: Subject, left: object, right: object) -> None:
            for name in names:
                self.ledger.field(subject, name, getattr(left, name), getattr(right, name))

        return compare


def _default_values(left: Default, right: Default) -> tuple[Plain | Unknown, Plain | Unknown]:
    """The two values, in the most exact form that both have."""
    if left.kind == "callable":
        if left.function is not None and right.function is not None:
            return left.function, right.function
        # The one names a function as its module does, the other by its qualified name.
        return _last(left.value), _last(right.value)
    if left.literal is not None and right.literal is not None:
        return left.literal, right.literal
    return left.value, right.value


def _last(value: str | Unknown) -> str | Unknown:
    return value if isinstance(value, Unknown) else value.rpartition(".")[2]


def _shown(default: Default | Unknown | None) -> Plain | Unknown:
    if default is None or isinstance(default, Unknown):
        return default
    value = "?" if isinstance(default.value, Unknown) else default.literal or default.value
    return f"{default.kind} {value}".rstrip()


def _name(thing: Index | CheckConstraint | ExclusionConstraint) -> str | None:
    return thing.name if isinstance(thing.name, str) else None


def _foreign_key(key: ForeignKey) -> tuple[object, ...]:
    return key.columns, key.target_table, key.target_columns


def _foreign_key_name(key: ForeignKey) -> str:
    return f"({', '.join(key.columns)}) → {key.target}"


def _part_texts(index: Index | ExclusionConstraint) -> tuple[str, ...] | Unknown:
    texts = []
    for part in index.parts:
        if isinstance(part.expression, Unknown):
            return part.expression
        texts.append(_part(part))
    return tuple(texts)


def _part(part: IndexPart) -> str:
    if part.column is None:
        return "?" if isinstance(part.expression, Unknown) else part.expression or ""
    words = [quoted(part.column)]
    words += ["DESC"] if part.descending else ["ASC"] if part.ascending_stated else []
    words += [f"NULLS {part.nulls.upper()}"] if part.nulls is not None else []
    words += [part.operator_class] if part.operator_class is not None else []
    return " ".join(words)


def _index(index: Index) -> tuple[str, ...] | None:
    texts = _part_texts(index)
    return None if isinstance(texts, Unknown) else texts


def _whole_index(index: Index) -> tuple[object, ...] | None:
    # Two of one name, which PostgreSQL refuses, are two all the same.
    return _whole(_named_index(index), index.unique, index.method, index.predicate)


def _named_index(index: Index) -> tuple[object, ...] | None:
    texts = _index(index)
    return (index.name, texts) if texts is not None and isinstance(index.name, str) else None


def _index_name(index: Index) -> str:
    parts = ", ".join(map(_part, index.parts))
    return f"{index.name} ({parts})" if isinstance(index.name, str) else f"({parts})"


def _whole_unique(unique: UniqueConstraint) -> tuple[object, ...] | None:
    name = unique.name
    return None if isinstance(name, Unknown) else (unique.columns, name, unique.deferrable, unique.nulls_not_distinct)


def _unique_name(unique: UniqueConstraint) -> str:
    return f"({', '.join(unique.columns)})"


def _excluded(constraint: ExclusionConstraint) -> tuple[object, ...] | None:
    texts = _part_texts(constraint)
    return None if isinstance(texts, Unknown) else (texts, constraint.operators)


def _whole_exclusion(constraint: ExclusionConstraint) -> tuple[object, ...] | None:
    rest = (constraint.name, constraint.method, constraint.predicate, constraint.deferrable, constraint.initially)
    return _whole(_excluded(constraint), *rest)


def _whole(first: tuple[object, ...] | None, *rest: object) -> tuple[object, ...] | None:
    return None if first is None or any(isinstance(value, Unknown) for value in rest) else (*first, *rest)


def _exclusion_name(constraint: ExclusionConstraint) -> str:
    if isinstance(constraint.name, str):
        return constraint.name
    pairs = zip(map(_part, constraint.parts), constraint.operators, strict=True)
    return f"EXCLUDE ({', '.join(f'{part} WITH {operator}' for part, operator in pairs)})"


def _expression(check: CheckConstraint) -> str | None:
    return check.expression if isinstance(check.expression, str) else None


def _may_be_check(one: CheckConstraint, other: CheckConstraint) -> bool:
    named = isinstance(one.name, str) and isinstance(other.name, str)
    return not named and (isinstance(one.expression, Unknown) or isinstance(other.expression, Unknown))


def _may_be_index(one: Index, other: Index) -> bool:
    vague = isinstance(_part_texts(one), Unknown) or isinstance(_part_texts(other), Unknown)
    named = isinstance(one.name, str) and isinstance(other.name, str)
    return vague and not named and len(one.parts) == len(other.parts)


def _check_name(check: CheckConstraint) -> str:
    if isinstance(check.name, str):
        return check.name
    return "CHECK" if isinstance(check.expression, Unknown) else f"CHECK ({check.expression})"
