"""`schema-lint facts`: what was read, for programs."""

from __future__ import annotations

import click

from schema_lint.cli.metadata import metadata_options
from schema_lint.cli.options import SectionedCommand, configuration_options, option


@click.command("facts", cls=SectionedCommand)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@option("--output-format", type=click.Choice(["json"]), default="json", show_default=True, section="Output",
        help="How to print them.")  # fmt: skip
@option("--sqlalchemy-version", default="", metavar="VERSION", help="Version that the project uses.")
@option("--sqlmodel-version", default="", metavar="VERSION", help="The same for SQLModel.")
@option("--exclude", multiple=True, metavar="GLOB", help="Leave these files or folders out.")
@option("--allow-empty", is_flag=True, help="Finding no Python file is no mistake.")
@metadata_options
@configuration_options
def command(
    paths: tuple[str, ...],
    output_format: str,
    sqlalchemy_version: str,
    sqlmodel_version: str,
    exclude: tuple[str, ...],
    allow_empty: bool,
    metadata: tuple[str, ...],
    python: str | None,
    import_timeout: float,
    allow_network: bool,
    config: tuple[str, ...],
    isolated: bool,
    no_plugins: bool,
) -> None:
    """Print the tables and mapped classes that the source declares, as JSON, without running any of it.

    With --metadata those that SQLAlchemy built; with --metadata and PATH both as one.

    What could not be decided is printed as {"unknown": "why"}.
    """
    import msgspec

    from schema_lint.cli import output
    from schema_lint.cli.progress import Progress
    from schema_lint.cli.reading import Importing, read_project
    from schema_lint.cli.setup import read_options, reading_paths, set_up, tree_of
    from schema_lint.facts.export import export
    from schema_lint.readers.source import read

    setup = set_up(paths, config=config, isolated=isolated, plugins=False)
    options = read_options(setup.settings, exclude=exclude, sqlalchemy=sqlalchemy_version, sqlmodel=sqlmodel_version)
    options = msgspec.structs.replace(options, revisions=True)
    importing = Importing(targets=metadata, python=python, timeout=import_timeout, allow_network=allow_network)
    tree = tree_of(setup, options.exclude, allow_empty=allow_empty or bool(metadata))
    with Progress() as progress:
        project = read_project(
            setup, tree, progress, lambda: read(tree, reading_paths(setup, tree), options=options), importing
        )
    document = export(project)
    output.write(output.json_text(document))
