"""The project's files as they would be with some of them changed."""

from __future__ import annotations

from collections.abc import Mapping

from schema_lint.evaluating.disk import DiskTree


class EditedTree(DiskTree):
    """Files on disk, but for the content of those that are edited and not written."""

    def __init__(self, root: str, contents: Mapping[str, bytes]) -> None:
        super().__init__(root)
        self._contents = contents

    def read(self, path: str) -> bytes:
        content = self._contents.get(path)
        return content if content is not None else super().read(path)
