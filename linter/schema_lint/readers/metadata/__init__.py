"""The metadata reader: facts from what SQLAlchemy builds when the project's own interpreter imports the models."""

from __future__ import annotations

from schema_lint.readers.metadata.failing import MetadataError
from schema_lint.readers.metadata.options import MetadataOptions, Target, target
from schema_lint.readers.metadata.reading import Reading, read

__all__ = ["MetadataError", "MetadataOptions", "Reading", "Target", "read", "target"]
