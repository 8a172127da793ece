"""DRF: where a database is not as the models say."""

from schema_lint_rules.drift import columns, constraints, domains, exclusions, extensions, indexes, revisions, tables

__all__ = ["columns", "constraints", "domains", "exclusions", "extensions", "indexes", "revisions", "tables"]
