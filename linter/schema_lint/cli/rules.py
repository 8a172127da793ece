"""`schema-lint rules`: the checklist."""

from __future__ import annotations

import click

from schema_lint.cli.options import SectionedCommand, colour_option, configuration_options, option, split


@click.command("rules", cls=SectionedCommand)
@option("--select", multiple=True, callback=split, metavar="RULE", help="These only: codes, names, families or ALL.")
@option("--output-format", type=click.Choice(["table", "json", "markdown"]), default="table", show_default=True,
        section="Output", help="How to print them.")  # fmt: skip
@option("--peers", is_flag=True, section="Output",
        help="What other tools check of migrations, and which rule does the same, or why none does.")  # fmt: skip
@colour_option
@configuration_options
def command(
    select: tuple[str, ...],
    output_format: str,
    peers: bool,
    color: str,
    config: tuple[str, ...],
    isolated: bool,
    no_plugins: bool,
) -> None:
    """List the rules: the checklist's, and those of the project's plugins.

    The severity is that of the recommended profile; off means that only the strict profile has it.
    """
    from schema_lint.checking.registry import matching
    from schema_lint.cli import output
    from schema_lint.cli.setup import check_tokens, known_rules
    from schema_lint.reporting import rule_list
    from schema_lint.reporting.report import Options

    rules = known_rules(config=config, isolated=isolated, plugins=not (no_plugins or isolated))
    check_tokens("--select", select, rules)
    if select:
        chosen = {rule.code for token in select for rule in matching(token, rules)}
        rules = tuple(rule for rule in rules if rule.code in chosen)
    if peers:
        from schema_lint.reporting import peer_list
        from schema_lint_rules.peers import CHECKS

        checks = [check for check in CHECKS if not select or {rule.code for rule in rules} & set(check.codes)]
        options = Options(width=output.terminal_width(), style=output.style_of(color))
        output.write(peer_list.render(checks, output_format, options))
    elif output_format == "json":
        output.write(rule_list.as_json(rules))
    elif output_format == "markdown":
        output.write(rule_list.as_markdown(rules))
    else:
        output.write(rule_list.as_table(rules, Options(width=output.terminal_width(), style=output.style_of(color))))
