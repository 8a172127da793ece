"""The checklist: one module for each family, one decorated function for each rule."""

FAMILIES = {
    "FK": "foreign_keys",
    "REL": "relationships",
    "NUL": "nullability",
    "KEY": "primary_keys",
    "IDX": "indexes",
    "COL": "columns",
    "TBL": "tables",
    "CON": "constraints",
    "DRF": "drift",
    "ENV": "environment",
    "MIG": "migrations",
    "SEC": "security",
    "NEON": "neon",
    "STA": "statistics",
    "SRC": "source",
}
"""Module of each family, by the letters of its codes; in the order of the documentation."""

BEYOND_SOURCE = frozenset({
    "columns.drift", "drift", "indexes.usage", "neon", "nullability.drift", "security", "statistics", "tables.database",
    "tables.keeping",
})  # fmt: skip
"""Modules none of whose rules can judge source or models: a check of them alone does not load them."""

OF_REVISIONS = frozenset({
    "environment.comparisons", "environment.transactions", "migrations", "tables.registering",
})  # fmt: skip
"""Modules all of whose rules are about Alembic's revisions: where there are none, a check does not load them."""
