"""What a reader could not decide: a value of its own, never a guess."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, NoReturn, TypeVar

import msgspec

from schema_lint.facts.place import SourcePlace

T = TypeVar("T")


class Undecided(Exception):  # noqa: N818 - not an error: the runner records it and goes on
    """A rule asked for a fact that no reader could decide; the rule stays silent for this subject."""

    def __init__(self, unknown: Unknown) -> None:
        super().__init__(unknown.why)
        self.unknown = unknown


class Unknown(msgspec.Struct, frozen=True, eq=False, tag="unknown", gc=False):
    """A fact that could not be decided, with the reason. Every use of it as a value raises `Undecided`."""

    why: str
    place: SourcePlace | None = None

    def _undecided(self, *_: object) -> NoReturn:
        raise Undecided(self)

    __bool__ = __len__ = __iter__ = __contains__ = _undecided
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __hash__ = _undecided


def known(value: T | Unknown) -> T:
    """The value itself.

    Raises:
        Undecided: if the value is `Unknown`.
    """
    if isinstance(value, Unknown):
        raise Undecided(value)
    return value


class Some(msgspec.Struct, Generic[T], frozen=True, gc=False):
    """A collection that may be incomplete: its known members, and why there may be more.

    Rules about presence read `known`; rules about absence read `complete()`.
    """

    known: tuple[T, ...] = ()
    rest: Unknown | None = None

    def complete(self) -> tuple[T, ...]:
        """All members.

        Raises:
            Undecided: if there may be members that no reader could see.
        """
        if self.rest is not None:
            raise Undecided(self.rest)
        return self.known

    def __iter__(self) -> Iterator[T]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.complete())

    def __bool__(self) -> bool:
        return bool(self.known) or bool(self.complete())
