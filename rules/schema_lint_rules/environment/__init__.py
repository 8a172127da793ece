"""ENV: engines, URLs, sessions and configuration."""

MODULES = ("comparisons", "engines", "migrations", "schema_changes", "sessions", "transactions", "urls")
