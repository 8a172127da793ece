"""TBL: tables, the classes mapped to them, and the modules they live in."""

from schema_lint_rules.tables import (
    classes,
    configuration,
    descriptions,
    imports,
    naming,
    normal_forms,
    soft_delete,
    timestamps,
)

__all__ = ["classes", "configuration", "descriptions", "imports", "naming", "normal_forms", "soft_delete", "timestamps"]
