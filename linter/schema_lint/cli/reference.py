"""`schema-lint reference`: the implementation that does it right."""

from __future__ import annotations

import click

from schema_lint.cli.options import SectionedCommand, colour_option


@click.command("reference", cls=SectionedCommand)
@click.argument("name", required=False)
@colour_option
def command(name: str | None, color: str) -> None:
    """Show the reference implementation: users and their tasks, done right, run and tested.

    NAME is a module (models), a class (Task), an attribute (Task.owner_id) or a rule (FK001). Without it, everything
    that has a name is listed.
    """
    from schema_lint.cli import output
    from schema_lint.cli.failures import Failure
    from schema_lint.reporting import reference_text
    from schema_lint.reporting.report import Options

    options = Options(width=output.terminal_width(), style=output.style_of(color))
    if name is None:
        output.write(reference_text.listing(options))
        return
    shown = reference_text.show(name, options)
    if shown is None:
        shown = reference_text.show(_anchor_of_rule(name) or "", options)
    if shown is None:
        from schema_lint.config.problems import nearest, printable

        known = reference_text.names()
        short = {anchor.partition(":")[2] or anchor: anchor for anchor in known}
        close = nearest(name, [*known, *short])
        raise Failure(
            f"the reference has no `{printable(name)}`",
            hint=f"did you mean `{close}`?" if close else "`schema-lint reference` lists what it has",
        )
    output.write(shown)


def _anchor_of_rule(name: str) -> str | None:
    from schema_lint.checking.registry import load_rules
    from schema_lint.config.selectors import named

    rule = named(name, load_rules())
    return rule.reference if rule is not None else None
