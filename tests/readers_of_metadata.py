"""Comparing exported facts of two readers, both being right."""

from __future__ import annotations

import json
from typing import Any

OTHERWISE = {
    "metadata": "a metadata without a name is called after its line, or after its base",
    "models": "in which order several classes of one table stand",
    "polymorphic_on": "of a class that inherits nothing but columns",
    "class": "two names of one type",
    "attribute": "a column that two attributes are",
    "length": "a project's type may have one, or its implementation",
}
"""What the two readers may say otherwise, both being right."""


def ordered(things: list[dict[str, Any]], key: str) -> list[dict[str, Any]]:
    return sorted(things, key=lambda thing: (str(thing.get("schema")), thing[key], str(thing.get("table"))))


def alike(thing: Any, key: str = "") -> Any:
    """A table or mapper without what may differ; columns by name, since a class may list its bases' later."""
    if isinstance(thing, dict):
        if thing.get("kind") == "computed":
            return {"kind": "computed"}
        return {name: alike(value, name) for name, value in thing.items() if name not in OTHERWISE}
    if isinstance(thing, list):
        found = [alike(item) for item in thing]
        return sorted(found, key=lambda item: json.dumps(item, sort_keys=True)) if key != "bases" else found
    return thing
