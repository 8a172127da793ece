"""How messages speak of where models and a database differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema_lint.facts.difference import Difference, Plain


def part(difference: Difference) -> str:
    """A column of the models by its class (`Task.title`), one of the database by its table (`tasks.title`)."""
    if difference.owner and difference.attribute:
        return f"{difference.owner.rpartition('.')[2]}.{difference.attribute}"
    return f"{difference.table}.{difference.subject}"


def model(difference: Difference) -> str:
    """The class that is mapped to the table, or the table where none is."""
    return difference.owner.rpartition(".")[2] if difference.owner else f"the model of {difference.table}"


def value(found: Plain) -> str:
    """A value as people read it."""
    if isinstance(found, tuple):
        return f"({', '.join(found)})"
    return "none" if found is None else str(found).lower() if isinstance(found, bool) else str(found)


def is_missing(difference: Difference) -> bool:
    """The database lacks it."""
    return difference.field is None and difference.right is None


def is_unknown_to_models(difference: Difference) -> bool:
    """The models lack it."""
    return difference.field is None and difference.left is None
