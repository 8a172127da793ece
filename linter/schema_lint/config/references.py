"""Rules that the settings name: do they exist, and do their options fit?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from schema_lint.config.problems import Problem, nearest, printable
from schema_lint.config.selectors import matching, named, precision
from schema_lint.config.selectors import nearest as nearest_rule
from schema_lint.config.settings import Settings
from schema_lint.config.validation import INVALID, expectation, scalar_option

if TYPE_CHECKING:
    from schema_lint.config.selectors import NamedRule

LEVELS = ("error", "warning", "info", "off")


def names_rules(settings: Settings) -> bool:
    """Whether the settings name any rule, so that the rules must be known."""
    return any(True for _ in selectors(settings))


def selectors(settings: Settings) -> Iterator[str]:
    """Every selector in the settings."""
    yield from settings.select or ()
    yield from settings.extend_select
    yield from settings.rule_ignores
    yield from (entry.rule for entry in settings.object_ignores)
    yield from settings.severities
    for found in settings.per_file_ignores.values():
        yield from found
    yield from settings.rules


def are_known(names: Iterable[str], rules: Sequence[NamedRule]) -> bool:
    """Whether these rules are all that the selectors mean; `ALL` means rules that may not be among them."""
    return all(name.upper() != "ALL" and matching(name, rules) for name in names)


def check_references(
    settings: Settings, rules: Sequence[NamedRule], problems: list[Problem], *, where: str = "", prefix: str = ""
) -> None:
    """Report every selector that names no rule, and every option that its rule does not have."""

    def check(key: str, selectors: Iterable[str]) -> None:
        problems.extend(
            Problem(where, f"{prefix}{key}", unknown_rule(selector, rules))
            for selector in selectors
            if not matching(selector, rules)
        )

    check("select", settings.select or ())
    check("extend-select", settings.extend_select)
    check("ignore", settings.rule_ignores)
    check("ignore", (entry.rule for entry in settings.object_ignores))
    check("severities", settings.severities)
    for glob, selectors in settings.per_file_ignores.items():
        check(f'per-file-ignores."{printable(glob)}"', selectors)
    for name, options in settings.rules.items():
        rule = named(name, rules)
        if rule is None:
            message = unknown_rule(name, rules, single=True)
            problems.append(Problem(where, f"{prefix}rules.{printable(name)}", message))
        else:
            _check_options(rule, options, f"{prefix}rules.{name}.", where, problems)


def rule_options(settings: Settings, rules: Sequence[NamedRule]) -> dict[str, dict[str, Any]]:
    """Values of options by rule code and the option's name, as the rules' functions want them."""
    by_code: dict[str, dict[str, Any]] = {}
    for name, options in settings.rules.items():
        rule = named(name, rules)
        types = {option.name: option.type for option in rule.options} if rule else {}
        for key, value in options.items():
            converted = scalar_option(value, types[key]) if key in types else INVALID
            if rule is not None and converted is not INVALID:
                by_code.setdefault(rule.code, {})[key] = converted
    return by_code


def rule_levels(settings: Settings, rules: Sequence[NamedRule]) -> dict[str, str]:
    """Severity (or `off`) by rule code, where the settings give one; the most precise entry decides."""
    chosen: dict[str, tuple[int, str]] = {}
    entries: list[tuple[str, Any]] = list(settings.severities.items())
    entries += ((name, options["severity"]) for name, options in settings.rules.items() if "severity" in options)
    for selector, level in entries:
        for rule in matching(selector, rules):
            strength = precision(selector, rule)
            if level in LEVELS and strength >= chosen.get(rule.code, (0, ""))[0]:
                chosen[rule.code] = (strength, level)
    return {code: level for code, (_, level) in chosen.items()}


def unknown_rule(selector: str, rules: Iterable[NamedRule], *, single: bool = False) -> str:
    """What to tell about a selector that names no rule."""
    close = nearest_rule(selector, rules, single=single)
    return f'no rule "{printable(selector)}"' + (f'; did you mean "{close}"?' if close else "")


def _check_options(rule: NamedRule, options: dict[str, Any], prefix: str, where: str, problems: list[Problem]) -> None:
    types = {option.name: option.type for option in rule.options}
    for key, value in options.items():
        if key == "severity":
            if value not in LEVELS:
                problems.append(Problem(where, f"{prefix}severity", f"expected one of {', '.join(LEVELS)}"))
        elif key not in types:
            close = nearest(key, [*types, "severity"])
            hint = f"; did you mean `{close}`?" if close else "" if types else "; it has no options but `severity`"
            problems.append(Problem(where, f"{prefix}{printable(key)}", f"{rule.code} has no such option{hint}"))
        elif scalar_option(value, types[key]) is INVALID:
            problems.append(Problem(where, f"{prefix}{key}", f"expected {expectation(types[key])}"))
