"""One run of `drift`: from models and a database to a report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from schema_lint.checking.judging import Focus, JudgedDatabase
from schema_lint.checking.rule import Rule
from schema_lint.checking.run import UndecidedRule
from schema_lint.checking.selection import Selection
from schema_lint.checking.subjects import subject_of
from schema_lint.checking.visiting import application
from schema_lint.cli.baseline_file import used_baseline
from schema_lint.cli.caching import keeping
from schema_lint.cli.catalogue import reading_catalogue
from schema_lint.cli.database import find_database, name_of_database
from schema_lint.cli.examining import Examination, exceptions_of, read_tree, selected_rules
from schema_lint.cli.failures import Failure, say
from schema_lint.cli.progress import Progress
from schema_lint.cli.publishing import check_files, publish
from schema_lint.cli.reading import read_project
from schema_lint.cli.running import report_of
from schema_lint.cli.setup import Setup, excluded, reading_paths, set_up, tree_of
from schema_lint.cli.telling import hanging
from schema_lint.cli.wanted import WantedDrift
from schema_lint.facts.difference import Comparison, Difference, Uncompared
from schema_lint.facts.project import Project, Schema
from schema_lint.reporting.report import Report

if TYPE_CHECKING:
    from schema_lint.checking.baseline import Baseline
    from schema_lint.evaluating.files import SourceTree
    from schema_lint.evaluating.store import Store
    from schema_lint.readers.migrations.filters import Filters

CODES = {
    "type": "DRF005", "nullable": "NUL010", "server default": "DRF006", "generated": "DRF007", "identity": "DRF008",
    "comment": "DRF016", "labels": "COL008", "collation": "DRF005", "numbering": "DRF008", "sequence": "DRF008",
    "ondelete": "DRF011", "onupdate": "DRF011",
}  # fmt: skip
"""The rule that a field which could not be compared would have been judged by."""

_BY_KIND = {
    "table": "DRF002", "column": "DRF004", "primary key": "DRF009", "foreign key": "DRF010", "unique": "DRF012",
    "check constraint": "DRF013", "exclusion constraint": "DRF019", "index": "DRF014",
    "enum": "COL008", "domain": "DRF020", "extension": "DRF021",
}  # fmt: skip


def drift(wanted: WantedDrift) -> int:
    """Run `drift`; the exit status.

    Raises:
        Failure: where the models or the database cannot be read, or the options name no rule.
    """
    check_files(wanted)
    paths, wanted = _told_apart(wanted)
    setup = set_up(paths, config=wanted.config, isolated=wanted.isolated, plugins=wanted.plugins)
    with Progress(quiet=wanted.quiet) as progress:
        run, selection, comparison, database = examine_drift(
            setup, wanted, progress, baseline=used_baseline(setup, wanted)
        )
        if comparison.alone and not wanted.quiet:
            progress.end()
            note = "note: not compared, since the database has none of their tables, or other models of the project "
            say(*hanging([f"{note}have the same and fit better: {', '.join(comparison.alone)}"]))
        verdict = run.judge(selection)
        report, failed = report_of(run, selection, verdict)
    publish(_about(report, selection, comparison, database, run), setup, wanted)
    return 1 if failed and not wanted.exit_zero else 0


def _told_apart(wanted: WantedDrift) -> tuple[tuple[str, ...], WantedDrift]:
    """Paths, and the database if one of the arguments names it: the last, unless it is a file or folder."""
    paths = wanted.arguments
    if paths and wanted.database is None and not os.path.exists(paths[-1]):
        last = paths[-1]
        names_database = "://" in last or "=" in last or _is_configured(last, wanted)
        if names_database:
            return paths[:-1], msgspec.structs.replace(wanted, database=last)
    if any("://" in path for path in paths):
        raise Failure("the database is named twice, or before a path", hint="schema-lint drift [PATH]… [URL]")
    return paths, wanted


def _is_configured(name: str, wanted: WantedDrift) -> bool:
    from schema_lint.cli.setup import load_settings

    loaded = load_settings(config=wanted.config, isolated=wanted.isolated, plugins=False)
    return name in loaded.settings.databases


def examine_drift(
    setup: Setup, wanted: WantedDrift, progress: Progress, *, baseline: Baseline | None
) -> tuple[Examination, Selection, Comparison, Schema]:
    """What a verdict on differences depends on, with the rules, what was compared, and the database.

    Args:
        baseline: what it lists is left out.

    Raises:
        Failure: where the models or the database cannot be read, or the options name no rule.
    """
    with keeping(setup, no_cache=wanted.no_cache, cache_dir=wanted.cache_dir) as store:
        return _examine(setup, wanted, progress, baseline, store)


def _examine(
    setup: Setup, wanted: WantedDrift, progress: Progress, baseline: Baseline | None, store: Store | None
) -> tuple[Examination, Selection, Comparison, Schema]:
    from schema_lint.comparing.drift import Database, compare_with_database

    rules, selection = _selected(setup, wanted)
    address = find_database(wanted.database, setup.settings)
    focus = Focus(paths=setup.paths, exclude=excluded(setup.settings, wanted.exclude))
    tree = tree_of(setup, focus.exclude, allow_empty=wanted.allow_empty or bool(wanted.metadata), store=store)
    with reading_catalogue(address, schemas=wanted.schemas) as catalogue:
        project = _models(setup, wanted, tree, progress)
        progress.say(f"reading the catalogue of {address}")
        found = catalogue()
    schema, versions = found.schema, found.versions
    models = _of_database(project, wanted.database if wanted.database in setup.settings.databases else None)
    progress.say(f"comparing {sum(len(model.tables.known) for model in models):,} tables")
    database = Database(schema, read=wanted.schemas or None, elsewhere=found.elsewhere)
    comparison = compare_with_database(models, database, external=setup.settings.policies.external_tables)
    filters = _filters(tree)
    if filters is not None:
        from schema_lint.comparing.drift.left_out import without_left_out

        compared = without_left_out(comparison.differences, filters)
        comparison = msgspec.structs.replace(comparison, differences=compared)
    if versions:
        comparison = _with_history(comparison, project, tree, versions, schema.label)
    exceptions = exceptions_of(setup, tree, project, focus)
    run = Examination(
        setup=setup,
        wanted=wanted,
        rules=rules,
        tree=tree,
        paths=reading_paths(setup, tree),
        project=msgspec.structs.replace(
            project, evidence="X", schemas=tuple(models), differences=comparison.differences
        ),
        exceptions=msgspec.structs.replace(exceptions, baseline=baseline),
        focus=focus,
        database=JudgedDatabase(
            name=name_of_database(wanted.database, setup.settings),
            whole=setup.paths == ("",) and not (wanted.schemas or wanted.exclude or comparison.alone),
            undecided=frozenset(map(_code_of, comparison.uncompared)),
        ),
    )
    return run, selection, comparison, schema


def _filters(tree: SourceTree) -> Filters | None:
    """What the project's only `env.py` leaves out of comparisons, if there is one that leaves something out."""
    from schema_lint.readers.source.roles import is_test

    paths = [path for path in tree.python_files() if f"/{path}".endswith("/env.py") and not is_test(path)]
    found = [text for path in paths if "alembic" in (text := tree.text(path) or "")]
    if len(found) != 1 or "include_" not in found[0]:
        return None
    from schema_lint.readers.migrations.filters import Filters

    return Filters(found[0])


def _selected(setup: Setup, wanted: WantedDrift) -> tuple[Sequence[Rule], Selection]:
    """Every rule there is, and those asked for that judge what differs.

    Raises:
        Failure: where none is left.
    """
    rules, selection = selected_rules(setup, wanted)
    fit = tuple(rule for rule in selection.rules if "X" in rule.evidence)
    if not fit:
        codes = ", ".join(rule.code for rule in selection.rules[:5])
        more = "…" if selection.rules[5:] else ""
        raise Failure(
            f"{codes}{more} cannot be judged by comparing models with a database",
            hint="`schema-lint rules DRF` lists the rules that are",
        )
    return rules, msgspec.structs.replace(selection, rules=fit)


def _models(setup: Setup, wanted: WantedDrift, tree: SourceTree, progress: Progress) -> Project:
    """The project's models, without those of tests and revisions.

    Raises:
        Failure: if they cannot be read, or there are none.
    """
    project = application(
        read_project(
            setup,
            tree,
            progress,
            lambda: read_tree(setup, wanted, tree, reading_paths(setup, tree)),
            wanted.importing,
            verbose=bool(wanted.verbose),
        )
    )
    if not any(schema.tables.known for schema in project.schemas) and not wanted.allow_empty:
        raise Failure(
            "no models were found to compare with the database",
            hint="give the folder that holds them, or --metadata with the module; --allow-empty makes this no mistake",
        )
    return project


def _with_history(
    comparison: Comparison,
    project: Project,
    tree: SourceTree,
    versions: dict[str, tuple[str, ...]],
    database: str,
) -> Comparison:
    """The comparison, with what revisions explain that are not applied set apart."""
    from schema_lint.comparing.drift.pending import with_history
    from schema_lint.facts.migrations import Revision
    from schema_lint.facts.operations import Operation
    from schema_lint.facts.unknown import Unknown
    from schema_lint.readers.migrations import read_histories
    from schema_lint.readers.migrations.operations import OperationReader
    from schema_lint.readers.migrations.revisions import is_revision

    files = project.revision_files or [
        path for path in tree.python_files() if (content := tree.content(path)) is not None and is_revision(content)
    ]

    reader = OperationReader(tree, project.import_roots, project.sqlalchemy_version)

    def operations(revision: Revision) -> tuple[Operation, ...] | None:
        found = reader.upgrade(revision.path)
        return None if isinstance(found, Unknown) else found

    found = with_history(comparison.differences, read_histories(tree, files), versions, operations, database=database)
    return msgspec.structs.replace(comparison, differences=found)


def _of_database(project: Project, name: str | None) -> list[Schema]:
    """The models of one of several databases; all, where none is named."""
    return [schema for schema in project.schemas if name is None or schema.database in (name, None)]


def _about(report: Report, selection: Selection, comparison: Comparison, database: Schema, run: Examination) -> Report:
    """The report, with what was compared and what could not be."""
    ran = {rule.code for rule in selection.rules}
    undecided = [
        UndecidedRule(
            code=code,
            subject=subject_of(_as_difference(item), None, None),
            why=item.unknown.why,
            place=item.unknown.place,
        )
        for item in comparison.uncompared
        if (code := _code_of(item)) in ran
    ]
    server = database.server
    read = msgspec.structs.replace(
        report.read,
        database=database.label,
        server=f"PostgreSQL {server.version // 10_000}.{server.version % 10_000}" if server is not None else "",
        compared=comparison.tables,
    )
    return msgspec.structs.replace(
        report, undecided=(*report.undecided, *dict.fromkeys(undecided)), read=read, database=database
    )


def _code_of(item: Uncompared) -> str:
    """The rule that would have judged what could not be compared."""
    return CODES.get(item.field) or _BY_KIND.get(item.kind, "DRF001")


def _as_difference(item: Uncompared) -> Difference:
    return Difference(kind=item.kind, table=item.table, subject=item.subject, schema=item.schema)
