"""Sequences: how much of their numbers is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schema_lint.facts.unknown import known

if TYPE_CHECKING:
    from schema_lint.facts.database import Sequence

LARGEST = {"smallint": 2**15 - 1, "integer": 2**31 - 1, "bigint": 2**63 - 1}
"""By the name of the type."""


def used_share(sequence: Sequence, largest: int) -> float:
    """Of the numbers up to the largest that the sequence may give, or down to the smallest, the share that is used.

    Raises:
        Undecided: if the role may not read where the sequence stands.
    """
    last = known(sequence.last_value)
    if last is None or sequence.cycles:
        return 0.0
    if sequence.increment > 0:
        first, end = sequence.minimum, min(sequence.maximum, largest)
    else:
        first, end = sequence.maximum, max(sequence.minimum, -largest - 1)
    return (last - first + sequence.increment) / (end - first) if end != first else 1.0
