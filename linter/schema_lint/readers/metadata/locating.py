"""Where in the project's source the things are that SQLAlchemy made: classes, attributes, tables and constraints."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator, Sequence
from typing import Any

from schema_lint.evaluating.files import SourceTree
from schema_lint.evaluating.modules import Module, ModuleFinder
from schema_lint.evaluating.values import Site

Ancestor = tuple[str, str | None]
"""A class of a lineage: its qualified name, and the file of its module."""

CONSTRAINTS = {"Index": "ix", "UniqueConstraint": "uq", "CheckConstraint": "ck", "ForeignKeyConstraint": "fk",
               "PrimaryKeyConstraint": "pk", "ExcludeConstraint": "ex"}  # fmt: skip


class Locator:
    """Finds source places by name, without running anything."""

    def __init__(self, tree: SourceTree) -> None:
        self._tree = tree
        self._finder = ModuleFinder(tree)
        self._root = os.path.realpath(tree.root)
        self._paths: dict[str, str | None] = {}
        self._classes: dict[str, dict[str, ast.ClassDef]] = {}
        self._calls: dict[str, list[ast.Call]] = {}

    def path(self, file: str | None) -> str | None:
        """A file of the project relative to its root; `None` for libraries' and others'."""
        if file is None:
            return None
        if file not in self._paths:
            real = os.path.realpath(file)
            inside = real.startswith(self._root.rstrip(os.sep) + os.sep)
            relative = os.path.relpath(real, self._root).replace(os.sep, "/") if inside else None
            library = relative is not None and any(p in ("site-packages", "dist-packages") for p in relative.split("/"))
            self._paths[file] = relative if not library else None
        return self._paths[file]

    def name(self, path: str) -> str:
        """Dotted name of a file's module."""
        return self._finder.at(path).name

    def class_site(self, file: str | None, qualname: str) -> Site | None:
        """The `class` statement."""
        module = self._module(file)
        if module is None:
            return None
        if module.path not in self._classes:
            found: dict[str, ast.ClassDef] = {}
            _collect(module.tree, "", found)
            self._classes[module.path] = found
        node = self._classes[module.path].get(qualname)
        return Site(module, node) if node is not None else None

    def attribute(self, lineage: Sequence[Ancestor], name: str) -> tuple[str, Site] | None:
        """The statement that binds an attribute, in the first class of the lineage whose body has one, and that class's
        qualified name."""
        for qualname, file in lineage:
            site = self.class_site(file, qualname)
            if site is None or not isinstance(site.node, ast.ClassDef):
                continue
            for statement in _statements(site.node.body):
                if name in _bound(statement):
                    return qualname, Site(site.module, statement)
        return None

    def constructed(self, lineage: Sequence[Ancestor]) -> set[str]:
        """Attributes that the class's own constructor sets."""
        found = self.attribute(lineage, "__init__")
        node = found[1].node if found is not None else None
        if not isinstance(node, ast.FunctionDef) or not node.args.args:
            return set()
        own = node.args.args[0].arg
        return {
            target.attr
            for target in ast.walk(node)
            if isinstance(target, ast.Attribute)
            and isinstance(target.ctx, ast.Store)
            and isinstance(target.value, ast.Name)
            and target.value.id == own
        }

    def table(self, frame: Sequence[Any] | None) -> Site | None:
        """The `Table(...)` call that runs at a frame's line."""
        if frame is None:
            return None
        module = self._module(frame[0])
        if module is None:
            return None
        line = int(frame[1])
        around = [c for c in self._calls_of(module) if c.lineno <= line <= (c.end_lineno or c.lineno)]
        tables = [c for c in around if _called(c).endswith("Table")] or around
        if not tables:
            return next((Site(module, s) for s in module.tree.body if s.lineno <= line <= (s.end_lineno or 0)), None)
        return Site(module, max(tables, key=lambda call: (call.lineno, call.col_offset)))

    def constraint(self, within: Sequence[Site], kind: str, name: str | None, columns: Sequence[str]) -> Site | None:
        """The call that makes a constraint or index, among what a table is given: by its name, else by its columns."""
        calls = [(site.module, call) for site in within for call in _calls_in(site.parsed())]
        calls = [(module, call) for module, call in calls if CONSTRAINTS.get(_called(call)) == kind]
        for module, call in calls:
            if name is not None and name in _texts(call):
                return Site(module, call)
        if not columns:
            return None
        for module, call in calls:
            if set(columns) <= _texts(call):
                return Site(module, call)
        return None

    def index_of_module(self, site: Site | None, name: str | None) -> Site | None:
        """An `Index(name, …)` outside of its table, in the same module."""
        if site is None or name is None:
            return None
        calls = (c for c in self._calls_of(site.module) if _called(c) == "Index" and c.args)
        return next((Site(site.module, c) for c in calls if _constant(c.args[0]) == name), None)

    def line(self, file: str | None, line: int) -> Site | None:
        """The innermost statement at a line."""
        module = self._module(file)
        if module is None:
            return None
        found = [
            n
            for n in ast.walk(module.tree)
            if isinstance(n, ast.stmt) and n.lineno <= line <= (n.end_lineno or n.lineno)
        ]
        return Site(module, max(found, key=lambda node: node.lineno)) if found else None

    def _calls_of(self, module: Module) -> list[ast.Call]:
        if module.path not in self._calls:
            self._calls[module.path] = list(_calls_in(module.tree))
        return self._calls[module.path]

    def _module(self, file: str | None) -> Module | None:
        path = self.path(file)
        return self._finder.at(path) if path is not None and self._tree.is_file(path) else None


def arguments_of(site: Site, name: str) -> Site | None:
    """The `Column("name", …)` among the arguments of a `Table(...)` call."""
    if isinstance(site.node, ast.Call):
        for argument in site.node.args:
            inner = argument.value if isinstance(argument, ast.Starred) else argument
            for call in _calls_in(inner):
                if call.args and _constant(call.args[0]) == name and _called(call) not in CONSTRAINTS:
                    return Site(site.module, call)
    return None


def _collect(node: ast.AST, prefix: str, found: dict[str, ast.ClassDef]) -> None:
    pending = [(node, prefix)]
    while pending:
        parent, path = pending.pop()
        for child in ast.iter_child_nodes(parent):
            if isinstance(child, ast.ClassDef):
                found[path + child.name] = child
                pending.append((child, f"{path}{child.name}."))
            elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                pending.append((child, f"{path}{child.name}.<locals>."))
            elif isinstance(child, ast.stmt | ast.ExceptHandler):
                pending.append((child, path))


def _statements(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    pending = list(reversed(body))
    while pending:
        statement = pending.pop()
        yield statement
        if not isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for field in ("finalbody", "orelse", "body"):
                pending += reversed(getattr(statement, field, []))


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {statement.name}
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return {node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)}


def _calls_in(node: ast.AST) -> Iterator[ast.Call]:
    return (child for child in ast.walk(node) if isinstance(child, ast.Call))


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _texts(call: ast.Call) -> set[str]:
    """Constant texts and bare names inside a call."""
    found = {node.value for node in ast.walk(call) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    found |= {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    return found | {node.attr for node in ast.walk(call) if isinstance(node, ast.Attribute)}


def _constant(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None
