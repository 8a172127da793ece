"""Where a fact was seen."""

from __future__ import annotations

import msgspec


class SourcePlace(msgspec.Struct, frozen=True, order=True, tag="source", gc=False):
    """A span of a file below the project root; 1-based lines and columns, in code points, end exclusive."""

    path: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class CatalogPlace(msgspec.Struct, frozen=True, order=True, tag="catalog", gc=False):
    """An object in a live database; `object` is its schema-qualified name."""

    database: str
    object: str

    def __str__(self) -> str:
        return f"{self.database}: {self.object}"


class RevisionPlace(msgspec.Struct, frozen=True, order=True, tag="revision", gc=False):
    """A step of an Alembic revision."""

    revision: str
    path: str
    line: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line} ({self.revision})"


Place = SourcePlace | CatalogPlace | RevisionPlace
