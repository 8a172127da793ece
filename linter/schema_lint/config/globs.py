"""Globs over paths and over names of the schema."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def path_matches(path: str, pattern: str) -> bool:
    """Whether a path below the project root, or a folder above it, fits a glob.

    As in ruff: `*` also stands for `/`; a pattern without `/` fits a name at any depth; a folder's name stands for all
    that is in it.
    """
    pattern = pattern.removeprefix("./").rstrip("/")
    if not pattern:
        return False
    parts = path.split("/")
    if "/" not in pattern:
        return any(fnmatchcase(part, pattern) for part in parts)
    pattern = pattern.removeprefix("/")
    # `**/` may stand for no folder at all.
    patterns = {pattern, pattern.replace("**/", "")}
    above = ("/".join(parts[:end]) for end in range(1, len(parts) + 1))
    return any(fnmatchcase(folder, each) for folder in above for each in patterns)


def object_matches(pattern: str, schema: str | None, table: str, columns: Iterable[str]) -> bool:
    """Whether a table, or all of the given columns of it, fit a glob: `table`, `schema.table`, `table.column` or
    `schema.table.column`. A glob that fits the table fits its columns. A table without a schema is in `public`.
    """
    names = (table, f"{schema or 'public'}.{table}")
    if any(_parts_match(name, pattern) for name in names):
        return True
    columns = tuple(columns)
    return bool(columns) and all(any(_parts_match(f"{name}.{column}", pattern) for name in names) for column in columns)


def _parts_match(name: str, pattern: str) -> bool:
    parts, patterns = name.split("."), pattern.split(".")
    return len(parts) == len(patterns) and all(map(fnmatchcase, parts, patterns))
