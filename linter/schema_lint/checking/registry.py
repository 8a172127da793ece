"""Finding rules: the families of the checklist, and a team's own in plugins."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from schema_lint.checking.rule import REGISTRY, Rule
from schema_lint.config.selectors import matching, nearest

_PACKAGE = "schema_lint_rules"
PROFILES = ("minimal", "recommended", "strict")


class PluginError(Exception):
    """A plugin could not be loaded; says which and why."""


def load_rules(*, of_source: bool = False, of_revisions: bool = True) -> tuple[Rule, ...]:
    """Every rule of the checklist, and of the plugins loaded so far, by family and number.

    Args:
        of_source: without those of modules that cannot judge source.
        of_revisions: with those about revisions.
    """
    from schema_lint_rules import BEYOND_SOURCE, FAMILIES, OF_REVISIONS

    left_out = (BEYOND_SOURCE if of_source else frozenset()) | (OF_REVISIONS if not of_revisions else frozenset())
    for family in FAMILIES.values():
        if family not in left_out:
            for name in (f"{family}.{module}" for module in getattr(_rules(family), "MODULES", ())):
                if name not in left_out:
                    _rules(name)
    order = {family: position for position, family in enumerate(FAMILIES)}
    found = (rule for rule in REGISTRY.values() if not _parts(rule) & left_out)
    return tuple(sorted(found, key=lambda rule: (order.get(rule.family, len(order)), rule.code)))


def _rules(module: str) -> ModuleType:
    return importlib.import_module(f"{_PACKAGE}.{module}")


def _parts(rule: Rule) -> set[str]:
    """The rule's module below the checklist's package, and the family's package where it is another."""
    module = rule.function.__module__.removeprefix(f"{_PACKAGE}.")
    return {module, module.partition(".")[0]}


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
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise PluginError(f"{path}: {type(error).__name__}: {error}") from error


__all__ = ["PROFILES", "PluginError", "load_plugin", "load_rules", "matching", "nearest"]
