"""Tables that a metadata gets when the program runs: reflected from a database, or copied from another metadata."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from schema_lint.evaluating.values import Site
from schema_lint.facts.unknown import Unknown
from schema_lint.readers.places import one_line
from schema_lint.readers.source.application.walking import dotted, nodes
from schema_lint.readers.source.roles import is_migration, is_test

if TYPE_CHECKING:
    from schema_lint.evaluating.interpreter import Interpreter
    from schema_lint.evaluating.modules import Module
    from schema_lint.readers.source.bases import Bases

_REFLECTED = "tables are read from a database when the program runs (reflect)"
_COPIED = "tables of another metadata are copied into it when the program runs (to_metadata)"
_AUTOMAPPED = "tables are read from a database when the program runs (automap)"


def note_run_time_tables(module: Module, interpreter: Interpreter, bases: Bases) -> None:
    """Say of each metadata that may have more tables than the source shows why; of what tests and migrations do with
    one nothing follows."""
    source = module.source
    if not any(word in source for word in ("reflect(", "to_metadata(", "tometadata(", ".prepare(")):
        return
    if is_test(module.path) or is_migration(module.path):
        return
    for node, name, why in _makers(module.tree):
        found = (bases.metadata(interpreter.resolve(module, path), module) for path in (name, f"{name}.metadata"))
        metadata = next(filter(None, found), None)
        if metadata is not None and metadata.rest is None:
            metadata.rest = Unknown(why, one_line(Site(module, node)))


def _makers(tree: ast.Module) -> Iterator[tuple[ast.Call, str, str]]:
    """Calls that make tables, the name of the metadata or of what has it, and why."""
    for node in nodes(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        method, holder = node.func.attr, dotted(node.func.value)
        if method == "reflect" and holder:
            yield node, holder, _REFLECTED
        elif method == "prepare" and holder and _reflects(node):
            yield node, holder, _AUTOMAPPED
        elif method in ("to_metadata", "tometadata") and node.args and (target := dotted(node.args[0])):
            yield node, target, _COPIED


def _reflects(call: ast.Call) -> bool:
    """Whether `AutomapBase.prepare(…)` is told to read a database, in the words of any version."""
    return bool(call.args) or any(keyword.arg in ("autoload_with", "reflect", "engine") for keyword in call.keywords)
