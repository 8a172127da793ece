"""A folder of the project where values are kept for later runs, in files that are written whole or not at all.

A file that cannot be read, was cut short, or is of another version is as good as none; where nothing can be written,
nothing is kept.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
from collections.abc import Callable, Iterable
from itertools import chain

import msgspec

from schema_lint.evaluating.answers import CACHE_FOLDER, Buffer, Record, digest_of, digest_of_all
from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.looking import LookFinder

_MAGIC = b"schema-lint cache 2\n"
_LARGEST = 256 * 1024 * 1024
_FILES = 16
"""Of one unit; the oldest go first."""

_OURS = r"[a-z]+-[0-9a-f]{32}\.cache(\.[0-9a-f]{8})?$"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of schema-lint; it can be deleted at any time.\n"
_PAIR = b"\x92"
"""How MessagePack begins an array of two."""

_SPOILT = (msgspec.MsgspecError, RecursionError, ValueError)
_ENTRIES = 10_000
"""Small values of one unit; those that the last run did not ask for go first."""

Shelf = dict[bytes, tuple[Record | None, msgspec.Raw]]
"""Small values of one unit, by the digest of their key, with what was asked to find them out, if anything was."""


class Store:
    """The folder of one project, for one version of the tool: `version` is what stands for it, asked once. `looks` are
    those that readers take at files."""

    def __init__(self, folder: str, root: str, version: Callable[[], bytes], looks: LookFinder = dict) -> None:
        self.folder = folder
        self.root = root
        self.looks = looks
        self._version = version
        self._told: bytes | None = None
        self._own = folder == os.path.join(root, CACHE_FOLDER)
        self._shelves: dict[str, Shelf] = {}
        self._asked: dict[str, set[bytes]] = {}
        self._new: set[str] = set()

    def digest(self, key: bytes) -> bytes:
        """What a value is known by; several projects may share a folder."""
        if self._told is None:
            self._told = digest_of(self._version(), os.fsencode(self.root))
        return digest_of(self._told, key)

    def path(self, unit: str, digest: bytes) -> str:
        """The file of a large value."""
        return os.path.join(self.folder, f"{unit}-{digest.hex()}.cache")

    def read(self, path: str) -> memoryview | None:
        """What a file of the folder holds."""
        try:
            if os.path.islink(self.folder):
                return None
            status = os.lstat(path)
            if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
                return None
            with open(path, "rb") as file:
                content = file.read(_LARGEST)
        except OSError:
            return None
        start = len(_MAGIC) + 16
        found = memoryview(content)[start:]
        if content[: len(_MAGIC)] != _MAGIC or content[len(_MAGIC) : start] != digest_of(found):
            return None
        # What was committed is another's word for it.
        committed = self._own and DiskTree(self.root).is_tracked(f"{CACHE_FOLDER}/{os.path.basename(path)}")
        return None if committed else found

    def read_value(self, path: str) -> tuple[Record, msgspec.Raw] | None:
        """What a large value rests on, and the value."""
        content = self.read(path)
        if content is not None:
            with contextlib.suppress(*_SPOILT):
                return msgspec.msgpack.decode(content, type=tuple[Record, msgspec.Raw])
        return None

    def write_value(self, path: str, record: Record, pieces: Iterable[Buffer]) -> None:
        """Write a large value, which comes in pieces, with what it rests on."""
        self.write(path, chain((_PAIR, msgspec.msgpack.encode(record)), pieces))

    def write(self, path: str, pieces: Iterable[Buffer]) -> None:
        """Write a file of the folder; the oldest others of its unit go."""
        temporary = f"{path}.{os.urandom(4).hex()}"
        try:
            self._make_folder()
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
            try:
                with open(descriptor, "wb") as file:
                    # Piece by piece: what was found in a large project is as large.
                    file.write(_MAGIC + bytes(16))
                    digest = digest_of_all(piece for piece in pieces if file.write(piece))
                    file.seek(len(_MAGIC))
                    file.write(digest)
                os.replace(temporary, path)
            except BaseException:
                os.unlink(temporary)
                raise
            self._drop_oldest(os.path.basename(path).partition("-")[0])
        except OSError:
            return

    def shelf(self, unit: str) -> Shelf:
        """The small values of a unit. What is taken is to be told to `keep`."""
        known = self._shelves.get(unit)
        if known is None:
            known = self._shelves[unit] = self._read_shelf(unit)
        return known

    def keep(self, unit: str, digest: bytes, value: tuple[Record | None, bytes] | None = None) -> None:
        """Note that a small value was asked for, and what it is where it is new; `save` writes it."""
        self._asked.setdefault(unit, set()).add(digest)
        if value is not None:
            self.shelf(unit)[digest] = (value[0], msgspec.Raw(value[1]))
            self._new.add(unit)

    def save(self) -> None:
        """Write what small values are new. To be called once, at the end of a run."""
        for unit in sorted(self._new):
            shelf, asked = self._shelves[unit], self._asked[unit]
            rest = [digest for digest in shelf if digest not in asked][: max(0, _ENTRIES - len(asked))]
            # From another process, too, which ran meanwhile.
            kept = {**self._read_shelf(unit), **{digest: shelf[digest] for digest in (*rest, *asked)}}
            self.write(self.path(unit, self.digest(unit.encode())), [msgspec.msgpack.encode(kept)])
        self._new.clear()

    def _read_shelf(self, unit: str) -> Shelf:
        content = self.read(self.path(unit, self.digest(unit.encode())))
        if content is not None:
            with contextlib.suppress(*_SPOILT):
                return msgspec.msgpack.decode(content, type=Shelf)
        return {}

    def _make_folder(self) -> None:
        if os.path.islink(self.folder):
            raise OSError
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder, exist_ok=True)
            for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
                # Another process may be making the folder, too.
                with contextlib.suppress(FileExistsError), open(os.path.join(self.folder, name), "x") as file:
                    file.write(text)

    def _drop_oldest(self, unit: str) -> None:
        with os.scandir(self.folder) as entries:
            files = [
                (entry.stat().st_mtime_ns, entry.path)
                for entry in entries
                if entry.name.startswith(f"{unit}-") and re.match(_OURS, entry.name)
            ]
        for _, path in sorted(files)[:-_FILES]:
            os.unlink(path)
