"""FK: foreign keys."""

from __future__ import annotations

from schema_lint_rules.foreign_keys import actions, composites, graph, habits, indexes, references, selves, targets

__all__ = ["actions", "composites", "graph", "habits", "indexes", "references", "selves", "targets"]
