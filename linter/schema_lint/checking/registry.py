"""Finding rules: the families of the checklist, and a team's own in plugins."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable

from schema_lint.checking.rule import REGISTRY, Rule

PROFILES = ("minimal", "recommended", "strict")


class PluginError(Exception):
    """A plugin could not be loaded; says which and why."""


def load_rules() -> tuple[Rule, ...]:
    """Every rule of the checklist, and of the plugins loaded so far, by family and number."""
    from schema_lint_rules import FAMILIES

    for module in FAMILIES.values():
        importlib.import_module(f"schema_lint_rules.{module}")
    order = {family: position for position, family in enumerate(FAMILIES)}
    return tuple(sorted(REGISTRY.values(), key=lambda rule: (order.get(rule.family, len(order)), rule.code)))


def load_plugin(path: str) -> None:
    """Run a team's own rule file, the one place where a project's code runs in a check.

    Raises:
        PluginError: if it cannot be read, raises, or defines rules that do not fit the rule API.
    """
    from importlib.util import module_from_spec, spec_from_file_location

    name = "schema_lint_plugin_" + "".join(c if c.isalnum() else "_" for c in path)
    spec = spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError(f"{path}: not a Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise PluginError(f"{path}: {type(error).__name__}: {error}") from error


def matching(token: str, rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Rules that a code, a name, an alias, a family or `ALL` stands for; none if it stands for nothing."""
    if token.upper() == "ALL":
        return tuple(rules)
    wanted = token.lower()
    return tuple(
        rule
        for rule in rules
        if wanted in (rule.code.lower(), rule.name, rule.family.lower()) or wanted in rule.aliases
    )


def nearest(token: str, rules: Iterable[Rule]) -> str | None:
    """The code or name most like a token that stands for nothing, for an error message."""
    from difflib import get_close_matches

    names = [name for rule in rules for name in (rule.code, rule.name, *rule.aliases)]
    close = get_close_matches(token.upper(), names, 1, 0.75) or get_close_matches(token.lower(), names, 1, 0.6)
    return close[0] if close else None
