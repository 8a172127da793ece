"""Types that SQLAlchemy does not create again, since it noted in an earlier step of the same run that it did.

Where each step is a run of its own, as in a database that is deployed revision by revision, it has no such notes.
"""

from __future__ import annotations

from typing import Any


class _Notes(set):  # type: ignore[type-arg]
    """What SQLAlchemy noted; it sees which of that is asked for."""

    def __init__(self, known: Any) -> None:
        super().__init__(known)
        self._earlier = frozenset(known)
        self.used: dict[Any, None] = {}

    def __contains__(self, name: Any) -> bool:
        if name in self._earlier:
            self.used[name] = None
        return super().__contains__(name)


def watch(memo: dict[Any, Any]) -> None:
    """A step begins: see which notes of earlier ones it uses."""
    for kind, known in list(memo.items()):
        if isinstance(known, set):
            memo[kind] = _Notes(known)


def used(memo: dict[Any, Any]) -> list[str]:
    """Names of the types, with the schema where one is stated."""
    names = [name for known in memo.values() if isinstance(known, _Notes) for name in known.used]
    return [str(name) if schema is None else f"{schema}.{name}" for schema, name in names]
