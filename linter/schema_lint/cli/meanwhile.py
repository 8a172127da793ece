"""Work that is done in another thread while this one waits for a process."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

_STACK = 256 * 1024 * 1024
"""Reading recurses as deeply as it may in the main thread; what is not used of it takes no memory."""


class Meanwhile(Generic[T]):
    """A function's result, once there is one."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._done: list[T] = []
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        before = threading.stack_size(_STACK)
        try:
            self._thread.start()
        finally:
            threading.stack_size(before)

    def _run(self) -> None:
        try:
            self._done.append(self._work())
        except BaseException as error:
            self._error = error

    def check(self) -> None:
        """Raise what it raised, if it has by now."""
        if self._error is not None:
            raise self._error

    def result(self) -> T:
        """Wait for it; raise what it raised."""
        self._thread.join()
        self.check()
        return self._done[0]
