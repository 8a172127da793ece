"""ENV: engines, URLs, sessions and configuration."""

from schema_lint_rules.environment import engines, schema_changes, sessions, urls

__all__ = ["engines", "schema_changes", "sessions", "urls"]
