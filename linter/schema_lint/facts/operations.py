"""What a revision does to a schema, as far as names go."""

from __future__ import annotations

import msgspec

from schema_lint.facts.schema import TableKey


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One call of an upgrade, or SQL that it runs."""

    function: str
    """`create_table`, `add_column`, `drop_constraint` …; `execute` for SQL; `create_all` for what makes or drops
    all."""

    table: TableKey | None = None
    """Of a renamed table the old name; `None` where the call does not say it."""

    names: tuple[str, ...] = ()
    """Columns, the index, the constraint, a new name; of SQL, and of a call whose names are computed, all words."""
