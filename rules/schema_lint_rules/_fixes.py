"""Fixes of one edit, as most are."""

from __future__ import annotations

from typing import Literal

from schema_lint.checking.finding import Edit, Fix
from schema_lint.facts.place import Place, SourcePlace
from schema_lint.facts.schema import Declaration


def one_edit(
    intent: str,
    place: Place | None,
    name: str | None = None,
    value: str | None = None,
    *,
    imports: tuple[str, ...] = (),
    applicability: Literal["safe", "unsafe"] = "unsafe",
) -> Fix | None:
    """One edit (its intents: `Edit.intent`); `None` where it has no place in the source."""
    if not isinstance(place, SourcePlace):
        return None
    edit = Edit(intent=intent, place=place, name=name, value=value, imports=imports)
    return Fix(applicability=applicability, edits=(edit,))


def set_argument(
    declaration: Declaration | None, name: str, value: str, *, imports: tuple[str, ...] = ()
) -> Fix | None:
    """An argument for the call that declares a column; `None` where a `Column` is handed to that call."""
    if declaration is None or declaration.sa_column is not None:
        return None
    return one_edit("set-argument", declaration.place, name, value, imports=imports)
