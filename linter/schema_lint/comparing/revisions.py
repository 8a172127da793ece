"""Revisions that another branch has: what is otherwise here, comments and formatting apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from schema_lint.comparing.code import Code, code_of
from schema_lint.facts.migrations import MigrationEnvironment, Revision, RevisionEdit
from schema_lint.facts.operations import Operation
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.migrations.conventions import CONVENTION

Texts = Callable[[str], "str | None"]


def edits_of(
    before: Iterable[MigrationEnvironment], now: Iterable[MigrationEnvironment], old: Texts, new: Texts
) -> tuple[RevisionEdit, ...]:
    """How the revisions of one state are otherwise in a later one. A revision is known by its identifier, wherever its
    file lies; a history that is there no more as a whole was given up, and nothing is said of it.

    Args:
        old: the text of a file in the first state.
        new: the same in the later one.
    """
    earlier, later = list(before), list(now)
    known = {(revision.identifier, revision.path) for environment in earlier for revision in environment.revisions}
    there: dict[str, list[Revision]] = {}
    for environment in later:
        for revision in environment.revisions:
            there.setdefault(revision.identifier, []).append(revision)
    found: list[RevisionEdit] = []
    for environment in earlier:
        home = next((each for each in later if each.folder == environment.folder), None)
        for revision in environment.revisions:
            # A file that was there before is another application's, which happens to count its revisions alike.
            same = there.get(revision.identifier, [])
            moved = (each for each in same if (each.identifier, each.path) not in known)
            kept = next((each for each in same if each.path == revision.path), None) or next(moved, None)
            if kept is not None:
                found += _changed(revision, kept, old, new)
            elif home is not None:
                found += _gone(revision, home)
    return tuple(found)


def _gone(revision: Revision, home: MigrationEnvironment) -> Iterator[RevisionEdit]:
    if any(unread.path == revision.path for unread in home.unread):
        return
    heir = next((each for each in home.revisions if each.path == revision.path), None)
    yield RevisionEdit(
        revision=revision.identifier,
        environment=home.folder,
        change="identifier" if heir is not None else "deleted",
        was=heir.identifier if heir is not None else "",
        place=heir.place if heir is not None else home.place,
    )


def _changed(revision: Revision, kept: Revision, old: Texts, new: Texts) -> Iterator[RevisionEdit]:
    def edit(change: str, was: str, place: SourcePlace | None) -> RevisionEdit:
        return RevisionEdit(
            revision=revision.identifier, environment=kept.environment, change=change, was=was, place=place
        )

    if set(revision.parents) != set(kept.parents) or set(revision.depends_on) != set(kept.depends_on):
        yield edit("parents", ", ".join((*kept.parents, *kept.depends_on)) or "nothing", kept.place)
    first, second = old(revision.path), new(kept.path)
    if first is None or second is None or first == second:
        return
    was, now = code_of(first), code_of(second)
    if was is None or now is None:
        return
    if _differs("upgrade", was, now) and not _does_the_same(revision.operations, kept.operations):
        yield edit("upgrade", revision.upgrade, _line(kept, now, "upgrade"))
    if _differs("downgrade", was, now) and not _does_the_same(revision.downgrade_operations, kept.downgrade_operations):
        yield edit("downgrade", revision.downgrade, _line(kept, now, "downgrade"))


def _differs(name: str, was: Code, now: Code) -> bool:
    return was.functions.get(name) != now.functions.get(name)


def _line(revision: Revision, code: Code, name: str) -> SourcePlace | None:
    line = code.lines.get(name)
    return SourcePlace(path=revision.path, line=line) if line is not None else revision.place


def _does_the_same(was: tuple[Operation, ...] | Unknown, now: tuple[Operation, ...] | Unknown) -> bool:
    """Whether both are known to do the same, however it is written; values of rows are not known."""
    if isinstance(was, Unknown) or isinstance(now, Unknown) or len(was) != len(now):
        return False
    return all(_is_plain(step) for step in was) and [_apart(step) for step in was] == [_apart(step) for step in now]


def _is_plain(step: Operation) -> bool:
    return step.kind not in ("unread", "all") and not (step.changes_rows and not isinstance(step.sql, str))


def _apart(step: Operation) -> object:
    """A step without where it stands, and without what it found."""
    return _without_places(msgspec.to_builtins(msgspec.structs.replace(step, place=None, before=None)))


def _without_places(value: object) -> object:
    if isinstance(value, dict):
        if value.get("type") == "unknown" and value.get("why") != CONVENTION.why:
            return object()  # No two of them are the same.
        return {key: _without_places(inner) for key, inner in value.items() if key not in ("place", "declaration")}
    return [_without_places(inner) for inner in value] if isinstance(value, (list, tuple)) else value
