"""What was asked of files on disk, and answered: the form in which it is kept."""

from __future__ import annotations

import os
from collections.abc import Iterable

import msgspec

Signature = tuple[int, int, int, int]
"""Times of change of content and of the inode, in nanoseconds; size; inode."""

Buffer = bytes | memoryview

CACHE_FOLDER = ".schema_lint_cache"
Answer = tuple[Signature, bytes]
Question = tuple[str, tuple[bytes, ...]]
"""A look's name, and its parameters."""

Answers = tuple[tuple[int, bytes], ...]
"""By the number of the look in the record, as MessagePack."""

NEVER: Signature = (0, 0, 0, 0)


class Record(msgspec.Struct, frozen=True, array_like=True):
    """Everything that was looked at, with the answer. Paths are relative to the root."""

    taken: int
    """When, in nanoseconds since 1970."""

    files: dict[str, Answer]
    """By path: the content's digest."""

    unreadable: dict[str, str]
    """By path: why it could not be read (`ReadError.kind`); `missing`, where there was no such file."""

    listed: dict[str, Answer]
    """By path of a directory: the digest of what is in it."""

    unlisted: tuple[str, ...]
    """Directories that are not there, or cannot be listed."""

    environments: dict[str, bool]
    """Whether a directory is a virtual environment that is looked into."""

    passed_over: tuple[str, ...]
    """Directories that were passed over, since they are environments."""

    tracked: dict[str, bool | None]
    looks: tuple[Question, ...] = ()
    looked: dict[str, tuple[Signature, bytes, Answers]] = {}
    """By path of a file that was not read but looked at: the content's digest then, and what the looks answered."""


class Asked:
    """What was asked while one thing was found out, with the answers; as in `Record`."""

    __slots__ = ("elsewhere", "environments", "files", "folders", "looked", "passed_over", "tracked", "unreadable")

    def __init__(self) -> None:
        self.files: dict[str, Answer] = {}
        self.looked: dict[str, Answers] = {}
        self.unreadable: dict[str, str] = {}
        self.folders: dict[str, Answer | None] = {}
        self.environments: dict[str, bool] = {}
        self.passed_over: set[str] = set()
        self.tracked: dict[str, bool | None] = {}
        self.elsewhere = False
        """Whether something other than the disk was asked, such as a commit."""

    def add(self, other: Asked) -> None:
        """Take over what was asked for a part of it."""
        for name in Asked.__slots__:
            if name not in ("elsewhere", "looked"):
                getattr(self, name).update(getattr(other, name))
        for path, answers in other.looked.items():
            self.add_answers(path, answers)
        self.elsewhere = self.elsewhere or other.elsewhere

    def add_answers(self, path: str, answers: Answers) -> None:
        """Take over what looks at a file answered."""
        known = self.looked.get(path, ())
        self.looked[path] = (*known, *(answer for answer in answers if answer not in known)) if known else answers

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked at all."""
        return not any(getattr(self, name) for name in Asked.__slots__)


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
