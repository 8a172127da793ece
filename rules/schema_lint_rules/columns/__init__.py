"""COL: columns and the fields that declare them."""

from schema_lint_rules.columns import defaults, drift, fields, timestamps, validation, values

__all__ = ["defaults", "drift", "fields", "timestamps", "validation", "values"]
