"""What a check found, kept for the next one: believed only while everything that it rests on is as it was.

One file for each combination of options, in a folder of the project's root that git ignores. A file that cannot be
read, was cut short, or is of another version is as good as none; where nothing can be written, nothing is kept.
"""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import stat
import sys
from collections.abc import Iterator
from typing import Any

import msgspec

from schema_lint.checking.finding import Finding
from schema_lint.checking.run import SkippedRule, UndecidedRule
from schema_lint.cli.setup import Setup
from schema_lint.cli.wanted import Wanted
from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.files import SourceTree
from schema_lint.evaluating.recording import CACHE_FOLDER, Record, RecordingTree, compare, digest_of
from schema_lint.facts.files import UnreadFile
from schema_lint.reporting.report import Hint, Read, Report, Suppressed

VARIABLE = "SCHEMA_LINT_CACHE_DIR"
_PACKAGES = ("schema_lint", "schema_lint_rules", "schema_lint_reference")
_MAGIC = b"schema-lint cache 1\n"
_PAIR = b"\x92"
"""How MessagePack begins an array of two."""

_LARGEST = 256 * 1024 * 1024
_FILES = 16
_OURS = r"[0-9a-f]{32}\.cache(\.[0-9a-f]{8})?$"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# A cache of schema-lint; it can be deleted at any time.\n"
_RENDERING = ("output_format", "statistics", "show_info", "show_unknown", "color", "exit_zero", "verbose", "quiet",
              "cache_dir", "no_cache")  # fmt: skip
"""Options that change how findings are shown, and not which there are."""


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """What a run found, but its texts."""

    findings: tuple[Finding, ...]
    undecided: tuple[UndecidedRule, ...]
    skipped: tuple[SkippedRule, ...]
    rules: tuple[tuple[str, str], ...]
    """Codes of the selected rules, each with its severity."""

    unread: tuple[UnreadFile, ...]
    read: Read
    profile: str
    strict_more: int | None
    suppressed: Suppressed
    hints: tuple[Hint, ...]
    failed: bool


class Cache:
    """The file that keeps what one combination of options found."""

    def __init__(self, folder: str, key: bytes, root: str) -> None:
        self.folder = folder
        self.path = os.path.join(folder, f"{key.hex()}.cache")
        self.root = root
        self._own = folder == os.path.join(root, CACHE_FOLDER)

    def find(self) -> Kept | None:
        """What was found before, if nothing that it rests on has changed since."""
        content = self._content()
        if content is None:
            return None
        try:
            record, kept = msgspec.msgpack.decode(content, type=tuple[Record, msgspec.Raw])
            current = compare(record, self.root)
            if current is None:
                return None
            found = msgspec.msgpack.decode(kept, type=Kept)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return None
        if current is not record:
            self._write(current, bytes(kept))
        return found

    def keep(self, report: Report, tree: SourceTree, *, failed: bool) -> None:
        """Keep what was found, unless something has changed meanwhile."""
        record = tree.record() if isinstance(tree, RecordingTree) else None
        if record is None:
            return
        kept = Kept(
            findings=report.findings,
            undecided=report.undecided,
            skipped=report.skipped,
            rules=tuple((rule.code, rule.severity) for rule in report.rules),
            unread=report.unread,
            read=report.read,
            profile=report.profile,
            strict_more=report.strict_more,
            suppressed=report.suppressed,
            hints=report.hints,
            failed=failed,
        )
        try:
            self._write(record, msgspec.msgpack.encode(kept))
        except UnicodeEncodeError:
            # Names and texts with half a character in them: they would not come back as they are.
            return

    def _content(self) -> bytes | None:
        try:
            if os.path.islink(self.folder):
                return None
            status = os.lstat(self.path)
            if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
                return None
            with open(self.path, "rb") as file:
                content = file.read(_LARGEST)
        except OSError:
            return None
        start = len(_MAGIC) + 16
        if content[: len(_MAGIC)] != _MAGIC or content[len(_MAGIC) : start] != digest_of(content[start:]):
            return None
        # What was committed is another's word for it.
        committed = self._own and DiskTree(self.root).is_tracked(f"{CACHE_FOLDER}/{os.path.basename(self.path)}")
        return None if committed else content[start:]

    def _write(self, record: Record, kept: bytes) -> None:
        pieces = (_PAIR, msgspec.msgpack.encode(record), kept)
        temporary = f"{self.path}.{os.urandom(4).hex()}"
        try:
            self._make_folder()
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
            try:
                with open(descriptor, "wb") as file:
                    # Piece by piece: what was found in a large project is as large.
                    file.writelines((_MAGIC, digest_of(*pieces), *pieces))
                os.replace(temporary, self.path)
            except OSError:
                os.unlink(temporary)
            self._drop_oldest()
        except OSError:
            return

    def _make_folder(self) -> None:
        if os.path.islink(self.folder):
            raise OSError
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder, exist_ok=True)
            for name, text in ((".gitignore", "*\n"), ("CACHEDIR.TAG", _TAG)):
                # Another process may be making the folder, too.
                with contextlib.suppress(FileExistsError), open(os.path.join(self.folder, name), "x") as file:
                    file.write(text)

    def _drop_oldest(self) -> None:
        with os.scandir(self.folder) as entries:
            files = [(entry.stat().st_mtime_ns, entry.path) for entry in entries if re.match(_OURS, entry.name)]
        for _, path in sorted(files)[:-_FILES]:
            os.unlink(path)


def cache_of(setup: Setup, wanted: Wanted, baseline: object) -> Cache | None:
    """Where what a run finds is kept; `None` for a run that is not kept: by request, or since it rests on more than
    files of the project."""
    if wanted.no_cache or wanted.metadata or wanted.since or wanted.verbose:
        return None
    if setup.settings.plugins and wanted.plugins:
        return None
    try:
        key = _key(setup, wanted, baseline)
    except UnicodeEncodeError:
        return None
    folder = wanted.cache_dir or os.environ.get(VARIABLE) or CACHE_FOLDER
    base = setup.root if folder == CACHE_FOLDER else setup.directory
    return Cache(os.path.join(base, folder), key, setup.root)


def _key(setup: Setup, wanted: Wanted, baseline: object) -> bytes:
    options = {name: value for name, value in msgspec.structs.asdict(wanted).items() if name not in _RENDERING}
    settings = setup.settings
    depends_on_date = any(entry.until is not None for entry in settings.object_ignores)
    told: list[Any] = [
        sys.version, msgspec.__version__, sorted(_tool()), setup.root, setup.paths, setup.named, setup.loaded.marked,
        settings, sorted(setup.loaded.given), setup.configuration, _configuration(setup), options, baseline,
        wanted.counts_strict, datetime.date.today() if depends_on_date else None,
    ]  # fmt: skip
    return digest_of(msgspec.msgpack.encode(told))


def _configuration(setup: Setup) -> bytes | None:
    """The configuration as written: places in it are part of what is found."""
    if setup.loaded.file is None:
        return None
    try:
        with open(setup.loaded.file, "rb") as file:
            return digest_of(file.read())
    except OSError:
        return os.urandom(16)


def _tool() -> Iterator[tuple[str, int, int]]:
    """Every source file of the tool itself, with its size and time of change."""
    above = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    for package in _PACKAGES:
        pending = [_folder_of(package, above)]
        while pending:
            with os.scandir(pending.pop()) as entries:
                for entry in entries:
                    if entry.name.endswith(".py"):
                        status = entry.stat()
                        yield entry.path, status.st_size, status.st_mtime_ns
                    elif entry.name != "__pycache__" and entry.is_dir():
                        pending.append(entry.path)


def _folder_of(package: str, above: str) -> str:
    folder = os.path.join(above, package)
    if os.path.isdir(folder):
        return folder
    from importlib.util import find_spec

    spec = find_spec(package)
    return os.path.dirname(spec.origin) if spec is not None and spec.origin else folder
