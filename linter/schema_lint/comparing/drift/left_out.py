"""Differences in what an `env.py` leaves out of Alembic's comparisons on purpose."""

from __future__ import annotations

from collections.abc import Iterable

from schema_lint.facts.difference import Difference
from schema_lint.readers.migrations.filters import Compared, Filters

_KINDS = {
    "table": "table",
    "column": "column",
    "index": "index",
    "unique": "unique_constraint",
    "unique constraint": "unique_constraint",
    "foreign key": "foreign_key_constraint",
    "check constraint": "check_constraint",
}
"""What Alembic calls them."""


def without_left_out(differences: Iterable[Difference], filters: Filters) -> tuple[Difference, ...]:
    """The differences of what is compared, as far as the functions of `env.py` can be read."""
    return tuple(each for each in differences if each.table is None or not filters.leave_out(_compared(each)))


def _compared(difference: Difference) -> Compared:
    """What Alembic would ask about: the thing itself, or the table where Alembic does not compare such things."""
    kind = _KINDS.get(difference.kind)
    lacked = kind is not None and difference.field is None
    name = difference.subject if difference.subject.isidentifier() else None
    return Compared(
        kind=kind or "table",
        name=name if kind not in ("table", None) else difference.table_name,
        table=difference.table_name or "",
        schema=difference.schema,
        in_models=not (lacked and difference.left is None),
        in_database=not (lacked and difference.right is None),
    )
