"""What a file's bytes mention, found before anything is parsed. Several searches for plain words are many times as fast
as one regular expression."""

from __future__ import annotations

import re

_SURE = (
    b"sqlalchemy", b"SQLModel", b"sqlmodel", b"mapped_column", b"Mapped[", b"Table(", b"declared_attr", b"MetaData",
    b"ForeignKey", b"create_engine", b"__abstract__",
)  # fmt: skip
_MAYBE = (b"olumn(", b"elationship(", b"__table", b"__mapper_args__", b".Model")
_DEFINING = rb"[Cc]olumn\(|[rR]elationship\(|table\s*=\s*True|\.Model\b|__tablename__|__mapper_args__|__table_args__"
_REVISION = rb"(?m)^revision\b.*="


def may_define(source: bytes) -> bool:
    """Whether a file may define tables or mapped classes, unless something it is imported by says so."""
    if any(word in source for word in _SURE):
        return True
    maybe = any(word in source for word in _MAYBE) or (b"table" in source and b"True" in source)
    return maybe and re.search(_DEFINING, source) is not None


def is_revision(source: bytes) -> bool:
    """Whether it is an Alembic revision: the tables and classes it defines are copies for its own use, of a schema long
    gone."""
    return b"down_revision" in source and re.search(_REVISION, source) is not None
