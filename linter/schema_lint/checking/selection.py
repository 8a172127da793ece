"""Which rules run, how severe they are, and with what options."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from schema_lint.checking.finding import INFO, WARNING, Severity, Violation
from schema_lint.checking.rule import Rule
from schema_lint.config.policies import Policies
from schema_lint.config.selectors import matching, precision
from schema_lint.config.settings import Settings


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of one run."""

    rules: tuple[Rule, ...]
    profile: str = "recommended"
    severities: Mapping[str, Severity] = {}
    """By code, where the configuration says so."""

    options: Mapping[str, Mapping[str, Any]] = {}
    """By code, then by the option's name in the configuration."""

    def graded(self, rule: Rule) -> Rule:
        """The rule with the severity that its findings mostly have: the configuration's, else that of the profile."""
        severity = self.severities.get(rule.code, rule.severity)
        raised = self.profile == "strict" and severity == INFO and rule.code not in self.severities
        return msgspec.structs.replace(rule, severity=WARNING if raised else severity)

    def severity(self, rule: Rule, violation: Violation, policies: Policies) -> Severity:
        """The severity of a violation: the configuration's, else the rule's in the selected profile."""
        configured = self.severities.get(rule.code)
        if configured is not None:
            return configured
        severity = violation.severity or rule.severity
        if rule.needs_policy is not None and rule.needs_policy not in policies.stated:
            severity = INFO
        return WARNING if self.profile == "strict" and severity == INFO else severity

    def keywords(self, rule: Rule) -> dict[str, Any]:
        """The rule's options as keyword arguments."""
        given = self.options.get(rule.code, {})
        return {option.name.replace("-", "_"): given.get(option.name, option.default) for option in rule.options}


def in_profile(rule: Rule, profile: str) -> bool:
    """Whether the profile selects the rule."""
    return {"minimal": rule.minimal, "strict": rule.strict}.get(profile, rule.on)


def select(
    rules: Sequence[Rule],
    *,
    profile: str = "recommended",
    selected: Iterable[str] = (),
    extended: Iterable[str] = (),
    ignored: Iterable[str] = (),
    severities: Mapping[str, Severity] | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
) -> Selection:
    """The rules to run. As in ruff, what is named more precisely wins: a code or name over its family, and that over
    `ALL`; between equals, ignoring wins.

    Args:
        selected: tokens that replace the profile's own selection, if there are any.
        extended: tokens that add to it.
        ignored: tokens that take away from it.
    """
    chosen: dict[str, tuple[int, bool]] = {}
    selected = tuple(selected)
    if not selected:
        chosen = {rule.code: (0, True) for rule in rules if in_profile(rule, profile)}
    for tokens, wanted in ((selected, True), (extended, True), (ignored, False)):
        for token in tokens:
            for rule in matching(token, rules):
                strength = precision(token, rule)
                if strength >= chosen.get(rule.code, (-1, False))[0]:
                    chosen[rule.code] = (strength, wanted)
    return Selection(
        rules=tuple(rule for rule in rules if chosen.get(rule.code, (0, False))[1]),
        profile=profile,
        severities=_by_code(severities or {}, rules),
        options=_by_code(options or {}, rules),
    )


def _by_code(given: Mapping[str, Any], rules: Sequence[Rule]) -> dict[str, Any]:
    return {rule.code: value for token, value in given.items() for rule in matching(token, rules)}


def from_settings(
    settings: Settings,
    rules: Sequence[Rule],
    *,
    profile: str | None = None,
    selected: Sequence[str] = (),
    extended: Sequence[str] = (),
    ignored: Sequence[str] = (),
) -> Selection:
    """The rules that the settings ask for, and, on top of that, the command line.

    Rules selected on the command line replace the settings' selection; what the settings ignore stays ignored, unless
    the command line names it as precisely.
    """
    levels: dict[str, str] = {}
    options: dict[str, dict[str, Any]] = {}
    if settings.severities or settings.rules:
        from schema_lint.config.references import rule_levels, rule_options

        levels = rule_levels(settings, rules)
        options = rule_options(settings, rules)
    kept = tuple(token for token in settings.rule_ignores if not _overruled(token, (*selected, *extended), rules))
    off = tuple(
        code for code, level in levels.items() if level == "off" and not _overruled(code, (*selected, *extended), rules)
    )
    severities: dict[str, Severity] = {code: level for code, level in levels.items() if level != "off"}  # type: ignore[misc]
    return select(
        rules,
        profile=profile or settings.profile,
        selected=selected or settings.select or (),
        extended=extended if selected else (*settings.extend_select, *extended),
        ignored=(*kept, *off, *ignored),
        severities=severities,
        options=options,
    )


def _overruled(ignored: str, selected: Sequence[str], rules: Sequence[Rule]) -> bool:
    def strengths(token: str) -> dict[str, int]:
        return {rule.code: precision(token, rule) for rule in matching(token, rules)}

    named: dict[str, int] = {}
    for token in selected:
        for code, strength in strengths(token).items():
            named[code] = max(strength, named.get(code, 0))
    ignoring = strengths(ignored)
    return bool(ignoring) and all(named.get(code, 0) >= strength for code, strength in ignoring.items())
