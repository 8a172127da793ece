"""FK: foreign keys."""

MODULES = ("actions", "composites", "graph", "habits", "indexes", "references", "selves", "targets")
