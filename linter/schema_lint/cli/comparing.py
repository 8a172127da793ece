"""One run of `check --metadata … --compare`: the source against what SQLAlchemy built."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schema_lint.checking.judging import Focus
from schema_lint.cli import output
from schema_lint.cli.caching import keeping
from schema_lint.cli.examining import read_tree
from schema_lint.cli.progress import Progress
from schema_lint.cli.publishing import check_files
from schema_lint.cli.reading import read_built
from schema_lint.cli.setup import excluded, reading_paths, set_up, tree_of
from schema_lint.cli.wanted import Wanted
from schema_lint.comparing import compare_projects
from schema_lint.facts.difference import Comparison, Difference
from schema_lint.facts.place import SourcePlace
from schema_lint.reporting import comparison as rendering
from schema_lint.reporting.report import Options
from schema_lint.reporting.terminal import PLAIN


def compare(paths: Sequence[str], wanted: Wanted) -> int:
    """Compare, and say where they differ; the exit status.

    Raises:
        Failure: if the project cannot be imported, or there is nothing to read.
    """
    check_files(wanted)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=False)
    focus = Focus(paths=setup.paths, exclude=excluded(setup.settings, wanted.exclude))
    with (
        Progress(quiet=wanted.quiet) as progress,
        keeping(setup, no_cache=wanted.no_cache, cache_dir=wanted.cache_dir) as store,
    ):
        tree = tree_of(setup, focus.exclude, allow_empty=wanted.allow_empty, store=store)
        built = read_built(setup, tree, progress, wanted.importing, verbose=bool(wanted.verbose))
        progress.say(f"reading {setup.root}")
        # Both are to follow the rules of the same versions: those that were imported.
        same = msgspec.structs.replace(
            wanted,
            sqlalchemy_version=wanted.sqlalchemy_version or ".".join(map(str, built.sqlalchemy_version)),
            sqlmodel_version=wanted.sqlmodel_version or ".".join(map(str, built.sqlmodel_version)),
        )
        source = read_tree(setup, same, tree, reading_paths(setup, tree))
    comparison = _within(compare_projects(source, built, names=("source", "metadata")), focus)
    for name, path in wanted.outputs:
        _write(comparison, name, path, wanted, prefix=setup.prefix)
    return 1 if comparison.differences and not wanted.exit_zero else 0


def _within(comparison: Comparison, focus: Focus) -> Comparison:
    """The differences that lie, on either side, in the paths that were asked for."""

    def has(difference: Difference) -> bool:
        places = (difference.left_place, difference.right_place)
        known = [place for place in places if isinstance(place, SourcePlace)]
        return not known or any(focus.has(place.path) for place in known)

    return msgspec.structs.replace(comparison, differences=tuple(filter(has, comparison.differences)))


def _write(comparison: Comparison, name: str, path: str | None, wanted: Wanted, *, prefix: str) -> None:
    if name == "json":
        text = rendering.as_json(comparison)
    elif wanted.quiet and not comparison.differences:
        return
    else:
        text = rendering.render(
            comparison,
            Options(
                width=output.terminal_width() if path is None else output.WIDTH,
                style=output.style_of(wanted.color) if path is None else PLAIN,
                show_unknown=wanted.show_unknown,
                prefix=prefix,
            ),
        )
    if path is None:
        output.write(text)
    else:
        output.write_file(path, text)
