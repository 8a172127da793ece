"""A rule explained on a terminal: what `schema-lint explain` prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from schema_lint.checking.documentation import Example, parse
from schema_lint.checking.rule import Rule
from schema_lint.reporting.excerpt import excerpt
from schema_lint.reporting.highlighting import highlighted
from schema_lint.reporting.report import DEFAULT, Options
from schema_lint.reporting.rule_list import EVIDENCE, facts_of, named, profiles_of, rule_as_markdown, severity_of, toml
from schema_lint.reporting.terminal import Style, inert, prose, wrapped

_WIDEST = 100
_MARGIN = "  "
_OUTSIDE_SCHEMA = {
    "Engine", "SessionFactory", "SessionUse", "UrlLiteral", "ConnectionSetting", "SchemaCall", "UnreadFile",
    "Suppression",
}  # fmt: skip
"""Facts that no name of a table leads to: findings about them are accepted by file."""


def render(rule: Rule, options: Options = DEFAULT) -> str:
    """All that is known of a rule, for a terminal."""
    documentation = parse(rule.documentation)
    style = options.style
    cells = max(40, min(options.width, _WIDEST))
    heading = f"{style.paint(rule.code, _look(rule))} {style.paint(rule.name, 'strong')}"
    lines = [heading, *wrapped(_facts(rule), cells), ""]
    lines += wrapped(prose(documentation.summary), cells)
    for text in (documentation.description, documentation.notes):
        for paragraph in filter(None, text.split("\n\n")):
            lines += ["", *wrapped(prose(paragraph), cells)]
    lines += _section("Why", _paragraphs(documentation.why, cells), style)
    lines += _examples("Bad", documentation.bad, style, "error")
    lines += _examples("Good", documentation.good, style, "good")
    lines += _reference(rule, style)
    lines += _section("Exempt", _bullets(documentation.exempt, cells), style)
    lines += _section("Options", _options(rule, documentation.options, cells), style)
    lines += _section("To accept one finding", _suppressions(rule), style)
    if rule.silences:
        lines += _section("Where it reports, these are superfluous", [", ".join(rule.silences)], style)
    if rule.peers:
        lines += _section("Peers", wrapped(prose(", ".join(rule.peers)), cells - 2), style)
    if rule.aliases:
        lines += _section("Earlier names", [", ".join(rule.aliases)], style)
    return style.drawn("\n".join(lines) + "\n")


def as_json(rule: Rule) -> str:
    """A rule as a JSON object."""
    return msgspec.json.format(msgspec.json.encode(facts_of(rule)), indent=2).decode() + "\n"


def as_markdown(rule: Rule) -> str:
    """A rule's section of the documentation."""
    return rule_as_markdown(rule) + "\n"


def _look(rule: Rule) -> str:
    severity = severity_of(rule)
    return "faint" if severity == "off" else severity


def _facts(rule: Rule) -> str:
    parts = [severity_of(rule), f"profiles: {', '.join(profiles_of(rule)) or 'none'}"]
    parts.append(f"evidence: {', '.join(EVIDENCE.get(letter, letter) for letter in rule.evidence)}")
    parts += [f"fix: {rule.fix}"] if rule.fix else []
    parts += [f"policy: {rule.needs_policy}"] if rule.needs_policy else []
    parts += ["PostgreSQL-only projects"] if rule.postgresql_only else []
    return " · ".join([*parts, f"since {rule.since}"])


def _section(title: str, lines: Iterable[str], style: Style, look: str = "strong") -> list[str]:
    shown = [f"{_MARGIN}{line}".rstrip() for line in lines]
    return ["", style.paint(title, look), *shown] if shown else []


def _paragraphs(text: str, cells: int) -> list[str]:
    return [line for paragraph in filter(None, text.split("\n\n")) for line in wrapped(prose(paragraph), cells - 2)]


def _bullets(items: Iterable[str], cells: int) -> list[str]:
    lines: list[str] = []
    for item in items:
        head, *rest = wrapped(prose(item), cells - 4)
        lines += [f"- {head}", *(f"  {line}" for line in rest)]
    return lines


def _examples(title: str, examples: Iterable[Example], style: Style, look: str) -> list[str]:
    lines: list[str] = []
    for example in examples:
        shown: list[str] = []
        for name, text in example.files.items():
            if named(example, name):
                shown += [*([""] if shown else []), style.paint(f"# file: {name}", "comment")]
            code = [inert(line) for line in text.rstrip("\n").split("\n")]
            shown += highlighted(code, style) if example.languages.get(name, "python") == "python" else code
        heading = f"{title}: {prose(example.title)}" if example.title else title
        lines += _section(heading, shown, style, look)
    return lines


def _reference(rule: Rule, style: Style) -> list[str]:
    found = excerpt(rule.reference)
    if found is None:
        return []
    heading = f"Reference {found.name} ({found.path}:{found.line})"
    return _section(heading, highlighted(found.text.split("\n"), style), style, "good")


def _options(rule: Rule, explanations: Mapping[str, str], cells: int) -> list[str]:
    if not rule.options:
        return []
    lines = [f"[tool.schema-lint.rules.{rule.code}]"]
    for option in rule.options:
        if option.name in explanations:
            lines += [f"# {line}" for line in wrapped(prose(explanations[option.name]), cells - 4)]
        lines.append(f"{option.name} = {toml(option.default)}")
    return lines


def _suppressions(rule: Rule) -> list[str]:
    comment = f"# schema-lint: ignore[{rule.code}] reason  (on the statement, or alone on the line above it)"
    if rule.visits.partition(" | ")[0] in _OUTSIDE_SCHEMA:
        return [comment, "", "[tool.schema-lint.per-file-ignores]", f'"scripts/*.py" = ["{rule.code}"]']
    table = ["[[tool.schema-lint.ignore]]", f'rule = "{rule.code}"', 'object = "public.audit_*"', 'reason = "…"']
    return [comment, "", *table]
