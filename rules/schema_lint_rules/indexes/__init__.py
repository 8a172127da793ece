"""IDX: indexes that are missing, wrong or of no use."""

from schema_lint_rules.indexes import lookups, number, purpose, redundancy, suitability, usage

__all__ = ["lookups", "number", "purpose", "redundancy", "suitability", "usage"]
