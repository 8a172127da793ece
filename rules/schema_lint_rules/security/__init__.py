"""SEC: roles, rights and row-level security."""

from schema_lint_rules.security import (
    columns,
    conditions,
    evaluation,
    functions,
    policies,
    rights,
    roles,
    tables,
    views,
)

__all__ = ["columns", "conditions", "evaluation", "functions", "policies", "rights", "roles", "tables", "views"]
