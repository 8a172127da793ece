"""SEC: roles, rights and row-level security."""

MODULES = ("columns", "conditions", "evaluation", "functions", "policies", "rights", "roles", "tables", "views")
