"""What a caller may tell the source reader; everything has a default."""

from __future__ import annotations

import msgspec


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of `schema_lint.readers.source.read`. Paths are relative to the project root, with `/`."""

    sqlalchemy_version: tuple[int, ...] = ()
    """`(2, 0, 36)`; empty: found from the project's lock files and requirements, else the newest is assumed."""

    sqlmodel_version: tuple[int, ...] = ()
    """As `sqlalchemy_version`."""

    import_roots: tuple[str, ...] = ()
    """Folders that stand on `sys.path`, before those that are found from the layout."""

    exclude: tuple[str, ...] = ()
    """Glob patterns of files and folders that are not reported on; linking may still read them."""

    databases: dict[str, tuple[str, ...]] = {}
    """Configured database units: name → glob patterns of the files whose models belong to it."""

    metadatas: dict[str, tuple[str, ...]] = {}
    """The same by dotted names of their `MetaData` or base classes: `app.db.Base`."""

    revisions: bool = False
    """Whether to read the tables that Alembic revisions declare for their own use, too."""
