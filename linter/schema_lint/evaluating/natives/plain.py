"""Between values of the interpreter and plain Python objects."""

from __future__ import annotations

from typing import Any

from schema_lint.evaluating.values import Collection, Constant, Dictionary, EnumMember, Site, Value


class NotPlain(Exception):  # noqa: N818 - a signal: leave the operation as it is
    """A value that is not a plain Python object through and through."""


_ROOM = 5_000
"""Parts of one value; a shared part counts each time it is met, so that small source cannot make something large."""


def plain(value: Value) -> Any:
    """The Python object of a constant, or of a collection of such.

    Raises:
        NotPlain: if any part is not known, or is not a constant; if there are too many.
    """
    return value.value if isinstance(value, Constant) else _plain(value, [_ROOM])


def _plain(value: Value, room: list[int]) -> Any:
    room[0] -= 1
    if room[0] < 0:
        raise NotPlain
    if isinstance(value, Constant):
        if isinstance(value.value, (str, bytes)):
            room[0] -= len(value.value) // 16
        return value.value
    if isinstance(value, Collection) and value.rest is None:
        items = [_plain(item, room) for item in value.items]
        if value.kind == "tuple":
            return tuple(items)
        try:
            return items if value.kind == "list" else sorted(set(items), key=repr)
        except TypeError:
            raise NotPlain from None
    if isinstance(value, Dictionary) and value.rest is None and not value.keys:
        return {key: _plain(entry, room) for key, entry in value.entries.items()}
    raise NotPlain


def wrap(result: Any, site: Site | None) -> Value:
    """The value of a plain Python object."""
    if isinstance(result, (list, tuple)):
        kind: Any = "list" if isinstance(result, list) else "tuple"
        return Collection(kind, [wrap(item, site) for item in result], site)
    if isinstance(result, dict):
        return Dictionary({key: wrap(item, site) for key, item in result.items()}, site)
    return Constant(result, site)


def same_constant(one: Value, other: Value, depth: int = 0) -> bool:
    """Whether both are the same value, as far as that can be told without running anything: the same object, or
    constants of one type that are equal, or short tuples of such."""
    if one is other:
        return True
    if isinstance(one, Constant) and isinstance(other, Constant):
        return type(one.value) is type(other.value) and bool(one.value == other.value)
    if isinstance(one, Collection) and isinstance(other, Collection):
        return (
            one.kind == other.kind == "tuple"
            and one.rest is None
            and other.rest is None
            and len(one.items) == len(other.items) < 100
            and depth < 4
            and all(same_constant(a, b, depth + 1) for a, b in zip(one.items, other.items, strict=True))
        )
    return False


def key_of(value: Value, depth: int = 0) -> Any:
    """What a value is as a dictionary key: the plain object of a constant or of a short tuple of constants, else the
    value itself."""
    if isinstance(value, Constant):
        return value if isinstance(value.value, slice) else value.value
    if isinstance(value, Collection) and value.kind == "tuple" and value.rest is None:
        if depth > 3 or len(value.items) > 100:
            return value
        keys = tuple(key_of(item, depth + 1) for item in value.items)
        return value if any(isinstance(key, Value) and not isinstance(key, EnumMember) for key in keys) else keys
    return value
