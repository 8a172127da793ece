"""Join conditions as comparisons of columns: what `primaryjoin` and `secondaryjoin` say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from schema_lint.evaluating.values import Attribute, Call, Collection, Constant, Operation, Value
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.source.arguments import unknown
from schema_lint.readers.source.drafts import ColumnDraft, TableDraft
from schema_lint.readers.source.names import construct

ColumnFinder = Callable[[Value], "ColumnDraft | Unknown | None"]
"""The column that a value stands for; `None` for a value that is no column."""

_COMPARING = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in", "is", "is not"})
_METHODS = frozenset({
    "is_", "is_not", "isnot", "in_", "not_in", "notin_", "like", "ilike", "not_like", "notlike", "startswith",
    "endswith", "contains", "between", "is_distinct_from", "is_not_distinct_from", "has_key", "op", "bool_op", "any",
    "all", "regexp_match", "match", "overlaps", "contained_by", "has_any", "has_all",
})  # fmt: skip
_DEPTH = 40
_MANY = 2_000


class Mark:
    """A column where it stands in a condition, with what `foreign()` and `remote()` say of it."""

    __slots__ = ("column", "foreign", "local", "remote")

    def __init__(self, column: ColumnDraft, foreign: bool = False, remote: bool = False, local: bool = False) -> None:
        self.column = column
        self.foreign = foreign
        self.remote = remote
        self.local = local
        """Said to be local, since the other direction says it is remote."""


class Comparison:
    """A comparison of two expressions: the columns on its left and right."""

    __slots__ = ("equals", "left", "plain", "right")

    def __init__(self, left: list[Mark], right: list[Mark], *, equals: bool, plain: bool) -> None:
        self.left = left
        self.right = right
        self.equals = equals
        """By `==`."""
        self.plain = plain
        """Each side is a bare column."""

    def pairs(self) -> Iterator[tuple[Mark, Mark]]:
        """Every column of the left with every column of the right."""
        return ((left, right) for left in self.left for right in self.right)


class Condition:
    """A join condition: its comparisons, whatever joins them."""

    __slots__ = ("comparisons", "undecided")

    def __init__(self, comparisons: list[Comparison] | None = None, undecided: Unknown | None = None) -> None:
        self.comparisons = comparisons or []
        self.undecided = undecided
        """Why there may be more to it, if there may."""

    def marks(self) -> Iterator[Mark]:
        """Every place where a column stands."""
        for comparison in self.comparisons:
            yield from comparison.left
            yield from comparison.right

    def copy(self) -> Condition:
        """The same comparisons with marks of their own."""
        return self._with(lambda mark: (mark.remote, mark.local))

    def reversed(self, local_tables: list[TableDraft]) -> Condition:
        """The same comparisons for the other direction: what `remote()` marked becomes local, and the columns of the
        tables given, which were local, remote. What `foreign()` said stays."""
        if not any(mark.remote for mark in self.marks()):
            return self.copy()
        return self._with(
            lambda mark: (not mark.remote and any(mark.column.table is t for t in local_tables), mark.remote)
        )

    def _with(self, remote_and_local: Callable[[Mark], tuple[bool, bool]]) -> Condition:
        def fresh(marks: list[Mark]) -> list[Mark]:
            return [Mark(mark.column, mark.foreign, *remote_and_local(mark)) for mark in marks]

        return Condition(
            [Comparison(fresh(c.left), fresh(c.right), equals=c.equals, plain=c.plain) for c in self.comparisons],
            self.undecided,
        )


def from_pairs(pairs: list[tuple[ColumnDraft, ColumnDraft]]) -> Condition:
    """The condition that SQLAlchemy makes of a foreign key: (referenced, referencing) columns, pair by pair."""
    return Condition([Comparison([Mark(one)], [Mark(other)], equals=True, plain=True) for one, other in pairs])


def read_condition(value: Value, find: ColumnFinder) -> Condition:
    """The comparisons within a SQL expression."""
    condition = Condition()
    _collect(value, find, condition, _Room())
    return condition


class _Room:
    """How deep an expression may be, and how many parts it may have; a part that is used twice counts twice."""

    def __init__(self, depth: int = 0, left: list[int] | None = None) -> None:
        self.depth = depth
        self.left = [_MANY] if left is None else left

    def inner(self) -> _Room:
        """For a part."""
        return _Room(self.depth + 1, self.left)

    def used_up(self) -> bool:
        """Count one part; whether it is one too many."""
        self.left[0] -= 1
        return self.depth > _DEPTH or self.left[0] < 0


def _collect(value: Value, find: ColumnFinder, condition: Condition, room: _Room) -> None:
    if room.used_up():
        condition.undecided = unknown(value, "the condition is nested too deeply")
        return
    if isinstance(value, Operation) and value.operator in _COMPARING and len(value.operands) == 2:
        _compare(value.operands[0], value.operands[1], value.operator == "==", find, condition, room)
        return
    if isinstance(value, Operation) and value.operator in {"&", "|", "~"}:
        for operand in value.operands:
            _collect(operand, find, condition, room.inner())
        return
    if isinstance(value, Operation) and value.operator == "and" and _is_equality(value.operands[0]):
        # The truth of `a == b` is whether both are one column: Python's `and` gives the first comparison back.
        _collect(value.operands[0], find, condition, room.inner())
        return
    if isinstance(value, Call):
        if construct(value.function) in {"and_", "or_", "not_"} and value.rest is None:
            for operand in value.arguments:
                _collect(operand, find, condition, room.inner())
            return
        compared = _method(value)
        if compared is not None:
            _compare(compared[0], compared[1], False, find, condition, room)
            return
    if isinstance(value, Constant) and isinstance(value.value, bool):
        return
    found = find(value)
    if isinstance(found, ColumnDraft):
        condition.comparisons.append(Comparison([Mark(found)], [], equals=False, plain=False))
        return
    condition.undecided = found if isinstance(found, Unknown) else unknown(value)


def _is_equality(value: Value) -> bool:
    return isinstance(value, Operation) and value.operator == "=="


def _method(call: Call) -> tuple[Value, Value] | None:
    """Both sides of `a.like(b)` or `a.op("~")(b)`."""
    function = call.function
    if isinstance(function, Call):
        inner = function.function
        if isinstance(inner, Attribute) and inner.name in {"op", "bool_op"}:
            return inner.value, Collection("tuple", list(call.arguments))
        return None
    if isinstance(function, Attribute) and function.name in _METHODS and call.rest is None:
        return function.value, Collection("tuple", list(call.arguments))
    return None


def _compare(left: Value, right: Value, equals: bool, find: ColumnFinder, condition: Condition, room: _Room) -> None:
    sides = []
    plain = True
    for value in (left, right):
        marks: list[Mark] = []
        undecided, bare = _operand(value, find, marks, foreign=False, remote=False, room=room)
        if undecided is not None:
            condition.undecided = undecided
        plain = plain and bare
        sides.append(marks)
    condition.comparisons.append(Comparison(sides[0], sides[1], equals=equals, plain=plain))


def _operand(
    value: Value, find: ColumnFinder, marks: list[Mark], *, foreign: bool, remote: bool, room: _Room
) -> tuple[Unknown | None, bool]:
    """Collects the columns in one side of a comparison: why that failed, and whether it is a bare column."""
    if room.used_up():
        return unknown(value, "the condition is nested too deeply"), False
    name = construct(value.function) if isinstance(value, Call) else None
    if isinstance(value, Call) and name in {"foreign", "remote"} and len(value.arguments) == 1:
        foreign, remote = foreign or name == "foreign", remote or name == "remote"
        return _operand(value.arguments[0], find, marks, foreign=foreign, remote=remote, room=room.inner())
    if isinstance(value, Constant):
        return None, False
    found = find(value)
    if isinstance(found, ColumnDraft):
        marks.append(Mark(found, foreign, remote))
        return None, True
    if isinstance(found, Unknown):
        return found, False
    parts = _parts(value)
    if parts is None:
        return unknown(value), False
    for part in parts:
        undecided, _ = _operand(part, find, marks, foreign=foreign, remote=remote, room=room.inner())
        if undecided is not None:
            return undecided, False
    return None, False


def _parts(value: Value) -> list[Value] | None:
    """What a composite SQL expression is made of; `None` if it is none."""
    if isinstance(value, Collection) and value.rest is None:
        return value.items
    if isinstance(value, Operation):
        return value.operands
    if isinstance(value, Call) and value.rest is None:
        name = construct(value.function) or ""
        given = [*value.arguments, *value.keywords.values()]
        if name.startswith("func.") or name in {"coalesce", "literal", "bindparam", "text", "null", "true", "false"}:
            return given
        if name in {"cast", "type_coerce", "try_cast", "literal_column"}:
            return given[:1]
        if isinstance(value.function, Attribute) and value.function.name in {"cast", "op", "concat", "label"}:
            return [value.function.value, *(given[:0] if value.function.name in {"cast", "label"} else given)]
    return None
