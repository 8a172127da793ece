"""Alembic's operations: where each one's arguments stand (Alembic's documentation, "Operation Reference")."""

from __future__ import annotations

from schema_lint.evaluating.values import Call, Symbol, Value

BATCH = "batch_alter_table"
POSITIONS = {
    "create_table": {"table": 0},
    "drop_table": {"table": 0},
    "rename_table": {"table": 0, "name": 1},
    "create_table_comment": {"table": 0},
    "drop_table_comment": {"table": 0},
    "add_column": {"table": 0},
    "drop_column": {"table": 0, "name": 1},
    "alter_column": {"table": 0, "name": 1},
    "create_index": {"name": 0, "table": 1, "columns": 2},
    "drop_index": {"name": 0, "table": 1},
    "create_unique_constraint": {"name": 0, "table": 1, "columns": 2},
    "create_check_constraint": {"name": 0, "table": 1, "condition": 2},
    "create_exclude_constraint": {"name": 0, "table": 1},
    "create_primary_key": {"name": 0, "table": 1, "columns": 2},
    "create_foreign_key": {"name": 0, "table": 1, "target": 2, "columns": 3, "referred": 4},
    "drop_constraint": {"name": 0, "table": 1, "constraint": 2},
    "bulk_insert": {"table": 0},
}
"""A batch's leave the table out."""

KEYWORDS = {
    "table": ("table_name", "source_table", "source", "old_table_name"),
    "name": ("constraint_name", "index_name", "column_name", "new_table_name", "name"),
    "columns": ("columns", "local_cols"),
    "target": ("referent_table", "referent"),
    "referred": ("remote_cols",),
    "condition": ("condition",),
    "constraint": ("type_",),
}

HARMLESS = frozenset({
    "get_bind", "get_context", "f", "inline_literal", "implementation_for", "register_operation", BATCH,
    "batch_alter_table.__enter__", "execute",
})  # fmt: skip
_OWNERS = ("alembic.op.", "alembic.operations.Operations.", "alembic.operations.base.Operations.")


def operation_name(value: Value | None) -> str | None:
    """Name of the operation that a call of `op` is."""
    if not isinstance(value, Call) or not isinstance(value.function, Symbol):
        return None
    path = value.function.path
    return next((path[len(owner) :] for owner in _OWNERS if path.startswith(owner)), None)
