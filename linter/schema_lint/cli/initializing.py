"""What `schema-lint init` does: infer, show, write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import msgspec

from schema_lint.checking.baseline import Entry, text_of
from schema_lint.checking.inference import Inferred, infer
from schema_lint.checking.judging import Focus
from schema_lint.checking.rule import Rule
from schema_lint.cli import inferring, output
from schema_lint.cli.baseline_file import baseline_path, load_baseline, renewed, warn_of_secrets
from schema_lint.cli.examining import Examination, exceptions_of, read_tree, select
from schema_lint.cli.failures import Failure
from schema_lint.cli.progress import Progress
from schema_lint.cli.setup import Setup, all_rules, excluded, load_settings, tree_of, working_directory
from schema_lint.cli.wanted import Wanted
from schema_lint.config.discovery import OWN_FILE, SHARED_FILE, begins_project, config_in, locate
from schema_lint.config.editing import Addition, with_additions
from schema_lint.config.loading import Loaded
from schema_lint.config.problems import ConfigurationError, Problem, printable
from schema_lint.config.settings import Settings
from schema_lint.config.showing import toml_key, toml_value
from schema_lint.config.toml import parse
from schema_lint.config.validation import settings_from
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.migrations import MigrationEnvironment
from schema_lint.facts.project import Project
from schema_lint.readers.migrations import read_histories
from schema_lint.reporting.summary import plural
from schema_lint.reporting.terminal import inert

_HEADING = "# Inferred by `schema-lint init`. Change what is not meant."


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """The options of the command."""

    dry_run: bool = False
    no_baseline: bool = False
    force: bool = False
    no_plugins: bool = False
    color: str = "auto"


class _Change(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration file, before and after."""

    path: str
    before: str
    after: str
    additions: tuple[Addition, ...]
    settings: Settings


def initialize(path: str | None, options: Options) -> int:
    """Infer, show and write; the exit status.

    Raises:
        Failure: if there is nothing to read, or it is configured already and not all of what is inferred is stated.
        ConfigurationError: with every mistake in a configuration that is there.
    """
    setup = _setup(path, plugins=not options.no_plugins)
    wanted = Wanted(no_plugins=options.no_plugins)
    rules = all_rules(setup.loaded, plugins=wanted.plugins)
    tree = tree_of(setup, excluded(setup.settings), allow_empty=False)
    with Progress() as progress:
        progress.say(f"reading {setup.root}")
        project = read_tree(setup, wanted, tree, ("",))
        found = read_histories(tree, project.revision_files)
        inferred = infer(project, documents=inferring.documents(tree, project))
    stated = _stated(setup)
    rows = list(inferring.rows(project, inferred, found, rules, stated))
    _print(f"What the code of {os.path.basename(setup.root)} shows:", "")
    _print(*inferring.drawn(rows, output.style_of(options.color)))
    _print("")
    change = _change(setup, _additions(inferred, found, stated))
    if options.dry_run:
        _print(*_diff(change, setup))
        return 0
    if setup.loaded.file is not None and not options.force:
        return _configured(change, setup)
    _write(setup, wanted, options, tree, project, rules, change)
    return 0


def _setup(path: str | None, *, plugins: bool) -> Setup:
    directory = working_directory()
    root = os.path.abspath(os.path.join(directory, path or "."))
    if not os.path.isdir(root):
        shown = printable(path or root, 200)
        raise Failure(f"{shown} is no folder", hint="give the folder of the project, or none for the one around here")
    if path is None and not begins_project(root):
        root = locate(root).root
    loaded = Loaded(root=root)
    if config_in(root) is not None:
        loaded = load_settings(config=(), isolated=False, plugins=plugins, directory=root)
    return Setup(loaded=loaded, paths=("",), directory=directory)


def _stated(setup: Setup) -> frozenset[str]:
    """Keys that need not be stated again."""
    policies = setup.settings.policies
    external = (f"external-tables.{table}" for table in policies.external_tables)
    migrations = ["start-after"] if setup.settings.migrations.start_after else []
    return frozenset([*policies.stated, *external, *migrations])


def _additions(
    inferred: Sequence[Inferred], found: Sequence[MigrationEnvironment], stated: frozenset[str]
) -> tuple[Addition, ...]:
    additions = []
    for item in inferred:
        if item.value is None or item.key in stated:
            continue
        table, _, name = item.key.partition(".")
        if table == "timestamps":
            additions += [Addition(path=("policies", table, role), value=names) for role, names in item.value.items()]
        else:
            path = ("policies", table, name) if name else ("policies", table)
            additions.append(Addition(path=path, value=item.value, comment=item.why))
    heads = inferring.start_after(found)
    if heads and "start-after" not in stated:
        additions.append(Addition(path=("migrations", "start-after"), value=heads))
    return tuple(additions)


def _change(setup: Setup, additions: tuple[Addition, ...]) -> _Change:
    """The configuration file with what is inferred.

    Raises:
        Failure: if a configuration that exists cannot be changed as text.
    """
    file = setup.loaded.file
    shared = os.path.join(setup.root, SHARED_FILE)
    choices = [file] if file is not None else [shared] if os.path.isfile(shared) else []
    for path in choices if file is not None else [*choices, os.path.join(setup.root, OWN_FILE)]:
        before = _text(path)
        owner = ("tool", "schema-lint") if os.path.basename(path) == SHARED_FILE else ()
        after = with_additions(before, owner, additions, heading=_HEADING) if before is not None else None
        if before is not None and after is not None:
            settings = _settings(after, owner, path)
            return _Change(path=path, before=before, after=after, additions=additions, settings=settings)
    lines = "; ".join(f"{'.'.join(map(toml_key, a.path))} = {toml_value(a.value)}" for a in additions)
    raise Failure(f"{_shown(file or setup.root)} cannot be added to as text", hint=f"state in our table: {lines}")


def _settings(text: str, owner: Sequence[str], path: str) -> Settings:
    problems: list[Problem] = []
    table = parse(path, text.encode(), problems) or {}
    for name in owner:
        table = table.get(name, {})
    settings = settings_from(table, problems, where=os.path.basename(path))
    if problems:
        raise ConfigurationError(problems)
    return settings


def _configured(change: _Change, setup: Setup) -> int:
    """What to tell of a project that is configured already."""
    shown = _shown(change.path)
    if change.after == change.before:
        _print(f"{shown} states all of it; nothing to do")
        return 0
    _print(*_diff(change, setup))
    raise Failure(f"{shown} configures schema-lint already", hint="--force adds these lines, and renews the baseline")


def _write(
    setup: Setup,
    wanted: Wanted,
    options: Options,
    tree: SourceTree,
    project: Project,
    rules: Sequence[Rule],
    change: _Change,
) -> None:
    loaded = msgspec.structs.replace(setup.loaded, settings=change.settings)
    later = msgspec.structs.replace(setup, loaded=loaded)
    path = baseline_path(later, None)
    written = []
    if not options.no_baseline:
        if os.path.lexists(path) and not options.force:
            raise Failure(
                f"there is a baseline already, {_shown(path)}", hint="--force adds to it what it does not list"
            )
        entries = _entries(later, wanted, tree, project, rules)
        if entries or os.path.lexists(path):
            output.write_file(path, text_of(entries))
            count = plural(sum(entry.count for entry in entries), "finding")
            written.append(f"{_shown(path)}: {count}, which are not reported again")
    if change.after != change.before:
        output.write_file(change.path, change.after)
        written.insert(0, f"{_shown(change.path)}:")
        written[1:1] = [f"  {line}".rstrip() for line in _added(change)]
    for line in written:
        _print(f"Wrote {line}" if line and not line.startswith(" ") else line)
    _print(*_next_steps(change, path, options))


def _entries(
    setup: Setup, wanted: Wanted, tree: SourceTree, project: Project, rules: Sequence[Rule]
) -> tuple[Entry, ...]:
    focus = Focus(exclude=excluded(setup.settings))
    baseline = load_baseline(setup, None)
    exceptions = msgspec.structs.replace(exceptions_of(setup, tree, project, focus), baseline=baseline)
    examination = Examination(
        setup=setup,
        wanted=wanted,
        rules=rules,
        tree=tree,
        paths=("",),
        project=project,
        exceptions=exceptions,
        focus=focus,
    )
    verdict = examination.judge(select(setup, wanted, rules, None))
    entries, new = renewed(baseline, verdict, setup.settings.fail_on)
    warn_of_secrets(new)
    return entries


def _added(change: _Change) -> list[str]:
    from difflib import ndiff

    lines = ndiff(change.before.splitlines(), change.after.splitlines())
    return "\n".join(line[2:] for line in lines if line.startswith("+ ")).strip("\n").split("\n")


def _diff(change: _Change, setup: Setup) -> Iterator[str]:
    from difflib import unified_diff

    name = os.path.relpath(change.path, setup.root)
    before, after = change.before.splitlines(), change.after.splitlines()
    lines = list(unified_diff(before, after, name if change.before else os.devnull, name, lineterm=""))
    yield from map(inert, lines or [f"{name} needs no change"])


def _next_steps(change: _Change, baseline: str, options: Options) -> Iterator[str]:
    files = [_shown(path) for path in (change.path, baseline) if os.path.isfile(path)]
    yield ""
    yield f"next: git add {' '.join(files)}"
    effect = "what is there is reported" if options.no_baseline else "reports what is new from now on"
    yield f"      schema-lint check   {effect}"


def _text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        return None


def _shown(path: str) -> str:
    return printable(os.path.relpath(path), 200)


def _print(*lines: str) -> None:
    output.write("".join(f"{line}\n" for line in lines))
