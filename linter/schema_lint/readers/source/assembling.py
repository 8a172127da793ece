"""Facts out of drafts: tables and what belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec

from schema_lint.evaluating.values import Call, Constant, Value
from schema_lint.facts.identifiers import quoted
from schema_lint.facts.schema import (
    CheckConstraint,
    Column,
    ExclusionConstraint,
    ForeignKey,
    Index,
    IndexPart,
    PrimaryKey,
    Table,
    UniqueConstraint,
)
from schema_lint.facts.types import ColumnType
from schema_lint.facts.unknown import Some, Unknown
from schema_lint.readers.enums import Enums
from schema_lint.readers.places import explanation, one_line
from schema_lint.readers.source.arguments import either, entries, flag, items, plain, text, unknown
from schema_lint.readers.source.constraints import leaves
from schema_lint.readers.source.drafts import ColumnDraft, ConstraintDraft, ForeignKeyDraft, TableDraft
from schema_lint.readers.source.expressions import sql_text
from schema_lint.readers.source.names import call_name
from schema_lint.readers.source.naming import Named, conventional

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter

T = TypeVar("T")

_ORDERS = {"desc": "descending", "asc": "ascending", "nulls_first": "first",
           "nullsfirst": "first", "nulls_last": "last", "nullslast": "last"}  # fmt: skip


class Assembler:
    """Makes facts of finished tables."""

    def __init__(self, interpreter: Interpreter) -> None:
        self.interpreter = interpreter
        self.enums = Enums()

    def table(self, draft: TableDraft) -> Table:
        """The table's fact."""
        return Table(
            name=draft.name,
            schema=draft.schema,
            columns=self._some(draft, "columns", tuple(self._column(draft, column) for column in draft.columns)),
            primary_key=self._primary_key(draft),
            foreign_keys=self._foreign_keys(draft),
            indexes=self._some(draft, "indexes", tuple(self._index(draft, index) for index in draft.indexes)),
            unique_constraints=self._some(
                draft, "unique_constraints", tuple(self._unique(draft, unique) for unique in draft.uniques)
            ),
            check_constraints=self._some(
                draft, "check_constraints", tuple(self._check(draft, check) for check in draft.checks)
            ),
            exclusion_constraints=self._some(
                draft, "exclusion_constraints", tuple(self._exclusion(draft, found) for found in draft.exclusions)
            ),
            comment=draft.comment,
            form=draft.form,
            name_stated=draft.name_stated,
            models=tuple(mapped.key for mapped in draft.models),
            extend_existing=draft.extend_existing,
            explanation=draft.explanation,
            place=one_line(draft.site),
        )

    @staticmethod
    def _some(draft: TableDraft, name: str, known: tuple[T, ...]) -> Some[T]:
        return Some(known, draft.rests.get(name, draft.rest))

    def _column(self, table: TableDraft, draft: ColumnDraft) -> Column:
        kind = draft.type
        if draft.enum is not None and isinstance(kind, ColumnType):
            kind = msgspec.structs.replace(kind, enum=self.enums.key(draft.enum))
        return Column(
            table=table.key,
            name=draft.name or "",
            type=kind if kind is not None else unknown(draft.value, "no type is stated for it"),
            nullable=draft.nullable,
            primary_key=draft.primary_key,
            autoincrement=draft.autoincrement,
            default=draft.default,
            server_default=draft.server_default,
            onupdate=draft.onupdate,
            server_onupdate=draft.server_onupdate,
            index=draft.index,
            unique=draft.unique,
            comment=draft.comment,
            nullable_stated=draft.nullable_stated,
            attribute=draft.attribute,
            declaration=draft.declaration,
            explanation=draft.explanation,
            place=one_line(draft.place_site),
        )

    def _primary_key(self, table: TableDraft) -> PrimaryKey:
        draft = table.primary_key
        columns = [c for c in (draft.columns if draft is not None else table.columns) if c and c.primary_key is True]
        if draft is not None:
            columns += [c for c in table.columns if c.primary_key is True and c not in columns]
        named = Named(table, columns, draft.name if draft is not None else None)
        return PrimaryKey(
            table=table.key,
            columns=tuple(column.name or "" for column in columns),
            name=conventional("pk", named, self.interpreter),
            place=one_line(draft.site if draft is not None else columns[0].place_site if columns else table.site),
        )

    def _foreign_keys(self, table: TableDraft) -> Some[ForeignKey]:
        known = []
        rest = table.rests.get("foreign_keys", table.rest)
        for draft in table.foreign_keys:
            if isinstance(draft.resolved, list) and draft.resolved:
                known.append(self._foreign_key(table, draft, draft.resolved))
            else:
                rest = either(rest, draft.resolved if isinstance(draft.resolved, Unknown) else unknown(draft.value))
        return Some(tuple(known), rest)

    def _foreign_key(self, table: TableDraft, draft: ForeignKeyDraft, resolved: list[tuple[str, str]]) -> ForeignKey:
        target = resolved[0][0]
        named = Named(table, draft.columns, draft.name)
        named.referred_table, named.target_key = target.rpartition(".")[2], target
        named.referred_columns = [column for _, column in resolved]
        own = (
            draft.columns[0].place_site if len(draft.columns) == 1 and draft in draft.columns[0].foreign_keys else None
        )
        return ForeignKey(
            table=table.key,
            columns=tuple(column.name or "" for column in draft.columns),
            target_table=target,
            target_columns=tuple(column for _, column in resolved),
            name=conventional("fk", named, self.interpreter),
            ondelete=draft.ondelete,
            onupdate=draft.onupdate,
            deferrable=draft.deferrable,
            initially=draft.initially,
            use_alter=draft.use_alter,
            match=draft.match,
            explanation=explanation(own if own is not None else draft.site),
            place=one_line(own if own is not None else draft.site),
        )

    def _index(self, table: TableDraft, draft: ConstraintDraft) -> Index:
        options = draft.options
        operators = entries(options.get("postgresql_ops"))
        parts = tuple(
            self._part(table, column, expression, operators)
            for column, expression in zip(draft.columns, draft.expressions, strict=True)
        )
        where = options.get("postgresql_where")
        method = text(options.get("postgresql_using"))
        include = [_included(table, item) for item in items(options.get("postgresql_include")) or []]
        named = Named(table, self._key_columns(table, draft), draft.name)
        named.unique = draft.unique
        return Index(
            table=table.key,
            name=conventional("ix", named, self.interpreter),
            parts=parts,
            unique=draft.unique,
            method=method.lower() if isinstance(method, str) else "btree",
            predicate=self._sql(where, table) if where is not None and not _none(where) else None,
            include=tuple(name for name in include if isinstance(name, str)),
            nulls_not_distinct=flag(options.get("postgresql_nulls_not_distinct")) is True,
            implied_by_column=draft.implied_by.name if draft.implied_by is not None else None,
            explanation=explanation(draft.site),
            place=one_line(draft.site),
        )

    @staticmethod
    def _key_columns(table: TableDraft, draft: ConstraintDraft) -> list[ColumnDraft | None]:
        """An index's columns as its name sees them: of an expression, the column inside it."""
        found = []
        for column, expression in zip(draft.columns, draft.expressions, strict=True):
            found.append(column if column is not None or expression is None else _inner(table, expression))
        return found

    def _part(
        self, table: TableDraft, column: ColumnDraft | None, expression: Value | None, operators: dict[str, Value]
    ) -> IndexPart:
        if column is not None:
            operator = text(operators.get(column.key or column.name or ""))
            return IndexPart(column=column.name, operator_class=operator if isinstance(operator, str) else None)
        descending, ascending, nulls = False, False, None
        inner = expression
        while isinstance(inner, Call) and (order := _order(inner)) is not None:
            word, inside = order
            descending, ascending = descending or word == "descending", ascending or word == "ascending"
            nulls = nulls or (word if word in {"first", "last"} else None)
            known = table.column_of(inside) if inside is not None else None
            if known is not None:
                return IndexPart(
                    column=known.name, descending=descending, ascending_stated=ascending, nulls=nulls
                )  # fmt: skip
            inner = inside
        return IndexPart(
            expression=self._sql(expression, table) if expression is not None else "",
            descending=descending, ascending_stated=ascending, nulls=nulls,
        )  # fmt: skip

    def _unique(self, table: TableDraft, draft: ConstraintDraft) -> UniqueConstraint:
        deferrable, initially = plain(draft.options.get("deferrable")), text(draft.options.get("initially"))
        return UniqueConstraint(
            table=table.key,
            columns=tuple(column.name or "" for column in draft.columns if column is not None),
            name=conventional("uq", Named(table, draft.columns, draft.name), self.interpreter),
            deferrable=deferrable if isinstance(deferrable, bool) else None,
            initially=initially if isinstance(initially, str) else None,
            nulls_not_distinct=flag(draft.options.get("postgresql_nulls_not_distinct")) is True,
            implied_by_column=draft.implied_by.name if draft.implied_by is not None else None,
            place=one_line(draft.site),
        )

    def _exclusion(self, table: TableDraft, draft: ConstraintDraft) -> ExclusionConstraint:
        options = draft.options
        classes = entries(options.get("ops"))
        where, method, deferrable = options.get("where"), text(options.get("using")), plain(options.get("deferrable"))
        initially = text(options.get("initially"))
        return ExclusionConstraint(
            table=table.key,
            parts=tuple(
                self._part(table, column, expression, classes)
                for column, expression in zip(draft.columns, draft.expressions, strict=True)
            ),
            operators=tuple(draft.operators),
            name=conventional("ex", Named(table, draft.columns, draft.name), self.interpreter) if draft.name else None,
            method=method.lower() if isinstance(method, str) else "gist",
            predicate=self._sql(where, table) if where is not None and not _none(where) else None,
            deferrable=deferrable if isinstance(deferrable, bool) else None,
            initially=initially if isinstance(initially, str) else None,
            place=one_line(draft.site),
        )

    def _check(self, table: TableDraft, draft: ConstraintDraft) -> CheckConstraint:
        condition = draft.expressions[0] if draft.expressions else None
        if draft.type_bound and draft.implied_by is not None:
            expression = _membership(table, draft.implied_by)
        elif condition is None:
            expression = unknown(draft.call, "it states no condition")
        else:
            expression = self._sql(condition, table)
        return CheckConstraint(
            table=table.key,
            expression=expression,
            name=conventional("ck", Named(table, draft.columns, draft.name), self.interpreter),
            implied_by_type=draft.type_bound,
            place=one_line(draft.site),
        )

    def _sql(self, value: Value, table: TableDraft) -> str | Unknown:
        if isinstance(value, Constant) and isinstance(value.value, str):
            return value.value
        return sql_text(value, table, interpreter=self.interpreter)


def _included(table: TableDraft, item: Value) -> str | Unknown | None:
    """The name of a column that an index includes: given as one, or by its key."""
    name = text(item)
    column = table.column_by_key(name) if isinstance(name, str) else table.column_of(item)
    return column.name if column is not None else name


def _none(value: Value) -> bool:
    return isinstance(value, Constant) and value.value is None


def _order(call: Call) -> tuple[str, Value | None] | None:
    """`col.desc()` or `desc(col)`: the order and what it orders."""
    name = call_name(call)
    if name in _ORDERS and call.arguments:
        return _ORDERS[name], call.arguments[0]
    method = getattr(call.function, "name", None)
    if method in _ORDERS and not call.arguments:
        return _ORDERS[method], getattr(call.function, "value", None)
    return None


def _inner(table: TableDraft, expression: Value) -> ColumnDraft | None:
    return next((column for leaf in leaves(expression) if (column := table.column_of(leaf)) is not None), None)


def _membership(table: TableDraft, column: ColumnDraft) -> str | Unknown:
    if column.enum is None:
        return f"{table.sql_name}.{quoted(column.name or '')} IN (0, 1)"
    if isinstance(column.enum.labels, Unknown):
        return column.enum.labels
    labels = ", ".join("'" + label.replace("'", "''") + "'" for label in column.enum.labels)
    return f"{table.sql_name}.{quoted(column.name or '')} IN ({labels})"
