"""COL: columns and the fields that declare them."""

MODULES = ("defaults", "drift", "fields", "timestamps", "types", "validation", "values", "wanted")
