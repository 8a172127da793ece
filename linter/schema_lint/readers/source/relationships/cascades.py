"""The `cascade` argument of a relationship, spelt out as SQLAlchemy does.

Source: `sqlalchemy.orm.util.CascadeOptions`.
"""

from __future__ import annotations

import re

DEFAULT = "save-update, merge"
VIEWS_MERGE = (1, 4, 45)
"""The version from which `viewonly` relationships cascade merges, too."""
_WITH_ALL = frozenset({"save-update", "merge", "refresh-expire", "expunge", "delete"})
_ALLOWED = _WITH_ALL | {"all", "none", "delete-orphan"}
_VIEWONLY = frozenset({"expunge", "refresh-expire", "merge"})


def cascades(text: str, *, viewonly: bool) -> tuple[str, ...] | None:
    """The cascades, sorted; `None` where SQLAlchemy refuses the text."""
    given = {word for word in re.split(r"\s*,\s*", text) if word}
    if not given <= _ALLOWED:
        return None
    if "all" in given:
        given |= _WITH_ALL
    if "none" in given:
        given.clear()
    given.discard("all")
    return tuple(sorted(given & _VIEWONLY if viewonly else given))
