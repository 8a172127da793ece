"""COL: columns and the fields that declare them."""

from schema_lint_rules.columns import defaults, fields, timestamps

__all__ = ["defaults", "fields", "timestamps"]
