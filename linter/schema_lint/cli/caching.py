"""What a check found, kept for the next one: believed only while everything that it rests on is as it was. One file for
each combination of options."""

from __future__ import annotations

import contextlib
import datetime
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from schema_lint import __version__
from schema_lint.checking.finding import Finding
from schema_lint.checking.run import SkippedRule, UndecidedRule
from schema_lint.checking.suppressions import Suppressed
from schema_lint.cli.setup import Setup
from schema_lint.cli.wanted import Wanted
from schema_lint.evaluating.answers import CACHE_FOLDER, digest_of
from schema_lint.evaluating.files import SourceTree
from schema_lint.evaluating.looking import Look
from schema_lint.evaluating.recording import compare
from schema_lint.evaluating.store import Store
from schema_lint.facts.files import UnreadFile
from schema_lint.reporting.report import Hint, Read, Report, SuppressedCounts

VARIABLE = "SCHEMA_LINT_CACHE_DIR"
_PACKAGES = ("schema_lint", "schema_lint_rules", "schema_lint_reference")
_RENDERING = ("output_format", "statistics", "show_info", "show_unknown", "color", "exit_zero", "verbose", "quiet",
              "cache_dir", "no_cache", "fix", "unsafe_fixes", "diff")  # fmt: skip
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
    suppressed: SuppressedCounts
    silenced: tuple[Suppressed, ...]
    hints: tuple[Hint, ...]
    failed: bool


class Cache:
    """What one combination of options found."""

    def __init__(self, store: Store, path: str) -> None:
        self.store = store
        self.path = path

    def find(self) -> Kept | None:
        """What was found before, if nothing that it rests on has changed since."""
        known = self.store.read_value(self.path)
        if known is None:
            return None
        record, kept = known
        try:
            current = compare(record, self.store.root, self.store.looks)
            if current is None:
                return None
            found = msgspec.msgpack.decode(kept, type=Kept)
        except (msgspec.MsgspecError, RecursionError, ValueError, LookupError):
            return None
        if current is not record:
            self.store.write_value(self.path, current, [memoryview(kept)])
        return found

    def keep(self, report: Report, tree: SourceTree, *, failed: bool) -> None:
        """Keep what was found, unless something has changed meanwhile."""
        record = tree.recorder.record() if tree.recorder is not None else None
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
            silenced=report.silenced,
            hints=report.hints,
            failed=failed,
        )
        try:
            self.store.write_value(self.path, record, [msgspec.msgpack.encode(kept)])
        except UnicodeEncodeError:
            # Names and texts with half a character in them: they would not come back as they are.
            return


@contextlib.contextmanager
def keeping(setup: Setup, *, no_cache: bool, cache_dir: str | None) -> Iterator[Store | None]:
    """Where what is read is kept; `None` by request."""
    if no_cache:
        yield None
        return
    folder = cache_dir or os.environ.get(VARIABLE) or CACHE_FOLDER
    base = setup.root if folder == CACHE_FOLDER else setup.directory
    store = Store(os.path.join(base, folder), setup.root, _version, _looks)
    try:
        yield store
    finally:
        store.save()


def cache_of(store: Store | None, setup: Setup, wanted: Wanted, baseline: object) -> Cache | None:
    """Where what a run finds is kept; `None` for a run that is not kept: by request, or since it rests on more than
    files of the project."""
    if store is None or wanted.metadata or wanted.since or wanted.verbose:
        return None
    if setup.settings.plugins and wanted.plugins:
        return None
    try:
        return Cache(store, store.path("found", store.digest(_key(setup, wanted, baseline))))
    except UnicodeEncodeError:
        return None


def _key(setup: Setup, wanted: Wanted, baseline: object) -> bytes:
    options = {name: value for name, value in msgspec.structs.asdict(wanted).items() if name not in _RENDERING}
    settings = setup.settings
    depends_on_date = any(entry.until is not None for entry in settings.object_ignores)
    told: list[Any] = [
        setup.root, setup.paths, setup.named, setup.loaded.marked, settings, sorted(setup.loaded.given),
        setup.configuration, _configuration(setup), options, baseline, wanted.counts_strict, wanted.lists_rules,
        datetime.date.today() if depends_on_date else None,
    ]  # fmt: skip
    return msgspec.msgpack.encode(told)


def _version() -> bytes:
    """What stands for the tool as it is, and for what reads what it keeps."""
    return msgspec.msgpack.encode([sys.version, msgspec.__version__, sorted(_tool())])


def _looks() -> Mapping[str, Look]:
    # Imported only where a file has changed.
    from schema_lint.readers.source.looks import LOOKS

    return LOOKS


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
    """What installed the tool, with its size and time; where it runs from its sources, each file of these."""
    above = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    try:
        # Going through five hundred files takes a thirtieth of a small run; whoever edits one there says --no-cache.
        yield _stated(os.path.join(above, f"schema_lint-{__version__}.dist-info", "RECORD"))
    except OSError:
        for package in _PACKAGES:
            yield from _files(_folder_of(package, above))


def _stated(path: str) -> tuple[str, int, int]:
    status = os.stat(path)
    return path, status.st_size, status.st_mtime_ns


def _files(folder: str) -> Iterator[tuple[str, int, int]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(".py"):
                yield _stated(entry.path)
            elif entry.name != "__pycache__" and entry.is_dir():
                yield from _files(entry.path)


def _folder_of(package: str, above: str) -> str:
    folder = os.path.join(above, package)
    if os.path.isdir(folder):
        return folder
    from importlib.util import find_spec

    spec = find_spec(package)
    return os.path.dirname(spec.origin) if spec is not None and spec.origin else folder
