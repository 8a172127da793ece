"""Values that a later run takes over instead of finding them out again: a value is kept with everything that was asked
of the files while it was found out, and believed only while all of it would be answered the same.

Values that are found out for another are part of it: what they rest on, it rests on too, whether they were found out
now or kept.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import msgspec

from schema_lint.evaluating.answers import Asked
from schema_lint.evaluating.files import SourceTree
from schema_lint.evaluating.recording import RecordingTree, compare
from schema_lint.evaluating.store import Store

T = TypeVar("T")
_DEPTH = 5
"""To the tables of a project's schemas."""

_UNFIT = (UnicodeEncodeError, OverflowError, RecursionError)
"""Names and texts with half a character in them, huge numbers: they would not come back as they are."""

_SPOILT = (msgspec.MsgspecError, RecursionError, ValueError, LookupError)


def kept(tree: SourceTree, unit: str, key: object, compute: Callable[[], T], kind: Any, *, alone: bool = False) -> T:
    """What `compute` gives, or gave in an earlier run.

    Args:
        tree: the files; where nothing is noted of them (`recorder`) or kept, it is computed.
        unit: what kind of value it is, in small letters. All values of a unit are in one file.
        key: everything that the value rests on and that `compute` does not ask of the tree itself: texts in hand,
            options. Anything that msgspec encodes.
        compute: must rest on nothing else: on no module that was evaluated for another value, on no state of a reader.
        kind: the value's type, for msgspec; `compute` gives the same as decoding what it gave.
        alone: it is large, and gets a file of its own.

    What a text says rests on the text alone, wherever it stands, on disk or in a commit:

        operations = kept(tree, "operations", text, lambda: read_operations(text), tuple[Operation, ...])
    """
    recorder = tree.recorder
    store = recorder.store if recorder is not None else None
    if recorder is None or store is None:
        return compute()
    try:
        # What asks nothing of the files is the same for all of their states.
        anywhere = store.digest(msgspec.msgpack.encode([unit, key]))
        here = store.digest(msgspec.msgpack.encode([unit, key, tree.identity]))
    except _UNFIT:
        return compute()
    places = [_Large(store, unit, here)] if alone else [_Small(store, unit, anywhere), _Small(store, unit, here)]
    for place in places:
        found = place.find(recorder, kind)
        if found is not None:
            if tree.identity and place is places[-1]:
                recorder.note_elsewhere()
            return found[0]  # type: ignore[no-any-return]
    with recorder.asking() as asked:
        value = compute()
    place = places[0] if asked.is_empty else places[-1]
    place.keep(recorder, asked, value)
    return value


class _Large:
    """A value in a file of its own."""

    def __init__(self, store: Store, unit: str, digest: bytes) -> None:
        self.store = store
        self.digest = digest
        self.path = store.path(unit, digest)

    def find(self, recorder: RecordingTree, kind: Any) -> tuple[Any] | None:
        """The value, if it is known and nothing has changed."""
        known = self.store.read_value(self.path)
        if known is None:
            return None
        record, raw = known
        try:
            current = compare(record, recorder.root, self.store.looks)
            if current is None:
                recorder.remember(record)
                return None
            value = _decoder(kind).decode(raw)
        except _SPOILT:
            return None
        recorder.take_over(current)
        if current is not record:
            self.store.write_value(self.path, current, [memoryview(raw)])
        return (value,)

    def keep(self, recorder: RecordingTree, asked: Asked, value: object) -> None:
        """Keep a value, unless something has changed meanwhile."""
        record = recorder.record(asked)
        if record is None:
            return
        with contextlib.suppress(*_UNFIT):
            self.store.write_value(self.path, record, _pieces(value, _DEPTH))


class _Small:
    """A value beside others of its unit."""

    def __init__(self, store: Store, unit: str, digest: bytes) -> None:
        self.store = store
        self.unit = unit
        self.digest = digest

    def find(self, recorder: RecordingTree, kind: Any) -> tuple[Any] | None:
        """The value, if it is known and nothing has changed."""
        known = self.store.shelf(self.unit).get(self.digest)
        if known is None:
            return None
        record, raw = known
        try:
            current = compare(record, recorder.root, self.store.looks) if record is not None else None
            if record is not None and current is None:
                return None
            value = _decoder(kind).decode(raw)
        except _SPOILT:
            return None
        if current is not None:
            recorder.take_over(current)
        self.store.keep(self.unit, self.digest, (current, bytes(raw)) if current is not record else None)
        return (value,)

    def keep(self, recorder: RecordingTree, asked: Asked, value: object) -> None:
        """Keep a value, unless something has changed meanwhile."""
        record = recorder.record(asked) if not asked.is_empty else None
        encoded = _encoded(value) if record is not None or asked.is_empty else None
        if encoded is not None:
            self.store.keep(self.unit, self.digest, (record, encoded))


@functools.cache
def _decoder(kind: Any) -> Any:
    return msgspec.msgpack.Decoder(kind)


def _encoded(value: object) -> bytes | None:
    try:
        return msgspec.msgpack.encode(value)
    except _UNFIT:
        return None


def _pieces(value: object, depth: int) -> Iterator[bytes]:
    """A value as MessagePack, in pieces: together they may be as large as what is read of a whole project."""
    if depth and isinstance(value, msgspec.Struct) and _is_map(value):
        fields = type(value).__struct_fields__
        yield b"\xdf" + len(fields).to_bytes(4, "big")
        for name in fields:
            yield msgspec.msgpack.encode(name)
            yield from _pieces(getattr(value, name), depth - 1)
    elif depth and isinstance(value, tuple):
        yield b"\xdd" + len(value).to_bytes(4, "big")
        for item in value:
            yield from _pieces(item, depth - 1)
    else:
        yield msgspec.msgpack.encode(value)


def _is_map(value: msgspec.Struct) -> bool:
    config = value.__struct_config__
    return not (config.tag or config.array_like or config.omit_defaults) and (
        type(value).__struct_fields__ == type(value).__struct_encode_fields__
    )
