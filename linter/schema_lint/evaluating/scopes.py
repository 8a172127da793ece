"""Scopes: names and what they are bound to."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from schema_lint.evaluating.values import ClassValue, FunctionValue, Site, Value

if TYPE_CHECKING:
    from schema_lint.evaluating.modules import Module

ScopeKind = Literal["module", "class", "function", "comprehension", "typing", "annotation"]


class LazyImport(Value):
    """A name that an import statement bound, followed when it is first used."""

    __slots__ = ("full", "importer", "level", "name", "resolved", "target")

    def __init__(
        self, importer: Module, level: int, target: str, name: str | None, site: Site, full: str | None = None
    ) -> None:
        self.site = site
        self.importer = importer
        self.level = level
        self.target = target
        self.name = name
        """`None` for the module itself."""
        self.full = full or target
        """The module that is imported, where a package above it is bound."""
        self.resolved: Value | None = None


class Frame:
    """One carrying out of a function."""

    __slots__ = ("first", "function", "mark", "returns", "unsure", "yields")

    def __init__(self, function: FunctionValue, first: Value | None) -> None:
        self.function = function
        self.first = first
        """The first argument: what `super()` without arguments is about."""
        self.mark = 0
        """How many regions were open when it began."""
        self.unsure = False
        """Whether it may yield more than it did."""
        self.returns: list[Value] = []
        self.yields: list[Value] = []


class Scope:
    """Names of a module, class body, function or comprehension. Looking one up goes outwards, past class bodies."""

    __slots__ = (
        "cls", "fixed_site", "frame", "function", "kind", "module", "names", "outer", "parent", "resolver", "rest",
        "stars", "typing_names",
    )  # fmt: skip

    def __init__(
        self,
        kind: ScopeKind,
        module: Module,
        parent: Scope | None = None,
        names: dict[str, Value] | None = None,
    ) -> None:
        self.kind = kind
        self.module = module
        self.parent = parent
        self.names: dict[str, Value] = {} if names is None else names
        self.typing_names: dict[str, Value] = {}
        """Bound for type checkers only."""
        self.stars: list[str] = []
        """Packages not read from which `import *` may have bound any name."""
        self.outer: dict[str, Scope] = {}
        """Names declared `global` or `nonlocal`, and the scope that they are in."""
        self.cls: ClassValue | None = None
        """The class whose body this is."""
        self.function: str | None = parent.function if parent is not None else None
        """Qualified name of the function that code here runs in; `None` at module level."""
        self.frame: Frame | None = parent.frame if parent is not None else None
        self.fixed_site: Site | None = parent.fixed_site if parent is not None else None
        """The place of everything evaluated here: of a string that holds an expression."""
        self.resolver: Callable[[str], Value | None] | None = None
        """Asked for what is not in `names`."""
        self.rest: str | None = None
        """Why there may be more names than these, if there may."""

    def site(self, node: ast.AST) -> Site:
        """The place of a node evaluated in this scope."""
        if self.fixed_site is not None:
            return self.fixed_site
        site = Site(self.module, node)
        if not self.module.released:
            self.module.sites.append(site)
        return site

    @property
    def globals(self) -> Scope:
        """The module's scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def raw(self, name: str, *, typing: bool = False) -> Value | None:
        """What a name is bound to, imports not followed; `None` if no scope binds it."""
        scope: Scope | None = self
        own = True
        while scope is not None:
            kind = scope.kind
            if own or kind != "class":
                value = scope.names.get(name)
                if value is not None:
                    return value
                if typing and name in scope.typing_names:
                    return scope.typing_names[name]
            if own:
                if scope.resolver is not None and (found := scope.resolver(name)) is not None:
                    return found
                own = kind in ("annotation", "typing")
            scope = scope.parent
        return None

    def qualify(self, name: str) -> str:
        """The qualified name of something defined here, as `__qualname__` has it."""
        scope: Scope | None = self
        while scope is not None:
            if scope.kind == "class" and scope.cls is not None:
                return f"{scope.cls.qualname}.{name}"
            if scope.kind == "function":
                return f"{scope.function}.<locals>.{name}"
            scope = scope.parent
        return name


class SuperValue(Value):
    """`super()`: attributes of what comes after `cls` in the resolution order of the object's class."""

    __slots__ = ("cls", "object")

    def __init__(self, cls: ClassValue, object_: Value, site: Site | None) -> None:
        self.site = site
        self.cls = cls
        self.object = object_


class MatchValue(Value):
    """A match of a regular expression: its groups, the whole first."""

    __slots__ = ("groups",)

    def __init__(self, groups: list[str | None], site: Site | None) -> None:
        self.site = site
        self.groups = groups
