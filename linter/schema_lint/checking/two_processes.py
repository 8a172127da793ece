"""Asking rules in two processes, where there is so much to judge that it pays.

Both take the next rule from a common pipe until that is empty, so that neither waits long for the other. The second
sends back what its rules said; if it does not, they are asked again here, and whatever happens is what would have
happened in one process.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence

import msgspec

from schema_lint.checking.forking import forked
from schema_lint.checking.rule import Rule
from schema_lint.checking.run import Heard

_WIDTH = 2
"""Bytes of a rule's number."""

_MOST = 10_000
"""Rules whose numbers a pipe holds at once, whatever the system."""


def ask_in_two(rules: Sequence[Rule], ask: Callable[[Rule], Heard]) -> list[Heard]:
    """What each rule says, in their order."""
    numbers = _numbers(min(len(rules), _MOST))
    here = os.getpid()

    def work() -> bytes:
        return msgspec.msgpack.encode(list(_heard(numbers, rules, ask, parent=here)))

    try:
        with forked(work) as received:
            found = dict(_heard(numbers, rules, ask))
            if received is not None:
                found.update(_decoded(received()))
        return [found[number] if number in found else ask(rule) for number, rule in enumerate(rules)]
    finally:
        os.close(numbers)


def _numbers(count: int) -> int:
    """A pipe with the rules' numbers, which ends behind the last."""
    reading, writing = os.pipe()
    os.write(writing, b"".join(number.to_bytes(_WIDTH, "big") for number in range(count)))
    os.close(writing)
    return reading


def _heard(
    numbers: int, rules: Sequence[Rule], ask: Callable[[Rule], Heard], *, parent: int | None = None
) -> Iterator[tuple[int, Heard]]:
    while taken := os.read(numbers, _WIDTH):
        if parent is not None and os.getppid() != parent:
            # It was killed, and nobody waits for the answers.
            return
        number = int.from_bytes(taken, "big")
        yield number, ask(rules[number])


def _decoded(content: bytes) -> list[tuple[int, Heard]]:
    try:
        return msgspec.msgpack.decode(content, type=list[tuple[int, Heard]])
    except msgspec.DecodeError:
        return []
