"""KEY: primary keys. KEY007 is reserved."""

from __future__ import annotations

from schema_lint_rules.primary_keys import defaults, habits, integers, presence, sequences, texts

__all__ = ["defaults", "habits", "integers", "presence", "sequences", "texts"]
