"""TBL: tables, the classes mapped to them, the modules they live in, and the database that keeps them."""

MODULES = (
    "classes",
    "configuration",
    "database",
    "descriptions",
    "imports",
    "keeping",
    "names",
    "naming",
    "normal_forms",
    "patterns",
    "registering",
    "shape",
    "soft_delete",
    "timestamps",
)
