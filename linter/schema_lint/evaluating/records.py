"""What was seen while a module was evaluated, or a function's body was looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from schema_lint.evaluating.values import Call, ClassValue, FunctionValue, Site, Value

if TYPE_CHECKING:
    from schema_lint.evaluating.scopes import Scope


class Assignment:
    """`owner.name = value` or `owner[key] = value`."""

    __slots__ = ("key", "name", "owner", "scope", "site", "value")

    def __init__(
        self, owner: Value, name: str | None, key: Value | None, value: Value, site: Site | None, scope: str | None
    ) -> None:
        self.owner = owner
        self.name = name
        """The attribute; `None` for an item."""
        self.key = key
        """The item's key; `None` for an attribute."""
        self.value = value
        self.site = site
        self.scope = scope
        """Qualified name of the function it is made in; `None` at module level."""

    def __repr__(self) -> str:
        return f"Assignment({self.owner!r}, {self.name or self.key!r}, {self.value!r})"


class Circumstances(msgspec.Struct, frozen=True):
    """What a call in a function's body depends on."""

    certain: bool
    """No condition that could not be decided is around it or before it, and no `try` that goes on without it."""

    managers: tuple[Value, ...]
    """Of the `with` statements around it, also around the call of a function that makes it; outermost first."""

    called_at: Site | None
    """Where the body calls the function that makes it, or that leads to it; `None` where it makes it itself."""


class Body:
    """What a function's body does, looked at without being called, on every branch."""

    __slots__ = ("assignments", "calls", "circumstances", "functions", "own", "returned")

    def __init__(self) -> None:
        self.calls: list[Call] = []
        """In order; those made in functions that it calls too, with those functions' names as `scope`."""
        self.circumstances: list[Circumstances] = []
        """Of each call."""
        self.own = 0
        """So many of the calls come from carrying it out; the rest from looking at the functions defined in it."""
        self.assignments: list[Assignment] = []
        self.functions: list[FunctionValue] = []
        """Defined in it, at any depth; what they do is in `calls` and `assignments` too."""
        self.returned: Value | None = None
        """What it returns; `Either`, where that differs between branches. A generator's: a list of what it yields."""

    def add(self, call: Call, circumstances: Circumstances) -> None:
        """Note a call."""
        self.calls.append(call)
        self.circumstances.append(circumstances)


class ModuleRecord:
    """A module's scope and what its evaluation made."""

    __slots__ = ("assignments", "calls", "classes", "functions", "remaining", "scope")

    def __init__(self, scope: Scope, remaining: int) -> None:
        self.scope = scope
        self.remaining = remaining
        """Steps it may still take."""
        self.classes: list[ClassValue] = []
        self.calls: list[Call] = []
        self.functions: list[FunctionValue] = []
        self.assignments: list[Assignment] = []
