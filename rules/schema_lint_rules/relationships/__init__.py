"""REL: relationships."""

MODULES = ("annotated", "cascades", "joins", "junctions", "pairs", "selves", "targets")
