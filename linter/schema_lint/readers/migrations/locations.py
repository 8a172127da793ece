"""Which environment the folders of revisions belong to, as files and Alembic's configuration say."""

from __future__ import annotations

import re
from collections.abc import Iterator

from schema_lint.evaluating.files import SourceTree, decoded

_SEPARATED = re.compile(r"[\s,:;]+")
_KEY = re.compile(r"^(script_location|version_locations)[ \t]*[=:][ \t]*(.*(?:\n[ \t]+\S.*)*)", re.MULTILINE)


class Locations:
    """Environments of a tree, each looked for once."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self._known: dict[str, str] = {}
        self._configured: dict[str, dict[str, tuple[str, ...]]] = {}

    def environment_of(self, folder: str) -> str:
        """The nearest folder above that has an `env.py`; else that whose `alembic.ini` names this folder among its
        `version_locations`; else the folder itself."""
        if folder not in self._known:
            self._known[folder] = self._find(folder)
        return self._known[folder]

    def folders_of(self, environment: str) -> tuple[str, ...]:
        """Folders that may hold its revisions: its own, and those that an `alembic.ini` above it names."""
        named = [found for above in _upwards(environment) for found in self._ini(above).get(environment, ())]
        return (environment, *named)

    def _find(self, own: str) -> str:
        for folder in _upwards(own):
            if folder and self._tree.is_file(f"{folder}/env.py"):
                return folder
        for above in _upwards(own):
            for environment, folders in self._ini(above).items():
                if own in folders:
                    return environment
        return own

    def _ini(self, folder: str) -> dict[str, tuple[str, ...]]:
        """Folders of revisions by environment, as an `alembic.ini` says."""
        if folder not in self._configured:
            path = f"{folder}/alembic.ini" if folder else "alembic.ini"
            content = self._tree.content(path) if self._tree.is_file(path) else None
            self._configured[folder] = dict(_sections(decoded(content) or "", folder)) if content is not None else {}
        return self._configured[folder]


def _sections(text: str, folder: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Environments that the sections of an `alembic.ini` name, with their folders of revisions."""
    for section in re.split(r"^\[", text, flags=re.MULTILINE):
        values = dict(_KEY.findall(section))
        location = _path(values.get("script_location", ""), folder)
        if location is not None:
            written = values.get("version_locations", "").replace("%(script_location)s", values["script_location"])
            named = [_path(word, folder) for word in _SEPARATED.split(written.strip())]
            yield location, tuple(path for path in named if path is not None)


def _path(word: str, folder: str) -> str | None:
    """A location relative to the root; `None` for none, for a package's resource, and for what lies outside."""
    word = word.replace("%(here)s", ".").strip()
    if not word or ":" in word or word.startswith("/"):
        return None
    found: list[str] = []
    for part in [*folder.split("/"), *word.split("/")]:
        if part == "..":
            if not found:
                return None
            found.pop()
        elif part not in ("", "."):
            found.append(part)
    return "/".join(found)


def _upwards(folder: str) -> Iterator[str]:
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]
    yield ""
