"""What of a table is the same in a database, whatever it is called there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol, TypeVar

from schema_lint.comparing.drift import ddl
from schema_lint.comparing.drift.notes import Notes, Subject
from schema_lint.comparing.ledger import take_out
from schema_lint.facts.identifiers import shortened
from schema_lint.facts.schema import Table
from schema_lint.facts.unknown import Unknown


class Named(Protocol):
    """A constraint or an index."""

    @property
    def name(self) -> str | Unknown | None:
        """Its name, where one is stated."""


N = TypeVar("N", bound=Named)


def stored_name(thing: Named) -> str | None:
    """The name as PostgreSQL stores it; `None` where none is stated, or it is not known."""
    return shortened(thing.name) if isinstance(thing.name, str) else None


def compare_names(notes: Notes, subject: Subject, table: Table, one: Named, other: Named) -> None:
    """Take down another name, where the models give one: what a revision drops it finds by name."""
    ours, theirs = stored_name(one), other.name
    if ours is not None and isinstance(theirs, str):
        rename = ddl.rename_index if subject.kind in ("unique", "index") else ddl.rename_constraint
        notes.compared(subject, "name", ours == theirs, ours, theirs, sql=rename(table, theirs, ours))


def matched(missing: list[N], more: list[N], same: Callable[[N, N], bool | Unknown | None]) -> list[tuple[N, N]]:
    """Take what is the same out of both lists, and pair it.

    What cannot be told apart is not held against either; of two that are both named the names say it.
    """
    pairs = []
    for one in list(missing):
        outcomes = [(same(one, other), other) for other in more]
        found = next((other for outcome, other in outcomes if outcome is True), None)
        if found is None:
            vague = (other for outcome, other in outcomes if outcome is not True and outcome is not False)
            found = next((other for other in vague if not _both_named(one, other)), None)
        if found is not None:
            take_out(missing, one)
            take_out(more, found)
            pairs.append((one, found))
    return pairs


def together(outcomes: Iterable[bool | Unknown]) -> bool | Unknown:
    """Whether all parts are the same: one that differs says it, whatever is not known of the others."""
    vague = None
    for outcome in outcomes:
        if isinstance(outcome, Unknown):
            vague = outcome if vague is None else vague
        elif not outcome:
            return False
    return True if vague is None else vague


def _both_named(one: Named, other: Named) -> bool:
    return isinstance(one.name, str) and isinstance(other.name, str)
