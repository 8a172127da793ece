"""Reading and judging a project: what `check` and the commands about its findings have in common."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.checking.baseline import Baseline
from schema_lint.checking.judging import Focus, JudgedDatabase, Verdict, comments_of, judge
from schema_lint.checking.rule import Rule
from schema_lint.checking.selection import Selection, from_settings
from schema_lint.checking.suppressions import Exceptions
from schema_lint.cli.failures import Failure
from schema_lint.cli.progress import Progress
from schema_lint.cli.reading import read_project, read_source
from schema_lint.cli.setup import (
    Setup,
    all_rules,
    check_tokens,
    excluded,
    read_options,
    reading_paths,
    rules_of_source,
    tree_of,
)
from schema_lint.cli.wanted import Wanted
from schema_lint.evaluating.files import SourceTree, decoded
from schema_lint.facts.place import SourcePlace
from schema_lint.facts.project import Project

if TYPE_CHECKING:
    from schema_lint.cli.placing import ModelsBeside
    from schema_lint.evaluating.store import Store

_IMPORT = "--metadata MODULE imports the models, and judges what SQLAlchemy built"
_REPLAYED = "`schema-lint migrations --replay` runs the revisions on a PostgreSQL"
_INSTEAD = "`schema-lint drift` compares the models with a database"


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """All that a verdict depends on, but the profile."""

    setup: Setup
    wanted: Wanted
    rules: Sequence[Rule]
    """Every rule there is, selected or not."""

    tree: SourceTree
    paths: tuple[str, ...]
    """What was read; whatever else of the project that depends on was read, too."""

    project: Project
    exceptions: Exceptions
    focus: Focus
    beside: ModelsBeside | None = None
    """The models of the database that is judged."""

    database: JudgedDatabase | None = None
    """What is judged, unless that is the source."""

    def select(self, profile: str | None) -> Selection:
        """The rules of a profile (the configured one where it is `None`), as the options change them."""
        return select(self.setup, self.wanted, self.rules, profile)

    def judge(self, selection: Selection) -> Verdict:
        """What the rules say."""
        return judge(
            self.project,
            selection,
            self.setup.settings.policies,
            rules=self.rules,
            exceptions=self.exceptions,
            focus=self.focus,
            placed=self.beside.placed if self.beside is not None else None,
            database=self.database,
        )


def examine(
    setup: Setup,
    wanted: Wanted,
    progress: Progress,
    *,
    baseline: Baseline | None = None,
    whole: bool = False,
    store: Store | None = None,
    fit: Callable[[Rule], bool] | None = None,
) -> tuple[Examination, Selection]:
    """Read the project, to judge it by the rules that are selected.

    Args:
        baseline: what it lists is left out.
        whole: read all of it, also where only a folder is reported on.
        store: where what is read is kept.
        fit: which of the selected rules to take.

    Raises:
        Failure: where the options name no rule, or there is nothing to read.
    """
    of_source = fit is None and _is_about_source(wanted)
    rules, selection = selected_rules(setup, wanted, of_source=of_source, of_revisions=not of_source)
    if fit is not None:
        selection = msgspec.structs.replace(selection, rules=tuple(filter(fit, selection.rules)))
    elif not wanted.metadata and not any(set("SG") & set(rule.evidence) for rule in selection.rules):
        codes = ", ".join(rule.code for rule in selection.rules)
        raise Failure(
            f"{codes} cannot be judged by the source alone",
            hint=_hint(selection.rules),
        )
    focus = Focus(paths=setup.paths, exclude=excluded(setup.settings, wanted.exclude))
    tree = tree_of(setup, focus.exclude, allow_empty=wanted.allow_empty or bool(wanted.metadata), store=store)
    paths = ("",) if whole else reading_paths(setup, tree)

    def read() -> Project:
        nonlocal rules, selection
        files = read_files(setup, wanted, tree, paths)
        if files.revision_files and of_source:
            rules, selection = selected_rules(setup, wanted, of_source=True)
        return with_revisions(files, setup, wanted, tree, selection.rules)

    project = read_project(setup, tree, progress, read, wanted.importing, verbose=bool(wanted.verbose))
    progress.say(f"checking what {project.files_read:,} files declare")
    exceptions = msgspec.structs.replace(exceptions_of(setup, tree, project, focus), baseline=baseline)
    if not exceptions.names_only(rules):
        if of_source:
            rules, selection = selected_rules(setup, wanted)
        rules = all_rules(setup.loaded, plugins=wanted.plugins)
    found = Examination(
        setup=setup,
        wanted=wanted,
        rules=rules,
        tree=tree,
        paths=paths,
        project=project,
        exceptions=exceptions,
        focus=focus,
    )
    return found, selection


def _hint(rules: Sequence[Rule]) -> str:
    """What judges rules that the source alone does not show."""
    if all(rule.evidence == "X" for rule in rules):
        return _INSTEAD
    return _REPLAYED if all(rule.evidence == "R" for rule in rules) else _IMPORT


def _is_about_source(wanted: Wanted) -> bool:
    """Whether nobody is told of rules that cannot judge source."""
    return not (wanted.metadata or wanted.verbose or wanted.lists_rules)


def selected_rules(
    setup: Setup, wanted: Wanted, *, of_source: bool = False, of_revisions: bool = True
) -> tuple[Sequence[Rule], Selection]:
    """Every rule there is, and those that are asked for; with `of_source` those that can judge source may be all, and
    without `of_revisions` those of them that are not about revisions.

    Raises:
        Failure: where the options name no rule, or none is left.
    """
    if of_source:
        named = (*wanted.select, *wanted.extend_select, *wanted.ignore)
        rules = rules_of_source(setup.loaded, named, plugins=wanted.plugins, of_revisions=of_revisions)
    else:
        rules = all_rules(setup.loaded, plugins=wanted.plugins)
    for option in ("select", "extend_select", "ignore"):
        check_tokens(f"--{option.replace('_', '-')}", getattr(wanted, option), rules)
    selection = select(setup, wanted, rules, wanted.profile)
    if not selection.rules:
        raise Failure("no rule is selected", hint="what ignores them: `schema-lint config show`, and --ignore")
    return rules, selection


def read_tree(
    setup: Setup, wanted: Wanted, tree: SourceTree, paths: Sequence[str], *, rules: Sequence[Rule] = ()
) -> Project:
    """Read files as the settings and options say; Alembic's revisions, too, where one of the rules is about them.

    Raises:
        Failure: if a version is none.
    """
    return with_revisions(read_files(setup, wanted, tree, paths), setup, wanted, tree, rules)


def read_files(setup: Setup, wanted: Wanted, tree: SourceTree, paths: Sequence[str]) -> Project:
    """Read files as the settings and options say, but for what revisions do.

    Raises:
        Failure: if a version is none.
    """
    options = read_options(
        setup.settings, exclude=wanted.exclude, sqlalchemy=wanted.sqlalchemy_version, sqlmodel=wanted.sqlmodel_version
    )
    return read_source(tree, paths, options)


def with_revisions(project: Project, setup: Setup, wanted: Wanted, tree: SourceTree, rules: Sequence[Rule]) -> Project:
    """The project with what its revisions do, where one of the rules is about them."""
    if not project.revision_files or not any(set("GR") & set(rule.evidence) for rule in rules):
        return project
    from schema_lint.readers.migrations import with_histories

    start_after = () if wanted.all_revisions else setup.settings.migrations.start_after
    # Where nobody said what is applied, mostly all is but the last.
    heads_alone = wanted.heads_alone and not start_after
    steps = any(rule.steps for rule in rules)
    return with_histories(project, tree, start_after=start_after, heads_alone=heads_alone, steps=steps)


def select(setup: Setup, wanted: Wanted, rules: Sequence[Rule], profile: str | None) -> Selection:
    """The rules that the settings and the options ask for."""
    return from_settings(
        setup.settings,
        rules,
        profile=profile,
        selected=wanted.select,
        extended=wanted.extend_select,
        ignored=wanted.ignore,
    )


def examine_again(
    run: Examination,
    selection: Selection,
    tree: SourceTree,
    *,
    paths: Sequence[str],
    focus: Focus,
    baseline: Baseline | None = None,
) -> Examination:
    """The run on another state of the project's files; compared with the same branch, if it is with one.

    Raises:
        Failure: if a version is none.
    """
    project = read_tree(run.setup, run.wanted, tree, paths, rules=selection.rules)
    if run.project.base is not None:
        project = msgspec.structs.replace(project, base=run.project.base)
    exceptions = msgspec.structs.replace(exceptions_of(run.setup, tree, project, focus), baseline=baseline)
    return msgspec.structs.replace(run, tree=tree, project=project, exceptions=exceptions, focus=focus)


def exceptions_of(setup: Setup, tree: SourceTree, project: Project, focus: Focus) -> Exceptions:
    """What comments in the files that were read, and the settings, accept."""
    paths = [module.path for module in project.modules]
    paths += (literal.place.path for literal in project.url_literals)
    paths += (setting.place.path for setting in project.settings)
    paths += (revision.path for environment in project.migrations for revision in environment.revisions)
    objects = setup.settings.object_ignores
    places = _entry_places(setup, len(objects)) if objects else ()
    return Exceptions(
        comments=comments_of((path for path in paths if focus.has(path)), tree.content, decoded),
        objects=tuple(zip(objects, places, strict=True)),
        files=setup.settings.per_file_ignores,
        today=datetime.date.today(),
        whole_project=focus.paths == ("",),
        has_database=any(database.url_variable for database in setup.settings.databases.values()),
    )


def _entry_places(setup: Setup, count: int) -> tuple[SourcePlace, ...]:
    """Where each `[[ignore]]` of the configuration stands; the TOML parser does not tell."""
    lines: list[str] = []
    if setup.loaded.file is not None:
        with open(setup.loaded.file, encoding="utf-8", errors="replace") as file:
            lines = [line.strip().replace(" ", "") for line in file]
    headers = [n for n, line in enumerate(lines, 1) if line.startswith("[[") and "ignore]]" in line]
    if len(headers) != count:
        first = next((n for n, line in enumerate(lines, 1) if line.startswith("ignore=")), 1)
        headers = [first] * count
    path = setup.configuration or "--config"
    return tuple(SourcePlace(path=path, line=line) for line in headers)
