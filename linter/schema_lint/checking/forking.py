"""A function that runs in a fork of this process, which has all that was read already, and sends back bytes."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import warnings
from collections.abc import Callable, Iterator

_CHUNK = 1 << 20

_PATIENCE = 2.0
"""Seconds that the fork has to end what it does, such as a query, once nobody waits for it."""


@contextlib.contextmanager
def forked(work: Callable[[], bytes]) -> Iterator[Callable[[], bytes] | None]:
    """What waits for the answer: empty where the fork came to no end. `None` where nothing is done at the same time.

    Whatever goes wrong in the fork is silent: who gets no answer does the work itself, and sees it go wrong. The fork
    is gone when the block is left.
    """
    answers, answering = os.pipe()
    process = _fork() if _has_second_processor() else None
    if process == 0:
        try:
            os.close(answers)
            _send(answering, work())
        finally:
            # Nothing that waits to be written or closed is this process's own.
            os._exit(0)
    os.close(answering)
    try:
        yield (lambda: _received(answers)) if process is not None else None
    finally:
        if process is not None:
            _end(process, answers)
        os.close(answers)


def _has_second_processor() -> bool:
    # Where the system tells how many there are, a fork is safe, too: on macOS, libraries do not outlive one.
    return hasattr(os, "sched_getaffinity") and len(os.sched_getaffinity(0)) > 1


def _fork() -> int | None:
    """The other process, 0 in it; `None` where the system has no room for another."""
    with warnings.catch_warnings():
        # That threads are not in it: there is none, or one that waits to draw a line on stderr.
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return os.fork()
        except OSError:
            return None


def _send(pipe: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(pipe, rest) :]


def _received(pipe: int) -> bytes:
    content = bytearray()
    while chunk := os.read(pipe, _CHUNK):
        content += chunk
    return bytes(content)


def _end(process: int, answers: int) -> None:
    """Interrupt the process, as Ctrl-C would, unless it has ended; its end closes the pipe."""
    os.kill(process, signal.SIGINT)
    while select.select([answers], [], [], _PATIENCE)[0] and os.read(answers, _CHUNK):
        pass
    os.kill(process, signal.SIGKILL)
    os.waitpid(process, 0)
