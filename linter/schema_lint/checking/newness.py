"""Which findings are new, by comparing those of two states of a project."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import msgspec

from schema_lint.checking.baseline import keys
from schema_lint.checking.finding import Finding
from schema_lint.facts.place import SourcePlace

_Key = tuple[str, ...]


class Compared(msgspec.Struct, frozen=True):
    """Findings of the later state."""

    new: tuple[Finding, ...]
    older: tuple[Finding, ...]


def compare(
    now: Sequence[Finding], before: Sequence[Finding], *, is_new: Callable[[str], bool], is_gone: Callable[[str], bool]
) -> Compared:
    """Tell findings that are new from those that were there before; where one thing has several, they are counted.

    A finding of several subjects is known by any of them. What is known by its file or module alone (engines, URLs,
    classes without a table) is looked for by its name, too, in case the file was renamed.

    Args:
        is_new: whether a path was not there before.
        is_gone: whether a path is not there any more.
    """
    known = Counter(key for finding in before for key in keys(finding))
    older: list[Finding] = []
    unmatched: list[Finding] = []
    for finding in now:
        mine = list(keys(finding))
        (older if any(known[key] > 0 for key in mine) else unmatched).append(finding)
        known.subtract(mine)
    left = (finding for finding in before if known[next(keys(finding))] > 0)
    moved = Counter(key for finding in left for key in _names(finding, is_gone))
    new: list[Finding] = []
    for finding in unmatched:
        key = next(iter(_names(finding, is_new)), None)
        if key is not None and moved[key] > 0:
            moved[key] -= 1
            older.append(finding)
        else:
            new.append(finding)
    return Compared(tuple(new), tuple(older))


def _names(finding: Finding, counts: Callable[[str], bool]) -> Iterator[_Key]:
    """What a finding is about, apart from where it stands; nothing where a table says it or its file does not count."""
    subject, place = finding.subject, finding.place
    if subject.table is not None or not isinstance(place, SourcePlace):
        return
    if subject.class_ is not None:
        yield finding.code, subject.kind, subject.class_.rpartition(".")[2], subject.attribute or ""
    elif counts(place.path):
        name = (subject.name or "").replace(place.path, "")
        yield finding.code, subject.kind, name, subject.attribute or ""
