"""`schema-lint baseline`: the findings that were there when the tool was adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from schema_lint.cli.metadata import metadata_options
from schema_lint.cli.options import SectionedCommand, configuration_options, option

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from schema_lint.checking.baseline import Entry
    from schema_lint.checking.judging import Verdict
    from schema_lint.cli.examining import Examination

_LISTED = 10


@click.group("baseline")
def command() -> None:
    """Keep the list of findings that were there before the tool, so that `check` reports new ones only.

    The list is .schema-lint-baseline.json in the project root; commit it. A finding is known by its rule and by what it
    is about (schema, table, columns), never by its line: moving or renaming files changes nothing. Where one thing has
    several findings of one rule, they are counted.
    """


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for decorate in (
        configuration_options,
        metadata_options,
        option(
            "--baseline",
            metavar="FILE",
            help="The file. Default: as the configuration says, else .schema-lint-baseline.json in the project root.",
        ),
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
    ):
        function = decorate(function)
    return function


@command.command("update", cls=SectionedCommand)
@_options
def update(paths: tuple[str, ...], **options: Any) -> None:
    """List every finding there is now, and forget those that are gone.

    With PATH, only what is found in these files or folders changes. What no rule judged this time stays listed. Infos
    are not listed, unless the configuration lets them fail.
    """
    from schema_lint.cli.baseline_file import renewed, warn_of_secrets

    examination, verdict, path = _examine(paths, options)
    before = examination.exceptions.baseline
    old = before.entries if before is not None else ()
    entries, new = renewed(before, verdict, examination.setup.settings.fail_on)
    if before is None and not entries:
        _print("Nothing to mend, so there is no need of a baseline")
        return
    _write(path, entries, old if before is not None else None)
    gone = sum(entry.count for entry in verdict.stale)
    changes = [f"{len(new):,} new" if new and old else "", f"{gone:,} gone" if gone else ""]
    told = ", ".join(filter(None, changes)) or ("as before" if old else "")
    _print(f"{_shown(path)}: {_findings(entries)}" + (f" ({told})" if told else ""))
    warn_of_secrets(new)


@command.command("prune", cls=SectionedCommand)
@_options
def prune(paths: tuple[str, ...], **options: Any) -> None:
    """Forget the findings that are gone, and list no new ones.

    An entry stays where its rule did not run or could not decide, or its file was not read.
    """
    from schema_lint.checking.baseline import accepting

    examination, verdict, path = _examine(paths, options, must_exist=True)
    before = examination.exceptions.baseline
    entries = accepting(before.entries if before else (), (), verdict.stale)
    if not verdict.stale:
        _print(f"{_shown(path)}: {_findings(entries)}, none of them gone")
        return
    _write(path, entries, None)
    _print(f"{_shown(path)}: {_findings(entries)}; gone:")
    for entry in verdict.stale[:_LISTED]:
        times = f" ({entry.count} of them)" if entry.count > 1 else ""
        _print(f"  {entry}{times}" + (f" in {entry.path}" if entry.subject else ""))
    if verdict.stale[_LISTED:]:
        _print(f"  and {len(verdict.stale) - _LISTED:,} more")


def _examine(
    paths: Sequence[str], options: dict[str, Any], *, must_exist: bool = False
) -> tuple[Examination, Verdict, str]:
    from schema_lint.cli.baseline_file import baseline_path, load_baseline, missing_baseline
    from schema_lint.cli.examining import examine
    from schema_lint.cli.progress import Progress
    from schema_lint.cli.setup import set_up
    from schema_lint.cli.wanted import Wanted

    named = options.pop("baseline")
    wanted = Wanted(**options)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    baseline = load_baseline(setup, named)
    if baseline is None and must_exist:
        raise missing_baseline(setup, named)
    with Progress() as progress:
        examination, selection = examine(setup, wanted, progress, baseline=baseline, whole=True)
        verdict = examination.judge(selection)
    return examination, verdict, baseline_path(setup, named)


def _write(path: str, entries: Iterable[Entry], before: Iterable[Entry] | None = None) -> None:
    from schema_lint.checking.baseline import text_of
    from schema_lint.cli.output import write_file

    text = text_of(entries)
    if before is None or text_of(before) != text:
        write_file(path, text)


def _findings(entries: Iterable[Entry]) -> str:
    from schema_lint.reporting.summary import plural

    return plural(sum(entry.count for entry in entries), "finding")


def _shown(path: str) -> str:
    import os

    return os.path.relpath(path)


def _print(line: str) -> None:
    from schema_lint.cli.output import write
    from schema_lint.reporting.terminal import inert

    write(inert(line) + "\n")
