"""`schema-lint config`: the settings that hold, and what may be set."""

from __future__ import annotations

import click

from schema_lint.cli.options import SectionedCommand, configuration_options


@click.group("config")
def command() -> None:
    """Show the configuration, or the JSON Schema of it.

    It is read from schema-lint.toml, or from [tool.schema-lint] in pyproject.toml.
    """


@command.command("show", cls=SectionedCommand)
@click.argument("key", required=False)
@configuration_options
def show(key: str | None, config: tuple[str, ...], isolated: bool, no_plugins: bool) -> None:
    """Print the settings that hold, defaults included.

    KEY is a setting or a table of settings: profile, policies, policies.primary-key.
    """
    import os

    from schema_lint.cli import output
    from schema_lint.cli.failures import Failure
    from schema_lint.cli.setup import load_settings
    from schema_lint.config.showing import entries
    from schema_lint.facts.secrets import mask

    loaded = load_settings(config=config, isolated=isolated, plugins=not (no_plugins or isolated))
    found = entries(loaded)
    if key is not None:
        chosen = [entry for entry in found if entry[0] == key or entry[0].startswith(f"{key}.")]
        if not chosen:
            from schema_lint.config.problems import nearest, printable

            tables = {entry[0].rpartition(".")[0] for entry in found} - {""}
            close = nearest(key, [*tables, *(entry[0] for entry in found)])
            hint = f"did you mean `{close}`?" if close else "`schema-lint config show` lists the settings"
            raise Failure(f"no setting `{printable(key)}`", hint=hint)
        found = chosen
    file = os.path.relpath(loaded.file) if loaded.file else "none; these are the defaults"
    lines = [] if key is not None else [f"# project root: {loaded.root}", f"# configuration: {file}", ""]
    short = [len(name) + len(value or "") + 3 for name, value, _ in found if len(value or "") < 60]
    width = max(short, default=0)
    for name, value, given in found:
        line = f"{name} = {value}" if value is not None else f"# {name}"
        note = "" if given else "  # default" if value is not None else "  # found by itself"
        lines.append(f"{line.ljust(width)}{note}".rstrip())
    output.write(mask("\n".join(lines) + "\n"))


@command.command("schema", cls=SectionedCommand)
def schema() -> None:
    """Print the JSON Schema of the configuration, for editors and for checks of one's own."""
    from schema_lint.checking.registry import load_rules
    from schema_lint.cli import output
    from schema_lint.config.schema import json_schema

    output.write(output.json_text(json_schema(load_rules())))
