"""`--metadata` and what belongs to it: reading what SQLAlchemy built, for the commands that can."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from schema_lint.cli.options import option, split

if TYPE_CHECKING:
    from schema_lint.cli.progress import Progress
    from schema_lint.cli.setup import Setup
    from schema_lint.evaluating.files import SourceTree
    from schema_lint.facts.project import Project

F = TypeVar("F", bound=Callable[..., Any])
_SECTION = "Metadata"


def metadata_options(command: F) -> F:
    """`--metadata`, `--python`, `--import-timeout` and `--allow-network`."""
    for decorate in (
        option("--allow-network", is_flag=True, section=_SECTION,
               help="Let the project connect while it is imported. Otherwise databases (SQLite files, too) and the "
               "network are refused, and database URLs in the environment lead nowhere."),
        option("--import-timeout", type=click.FloatRange(min=0, min_open=True), default=60.0, metavar="SECONDS",
               section=_SECTION, help="End the import after this time. Default: 60."),
        option("--python", metavar="PATH", section=_SECTION,
               help="Interpreter or virtual environment to import with. Default: the active environment, else the "
               "project's .venv or venv."),
        option("--metadata", multiple=True, callback=_targets, metavar="MODULE[:NAME]", section=_SECTION,
               help="Import a module, and judge what SQLAlchemy built: every MetaData that the module's names lead "
               "to; with :NAME that of one base, MetaData, registry or db; with :* that of the module and all "
               "modules below it. Commas or repeated. With PATH, the source is read too."),
    ):  # fmt: skip
        command = decorate(command)
    return command


def _targets(ctx: click.Context, parameter: click.Parameter, values: Sequence[str]) -> tuple[str, ...]:
    wanted = split(ctx, parameter, values)
    if wanted:
        from schema_lint.readers.metadata.options import target

        for text in wanted:
            try:
                target(text)
            except ValueError as error:
                raise click.BadParameter(str(error), ctx, parameter) from None
    return tuple(dict.fromkeys(wanted))


def read_metadata(
    setup: Setup,
    tree: SourceTree,
    progress: Progress,
    *,
    metadata: Sequence[str],
    python: str | None,
    import_timeout: float,
    allow_network: bool,
    verbose: bool = False,
) -> Project:
    """What the project builds when it is imported.

    Raises:
        Failure: if it cannot be imported, or holds no metadata.
    """
    from schema_lint.cli.failures import Failure, say
    from schema_lint.readers.metadata import MetadataError, MetadataOptions, read, target

    progress.say(f"importing {', '.join(metadata)}")
    options = MetadataOptions(
        targets=tuple(map(target, metadata)),
        python=python,
        limit=import_timeout,
        allow_network=allow_network,
        import_roots=tuple("" if path == "." else path.strip("/") for path in setup.settings.import_roots),
    )
    try:
        reading = read(tree, options, directory=setup.directory)
    except MetadataError as error:
        raise Failure(error.message, hint=error.hint, trace=error.trace) from None
    if verbose:
        say(*reading.notes)
    return reading.project
