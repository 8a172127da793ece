"""A tree of files that are not on disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from schema_lint.evaluating.files import PRUNED, ReadError, SourceTree


class MemoryTree(SourceTree):
    """Texts by path."""

    def __init__(self, files: Mapping[str, str]) -> None:
        super().__init__("/nowhere")
        self._listings: dict[str, dict[str, bool]] = {"": {}}
        self.files = {path: text.encode() for path, text in files.items()}
        for path in self.files:
            while path:
                directory, _, name = path.rpartition("/")
                self._listings.setdefault(directory, {})[name] = path not in self.files
                path = directory

    def read(self, path: str) -> bytes:
        if path not in self.files:
            raise ReadError("missing", "does not exist")
        return self.files[path]

    def is_environment(self, path: str) -> bool:
        return self.is_dir(path)

    def is_tracked(self, path: str) -> bool | None:
        return None

    def listing(self, directory: str) -> dict[str, bool]:
        return self._listings.get(directory, {})

    def python_files(self, under: Sequence[str] = ("",), exclude: Sequence[str] = ()) -> list[str]:
        return sorted(path for path in self.files if path.endswith(".py") and not PRUNED.intersection(path.split("/")))
