"""KEY: primary keys. KEY007 is reserved."""

MODULES = ("defaults", "habits", "integers", "presence", "sequences", "texts")
