"""The static reader: facts from Python source, by evaluating it symbolically and never running it."""

from __future__ import annotations

from schema_lint.readers.source.options import ReadOptions
from schema_lint.readers.source.reading import read

__all__ = ["ReadOptions", "read"]
