"""TBL: tables, the classes mapped to them, and the modules they live in."""

from schema_lint_rules.tables import classes, imports, naming, timestamps

__all__ = ["classes", "imports", "naming", "timestamps"]
