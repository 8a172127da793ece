"""Places of facts: one line each, since a code host shows a remark only where every line of it is in the diff."""

from __future__ import annotations

import msgspec

from schema_lint.evaluating.values import Site
from schema_lint.facts.place import SourcePlace


def one_line(site: Site | None) -> SourcePlace | None:
    """The first line of a statement or call."""
    if site is None:
        return None
    place = site.place()
    if place.end_line <= place.line:
        return place
    width = len(site.text().split("\n", 1)[0].rstrip())
    return msgspec.structs.replace(place, end_line=place.line, end_column=place.column + max(width, 1))


def explanation(site: Site | None) -> str | None:
    """The comment on, or directly above, a statement."""
    return site.module.comment(site.node) if site is not None else None
