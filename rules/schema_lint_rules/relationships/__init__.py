"""REL: relationships."""

from __future__ import annotations

from schema_lint_rules.relationships import annotated, cascades, joins, junctions, pairs, selves, targets

__all__ = ["annotated", "cascades", "joins", "junctions", "pairs", "selves", "targets"]
