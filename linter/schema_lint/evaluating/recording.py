"""What a reading looked at on disk, kept so that a later run can tell whether it would see the same.

A file or directory whose times, size and inode are as they were is taken to be unchanged, unless it had changed shortly
before: then, or if they differ as in a fresh checkout, its content decides.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from schema_lint.evaluating.answers import (
    CACHE_FOLDER,
    NEVER,
    Answer,
    Answers,
    Asked,
    Question,
    Record,
    Signature,
    digest_of,
    signature_of,
)
from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.files import ReadError

if TYPE_CHECKING:
    from schema_lint.evaluating.looking import Look, LookFinder
    from schema_lint.evaluating.store import Store

_SETTLED = 2_000_000_000
"""Nanoseconds after which a change is sure to give another time, whatever the file system's clock."""


class RecordingTree(DiskTree):
    """Files on disk; everything that is asked is noted, also where the answer is known from before."""

    def __init__(self, root: str, *, store: Store | None = None) -> None:
        super().__init__(root)
        self.store = store
        self.started = time.time_ns()
        self._asked = [Asked()]
        """For everything that is being found out, what contains it first; the first is the whole run."""
        self._files: dict[str, Answer] = {}
        self._looks: dict[Question, int] = {}
        self._answers: dict[Answers, Answers] = {}
        """Each once: most files are told apart by none."""
        self._remembered: Record | None = None
        self._folders: dict[str, Answer | None] = {}
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
        numbers = [self._looks.setdefault(look, len(self._looks)) for look in record.looks]
        for path, (_, _, answers) in record.looked.items():
            asked.looked[path] = tuple((numbers[number], answer) for number, answer in answers)
        asked.unreadable = record.unreadable
        asked.folders = {**record.listed, **dict.fromkeys(record.unlisted)}
        asked.tracked = record.tracked
        asked.passed_over = set(record.passed_over)
        for path, answer in record.environments.items():
            # Not only noted: from here on links in it are followed.
            self._changing = self.is_environment(path) != answer or self._changing
        files = {**asked.files, **{path: (signature, digest) for path, (signature, digest, _) in record.looked.items()}}
        self._changing = self._changing or _differ(self._files, files) or _differ(self._folders, asked.folders)
        self._files = {**files, **self._files}
        self._folders = {**asked.folders, **self._folders}
        self._asked[-1].add(asked)

    def remember(self, record: Record) -> None:
        """Take answers of looks at files that are as they were from this record, which is not valid any more."""
        self._remembered = record

    def read(self, path: str) -> bytes:
        content = self._read(path)
        self._asked[-1].files[path] = self._files[path]
        return content

    def look(self, path: str, look: Look, *parameters: bytes) -> Any:
        question = (look.name, parameters)
        number = self._looks.setdefault(question, len(self._looks))
        known = self._known_answer(path, question)
        answer = look.answer(path, self._read(path), *parameters) if known is None else None
        answers = ((number, known if known is not None else msgspec.msgpack.encode(answer)),)
        self._asked[-1].add_answers(path, self._answers.setdefault(answers, answers))
        return msgspec.msgpack.decode(known, type=look.kind) if known is not None else answer

    def _known_answer(self, path: str, question: Question) -> bytes | None:
        """What the look at the file answered in an earlier run, if the file has not changed since."""
        record = self._remembered
        if record is None or path not in record.looked or question not in record.looks:
            return None
        signature, digest, answers = record.looked[path]
        if not _is_settled(signature, record.taken) or signature_of(self._full(path)) != signature:
            return None
        known = dict(answers).get(record.looks.index(question))
        if known is not None and self._files.setdefault(path, (signature, digest)) != (signature, digest):
            return None
        return known

    def _read(self, path: str) -> bytes:
        signature = signature_of(self._full(path))
        try:
            content = super().read(path)
        except ReadError as error:
            self._asked[-1].unreadable[path] = error.kind
            raise
        known = self._files.get(path)
        if known is None or known[0] != signature:
            self._changing = self._changing or known is not None or signature is None
            self._files[path] = (signature or NEVER, digest_of(content))
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
            signature = signature_of(self._full(directory)) or NEVER
            content, links = self.survey(directory)
            # Where a link leads to may change without the directory's knowing.
            self._folders[directory] = (NEVER if links else signature, content) if content is not None else None
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
            tuple(self._looks),
            {path: (*self._files[path], a) for path, a in asked.looked.items() if path not in asked.files},
        )
        find_looks = self.store.looks if self.store is not None else dict
        return record if compare(record, self.root, find_looks) is not None else None


def _differ(one: Mapping[str, Answer | None], other: Mapping[str, Answer | None]) -> bool:
    """Whether some question has two answers."""
    return any(
        one[path] != now and (now is None or (before := one[path]) is None or before[1] != now[1])
        for path, now in other.items()
        if path in one
    )


def compare(record: Record, root: str, find_looks: LookFinder = dict) -> Record | None:
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
    looked = _looked_again(record, tree, find_looks)
    if looked is None:
        return None
    if files is record.files and listed is record.listed and looked is record.looked:
        return record
    return msgspec.structs.replace(record, taken=tree.started, files=files, listed=listed, looked=looked)


def _looked_again(
    record: Record, tree: RecordingTree, find_looks: LookFinder
) -> dict[str, tuple[Signature, bytes, Answers]] | None:
    """What was looked at, with today's signatures, if every look gives the same answer; else `None`."""
    prefix = os.path.join(tree.root, "")
    newer = {}
    for path, (signature, digest, answers) in record.looked.items():
        now = signature_of(prefix + path)
        if now == signature and _is_settled(signature, record.taken):
            continue
        try:
            content = DiskTree.read(tree, path)
        except ReadError:
            return None
        found = digest_of(content)
        if found != digest:
            looks = find_looks()
            for number, answer in answers:
                name, parameters = record.looks[number]
                now_found = looks[name].answer(path, content, *parameters) if name in looks else None
                if msgspec.msgpack.encode(now_found) != answer:
                    return None
        newer[path] = (now or NEVER, found, answers)
    return {**record.looked, **newer} if newer else record.looked


def _is_settled(signature: Signature, taken: int) -> bool:
    """Whether a later change would have given another signature."""
    return max(signature[:2]) + _SETTLED < taken


def _compared(
    known: dict[str, Answer],
    taken: int,
    tree: RecordingTree,
    ask: Callable[[RecordingTree, str], bytes | None],
) -> dict[str, Answer] | None:
    prefix = os.path.join(tree.root, "")
    newer = {}
    for path, (signature, digest) in known.items():
        now = signature_of(prefix + path)
        if now == signature and _is_settled(signature, taken):
            continue
        if now is None or ask(tree, path) != digest:
            return None
        if signature != NEVER:
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
