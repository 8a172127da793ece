"""`schema-lint explain`: what a rule demands, and why."""

from __future__ import annotations

import click

from schema_lint.cli.options import SectionedCommand, colour_option, configuration_options, option


@click.command("explain", cls=SectionedCommand)
@click.argument("names", nargs=-1, required=True, metavar="RULE...")
@option("--output-format", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True,
        section="Output", help="How to print it.")  # fmt: skip
@colour_option
@configuration_options
def command(
    names: tuple[str, ...], output_format: str, color: str, config: tuple[str, ...], isolated: bool, no_plugins: bool
) -> None:
    """Explain a rule: what it demands, why, what is wrong, what is right, its options, and how to accept a finding.

    RULE is a code or a name: FK001, foreign-key-without-index.
    """
    from schema_lint.checking.registry import matching
    from schema_lint.cli import output
    from schema_lint.cli.failures import Failure
    from schema_lint.cli.setup import known_rules
    from schema_lint.config.references import unknown_rule
    from schema_lint.config.selectors import named
    from schema_lint.reporting import explanation
    from schema_lint.reporting.report import Options

    rules = known_rules(config=config, isolated=isolated, plugins=not (no_plugins or isolated))
    found = []
    for name in names:
        rule = named(name, rules)
        if rule is None:
            family = matching(name, rules)
            listing = f"schema-lint rules --select {family[0].family}" if family else "schema-lint rules"
            message = f"{name.upper()} is a family of rules" if family else unknown_rule(name, rules, single=True)
            raise Failure(message, hint=f"`{listing}` lists the rules")
        found.append(rule)
    if output_format == "json":
        output.write("".join(map(explanation.as_json, found)))
    elif output_format == "markdown":
        output.write("\n".join(map(explanation.as_markdown, found)))
    else:
        options = Options(width=output.terminal_width(), style=output.style_of(color))
        output.write("\n\n".join(explanation.render(rule, options) for rule in found))
