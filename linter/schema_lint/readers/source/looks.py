"""The looks that are taken at every file of a project, most of which are not read."""

from __future__ import annotations

import re

import msgspec

from schema_lint.evaluating.looking import Look
from schema_lint.readers.source.application import around
from schema_lint.readers.source.given_keys import GIVEN
from schema_lint.readers.source.hooks import may_hook
from schema_lint.readers.source.mentions import is_revision, may_define


class Mentioned(msgspec.Struct, frozen=True, array_like=True):
    """What a file mentions that matters."""

    hooks: bool
    """It may have listeners or triggers."""

    revision: bool
    """It is an Alembic revision."""

    defines: bool
    """It may define tables or mapped classes."""

    around: around.Mentions


def _mentioned(path: str, source: bytes) -> Mentioned:
    return Mentioned(
        hooks=may_hook(source),
        revision=is_revision(source),
        defines=may_define(source) or source.startswith((b"\xff\xfe", b"\xfe\xff")),
        around=around.mentions_of(path, source),
    )


def _defines_one(path: str, source: bytes, names: bytes) -> bool:
    """Whether a file may define tables, and mentions one of the names."""
    if not may_define(source) or is_revision(source):
        return False
    words = b"|".join(map(re.escape, names.split(b"\0")))
    return re.search(rb"\b(?:" + words + rb")\b", source, re.IGNORECASE) is not None


MENTIONED = Look("mentioned", _mentioned, Mentioned)
DEFINES_ONE = Look("defines one", _defines_one, bool)
LOOKS = {look.name: look for look in (MENTIONED, DEFINES_ONE, GIVEN)}
