"""Findings that were there when the tool was adopted: listed in a file, by fingerprint, and not reported again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from schema_lint.checking.finding import Finding
from schema_lint.checking.run import fingerprint
from schema_lint.config.problems import printable
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.secrets import mask

NAME = ".schema-lint-baseline.json"
"""In the project root, unless the configuration names another file."""

VERSION = 1
_LONGEST = 500
_CONFLICT = rb"(?m)^(?:<{7}|={7}|>{7}|\|{7})(?: |\r?$)"


class BaselineError(Exception):
    """The file cannot be used; says why, and what to do next."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Findings of one rule about one thing."""

    code: str
    fingerprint: str
    subject: str = ""
    """For the reader of the file, as is `path`: neither decides what the entry stands for."""

    path: str = ""
    """Where the finding stood when it was accepted; empty where it had no place in the source."""

    database: str = ""
    """Where it was found in a database, or is of one: the name that the configuration gives this, else `default`.

    One that has a path, too, was found in both, and stays until it is gone from both.
    """

    count: int = 1

    @property
    def key(self) -> tuple[str, str]:
        """What it stands for."""
        return (self.code, self.fingerprint)

    def __str__(self) -> str:
        return f"{self.code} {self.subject or self.path}".rstrip()


class Baseline(msgspec.Struct, frozen=True):
    """The file and what it lists."""

    path: str
    """Relative to the project root."""

    entries: tuple[Entry, ...]


def entry_of(finding: Finding, count: int = 1, database: str = "") -> Entry:
    """The entry that a finding is accepted by; with the name of the database that was judged, if one was."""
    place = finding.place
    path = place.path if isinstance(place, SourcePlace) and not database else ""
    subject = str(finding.subject)
    # What has no name, and a file, is named by its path.
    subject = "" if path and subject in (path, finding.subject.kind) else subject
    return Entry(
        code=finding.code,
        fingerprint=finding.fingerprint,
        subject=printable(mask(subject), _LONGEST),
        path=printable(mask(path), _LONGEST),
        database=database,
        count=count,
    )


def is_listed(finding: Finding, fail_on: str) -> bool:
    """Whether a baseline lists the finding: infos only where they fail."""
    return finding.severity != "info" or fail_on == "info"


def accepting(
    entries: Iterable[Entry], findings: Iterable[Finding], stale: Iterable[Entry] = (), *, database: str = ""
) -> tuple[Entry, ...]:
    """The entries, less what is stale, and with the findings.

    Args:
        database: the name of the database that was judged; `""` where the source was.
    """
    kept = {entry.key: entry for entry in entries}
    for entry in stale:
        left = _less(kept[entry.key], entry.count, database)
        if left is not None:
            kept[entry.key] = left
        else:
            del kept[entry.key]
    for finding in findings:
        entry = entry_of(finding, database=database)
        known = kept.get(entry.key)
        kept[entry.key] = entry if known is None else _seen(known, entry, known.count + 1)
    return tuple(kept.values())


def _less(entry: Entry, gone: int, database: str) -> Entry | None:
    """What is left of an entry; where it was found in the other evidence, too, that."""
    replace = msgspec.structs.replace
    if entry.count > gone:
        return replace(entry, count=entry.count - gone)
    if not (entry.path and entry.database):
        return None
    return replace(entry, database="") if database else replace(entry, path="")


def refreshed(entries: Iterable[Entry], findings: Iterable[Finding], *, database: str = "") -> tuple[Entry, ...]:
    """The entries with the paths at which their findings stand now, or the database that has them now."""
    now = {entry.key: entry for entry in (entry_of(finding, database=database) for finding in findings)}
    return tuple(_seen(entry, now[entry.key], entry.count) if entry.key in now else entry for entry in entries)


def _seen(known: Entry, now: Entry, count: int) -> Entry:
    return msgspec.structs.replace(
        known,
        # Each evidence has its own words for the same; the source's stay, whatever is run last.
        subject=known.subject if known.path and now.database else now.subject,
        path=now.path or known.path,
        database=now.database or known.database,
        count=count,
    )


def text_of(entries: Iterable[Entry]) -> str:
    """The file's text: an entry a line, in an order that neither moving code nor editing messages changes."""
    ordered = sorted(entries, key=lambda entry: (entry.code, entry.subject, entry.fingerprint))
    lines = [msgspec.json.format(msgspec.json.encode(entry), indent=0).decode() for entry in ordered]
    listed = "[\n    " + ",\n    ".join(lines) + "\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "findings": {listed}\n}}\n'


def parse(content: bytes) -> tuple[Entry, ...]:
    """The entries of a file; of several that stand for the same, as merging two branches leaves them, the largest.

    Raises:
        BaselineError: if it is no baseline, or one of a later version.
    """
    again = "take one side's file, then run `schema-lint baseline update`"
    conflict = re.search(_CONFLICT, content)
    if conflict is not None:
        line = content.count(b"\n", 0, conflict.start()) + 1
        raise BaselineError(f"line {line} has the marks of a conflict", again)
    mend = "mend it, or delete it and run `schema-lint baseline update`"
    try:
        document: Any = msgspec.json.decode(content)
        version = document.get("version") if isinstance(document, dict) else None
        if type(version) is int and version > VERSION:
            raise BaselineError(f"it has version {version}, and this schema-lint knows {VERSION}", "update schema-lint")
        if type(version) is not int or version != VERSION:
            raise BaselineError('it has no "version"', mend)
        entries = msgspec.convert(document.get("findings"), tuple[Entry, ...])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BaselineError(f"it is no baseline: {str(error).splitlines()[0]}", mend) from None
    wrong = next((entry for entry in entries if entry.count < 1), None)
    if wrong is not None:
        raise BaselineError(f"{wrong.code} {wrong.fingerprint} has the count {wrong.count}", mend)
    largest: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        known = largest.get(entry.key)
        if known is None or known.count < entry.count:
            largest[entry.key] = entry
    return tuple(largest.values())


class Sieve:
    """Takes findings out, each entry as many as it stands for."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = {entry.key: entry for entry in entries}
        self._left = {key: entry.count for key, entry in self._entries.items()}

    def takes(self, finding: Finding) -> bool:
        """Whether the finding is accepted; counts it.

        One that has come to concern more, as when a table more has the mixin it is about, is known by any of its
        subjects.
        """
        for key in keys(finding):
            left = self._left.get(key, 0)
            if left:
                self._left[key] = left - 1
                return True
        return False

    def unused(self, is_gone: Callable[[Entry], bool]) -> tuple[Entry, ...]:
        """Entries that took fewer findings than they stand for, with the difference as their count.

        Args:
            is_gone: whether what an entry concerns was read and judged, so that nothing there means nothing is wrong.
        """
        return tuple(
            msgspec.structs.replace(self._entries[key], count=left)
            for key, left in self._left.items()
            if left and is_gone(self._entries[key])
        )


def keys(finding: Finding) -> Iterator[tuple[str, str]]:
    """What a finding is known by: its fingerprint first, then what that would be for its other subjects."""
    yield finding.code, finding.fingerprint
    for subject in finding.subjects[1:]:
        yield finding.code, fingerprint(finding.code, None, subject, finding.place)
