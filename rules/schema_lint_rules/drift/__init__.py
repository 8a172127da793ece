"""DRF: where a database is not as the models say."""

MODULES = ("columns", "constraints", "domains", "exclusions", "extensions", "indexes", "revisions", "tables")
