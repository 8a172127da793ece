"""The tables of the project's models, created as they are where a commit was written out."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, Dict, Iterator  # noqa: UP035

if TYPE_CHECKING:
    from schema_lint.replaying.probe.channel import Channel

Json = Dict[str, Any]  # noqa: UP006 - Python 3.8 has no other


def import_from_commit(create: Json) -> None:
    """Let modules be found where the commit was written out, and not in the working tree."""
    root, instead = create["root"], create["instead"]
    sys.path[:] = [_moved(os.path.realpath(path or "."), root, instead) or path for path in sys.path]
    # Behind all else, but before what finds packages that are installed as links to the working tree.
    sys.path += [instead, os.path.join(instead, "src")]


def _moved(path: str, root: str, instead: str) -> str | None:
    if (path != root and not path.startswith(root + os.sep)) or _is_installed(path):
        return None
    return os.path.normpath(os.path.join(instead, os.path.relpath(path, root)))


def _is_installed(path: str) -> bool:
    prefixes = (os.path.realpath(prefix) + os.sep for prefix in (sys.prefix, sys.base_prefix))
    return "site-packages" in path.split(os.sep) or path.startswith(tuple(prefixes))


class Creator:
    """What alembic calls in place of its own upgrade."""

    def __init__(self, create: Json, channel: Channel, script: Any) -> None:
        self._create = create
        self._channel = channel
        self._script = script

    def __call__(self, heads: Any, context: Any) -> Any:
        """Create the tables and enter the revision; no step is to be run."""
        revision = self._create["revision"]
        if revision not in self._script.get_heads():
            self._channel.stop("no-head", ", ".join(sorted(self._script.get_heads())))
        metadata = context.opts.get("target_metadata")
        found = list(metadata) if isinstance(metadata, (list, tuple)) else [metadata]
        tables = [table for each in found if each is not None for table in each.tables.values()]
        if not tables:
            self._channel.stop("no-metadata")
        for path in self._of_today():
            self._channel.stop("of-today", path)
        self._make(context, [each for each in found if each is not None], tables)
        context.stamp(self._script, revision)
        context.connection.connection.commit()
        self._channel.tell("created", tables=len(tables))
        return []

    def _of_today(self) -> Iterator[str]:
        """Modules that come from the working tree."""
        root = self._create["root"] + os.sep
        for module in list(sys.modules.values()):
            path = os.path.realpath(getattr(module, "__file__", None) or os.sep)
            if path.startswith(root) and not path.startswith(self._create["instead"]) and not _is_installed(path):
                yield path[len(root) :]

    @staticmethod
    def _make(context: Any, metadata: list[Any], tables: list[Any]) -> None:
        connection = context.connection
        quote = connection.dialect.identifier_preparer.quote
        for schema in sorted({table.schema for table in tables if table.schema}):
            connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {quote(schema)}")
        for each in metadata:
            each.create_all(connection)
