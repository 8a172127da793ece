"""Tables and classes that are defined twice: whether one program can meet both definitions."""

from __future__ import annotations

import ast

from schema_lint.evaluating.deferring import Spot, identity
from schema_lint.evaluating.modules import Module
from schema_lint.evaluating.values import Site
from schema_lint.facts.models import MappingError
from schema_lint.readers.places import one_line
from schema_lint.readers.source.drafts import MappedClass, Mapping
from schema_lint.readers.source.modules import Imports


class Together:
    """Tells whether two definitions can be part of one program, as far as imports show."""

    def __init__(self, imports: Imports) -> None:
        self._imports = imports
        self._importers: dict[str, set[str]] = {}

    def note(self, module: Module) -> None:
        """Take up what a module imports."""
        for target, _, _ in self._imports.of(module):
            self._importers.setdefault(target.path, set()).add(module.path)

    def certain(self, one: Site | None, other: Site | None) -> bool:
        """Whether some module, when it is imported, surely brings both definitions."""
        if one is None or other is None:
            return False
        if one.module.path == other.module.path:
            return not exclusive(one, other)
        return bool(self._reaching(one.module.path) & self._reaching(other.module.path))

    def _reaching(self, path: str) -> set[str]:
        """The modules that import a module, directly or through others; itself included."""
        found = {path}
        todo = [path]
        while todo:
            for importer in self._importers.get(todo.pop(), ()):
                if importer not in found:
                    found.add(importer)
                    todo.append(importer)
        return found


def exclusive(one: Site, other: Site) -> bool:
    """Whether two nodes of one module are in branches of which only one runs, or in a function's body."""
    first, second = _path(one.module.tree, one.node), _path(other.module.tree, other.node)
    if any(isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node, _ in (*first, *second)):
        return True
    for (node, field), (twin, other_field) in zip(first, second, strict=False):
        if node is not twin:
            return False
        if field != other_field and isinstance(node, ast.If | ast.Try):
            return True
    return False


def _path(tree: ast.Module, wanted: ast.AST | Spot) -> list[tuple[ast.AST, str]]:
    """The nodes above a node, from the module down, each with the field that leads on."""
    line = getattr(wanted, "lineno", 0)
    path: list[tuple[ast.AST, str]] = []
    node: ast.AST = tree
    while True:
        step = _inside(node, wanted, line)
        if step is None:
            return path
        field, child = step
        path.append((node, field))
        if identity(child) == identity(wanted):
            return path
        node = child


def _inside(node: ast.AST, wanted: ast.AST | Spot, line: int) -> tuple[str, ast.AST] | None:
    for field, value in ast.iter_fields(node):
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and identity(child) == identity(wanted):
                return field, child
            if isinstance(child, ast.AST) and getattr(child, "lineno", 1 << 30) <= line <= getattr(
                child, "end_lineno", -1
            ):
                return field, child
    return None


def duplicate_names(mapping: Mapping, together: Together) -> None:
    """Note classes of one name in one registry that a string could not tell apart, where one program has both."""
    seen: set[int] = set()
    for mapped in mapping.classes:
        registry = mapped.base.registry
        if id(registry.classes) in seen:
            continue
        seen.add(id(registry.classes))
        for name, found in registry.classes.items():
            first, *others = found
            for other in others:
                if together.certain(first.cls.site, other.cls.site):
                    other.metadata.errors.append(_same_name(name, first, other))


def _same_name(name: str, first: MappedClass, other: MappedClass) -> MappingError:
    there = one_line(first.cls.site)
    return MappingError(
        kind="duplicate-class-name",
        subject=other.key,
        place=one_line(other.cls.site),
        related=(there,) if there is not None else (),
        message=f"{name} is the name of several classes of one registry",
    )
