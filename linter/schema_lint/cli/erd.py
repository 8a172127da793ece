"""`schema-lint erd`: the schema as an entity-relationship diagram."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from schema_lint.cli.database import database_evidence
from schema_lint.cli.metadata import metadata_options
from schema_lint.cli.options import SectionedCommand, cache_options, configuration_options, option, split

if TYPE_CHECKING:
    from schema_lint.cli.setup import Setup
    from schema_lint.facts.project import Project
    from schema_lint.reporting.erd.drawing import Drawing

FORMATS = ("mermaid", "dot", "html")
_SUFFIXES = {".mmd": "mermaid", ".mermaid": "mermaid", ".dot": "dot", ".gv": "dot", ".html": "html", ".htm": "html"}

_EPILOG = """\b
Examples:
  schema-lint erd                                  Mermaid, on standard output
  schema-lint erd app/billing --output billing.html
  schema-lint erd --only 'order*' --format dot | dot -Tsvg > orders.svg
  schema-lint erd --write README.md                between two comments in the file
  schema-lint erd --write README.md --check        for CI: status 1 if it is out of date

\b
Tables that are referenced but not drawn for their own sake are drawn as stubs.
Exit status: 0, 1 if --check finds a drawing that is out of date, 2 wrong use or configuration."""


@click.command("erd", cls=SectionedCommand, epilog=_EPILOG)
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@option("--only", multiple=True, callback=split, metavar="TABLE", section="Tables",
        help="Draw these: names or globs, with their schema or without; commas or repeated.")  # fmt: skip
@option("--exclude", multiple=True, callback=split, metavar="TABLE", section="Tables",
        help="Leave these out, and what leads to them.")  # fmt: skip
@option("--collapse-junctions", is_flag=True, section="Tables",
        help="Draw tables that only join two others as one many-to-many line.")  # fmt: skip
@option("--columns", type=click.Choice(["all", "keys", "none"]), default="all", show_default=True, section="Tables",
        help="Which columns to draw.")  # fmt: skip
@option("--group-by", type=click.Choice(["schema", "module", "none"]), section="Tables",
        help="Box (dot) or colour (html) tables by this. Default: schema, if there are several.")  # fmt: skip
@option("--format", "--output-format", "format_", type=click.Choice(FORMATS), section="Output",
        help="How to draw. Default: by the suffix of --output, else mermaid.")  # fmt: skip
@option("--output", metavar="FILE", section="Output", help="Write the drawing there; - is standard output.")
@option("--write", metavar="FILE", section="Output",
        help="Write it into a Markdown file, between two comments: <!-- schema-lint erd start --> and "
        "<!-- schema-lint erd end -->.")  # fmt: skip
@option("--check", is_flag=True, section="Output", help="Write nothing: status 1 if the file's drawing is out of date.")
@option("--sqlalchemy-version", default="", metavar="VERSION", help="Version that the project uses.")
@option("--sqlmodel-version", default="", metavar="VERSION", help="The same for SQLModel.")
@option("--allow-empty", is_flag=True, help="Finding no Python file and no table is no mistake.")
@metadata_options
@database_evidence
@cache_options
@configuration_options
def command(paths: tuple[str, ...], format_: str | None, output: str | None, write: str | None, **options: Any) -> int:
    """Draw the tables that the source declares, without running any of it; with --metadata those that SQLAlchemy
    built, with --database those that it holds.

    PATH names the files or folders whose tables are drawn (default: the working directory).
    """
    from schema_lint.cli import embedding
    from schema_lint.cli.failures import Failure, say
    from schema_lint.cli.output import check_file
    from schema_lint.cli.output import write as print_out
    from schema_lint.cli.setup import set_up

    output = None if output == "-" else output
    format_ = format_ or _SUFFIXES.get(os.path.splitext(output or "")[1].lower(), "mermaid")
    if write is not None and (output is not None or format_ != "mermaid"):
        raise Failure(
            "--write puts Mermaid into a Markdown file; --output writes the other formats, to one of their own"
        )
    if options["check"] and write is None and output is None:
        raise Failure("--check compares with a file", hint="name it: --write README.md, or --output schema.html")
    embedded = embedding.read(write) if write is not None else None
    if output is not None and not options["check"]:
        check_file(output)
    setup = set_up(paths, config=options["config"], isolated=options["isolated"], plugins=False)
    drawing = _draw(setup, _read(setup, options), options)
    text = _render(drawing, format_, options["group_by"])
    if format_ == "mermaid":
        from schema_lint.reporting.erd.mermaid import LONGEST

        if len(text) > LONGEST:
            say(f"note: {len(text):,} characters; GitHub and others draw no more than {LONGEST:,} of Mermaid",
                "hint: --only, --exclude and --columns keys draw less; --format html has no limit")  # fmt: skip
    if embedded is not None:
        return embedding.update(embedding.read(embedded.path), text, check=options["check"])
    if output is not None:
        return embedding.replace(output, text, check=options["check"])
    print_out(text)
    return 0


def _read(setup: Setup, options: dict[str, Any]) -> Project:
    from schema_lint.cli.caching import keeping
    from schema_lint.cli.progress import Progress
    from schema_lint.cli.reading import Importing, read_project, read_source
    from schema_lint.cli.setup import read_options, reading_paths, tree_of
    from schema_lint.facts.project import Project

    if options["database"] is not None:
        from schema_lint.cli.database import read_evidence

        with Progress() as progress:
            schema = read_evidence(options["database"], setup.settings, schemas=options["schemas"], progress=progress)
        return Project(evidence=schema.evidence, schemas=(schema,))
    given = read_options(
        setup.settings, sqlalchemy=options["sqlalchemy_version"], sqlmodel=options["sqlmodel_version"]
    )  # fmt: skip
    importing = Importing(
        targets=options["metadata"],
        python=options["python"],
        timeout=options["import_timeout"],
        allow_network=options["allow_network"],
    )
    may_be_empty = options["allow_empty"] or bool(importing.targets)
    with Progress() as progress, keeping(setup, no_cache=options["no_cache"], cache_dir=options["cache_dir"]) as store:
        tree = tree_of(setup, given.exclude, allow_empty=may_be_empty, store=store)
        return read_project(
            setup, tree, progress, lambda: read_source(tree, reading_paths(setup, tree), given), importing
        )


def _draw(setup: Setup, project: Project, options: dict[str, Any]) -> Drawing:
    from schema_lint.checking.judging import Focus
    from schema_lint.cli.failures import Failure
    from schema_lint.cli.setup import excluded
    from schema_lint.reporting.erd.drawing import View, draw

    view = View(
        only=options["only"],
        exclude=options["exclude"],
        collapse_junctions=options["collapse_junctions"],
        columns=options["columns"],
    )
    focus = Focus(paths=setup.paths, exclude=excluded(setup.settings))
    drawing = draw(project, setup.settings.policies, view, focus=focus.has)
    if drawing.entities or options["allow_empty"]:
        return drawing
    if options["only"] or options["exclude"]:
        raise Failure("no table is left to draw", hint="--only and --exclude take names such as users or public.user*")
    raise Failure("there is no table to draw", hint="`schema-lint check -v` tells what was read, and what was not")


def _render(drawing: Drawing, format_: str, group_by: str | None) -> str:
    if format_ == "mermaid":
        from schema_lint.reporting.erd.mermaid import render

        return render(drawing)
    several = len({entity.schema for entity in drawing.entities}) > 1
    grouping: Any = group_by or ("schema" if several else "none")
    if format_ == "dot":
        from schema_lint.reporting.erd import dot

        return dot.render(drawing, grouping)
    from schema_lint.reporting.erd import html

    return html.render(drawing, grouping)
