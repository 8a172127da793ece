"""IDX: indexes that are missing, wrong or of no use."""

from schema_lint_rules.indexes import lookups, purpose, redundancy

__all__ = ["lookups", "purpose", "redundancy"]
