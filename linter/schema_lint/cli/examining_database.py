"""Judging a database: its facts, the rules that can judge them, and where the models declare what it has."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from schema_lint.checking.baseline import Baseline
from schema_lint.checking.judging import Focus, JudgedDatabase
from schema_lint.checking.rule import Rule
from schema_lint.checking.run import SkippedRule
from schema_lint.checking.selection import Selection
from schema_lint.checking.subjects import is_bookkeeping
from schema_lint.cli.database import find_database, name_of_database, opened, read_schema
from schema_lint.cli.examining import Examination, exceptions_of, selected_rules
from schema_lint.cli.failures import Failure
from schema_lint.cli.placing import ModelsBeside
from schema_lint.cli.progress import Progress
from schema_lint.cli.setup import Setup
from schema_lint.cli.wanted import WantedLive
from schema_lint.config.globs import object_matches
from schema_lint.config.selectors import matching
from schema_lint.evaluating.disk import DiskTree
from schema_lint.evaluating.files import SourceTree
from schema_lint.facts.platforms import platforms_of
from schema_lint.facts.project import Project, Schema

_SHOWN_BY_SOURCE = "a database does not show it; `schema-lint check` judges the source"


def select_for_database(setup: Setup, wanted: WantedLive) -> tuple[Sequence[Rule], Selection, tuple[SkippedRule, ...]]:
    """Every rule there is, those asked for that a database can be judged by, and those asked for by name that cannot.

    Raises:
        Failure: where no rule is left.
    """
    rules, selection = selected_rules(setup, wanted)
    fit = tuple(rule for rule in selection.rules if set(rule.evidence) & set("CP"))
    if not fit:
        codes = ", ".join(rule.code for rule in selection.rules)
        raise Failure(f"{codes} cannot be judged by a database alone", hint="`schema-lint check` judges the source")
    named = [matching(token, rules) for token in (*wanted.select, *wanted.extend_select)]
    unfit = [found[0].code for found in named if len(found) == 1 and not set(found[0].evidence) & set("CP")]
    skipped = tuple(SkippedRule(code, _SHOWN_BY_SOURCE) for code in dict.fromkeys(unfit))
    return rules, msgspec.structs.replace(selection, rules=fit), skipped


def read_database(setup: Setup, wanted: WantedLive, progress: Progress) -> Schema:
    """The facts of the database, or of the snapshot that stands for it.

    Raises:
        Failure: if it cannot be read, or holds no table.
    """
    if wanted.snapshot is not None:
        from schema_lint.cli.snapshots import read_snapshot

        schema = of_schemas(read_snapshot(wanted.snapshot), wanted.schemas)
        where = wanted.snapshot
    else:
        address = find_database(wanted.database, setup.settings)
        where = str(address)
        progress.say(f"connecting to {where}")
        with opened(address) as connection:
            progress.say(f"reading the catalogue of {where}")
            schema = read_schema(connection, schemas=wanted.schemas, usage=wanted.usage, sample=wanted.sample)
    if not schema.tables.known and not wanted.allow_empty:
        among = f" in the schema{'s' if wanted.schemas[1:] else ''} {', '.join(wanted.schemas)}"
        raise Failure(
            f"there is no table{among if wanted.schemas else ''} of {where}",
            hint="is it the right database, and migrated? --allow-empty makes this no mistake",
        )
    return judged(schema, wanted.exclude)


def of_schemas(schema: Schema, names: Sequence[str]) -> Schema:
    """The facts of some schemas of a database alone."""
    if not names:
        return schema
    default = schema.default_schema or "public"
    tables = tuple(table for table in schema.tables.known if (table.schema or default) in names)
    keys = {table.key for table in tables}
    return msgspec.structs.replace(
        schema,
        tables=msgspec.structs.replace(schema.tables, known=tables),
        row_policies=tuple(policy for policy in schema.row_policies if policy.table in keys),
        triggers=tuple(trigger for trigger in schema.triggers if trigger.table in keys),
        functions=tuple(function for function in schema.functions if (function.schema or default) in names),
        sequences=tuple(sequence for sequence in schema.sequences if (sequence.schema or default) in names),
        domains=tuple(domain for domain in schema.domains if (domain.schema or default) in names),
    )


def judged(schema: Schema, exclude: Sequence[str]) -> Schema:
    """The facts, with what is not to be judged set aside: what was excluded, migration tools' and a platform's own."""
    default = schema.default_schema
    platforms = platforms_of(schema)
    aside = frozenset(
        table.key
        for table in schema.tables.known
        if is_bookkeeping(table.key)
        or table.schema in platforms
        or any(object_matches(glob, table.schema or default, table.name, ()) for glob in exclude)
    )
    return msgspec.structs.replace(schema, set_aside=aside, platforms=platforms)


def examine_database(
    setup: Setup,
    wanted: WantedLive,
    rules: Sequence[Rule],
    schema: Schema,
    progress: Progress,
    *,
    baseline: Baseline | None,
) -> Examination:
    """What a verdict on the database depends on.

    Args:
        baseline: what it lists is left out.

    Raises:
        Failure: if models that were named cannot be read.
    """
    tree, models = read_models(setup, wanted, progress)
    progress.say(f"checking {len(schema.tables.known):,} tables")
    exceptions = exceptions_of(setup, tree, models, Focus())
    beside = ModelsBeside(models, schema)
    whole = not (wanted.schemas or wanted.exclude)
    return Examination(
        setup=setup,
        wanted=wanted,
        rules=rules,
        tree=tree,
        paths=setup.paths,
        project=Project(evidence=schema.evidence, schemas=(beside.explained(schema),)),
        # What is reported is the database, all of it, whatever part of it was named.
        exceptions=msgspec.structs.replace(exceptions, baseline=baseline, whole_project=whole),
        focus=Focus(),
        beside=beside,
        database=JudgedDatabase(name=name_of_database(wanted.database, setup.settings), whole=whole),
    )


def read_models(setup: Setup, wanted: WantedLive, progress: Progress) -> tuple[SourceTree, Project]:
    """The project's files, and its models: where paths or modules are named, or the working directory is in a project.

    Raises:
        Failure: if what was named cannot be read.
    """
    from schema_lint.cli.caching import keeping
    from schema_lint.cli.reading import read_project, read_source
    from schema_lint.cli.setup import read_options, reading_paths, tree_of

    named = bool(wanted.models or wanted.metadata)
    if wanted.no_models or not (named or (setup.loaded.marked and not wanted.isolated)):
        return DiskTree(setup.root), Project()
    options = read_options(
        setup.settings, sqlalchemy=wanted.sqlalchemy_version, sqlmodel=wanted.sqlmodel_version
    )  # fmt: skip
    with keeping(setup, no_cache=wanted.no_cache, cache_dir=wanted.cache_dir) as store:
        tree = tree_of(setup, options.exclude, allow_empty=not wanted.models, store=store)
        models = read_project(
            setup,
            tree,
            progress,
            lambda: read_source(tree, reading_paths(setup, tree), options),
            wanted.importing,
            verbose=bool(wanted.verbose),
        )
    return tree, models
