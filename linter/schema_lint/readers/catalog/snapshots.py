"""A database's facts in a file, to be judged where the database is not."""

from __future__ import annotations

from typing import Any

import msgspec

from schema_lint import __version__
from schema_lint.facts.project import Schema
from schema_lint.facts.secrets import mask

FORMAT = "schema-lint snapshot of a database"
VERSION = 1
"""Goes up whenever a fact changes its meaning; facts that are added have defaults."""


class SnapshotError(Exception):
    """The file cannot be used; `hint` says what would."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class _Head(msgspec.Struct, frozen=True, kw_only=True):
    format: str = ""
    version: int = 0


class _Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    format: str = FORMAT
    version: int = VERSION
    tool: str = __version__
    schema: Schema


def encode(schema: Schema) -> bytes:
    """The snapshot of a database. It names neither host nor user, and no password that a text in the database holds."""
    return msgspec.json.encode(_without_secrets(msgspec.to_builtins(_Snapshot(schema=schema)))) + b"\n"


def decode(content: bytes) -> Schema:
    """The facts of a snapshot.

    Raises:
        SnapshotError: if it is none, or of another version.
    """
    again = "take it again: schema-lint facts --database --snapshot FILE"
    try:
        head = msgspec.json.decode(content, type=_Head)
        if head.format != FORMAT:
            raise SnapshotError("it is no snapshot of a database", hint=again)
        if head.version != VERSION:
            hint = "update schema-lint" if head.version > VERSION else again
            raise SnapshotError(f"it has version {head.version}, and this schema-lint knows {VERSION}", hint=hint)
        return msgspec.json.decode(content, type=_Snapshot).schema
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise SnapshotError(f"it is no snapshot of a database: {str(error).splitlines()[0]}", hint=again) from None


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(item) for item in value]
    return value
