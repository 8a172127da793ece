"""Asking rules in two processes, where there is so much to judge that it pays.

Both take the next rule from a common pipe until that is empty, so that neither waits long for the other. The second
process is a fork, which has the facts already, and sends back what its rules said. If it does not, they are asked again
here: whatever happens is what would have happened in one process.
"""

from __future__ import annotations

import os
import signal
import warnings
from collections.abc import Callable, Iterator, Sequence

import msgspec

from schema_lint.checking.rule import Rule
from schema_lint.checking.run import Heard

_WIDTH = 2
"""Bytes of a rule's number."""

_MOST = 10_000
"""Rules whose numbers a pipe holds at once, whatever the system."""

_CHUNK = 1 << 20


def ask_in_two(rules: Sequence[Rule], ask: Callable[[Rule], Heard]) -> list[Heard]:
    """What each rule says, in their order."""
    if not _has_second_processor() or len(rules) > _MOST:
        return list(map(ask, rules))
    numbers = _numbers(len(rules))
    answers, answering = os.pipe()
    here = os.getpid()
    other = _forked()
    if other == 0:
        try:
            heard = list(_heard(numbers, rules, ask, parent=here))
            os.close(answers)
            _send(answering, msgspec.msgpack.encode(heard))
        finally:
            # Nothing that waits to be written or closed is this process's own.
            os._exit(0)
    os.close(answering)
    try:
        found = dict(_heard(numbers, rules, ask))
        found.update(_received(answers))
        return [found[number] if number in found else ask(rule) for number, rule in enumerate(rules)]
    finally:
        os.close(answers)
        os.close(numbers)
        if other is not None:
            os.kill(other, signal.SIGKILL)
            os.waitpid(other, 0)


def _has_second_processor() -> bool:
    # Where the system tells how many there are, a fork is safe, too: on macOS, libraries do not outlive one.
    return hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _forked() -> int | None:
    """The other process, 0 in it; `None` where the system has no room for another."""
    with warnings.catch_warnings():
        # That threads are not in it: those that may still be there wait to draw a line on stderr.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return os.fork()
        except OSError:
            return None


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


def _send(pipe: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _received(pipe: int) -> list[tuple[int, Heard]]:
    """What the other process heard; nothing where it did not come to its end."""
    content = bytearray()
    while chunk := os.read(pipe, _CHUNK):
        content += chunk
    try:
        return msgspec.msgpack.decode(content, type=list[tuple[int, Heard]])
    except msgspec.DecodeError:
        return []
