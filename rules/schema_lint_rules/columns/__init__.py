"""COL: columns and the fields that declare them."""

from schema_lint_rules.columns import defaults, drift, fields, timestamps, types, validation, values, wanted

__all__ = ["defaults", "drift", "fields", "timestamps", "types", "validation", "values", "wanted"]
