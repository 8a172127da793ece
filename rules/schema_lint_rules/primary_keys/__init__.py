"""KEY: primary keys. KEY007 is reserved."""

from __future__ import annotations

from schema_lint_rules.primary_keys import defaults, integers, presence, texts

__all__ = ["defaults", "integers", "presence", "texts"]
