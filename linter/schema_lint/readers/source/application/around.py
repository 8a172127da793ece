"""What a file's bytes mention of engines, sessions, URLs and the schema: looked at once, parsed only where needed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from schema_lint.readers.source.application.urls import DIALECTS
from schema_lint.readers.source.application.walking import ROUTE_METHODS
from schema_lint.readers.source.mentions import found

Topic = Literal["engines", "schema", "urls", "sessions", "flask", "setting", "timeout", "lock", "environment"]

_BESIDE = (
    b"://", b" table", b" index", b"async def", b" TYPE", b"create_engine", b"create_async_engine",
    b"engine_from_config", b"sessionmaker", b"create_all", b"drop_all", b"statement_timeout", b" TABLE", b" INDEX",
    b"Depends(", b"flask_sqlalchemy", b"SQLALCHEMY_DATABASE_URI",
)  # fmt: skip
"""Configuration files are looked for beside and above Python files that have any of these."""

_VERBS = (b"create", b"alter", b"drop")
_SCHEMA = rb"\s+(?:\w+\s+){0,2}(?:table|index|type|schema|view|sequence|function|trigger|policy|domain)\b"
_BLANK = rb"(?:\s|\\[nrtfv\n])"
_OPENING = rb"(?i)(?:[(\"'\\]\s*|#[^\n]*\n\s*)[rbuft]{0,2}[\"']" + _BLANK + rb"*(?:--[^\n]*\n" + _BLANK + rb"*)*$"
"""A string that is handed to a function, up to where its text begins; comments of Python and SQL may stand before."""

_LONGEST_OPENING = 1000
_DIALECT = rb"[\"']" + _BLANK + rf"*(?:{DIALECTS})(?:\+\w+)?$".encode()
_LONGEST_DIALECT = 60
_ENDPOINT = rf"(?m)^[ \t]*@[^\n]*\.(?:{'|'.join(sorted(ROUTE_METHODS))})\b".encode()


class Mentions(msgspec.Struct, frozen=True, array_like=True):
    """What one file may be about."""

    beside: bool
    """Its configuration may lie beside it, or above."""

    depends: bool
    """It may make functions part of each request."""

    topics: tuple[Topic, ...]


def mentions_of(path: str, source: bytes) -> Mentions:
    """What a file may be about."""
    topics = [topic for topic, is_about in _TOPICS if is_about(source)]
    if (path == "env.py" or path.endswith("/env.py")) and b"alembic" in source:
        topics.append("environment")
    return Mentions(any(word in source for word in _BESIDE), b"Depends(" in source, tuple(topics))


class Around:
    """The project's files around the models."""

    def __init__(self) -> None:
        self.topics: dict[str, frozenset[Topic]] = {}
        """What each file may be about, by path; those about nothing are left out."""
        self.folders: set[str] = set()
        """Folders of application code, where its configuration may lie, too."""
        self.depending: list[str] = []
        """Files that may make functions part of each request."""

    def note(self, path: str, mentions: Mentions) -> None:
        """Take up a file."""
        if mentions.beside:
            self.folders.add(path.rpartition("/")[0])
        if mentions.depends:
            self.depending.append(path)
        if mentions.topics:
            self.topics[path] = frozenset(mentions.topics)

    def about(self, topic: Topic) -> list[str]:
        """The files that may be about something."""
        return [path for path, topics in self.topics.items() if topic in topics]


def _engines(source: bytes) -> bool:
    return b"sessionmaker" in source or (
        b"engine" in source
        and (b"create_engine" in source or b"create_async_engine" in source or b"engine_from_config" in source)
    )


def _schema(source: bytes) -> bool:
    if b"create_all" in source or b"drop_all" in source:
        return True
    if b"exec" not in source and b"text(" not in source:
        return False
    lowered = source.lower()
    return any(_is_statement(at, verb, lowered) for verb in _VERBS for at in found(verb, lowered))


def _is_statement(at: int, verb: bytes, lowered: bytes) -> bool:
    """Whether DDL begins here, at the beginning of a string."""
    if re.compile(_SCHEMA).match(lowered, at + len(verb)) is None:
        return False
    return re.compile(_OPENING).search(lowered, max(0, at - _LONGEST_OPENING), at) is not None


def _urls(source: bytes) -> bool:
    return any(re.compile(_DIALECT).search(source, max(0, at - _LONGEST_DIALECT), at) for at in found(b"://", source))


def _sessions(source: bytes) -> bool:
    return b"Session" in source and b"async def" in source and re.search(_ENDPOINT, source) is not None


_TOPICS: tuple[tuple[Topic, Callable[[bytes], bool]], ...] = (
    ("engines", _engines),
    ("schema", _schema),
    ("urls", _urls),
    ("sessions", _sessions),
    ("flask", lambda source: b"flask_sqlalchemy" in source),
    ("setting", lambda source: b"SQLALCHEMY_DATABASE_URI" in source),
    ("timeout", lambda source: b"statement_timeout" in source),
    ("lock", lambda source: b"lock_timeout" in source),
)
