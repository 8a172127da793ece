"""`schema-lint baseline`: the findings that were there when the tool was adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from schema_lint.cli.metadata import metadata_options
from schema_lint.cli.options import SectionedCommand, cache_options, configuration_options, option, split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from schema_lint.checking.baseline import Baseline, Entry
    from schema_lint.checking.judging import Verdict
    from schema_lint.checking.selection import Selection
    from schema_lint.cli.examining import Examination
    from schema_lint.cli.progress import Progress
    from schema_lint.cli.setup import Setup
    from schema_lint.cli.wanted import Wanted

_LISTED = 10
_DATABASE = "Database"


@click.group("baseline")
def command() -> None:
    """Keep the list of findings that were there before the tool, so that only new ones are reported.

    Without an option it is about what `check` finds; with --database about what `live` does, with --drift about what
    `drift` does. All of them keep one list, and each leaves alone what the others found.

    The list is .schema-lint-baseline.json in the project root; commit it. A finding is known by its rule and by what it
    is about (schema, table, columns), never by its line: moving or renaming files changes nothing. Where one thing has
    several findings of one rule, they are counted.
    """


def _options(function: Callable[..., Any]) -> Callable[..., Any]:
    for decorate in (
        configuration_options,
        cache_options,
        metadata_options,
        option("--snapshot", metavar="FILE", section=_DATABASE,
               help="Judge this instead, which `schema-lint facts --database --snapshot FILE` wrote."),
        option("--sample", is_flag=True, section=_DATABASE, help="Look into some rows, too, as `live --sample` does."),
        option("--usage", is_flag=True, section=_DATABASE, help="Read what the server has counted, too."),
        option("--schema", "schemas", multiple=True, callback=split, metavar="NAME", section=_DATABASE,
               help="Read these schemas of the database only; commas or repeated. Nothing then counts as gone."),
        option("--exclude", multiple=True, callback=split, metavar="TABLE", section=_DATABASE,
               help="Leave these out, as `live --exclude` does: globs; commas or repeated. Nothing then counts as "
               "gone."),
        option("--drift", is_flag=False, flag_value="", metavar="[URL]", section=_DATABASE,
               help="What `drift` finds between the models and this database."),
        option("--database", is_flag=False, flag_value="", metavar="[URL]", section=_DATABASE,
               help="What `live` finds in this database. Without a URL, the one that the environment names, as in "
               "`schema-lint live --help`."),
        option(
            "--baseline",
            metavar="FILE",
            help="The file. Default: as the configuration says, else .schema-lint-baseline.json in the project root.",
        ),
        click.argument("paths", nargs=-1, metavar="[PATH]..."),
    ):  # fmt: skip
        function = decorate(function)
    return function


@command.command("update", cls=SectionedCommand)
@_options
def update(paths: tuple[str, ...], **options: Any) -> None:
    """List every finding there is now, and forget those that are gone.

    With PATH, only what is found in these files or folders changes; with --database, PATH says where the models are.
    What no rule judged this time stays listed. Infos are not listed, unless the configuration lets them fail.
    """
    from schema_lint.cli.baseline_file import renewed, warn_of_secrets

    examination, verdict, path = _examine(paths, options)
    before = examination.exceptions.baseline
    old = before.entries if before is not None else ()
    entries, new = renewed(before, verdict, examination.setup.settings.fail_on, examination.database)
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

    An entry stays where its rule did not run or could not decide, or its file or database was not read.
    """
    from schema_lint.checking.baseline import accepting

    examination, verdict, path = _examine(paths, options, must_exist=True)
    before = examination.exceptions.baseline
    database = examination.database
    name = database.name if database is not None else ""
    entries = accepting(before.entries if before else (), (), verdict.stale, database=name)
    if not verdict.stale:
        _print(f"{_shown(path)}: {_findings(entries)}, none of them gone")
        return
    _write(path, entries, None)
    _print(f"{_shown(path)}: {_findings(entries)}; gone:")
    for entry in verdict.stale[:_LISTED]:
        times = f" ({entry.count} of them)" if entry.count > 1 else ""
        where = f" in {entry.path}" if entry.subject and database is None else ""
        _print(f"  {entry}{times}{where}")
    if verdict.stale[_LISTED:]:
        _print(f"  and {len(verdict.stale) - _LISTED:,} more")


def _examine(
    paths: Sequence[str], options: dict[str, Any], *, must_exist: bool = False
) -> tuple[Examination, Verdict, str]:
    from schema_lint.cli.baseline_file import baseline_path, load_baseline, missing_baseline
    from schema_lint.cli.progress import Progress
    from schema_lint.cli.setup import set_up

    named = options.pop("baseline")
    wanted = _wanted(paths, options)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    baseline = load_baseline(setup, named)
    if baseline is None and must_exist:
        raise missing_baseline(setup, named)
    with Progress() as progress:
        examination, selection = _read(setup, wanted, progress, baseline)
        verdict = examination.judge(selection)
    return examination, verdict, baseline_path(setup, named)


def _wanted(paths: Sequence[str], options: dict[str, Any]) -> Wanted:
    """The options of the command whose findings are meant."""
    from schema_lint.cli.wanted import Wanted, WantedDrift, WantedLive

    database, drift, schemas = options.pop("database"), options.pop("drift"), options.pop("schemas")
    only_live = {name: options.pop(name) for name in ("exclude", "usage", "sample", "snapshot")}
    if database is not None and drift is not None:
        raise click.UsageError("--database and --drift are about findings of two commands: give one of them")
    if drift is not None and any(only_live.values()):
        raise click.UsageError("--exclude, --usage, --sample, --snapshot are about a database alone: give --database")
    if drift is not None:
        return WantedDrift(database=drift or None, schemas=schemas, **options)
    if only_live["snapshot"] and (database or only_live["usage"] or only_live["sample"]):
        raise click.UsageError("--snapshot stands for the database: no URL, --usage or --sample goes with it")
    if database is not None or only_live["snapshot"]:
        return WantedLive(database=database or None, schemas=schemas, models=tuple(paths), **only_live, **options)
    if schemas or any(only_live.values()):
        raise click.UsageError(
            "--schema, --exclude, --usage, --sample are about a database: give --database or --drift"
        )
    return Wanted(**options)


def _read(setup: Setup, wanted: Wanted, progress: Progress, baseline: Baseline | None) -> tuple[Examination, Selection]:
    from schema_lint.cli.wanted import WantedDrift, WantedLive

    if isinstance(wanted, WantedDrift):
        from schema_lint.cli.running_drift import examine_drift

        return examine_drift(setup, wanted, progress, baseline=baseline)[:2]
    if isinstance(wanted, WantedLive):
        from schema_lint.cli.examining_database import examine_database, read_database, select_for_database

        rules, selection, _ = select_for_database(setup, wanted)
        schema = read_database(setup, wanted, progress)
        return examine_database(setup, wanted, rules, schema, progress, baseline=baseline), selection
    from schema_lint.cli.caching import keeping
    from schema_lint.cli.examining import examine

    with keeping(setup, no_cache=wanted.no_cache, cache_dir=wanted.cache_dir) as store:
        return examine(setup, wanted, progress, baseline=baseline, whole=True, store=store)


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
