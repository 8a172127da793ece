"""What a reading looked at on disk, kept so that a later run can tell whether it would see the same.

A file or directory whose times, size and inode are as they were is taken to be unchanged, unless it had changed shortly
before: then, or if they differ as in a fresh checkout, its content decides.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.files import ReadError

if TYPE_CHECKING:
    from schema_lint.evaluating.store import Store

Signature = tuple[int, int, int, int]
"""Times of change of content and of the inode, in nanoseconds; size; inode."""

Buffer = bytes | memoryview

CACHE_FOLDER = ".schema_lint_cache"
_Answer = tuple[Signature, bytes]
_NEVER: Signature = (0, 0, 0, 0)
_SETTLED = 2_000_000_000
"""Nanoseconds after which a change is sure to give another time, whatever the file system's clock."""


class Record(msgspec.Struct, frozen=True, array_like=True):
    """Everything that was looked at, with the answer. Paths are relative to the root."""

    taken: int
    """When, in nanoseconds since 1970."""

    files: dict[str, _Answer]
    """By path: the content's digest."""

    unreadable: dict[str, str]
    """By path: why it could not be read (`ReadError.kind`); `missing`, where there was no such file."""

    listed: dict[str, _Answer]
    """By path of a directory: the digest of what is in it."""

    unlisted: tuple[str, ...]
    """Directories that are not there, or cannot be listed."""

    environments: dict[str, bool]
    """Whether a directory is a virtual environment that is looked into."""

    passed_over: tuple[str, ...]
    """Directories that were passed over, since they are environments."""

    tracked: dict[str, bool | None]


class Asked:
    """What was asked while one thing was found out, with the answers; as in `Record`."""

    __slots__ = ("elsewhere", "environments", "files", "folders", "passed_over", "tracked", "unreadable")

    def __init__(self) -> None:
        self.files: dict[str, _Answer] = {}
        self.unreadable: dict[str, str] = {}
        self.folders: dict[str, _Answer | None] = {}
        self.environments: dict[str, bool] = {}
        self.passed_over: set[str] = set()
        self.tracked: dict[str, bool | None] = {}
        self.elsewhere = False
        """Whether something other than the disk was asked, such as a commit."""

    def add(self, other: Asked) -> None:
        """Take over what was asked for a part of it."""
        for name in Asked.__slots__:
            if name != "elsewhere":
                getattr(self, name).update(getattr(other, name))
        self.elsewhere = self.elsewhere or other.elsewhere

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked at all."""
        return not any(getattr(self, name) for name in Asked.__slots__)


class RecordingTree(DiskTree):
    """Files on disk; everything that is asked is noted, also where the answer is known from before."""

    def __init__(self, root: str, *, store: Store | None = None) -> None:
        super().__init__(root)
        self.store = store
        self.started = time.time_ns()
        self._asked = [Asked()]
        """For everything that is being found out, what contains it first; the first is the whole run."""
        self._files: dict[str, _Answer] = {}
        self._folders: dict[str, _Answer | None] = {}
        self._changing = False
        """Whether something was seen to change meanwhile."""

    @property
    def recorder(self) -> RecordingTree:
        return self

    @contextlib.contextmanager
    def asking(self) -> Iterator[Asked]:
        """Note by itself what is asked from here on; what is found out around it rests on that, too."""
        asked = Asked()
        self._asked.append(asked)
        try:
            yield asked
        finally:
            self._asked.pop()
            self._asked[-1].add(asked)

    def note_elsewhere(self) -> Asked:
        """Note that something other than the disk was asked, for what is returned: what is known from before another
        began has to be asked again."""
        self._asked[-1].elsewhere = True
        return self._asked[-1]

    def distrust(self) -> None:
        """Keep nothing of this run: an answer was none."""
        self._changing = True

    def take_over(self, record: Record) -> None:
        """Note what a value rests on that was kept, as if it had been found out now."""
        asked = Asked()
        asked.files = record.files
        asked.unreadable = record.unreadable
        asked.folders = {**record.listed, **dict.fromkeys(record.unlisted)}
        asked.tracked = record.tracked
        asked.passed_over = set(record.passed_over)
        for path, answer in record.environments.items():
            # Not only noted: from here on links in it are followed.
            self._changing = self.is_environment(path) != answer or self._changing
        self._changing = self._changing or _differ(self._files, asked.files) or _differ(self._folders, asked.folders)
        self._files = {**asked.files, **self._files}
        self._folders = {**asked.folders, **self._folders}
        self._asked[-1].add(asked)

    def read(self, path: str) -> bytes:
        signature = signature_of(self._full(path))
        try:
            content = super().read(path)
        except ReadError as error:
            self._asked[-1].unreadable[path] = error.kind
            raise
        known = self._files.get(path)
        if known is None or known[0] != signature:
            self._changing = self._changing or known is not None or signature is None
            known = self._files[path] = (signature or _NEVER, digest_of(content))
        self._asked[-1].files[path] = known
        return content

    def is_environment(self, path: str) -> bool:
        found = self._asked[-1].environments[path] = super().is_environment(path)
        return found

    def is_tracked(self, path: str) -> bool | None:
        # What git tracks beside it does not matter, so that the index is not noted as read.
        found = self._asked[-1].tracked[path] = DiskTree(self.root).is_tracked(path)
        return found

    def listing(self, directory: str) -> dict[str, bool]:
        if directory not in self._asked[-1].folders:
            self._note(directory)
        return super().listing(directory)

    def _scan(self, directory: str) -> os._ScandirIterator[str]:
        if directory not in self._asked[-1].folders:
            self._note(directory)
        return super()._scan(directory)

    def _holds_environment(self, directory: str) -> bool:
        found = super()._holds_environment(directory)
        if found:
            self._asked[-1].passed_over.add(directory)
        return found

    def _note(self, directory: str) -> None:
        if directory not in self._folders:
            signature = signature_of(self._full(directory)) or _NEVER
            content, links = self.survey(directory)
            # Where a link leads to may change without the directory's knowing.
            self._folders[directory] = (_NEVER if links else signature, content) if content is not None else None
        self._asked[-1].folders[directory] = self._folders[directory]

    def survey(self, directory: str) -> tuple[bytes | None, bool]:
        """Digest of a directory's entries and their kinds, `None` if it cannot be listed; whether there are links."""
        found = []
        links = False
        try:
            with os.scandir(self._full(directory)) as entries:
                for entry in entries:
                    if entry.name == CACHE_FOLDER:
                        continue
                    kind = f"{entry.is_dir(follow_symlinks=False):d}{entry.is_file(follow_symlinks=False):d}"
                    if entry.is_symlink():
                        links = True
                        inside = self._inside(f"{directory}/{entry.name}" if directory else entry.name)
                        kind += f"{entry.is_dir():d}{entry.is_file():d}{inside:d}"
                    found.append(f"{entry.name}\0{kind}")
        except (OSError, ValueError):
            return None, False
        found.append(f"{self._inside(directory):d}")
        return digest_of("\0".join(sorted(found)).encode("utf-8", "surrogateescape")), links

    def can_list(self, directory: str) -> bool:
        """Whether there is such a directory that may be listed."""
        return os.path.lexists(self._full(directory)) and self.survey(directory)[0] is not None

    def record(self, asked: Asked | None = None) -> Record | None:
        """What was asked, in the whole run so far if nothing else is given; `None` if something changed meanwhile: the
        answers may not fit together."""
        if self._changing:
            return None
        asked = asked if asked is not None else self._asked[0]
        record = Record(
            self.started,
            asked.files,
            asked.unreadable,
            {path: known for path, known in asked.folders.items() if known is not None},
            tuple(path for path, known in asked.folders.items() if known is None),
            # Those that others asked about, too: links in them are followed since.
            {**dict.fromkeys(self._trusted, True), **asked.environments},
            tuple(asked.passed_over),
            asked.tracked,
        )
        return record if compare(record, self.root) is not None else None


def _differ(one: Mapping[str, _Answer | None], other: Mapping[str, _Answer | None]) -> bool:
    """Whether some question has two answers."""
    return any(
        one[path] != now and (now is None or (before := one[path]) is None or before[1] != now[1])
        for path, now in other.items()
        if path in one
    )


def compare(record: Record, root: str) -> Record | None:
    """The record, with today's signatures, if everything would be answered as it was; else `None`."""
    tree = RecordingTree(root)
    if any(DiskTree.is_environment(tree, path) != found for path, found in record.environments.items()):
        return None
    if not all(DiskTree._holds_environment(tree, path) for path in record.passed_over):
        return None
    if any(tree.is_tracked(path) != found for path, found in record.tracked.items()):
        return None
    if any(_why_not(tree, path) != kind for path, kind in record.unreadable.items()):
        return None
    files = _compared(record.files, record.taken, tree, _content)
    listed = _compared(record.listed, record.taken, tree, _listing)
    if files is None or listed is None or any(map(tree.can_list, record.unlisted)):
        return None
    if files is record.files and listed is record.listed:
        return record
    return msgspec.structs.replace(record, taken=tree.started, files=files, listed=listed)


def _compared(
    known: dict[str, _Answer],
    taken: int,
    tree: RecordingTree,
    ask: Callable[[RecordingTree, str], bytes | None],
) -> dict[str, _Answer] | None:
    prefix = os.path.join(tree.root, "")
    newer = {}
    for path, (signature, digest) in known.items():
        now = signature_of(prefix + path)
        if now == signature and max(signature[:2]) + _SETTLED < taken:
            continue
        if now is None or ask(tree, path) != digest:
            return None
        if signature != _NEVER:
            newer[path] = (now, digest)
    return {**known, **newer} if newer else known


def _content(tree: RecordingTree, path: str) -> bytes | None:
    try:
        return digest_of(DiskTree.read(tree, path))
    except ReadError:
        return None


def _listing(tree: RecordingTree, path: str) -> bytes | None:
    return tree.survey(path)[0]


def _why_not(tree: RecordingTree, path: str) -> str | None:
    try:
        DiskTree.read(tree, path)
    except ReadError as error:
        return error.kind
    return None


def signature_of(path: str) -> Signature | None:
    """What tells that a file or directory is as it was; `None` if there is none."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):
        return None
    return (status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino)


def digest_of(*pieces: Buffer) -> bytes:
    """Digest of a content, in one piece or several."""
    return digest_of_all(pieces)


def digest_of_all(pieces: Iterable[Buffer]) -> bytes:
    """The same, of pieces that come one after the other."""
    try:
        # `hashlib` would load all of OpenSSL for it.
        from _blake2 import blake2b
    except ImportError:
        from hashlib import blake2b
    digest = blake2b(digest_size=16)
    for piece in pieces:
        digest.update(piece)
    return digest.digest()
