"""`schema-lint facts`: what was read, for programs."""

from __future__ import annotations

from collections.abc import Sequence

import click

from schema_lint.cli.database import database_evidence
from schema_lint.cli.metadata import metadata_options
from schema_lint.cli.options import SectionedCommand, cache_options, configuration_options, option


@click.command("facts", cls=SectionedCommand)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@database_evidence
@option("--snapshot", metavar="FILE", section="Database",
        help="Keep all that is known of the database in this file, for `live --snapshot` and `--since-snapshot`, and "
        "print nothing.")  # fmt: skip
@option("--usage", is_flag=True, section="Database", help="Read what the server has counted, too.")
@option("--sample", is_flag=True, section="Database", help="Look into some rows, too, as `live --sample` does.")
@option("--output-format", type=click.Choice(["json"]), default="json", show_default=True, section="Output",
        help="How to print them.")  # fmt: skip
@option("--sqlalchemy-version", default="", metavar="VERSION", help="Version that the project uses.")
@option("--sqlmodel-version", default="", metavar="VERSION", help="The same for SQLModel.")
@option("--exclude", multiple=True, metavar="GLOB", help="Leave these files or folders out.")
@option("--allow-empty", is_flag=True, help="Finding no Python file is no mistake.")
@metadata_options
@cache_options
@configuration_options
def command(
    paths: tuple[str, ...],
    database: str | None,
    schemas: tuple[str, ...],
    snapshot: str | None,
    usage: bool,
    sample: bool,
    output_format: str,
    sqlalchemy_version: str,
    sqlmodel_version: str,
    exclude: tuple[str, ...],
    allow_empty: bool,
    metadata: tuple[str, ...],
    python: str | None,
    import_timeout: float,
    allow_network: bool,
    no_cache: bool,
    cache_dir: str | None,
    config: tuple[str, ...],
    isolated: bool,
    no_plugins: bool,
) -> None:
    """Print the tables and mapped classes that the source declares, as JSON, without running any of it.

    With --metadata those that SQLAlchemy built; with --metadata and PATH both as one; with --database those that it
    holds.

    What could not be decided is printed as {"unknown": "why"}.
    """
    import msgspec

    from schema_lint.cli import output
    from schema_lint.cli.caching import keeping
    from schema_lint.cli.progress import Progress
    from schema_lint.cli.reading import Importing, read_project, read_source
    from schema_lint.cli.setup import read_options, reading_paths, set_up, tree_of
    from schema_lint.facts.export import export
    from schema_lint.readers.migrations import with_histories

    if database is None and (snapshot is not None or schemas or usage or sample):
        raise click.UsageError("--snapshot, --schema, --usage and --sample are about a database: give --database")
    if database is not None:
        if paths or metadata:
            raise click.UsageError("--database is read instead of the source: give no PATH and no --metadata")
        _print_database(database, schemas, snapshot, config=config, isolated=isolated, usage=usage, sample=sample)
        return
    setup = set_up(paths, config=config, isolated=isolated, plugins=False)
    options = read_options(setup.settings, exclude=exclude, sqlalchemy=sqlalchemy_version, sqlmodel=sqlmodel_version)
    options = msgspec.structs.replace(options, revisions=True)
    importing = Importing(targets=metadata, python=python, timeout=import_timeout, allow_network=allow_network)
    with Progress() as progress, keeping(setup, no_cache=no_cache, cache_dir=cache_dir) as store:
        tree = tree_of(setup, options.exclude, allow_empty=allow_empty or bool(metadata), store=store)
        project = read_project(
            setup, tree, progress, lambda: read_source(tree, reading_paths(setup, tree), options), importing
        )
        project = with_histories(project, tree, steps=False)
    document = export(project)
    output.write(output.json_text(document))


def _print_database(
    given: str,
    schemas: Sequence[str],
    snapshot: str | None,
    *,
    config: Sequence[str],
    isolated: bool,
    usage: bool,
    sample: bool,
) -> None:
    from schema_lint.cli import output
    from schema_lint.cli.database import read_evidence
    from schema_lint.cli.progress import Progress
    from schema_lint.cli.setup import load_settings
    from schema_lint.facts.export import export
    from schema_lint.facts.project import Project

    if snapshot is not None:
        output.check_file(snapshot)
    settings = load_settings(config=config, isolated=isolated, plugins=False).settings
    with Progress() as progress:
        schema = read_evidence(given, settings, schemas=schemas, usage=usage, sample=sample, progress=progress)
    if snapshot is None:
        output.write(output.json_text(export(Project(evidence=schema.evidence, schemas=(schema,)))))
        return
    from schema_lint.cli.failures import say
    from schema_lint.cli.snapshots import write_snapshot

    write_snapshot(snapshot, schema)
    say(f"{snapshot}: {len(schema.tables.known):,} tables of {schema.label}")
