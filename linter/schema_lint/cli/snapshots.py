"""Snapshots of databases: read from a file, and written to one."""

from __future__ import annotations

import os
import stat

from schema_lint.cli.failures import Failure
from schema_lint.config.problems import printable
from schema_lint.facts.project import Schema
from schema_lint.readers.catalog.snapshots import SnapshotError, decode, encode

_LARGEST = 1024 * 1024 * 1024


def read_snapshot(path: str) -> Schema:
    """The facts of a snapshot.

    Raises:
        Failure: if the file cannot be read, or is none.
    """
    shown = printable(path, 200)
    try:
        status = os.stat(path)
        # A pipe or a device would never end.
        if not stat.S_ISREG(status.st_mode):
            raise Failure(f"the snapshot {shown} is not a regular file")
        if status.st_size > _LARGEST:
            raise Failure(f"the snapshot {shown} is larger than {_LARGEST // 2**20} MiB")
        with open(path, "rb") as file:
            return decode(file.read(_LARGEST))
    except (OSError, ValueError) as error:
        raise Failure(f"the snapshot {shown} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except SnapshotError as error:
        raise Failure(f"the snapshot {shown} cannot be used: {printable(str(error), 200)}", hint=error.hint) from None


def write_snapshot(path: str, schema: Schema) -> None:
    """Write a snapshot, whole or not at all.

    Raises:
        Failure: if it cannot be written.
    """
    from schema_lint.cli.output import write_file

    write_file(path, encode(schema).decode())
