"""Two projects: which of their schemas belong together."""

from __future__ import annotations

from schema_lint.comparing.ledger import Ledger, take_out
from schema_lint.comparing.schemas import compare_into, comparison
from schema_lint.facts.difference import Comparison
from schema_lint.facts.project import Project, Schema
from schema_lint.readers.merging import twin_of


def compare_projects(left: Project, right: Project, *, names: tuple[str, str]) -> Comparison:
    """Where two readings of one project differ. A schema is compared with the one it shares most tables with.

    Args:
        names: what the two sides are, for messages: `("source", "metadata")`.
    """
    ledger = Ledger()
    waiting = [schema for schema in left.schemas if schema.tables.known]
    alone: list[Schema] = []
    for schema in right.schemas:
        if not schema.tables.known:
            continue
        other = twin_of(schema, waiting)
        if other is None:
            alone.append(schema)
        else:
            take_out(waiting, other)
            compare_into(ledger, other, schema)
    return comparison(ledger, names, tuple(schema.label for schema in (*waiting, *alone)))
