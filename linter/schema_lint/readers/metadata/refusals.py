"""What SQLAlchemy itself refused or warned of when the mappers were configured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from schema_lint.facts.models import MappingError
from schema_lint.facts.place import SourcePlace
from schema_lint.readers.metadata.column_types import dotted
from schema_lint.readers.metadata.locating import Locator
from schema_lint.readers.places import one_line

Json = dict[str, Any]

_AMBIGUOUS = re.compile(r'Multiple classes found for path "([\w.]+)"')
_REFUSALS = (
    ("ambiguous-name", _AMBIGUOUS),
    ("target", re.compile(r"failed to locate a name|is not defined|failed to resolve|is not mapped|not a mapped")),
    ("none", re.compile(r"no foreign keys linking these tables")),
    ("several", re.compile(r"multiple foreign key paths linking the tables")),
    ("property", re.compile(r"has no property '")),
    ("direction", re.compile(r"are both of the same direction")),
    ("orphan", re.compile(r"delete-orphan cascade is normally configured only on")),
    ("reverse", re.compile(r"reverse_property|does not reference mapper|back_populates on relationship")),
    ("table", re.compile(r"could not find table '|could not (?:initialize|find) .*column|no column named")),
)
"""Refusals that the facts of the relationship or foreign key show by themselves, by what their message says."""

_LONGEST_SUBJECT = 100
_WARNED = re.compile(r"'(\w+)\.(\w+)'")
_BACKGROUND = re.compile(r"\s*\(Background on this (?:error|warning) at: \S+\)")


class Refusals:
    """SQLAlchemy's errors, by the relationship that they are about."""

    def __init__(self, errors: list[Json]) -> None:
        self.errors = errors
        self._kinds: dict[tuple[str, str], str | None] = {}
        self._messages: dict[tuple[str, str], str] = {}
        for error in errors:
            if error["class"] is not None and error["key"] is not None:
                subject = dotted(error["class"]), str(error["key"])
                self._kinds[subject] = _kind(error)
                self._messages[subject] = told(error["message"])

    def of(self, model: str, name: str) -> str | None:
        """Why the relationship was refused, if it was for a reason that facts can show."""
        return self._kinds.get((model, name))

    def message(self, model: str, name: str) -> str | None:
        """What SQLAlchemy said of the relationship."""
        return self._messages.get((model, name))


def _kind(error: Json) -> str | None:
    if error["type"] == "AmbiguousForeignKeysError":
        return "several"
    if error["type"] == "NoForeignKeysError":
        return "none"
    return next((kind for kind, pattern in _REFUSALS if pattern.search(error["message"])), None)


def told(message: str) -> str:
    """SQLAlchemy's words in one line, without the address of its manual."""
    return " ".join(_BACKGROUND.sub("", message).split())


def mapping_errors(answer: Json, mappers: list[Json], locator: Locator) -> Iterator[MappingError]:
    """What SQLAlchemy said that no other fact shows: refusals of kind `configuration`, and warnings."""
    by_class = {dotted(mapper["class"]): mapper for mapper in mappers}
    by_name: dict[str, Json] = {}
    for mapper in mappers:
        by_name.setdefault(mapper["name"], mapper)
    yield from _ambiguous(answer["errors"], by_class, locator)
    for error in answer["errors"]:
        if _kind(error) is not None and error["key"] is not None:
            continue
        cls = dotted(error["class"]) if error["class"] is not None else None
        about = by_class.get(cls or "")
        subject = f"{cls}.{error['key']}" if cls is not None else "the mappers"
        place = _place(about, error["key"], locator) or _frame(error["frames"], locator)
        yield MappingError(kind="configuration", subject=subject, message=told(error["message"]), place=place)
    seen = set()
    for warning in answer["warnings"]:
        message = told(warning["message"])
        if message not in seen:
            seen.add(message)
            yield _warning(warning, message, by_name, locator)


def _ambiguous(errors: list[Json], by_class: dict[str, Json], locator: Locator) -> Iterator[MappingError]:
    """Names of several classes, each once, placed at the relationship that names it."""
    seen = set()
    for error in errors:
        found = _AMBIGUOUS.search(error["message"])
        if found is not None and error["class"] is not None and found[1] not in seen:
            seen.add(found[1])
            place = _place(by_class.get(dotted(error["class"])), error["key"], locator)
            yield MappingError(
                kind="duplicate-class-name", subject=found[1], message=told(error["message"]), place=place
            )


def _warning(warning: Json, message: str, by_name: dict[str, Json], locator: Locator) -> MappingError:
    named = [(by_name[cls], key) for cls, key in _WARNED.findall(message) if cls in by_name]
    named = [(mapper, key) for mapper, key in named if any(r["key"] == key for r in mapper["relationships"])]
    if named:
        mapper, key = min(named, key=lambda pair: _rank(*pair))
        subject = f"{dotted(mapper['class'])}.{key}"
        return MappingError(kind="warning", subject=subject, message=message, place=_place(mapper, key, locator))
    place = _frame(warning["frames"], locator)
    return MappingError(kind="warning", subject=message[:_LONGEST_SUBJECT], message=message, place=place)


def _rank(mapper: Json, key: str) -> tuple[bool, str, str]:
    """The single object of a pair first: it is where rules about pairs report."""
    found = next(r for r in mapper["relationships"] if r["key"] == key)
    return found.get("direction") != "MANYTOONE", dotted(mapper["class"]), key


def _place(mapper: Json | None, key: str | None, locator: Locator) -> SourcePlace | None:
    if mapper is None:
        return None
    lineage = [(ancestor["path"][1], ancestor["file"]) for ancestor in mapper["mro"]]
    found = locator.attribute(lineage, key) if key is not None else None
    qualname, file = lineage[0]
    return one_line(found[1] if found is not None else locator.class_site(file, qualname))


def _frame(frames: list[list[Any]], locator: Locator) -> SourcePlace | None:
    """The innermost frame that is the project's."""
    for file, line, *_ in reversed(frames):
        site = locator.line(file, line)
        if site is not None:
            return one_line(site)
    return None
