"""What a file's bytes mention, found before anything is parsed. Several searches for plain words are many times as fast
as one regular expression."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORDS = (
    b"sqlalchemy", b"SQLModel", b"sqlmodel", b"mapped_column", b"Mapped[", b"Table(", b"declared_attr", b"MetaData",
    b"ForeignKey", b"create_engine", b"__abstract__", b"Column(", b"column(", b"relationship(", b"Relationship(",
    b"__tablename__", b"__mapper_args__", b"__table_args__",
)  # fmt: skip
_FLASK_MODEL = rb"\.Model\b"
_TABLE_FLAG = rb"table\s*=\s*True"
_REVISION = rb"(?m)^revision\b.*="


def may_define(source: bytes) -> bool:
    """Whether a file may define tables or mapped classes, unless something it is imported by says so."""
    if any(word in source for word in _WORDS):
        return True
    if b".Model" in source and re.search(_FLASK_MODEL, source) is not None:
        return True
    return b"table" in source and b"True" in source and re.search(_TABLE_FLAG, source) is not None


def is_revision(source: bytes) -> bool:
    """Whether it is an Alembic revision: the tables and classes it defines are copies for its own use, of a schema long
    gone."""
    return b"down_revision" in source and re.search(_REVISION, source) is not None


def found(word: bytes, source: bytes) -> Iterator[int]:
    """Where a word begins in a text, each time."""
    at = source.find(word)
    while at >= 0:
        yield at
        at = source.find(word, at + 1)
