"""Lossless edits of source files: what findings intend, carried out."""

from __future__ import annotations

from schema_lint.fixing.editing import Misfit, edited

__all__ = ["Misfit", "edited"]
