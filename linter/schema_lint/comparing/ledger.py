"""What a comparison has found so far."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

import msgspec

from schema_lint.facts.difference import Difference, Plain, Uncompared
from schema_lint.facts.place import Place
from schema_lint.facts.schema import TableKey
from schema_lint.facts.unknown import Some, Unknown

T = TypeVar("T")


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What is being compared, with its two places."""

    kind: str
    table: TableKey | None
    name: str
    left: Place | None = None
    right: Place | None = None


class Ledger:
    """Takes down differences, and counts what was compared."""

    def __init__(self) -> None:
        self.differences: list[Difference] = []
        self.uncompared: list[Uncompared] = []
        self.fields = 0
        self.tables = 0

    def field(self, subject: Subject, name: str, left: Plain | Unknown, right: Plain | Unknown) -> None:
        """Compare one field."""
        for value in (left, right):
            if isinstance(value, Unknown):
                self.unknown(subject, name, value)
                return
        self.fields += 1
        if left != right or isinstance(left, bool) is not isinstance(right, bool):
            assert not isinstance(left, Unknown) and not isinstance(right, Unknown)
            self.differences.append(_difference(subject, name, left, right))

    def unknown(self, subject: Subject, name: str, why: Unknown) -> None:
        """Note what could not be compared."""
        self.uncompared.append(Uncompared(table=subject.table, subject=subject.name, field=name, unknown=why))

    def alone(self, subject: Subject, description: str, *, left: bool) -> None:
        """Note a thing that only one side has."""
        given = (description, None) if left else (None, description)
        self.differences.append(_difference(subject, None, *given))

    def things(
        self,
        owner: Subject,
        kind: str,
        left: Some[T],
        right: Some[T],
        *,
        keys: Sequence[Callable[[T], Hashable | None]],
        name: Callable[[T], str],
        compare: Callable[[Subject, T, T], None],
        may_be: Callable[[T, T], bool] = lambda one, other: False,
    ) -> None:
        """Pair the things of two collections, compare each pair, and note those that are left.

        A thing that is left is no difference where the other side may have more than it knows.

        Args:
            owner: the table or schema that they belong to; its places stand for those of a thing that is missing.
            keys: ways of telling that two are the same, the surest first; `None` says nothing.
            may_be: whether two may be the same for all that is known of them.
        """
        pairs, only_left, only_right = paired(left.known, right.known, keys)
        for thing in list(only_left):
            other = next((other for other in only_right if may_be(thing, other)), None)
            if other is not None:
                pairs.append((thing, other))
                take_out(only_left, thing)
                take_out(only_right, other)
        for one, other in pairs:
            compare(_subject(owner, kind, name(one), one, other), one, other)
        for rest, things, is_left in ((right.rest, only_left, True), (left.rest, only_right, False)):
            for thing in things:
                subject = _subject(owner, kind, name(thing), *((thing, None) if is_left else (None, thing)))
                if rest is None:
                    self.alone(subject, name(thing), left=is_left)
                else:
                    self.unknown(subject, "whether it is there", rest)


def paired(
    left: Iterable[T], right: Iterable[T], keys: Sequence[Callable[[T], Hashable | None]]
) -> tuple[list[tuple[T, T]], list[T], list[T]]:
    """Pairs of equal key, and what is left on either side, in order."""
    pairs: list[tuple[T, T]] = []
    only_left, only_right = list(left), list(right)
    for key in keys:
        waiting: dict[Hashable, list[T]] = {}
        for thing in only_right:
            waiting.setdefault(key(thing), []).append(thing)
        rest = []
        for thing in only_left:
            candidates = waiting.get(found, []) if (found := key(thing)) is not None else []
            if candidates:
                pairs.append((thing, candidates.pop(0)))
            else:
                rest.append(thing)
        taken = {id(other) for _, other in pairs}
        only_left, only_right = rest, [thing for thing in only_right if id(thing) not in taken]
    return pairs, only_left, only_right


def take_out(things: list[T], thing: T) -> None:
    """Take this very thing out of a list: to ask whether others are equal may be to ask what is not known."""
    things[:] = [other for other in things if other is not thing]


def _subject(owner: Subject, kind: str, name: str, left: object | None, right: object | None) -> Subject:
    return Subject(
        kind=kind,
        table=owner.table,
        name=name,
        left=getattr(left, "place", None) or owner.left,
        right=getattr(right, "place", None) or owner.right,
    )


def _difference(subject: Subject, name: str | None, left: Plain, right: Plain) -> Difference:
    return Difference(
        kind=subject.kind,
        table=subject.table,
        subject=subject.name,
        field=name,
        left=left,
        right=right,
        left_place=subject.left,
        right_place=subject.right,
    )
