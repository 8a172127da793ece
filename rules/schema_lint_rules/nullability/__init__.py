"""NUL: what may be NULL, and whether that was meant."""

from schema_lint_rules.nullability import annotations, columns, drift, tables, values

__all__ = ["annotations", "columns", "drift", "tables", "values"]
