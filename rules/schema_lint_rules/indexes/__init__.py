"""IDX: indexes that are missing, wrong or of no use."""

MODULES = ("lookups", "number", "purpose", "redundancy", "suitability", "usage")
