"""What is told of a step that fails."""

from __future__ import annotations

from schema_lint.facts.place import SourcePlace

Failure = tuple[str, str, "SourcePlace | None"]
"""What fails, how to mend it, and where."""
