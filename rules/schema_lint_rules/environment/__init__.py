"""ENV: engines, URLs, sessions and configuration."""

from schema_lint_rules.environment import (
    comparisons,
    engines,
    migrations,
    schema_changes,
    sessions,
    transactions,
    urls,
)

__all__ = ["comparisons", "engines", "migrations", "schema_changes", "sessions", "transactions", "urls"]
