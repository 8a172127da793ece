"""FK: foreign keys."""

from __future__ import annotations

from schema_lint_rules.foreign_keys import actions, graph, indexes, references, targets

__all__ = ["actions", "graph", "indexes", "references", "targets"]
