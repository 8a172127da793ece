"""Places of facts: one line each, since a code host shows a remark only where every line of it is in the diff."""

from __future__ import annotations

import re

import msgspec

from schema_lint.evaluating.values import Site
from schema_lint.facts.place import SourcePlace

_FOR_TOOLS = r"(?i)(?:schema-lint|type|pyright|mypy|pylint|ruff|flake8|pragma|fmt|isort|ty)\s*:|noqa\b|nosec\b"


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
    """The comment on, or directly above, a statement; not what comments say to tools."""
    text = site.module.comment(site.node) if site is not None else None
    if text is None:
        return None
    return "\n".join(line for line in text.split("\n") if re.match(_FOR_TOOLS, line) is None) or None
