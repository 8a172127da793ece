"""Which columns of a join condition are foreign, remote and local, and the direction that follows from it.

Source: `sqlalchemy.orm.relationships._JoinCondition`, whose methods these mirror.
"""

from __future__ import annotations

from collections.abc import Callable

from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.drafts import ColumnDraft, TableDraft
from schema_lint.readers.source.relationships.conditions import Comparison, Condition, Mark

ONE_TO_MANY, MANY_TO_ONE, MANY_TO_MANY = "ONETOMANY", "MANYTOONE", "MANYTOMANY"


class Undetermined(Exception):  # noqa: N818 - carries the reason out of the search, no error
    """The join could not be decided."""

    def __init__(self, why: Unknown) -> None:
        super().__init__(why.why)
        self.why = why


class Marking:
    """The marks that SQLAlchemy sets on the columns of a join condition."""

    def __init__(
        self,
        primary: Condition,
        secondary_join: Condition | None,
        parents: list[TableDraft],
        children: list[TableDraft],
        secondary: TableDraft | None,
    ) -> None:
        self.primary = primary.copy()
        self.conditions = [self.primary] if secondary_join is None else [self.primary, secondary_join.copy()]
        self.parents = parents
        self.children = children
        self.secondary = secondary

    def mark_foreign(self, consider: list[ColumnDraft]) -> None:
        """Marks foreign columns: by `foreign()`, else by `foreign_keys=`, else by the foreign keys that there are."""
        if any(mark.foreign for mark in self.primary.marks()):
            return
        for condition in self.conditions:
            if consider:
                for mark in condition.marks():
                    mark.foreign = mark.foreign or _holds(consider, mark.column)
                continue
            for comparison in condition.comparisons:
                self._mark_present(comparison)

    def _mark_present(self, comparison: Comparison) -> None:
        if not comparison.plain:
            return
        left, right = comparison.left[0], comparison.right[0]
        if left.foreign or right.foreign:
            return
        if _references(left.column, right.column):
            left.foreign = True
        elif _references(right.column, left.column):
            right.foreign = True
        elif self.secondary is not None:
            inside = (left.column.table is self.secondary, right.column.table is self.secondary)
            if inside == (True, False):
                left.foreign = True
            elif inside == (False, True):
                right.foreign = True

    def mark_remote(self, remote_side: list[ColumnDraft]) -> None:
        """Marks remote columns: by `remote()`, the `secondary`, `remote_side=`, else by where they are."""
        if any(mark.remote for mark in self.primary.marks()):
            return
        if self.secondary is not None:
            for condition in self.conditions:
                for mark in condition.marks():
                    mark.remote = mark.column.table is self.secondary
        elif remote_side:
            if self._refers_to_parent():
                self._mark_self_reference(lambda mark: _holds(remote_side, mark.column))
            else:
                for mark in self.primary.marks():
                    mark.remote = _holds(remote_side, mark.column)
        elif self._refers_to_parent():
            self._mark_self_reference(lambda mark: mark.foreign)
        elif any(self._in_parents(table) for table in self.children):
            self._mark_overlap()
        else:
            for mark in self.primary.marks():
                mark.remote = self._is_child(mark) and (
                    mark.column.table is not self.parents[0] or mark.column.table is self.children[0]
                )

    def _mark_self_reference(self, is_remote: Callable[[Mark], bool]) -> None:
        for comparison in self.primary.comparisons:
            if comparison.plain:
                left, right = comparison.left[0], comparison.right[0]
                left.remote = is_remote(left)
                right.remote = is_remote(right) and left.column is not right.column

    def _mark_overlap(self) -> None:
        for comparison in self.primary.comparisons:
            if comparison.plain:
                left, right = comparison.left[0], comparison.right[0]
                right.remote = self._is_child(right) and self._is_parent(left)
                left.remote = self._is_child(left) and self._is_parent(right)

    def _refers_to_parent(self) -> bool:
        """Some comparison has on both sides columns that parent and child both have."""
        return any(
            all(self._is_parent(mark) and self._is_child(mark) for mark in (*comparison.left, *comparison.right))
            for comparison in self.primary.comparisons
            if comparison.plain
        )

    def foreign_columns(self) -> list[ColumnDraft]:
        """Foreign columns of both conditions."""
        return _unique([mark.column for condition in self.conditions for mark in condition.marks() if mark.foreign])

    def remote_columns(self) -> list[ColumnDraft]:
        """Remote columns of both conditions."""
        return _unique([mark.column for condition in self.conditions for mark in condition.marks() if mark.remote])

    def local_columns(self) -> list[ColumnDraft]:
        """Columns of the parent that are not remote where they stand, unless it is said which are local."""
        stated = [mark.column for mark in self.primary.marks() if mark.local]
        if stated:
            return _unique(stated)
        return _unique([mark.column for mark in self.primary.marks() if not mark.remote and self._is_parent(mark)])

    def direction(self) -> str:
        """The direction of a join without a `secondary`.

        Raises:
            Undetermined: where SQLAlchemy refuses, or a foreign key is not known.
        """
        foreign = self.foreign_columns()
        in_child = any(self._in_children(column.table) for column in foreign)
        in_parent = any(self._in_parents(column.table) for column in foreign)
        if in_child and in_parent:
            return self._self_referential_direction()
        if in_child:
            return ONE_TO_MANY
        if in_parent:
            return MANY_TO_ONE
        raise Undetermined(Unknown("the join condition holds no foreign key column of either class"))

    def _self_referential_direction(self) -> str:
        marks = [mark for mark in self.primary.marks() if mark.foreign]
        one_to_many = [mark.column for mark in marks if mark.remote]
        many_to_one = [mark.column for mark in marks if not mark.remote]
        if one_to_many and many_to_one:
            local = self.local_columns()
            equated = [column for column in self.remote_columns() if _holds(local, column)]
            one_to_many = [column for column in one_to_many if not _holds(equated, column)]
            many_to_one = [column for column in many_to_one if not _holds(equated, column)]
        if one_to_many and not many_to_one:
            return ONE_TO_MANY
        if many_to_one and not one_to_many:
            return MANY_TO_ONE
        raise Undetermined(Unknown("foreign key columns stand on both sides of the join condition"))

    def _is_parent(self, mark: Mark) -> bool:
        return self._in_parents(mark.column.table)

    def _is_child(self, mark: Mark) -> bool:
        return self._in_children(mark.column.table)

    def _in_parents(self, table: TableDraft | None) -> bool:
        return any(table is parent for parent in self.parents)

    def _in_children(self, table: TableDraft | None) -> bool:
        return any(table is child for child in self.children)


def _references(column: ColumnDraft, other: ColumnDraft) -> bool:
    if column.table is None or other.table is None:
        return False
    wanted = (other.table.key, other.name)
    for foreign_key in column.table.foreign_keys:
        if isinstance(foreign_key.resolved, Unknown) or foreign_key.resolved is None:
            continue
        for own, target in zip(foreign_key.columns, foreign_key.resolved, strict=False):
            if own is column and target == wanted:
                return True
    return False


def _holds(columns: list[ColumnDraft], wanted: ColumnDraft) -> bool:
    return any(column is wanted for column in columns)


def _unique(columns: list[ColumnDraft]) -> list[ColumnDraft]:
    return list({id(column): column for column in columns}.values())
