"""What may be changed: code that may not run at all must not change what was made before it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from schema_lint.evaluating.records import Circumstances
from schema_lint.evaluating.values import Collection, Dictionary, Site, UnknownValue, Value

AnyValue = TypeVar("AnyValue", bound=Value)


class Regions:
    """A stack of regions: pieces of code that run under a condition that could not be decided. Each knows the values
    made in it, which it may change freely."""

    def __init__(self) -> None:
        self.regions: list[dict[int, Value]] = []
        self.exploring = False
        """Whether a body is looked at without being called: nothing that was made before is changed at all."""
        self.attribute_of: Callable[[Value, str], Value | None] | None = None
        """Gives attributes of calls, and of what else is not known, where they are known all the same."""
        self.managers: list[Value] = []
        """Of the `with` statements that are being carried out."""
        self.trying = 0
        """How many `try` statements are around what is being run that go on where it fails."""
        self.called_at: Site | None = None
        """Where the body that is looked at calls the function that is being carried out."""

    def circumstances(self) -> Circumstances:
        """What a call that the body makes here depends on."""
        certain = len(self.regions) < 2 and not self.trying
        return Circumstances(certain, tuple(self.managers), self.called_at)

    def enter_region(self) -> None:
        """Begin a region."""
        self.regions.append({})

    def leave_regions(self, mark: int) -> None:
        """End regions until `mark` are left; what they made belongs to the one around them."""
        while len(self.regions) > mark:
            made = self.regions.pop()
            if self.regions:
                self.regions[-1].update(made)

    def fresh(self, value: AnyValue) -> AnyValue:
        """Note a value as made here, and give it back."""
        if self.regions:
            self.regions[-1][id(value)] = value
        return value

    def _is_fresh(self, value: Value) -> bool:
        return not self.regions or id(value) in self.regions[-1]

    def _sealed(self, value: Value) -> bool:
        return self.exploring and not any(id(value) in region for region in self.regions)

    def may_change(self, value: Value) -> bool:
        """Whether a collection may be changed for certain; one that may be changed or not gets a `rest`."""
        if self._is_fresh(value):
            return True
        if not self._sealed(value) and isinstance(value, (Collection, Dictionary)):
            value.rest = value.rest or UnknownValue("changed under a condition that could not be decided")
        return False

    def changed(self, owner: Value, old: Value | None, new: Value) -> Value | None:
        """What an attribute or item of `owner` is once it is set; `None` if it stays as it is."""
        if self._is_fresh(owner):
            return new
        if self._sealed(owner):
            return None
        return self.either([old or UnknownValue("set under a condition that could not be decided", new.site), new])

    def either(self, values: list[Value]) -> Value:
        """One of several values; the value itself, if they are all the same."""
        raise NotImplementedError
