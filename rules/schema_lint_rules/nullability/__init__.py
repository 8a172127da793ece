"""NUL: what may be NULL, and whether that was meant."""

MODULES = ("annotations", "columns", "drift", "tables", "values")
