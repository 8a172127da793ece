"""TBL: tables, the classes mapped to them, the modules they live in, and the database that keeps them."""

from schema_lint_rules.tables import (
    classes,
    configuration,
    database,
    descriptions,
    imports,
    keeping,
    names,
    naming,
    normal_forms,
    patterns,
    registering,
    shape,
    soft_delete,
    timestamps,
)

__all__ = [
    "classes", "configuration", "database", "descriptions", "imports", "keeping", "names", "naming", "normal_forms",
    "patterns", "registering", "shape", "soft_delete", "timestamps",
]  # fmt: skip
