"""Why a history could not be replayed."""

from __future__ import annotations

from collections.abc import Sequence


class ReplayFailed(Exception):  # noqa: N818 - as it is told
    """The history could not be replayed; `hint` says what would help."""

    def __init__(self, message: str, *, hint: str = "", trace: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.trace = tuple(trace)
        """The project's own lines that led to it, outermost first."""
