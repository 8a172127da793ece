"""When a constraint is checked."""

from __future__ import annotations

from schema_lint.facts.schema import ExclusionConstraint, ForeignKey, UniqueConstraint

Deferrable = ForeignKey | UniqueConstraint | ExclusionConstraint


def is_deferrable(constraint: Deferrable) -> bool:
    """A transaction may put the check off; what begins deferred is deferrable without saying so."""
    return bool(constraint.deferrable) or initially(constraint) == "DEFERRED"


def initially(constraint: Deferrable) -> str:
    """`DEFERRED` or `IMMEDIATE`; SQLAlchemy takes either in any case."""
    return (constraint.initially or "IMMEDIATE").upper()
