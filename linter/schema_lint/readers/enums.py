"""What tells the enums of one schema from each other, though they may have one name."""

from __future__ import annotations

import msgspec

from schema_lint.facts.types import EnumType
from schema_lint.facts.unknown import Unknown


class Enums:
    """The enums that the columns of one schema's tables define, each once."""

    __slots__ = ("_by_key", "_keys")

    def __init__(self) -> None:
        self._by_key: dict[str, EnumType] = {}
        self._keys: dict[tuple[object, ...], str] = {}

    def key(self, enum: EnumType) -> str:
        """What tells the enum from the others."""
        labels = enum.labels.why if isinstance(enum.labels, Unknown) else enum.labels
        name = enum.name if isinstance(enum.name, str) else ""
        identity = (name, enum.schema, labels, enum.class_name, enum.native, enum.constrained)
        known = self._keys.get(identity)
        if known is not None:
            return known
        stem = name or (enum.class_name or "enum").rpartition(".")[2]
        key, number = stem, 1
        while key in self._by_key:
            number += 1
            key = f"{stem} {number}"
        self._keys[identity] = key
        self._by_key[key] = msgspec.structs.replace(enum, key=key)
        return key

    def all(self) -> tuple[EnumType, ...]:
        """All of them, in the order in which they were met."""
        return tuple(self._by_key.values())
