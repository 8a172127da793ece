"""Reading a project: its source, what SQLAlchemy builds of it, or both."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.cli.failures import Failure, say
from schema_lint.cli.setup import Setup

if TYPE_CHECKING:
    from schema_lint.cli.progress import Progress
    from schema_lint.evaluating.files import SourceTree
    from schema_lint.facts.project import Project
    from schema_lint.readers.source.options import ReadOptions


class Importing(msgspec.Struct, frozen=True, kw_only=True):
    """`--metadata` and what belongs to it."""

    targets: tuple[str, ...]
    """Empty where nothing is to be imported."""

    python: str | None = None
    timeout: float = 60.0
    allow_network: bool = False


def read_source(tree: SourceTree, paths: Sequence[str], options: ReadOptions) -> Project:
    """What the source below the paths declares, read or kept from an earlier run."""
    from schema_lint.evaluating.keeping import kept
    from schema_lint.facts.project import Project
    from schema_lint.readers.source import read

    return kept(tree, "facts", [paths, options], lambda: read(tree, paths, options=options), Project, alone=True)


def read_project(
    setup: Setup,
    tree: SourceTree,
    progress: Progress,
    read: Callable[[], Project],
    importing: Importing,
    *,
    verbose: bool = False,
) -> Project:
    """The project's facts: from its source, from its metadata if that is asked for, from both where paths were named.

    Raises:
        Failure: if the project cannot be imported, or holds no metadata.
    """
    built = read_built(setup, tree, progress, importing, verbose=verbose) if importing.targets else None
    if built is not None and not setup.named:
        return _with_code_around(built, tree)
    progress.say(f"reading {setup.root}")
    source = read()
    if built is None:
        return source
    from schema_lint.readers.merging import merge

    return merge(source, built)


def _with_code_around(built: Project, tree: SourceTree) -> Project:
    """What was built, with what code beside it does in its stead: gives keys, and sets times when a row changes."""
    from schema_lint.facts.models import UpdateHook
    from schema_lint.readers.source.given_keys import given_keys
    from schema_lint.readers.source.hooks import may_hook

    hooks = built.update_hooks
    if any(may_hook(source) for source in _sources(tree)):
        # Triggers and listeners of which it is not known what they set.
        hooks = (*hooks, UpdateHook())
    return msgspec.structs.replace(built, given_keys=given_keys(built.schemas, tree), update_hooks=hooks)


def _sources(tree: SourceTree) -> Iterator[bytes]:
    from schema_lint.evaluating.files import ReadError

    for path in tree.python_files():
        with contextlib.suppress(ReadError):
            yield tree.read(path)


def read_built(setup: Setup, tree: SourceTree, progress: Progress, importing: Importing, *, verbose: bool) -> Project:
    """What SQLAlchemy builds when the project is imported.

    Raises:
        Failure: if it cannot be imported, or holds no metadata.
    """
    from schema_lint.readers.metadata import MetadataError, MetadataOptions, read, target

    progress.say(f"importing {', '.join(importing.targets)}")
    options = MetadataOptions(
        targets=tuple(map(target, importing.targets)),
        python=importing.python,
        limit=importing.timeout,
        allow_network=importing.allow_network,
        import_roots=tuple("" if path == "." else path.strip("/") for path in setup.settings.import_roots),
    )
    try:
        reading = read(tree, options, directory=setup.directory)
    except MetadataError as error:
        raise Failure(error.message, hint=error.hint, trace=error.trace) from None
    if verbose or reading.missed:
        progress.end()
    if verbose:
        say(*reading.notes, *(f"not imported: {missed}" for missed in reading.missed))
    elif reading.missed:
        several = len(reading.missed) > 1
        who, whose = (f"{len(reading.missed)} modules", "their") if several else ("a module", "its")
        say(f"note: {who} could not be imported, so {whose} tables are not known: {reading.missed[0]}")
    return reading.project
