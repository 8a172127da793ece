"""One line on stderr that says what is going on, if it takes long and somebody watches."""

from __future__ import annotations

import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import threading

DELAY = 0.5
"""Seconds; a run that is over by then shows nothing."""

_WIDEST = 76


class Progress:
    """A line that is replaced as the work goes on, and gone in the end."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._text = ""
        self._whole = ""
        self._shown = False
        self._over = False
        self._timer: threading.Timer | None = None
        if not quiet and sys.stderr is not None and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            import threading

            self._lock = threading.Lock()
            self._timer = threading.Timer(DELAY, self._begin)
            self._timer.daemon = True

    def __enter__(self) -> Progress:
        if self._timer is not None:
            self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Take the line away, for good: something else is to be written, or the work is done."""
        if self._timer is not None:
            self._timer.cancel()
            with self._lock:
                self._over = True
                if self._shown:
                    self._write("\r\x1b[K")
                self._shown = False

    def begin(self, whole: str) -> None:
        """What all that is said from now on is a part of."""
        self._whole = whole
        self.say("")

    def say(self, text: str) -> None:
        """What is being done now."""
        if self._timer is None:
            return
        with self._lock:
            said = "; ".join(filter(None, (self._whole, text)))
            self._text = "".join(c if c.isprintable() else "?" for c in said)
            if self._shown:
                self._draw()

    def _begin(self) -> None:
        with self._lock:
            if not self._over:
                self._shown = True
                self._draw()

    def _draw(self) -> None:
        """What is wider than the terminal would break into lines, of which only the last could be taken away."""
        try:
            room = os.get_terminal_size(sys.stderr.fileno()).columns - 4
        except (OSError, ValueError):
            room = _WIDEST
        self._write(f"\r\x1b[K{self._text[: min(room, _WIDEST)]}...")

    def _write(self, text: str) -> None:
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except (OSError, ValueError):
            self._shown = False
